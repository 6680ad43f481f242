"""Mails about comments: written when they are sent, so that they hold only what is still true."""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.mail import unsubscribe_url
from comments import ports
from comments.models import Comment, Notification
from folding import normalise

Kind = Notification.Kind
logger = logging.getLogger(__name__)

OFFERED = timedelta(minutes=2)  # after this, a mail that did not leave is tried again
GIVEN_UP = timedelta(days=1)  # after this, it would only surprise
SWEPT = 100  # at a time


def _wanted() -> QuerySet[Notification]:
    """Not mailed yet, wanted by its reader, not seen on the site, and still true."""
    reply = Q(kind=Kind.REPLY, user__mail_replies="now", comment__in=Comment.objects.live())
    decision = Q(user__mail_decisions="now", kind=F("comment__status"), comment__withdrawn_at=None)
    return Notification.objects.filter(
        reply | decision, mailed_at=None, read_at=None, user__is_active=True, user__erased_at=None
    )


def unsent() -> list[int]:
    """Ids of notifications whose mail should have left by now, oldest first."""
    now = timezone.now()
    waiting = _wanted().filter(created_at__gt=now - GIVEN_UP, created_at__lt=now - OFFERED)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:SWEPT])


def send(*, notification_id: int) -> bool:
    """Mail one notification, once, if its reader wants it and it is still true. Says whether.

    A mail that the mail server refuses is offered again by the sweep, for a day.
    """
    with transaction.atomic():
        notification = (
            _wanted()
            .select_for_update(of=("self",))
            .select_related("user", "comment__call_to_action__article", "comment__author")
            .filter(pk=notification_id)
            .first()
        )
        if notification is None:
            return False
        # Claimed before it leaves: a crash in between loses one mail, never doubles it.
        notification.mailed_at = timezone.now()
        notification.save(update_fields=["mailed_at"])
    try:
        with translation.override(settings.LANGUAGE_CODE):
            _message(notification).send()
    except (OSError, SMTPException) as error:
        Notification.objects.filter(pk=notification_id).update(mailed_at=None)
        logger.warning("mail server away (%s): the sweep will try again", type(error).__name__)
        return False
    return True


def _message(notification: Notification) -> EmailMessage:
    user, comment = notification.user, notification.comment
    stop = unsubscribe_url(
        user=user, kind="replies" if notification.kind == Kind.REPLY else "decisions"
    )
    notice = comment.notice or {}
    context = {
        "kind": notification.kind,
        "comment": comment,
        "article": comment.call_to_action.article,
        "told": ports.reason_told(notice.get("reason", "")),
        "note": notice.get("note", ""),
        "by_machine": notice.get("by_machine", True),
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "stop": stop,
    }
    # One line without controls: a title must not become a header, nor run backwards.
    subject = " ".join(normalise(render_to_string("comments/mail/subject.txt", context)).split())
    return EmailMessage(
        subject,
        render_to_string("comments/mail/body.txt", context),
        to=[user.email],
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
