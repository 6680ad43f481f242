"""Mails about comments: written when they are sent, so that they hold only what is still true."""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

import failpoints
from accounts.mail import letter, speaking_to
from accounts.models import Cadence, Ignored
from articles.models import Article
from comments import inbox, ports
from comments.models import Comment, Notification

Kind = Notification.Kind
STOPPED_AS = {Kind.REPLY: "replies", Kind.MENTION: "mentions", Kind.FOLLOWED: "followed"}
logger = logging.getLogger(__name__)

OFFERED = timedelta(minutes=2)  # after this, a mail that did not leave is tried again
GIVEN_UP = timedelta(days=1)  # after this, it would only surprise
SWEPT = 100  # at a time


def wanted(cadence: str) -> QuerySet[Notification]:
    """Asked for at this cadence, not mailed yet, not seen on the site, and true still.

    A FOLLOWED row is wanted daily as often as there is news, mailed before or not.
    """
    in_public = Q(
        comment__in=Comment.objects.live(),
        comment__call_to_action__article__in=Article.objects.live(),
    )
    bored = Ignored.objects.filter(user=OuterRef("user"), person=OuterRef("comment__author"))
    news = inbox.news(
        reader=OuterRef("user"),
        call_to_action=OuterRef("comment__call_to_action"),
        since=OuterRef("comment__live_at"),
    )
    decided = Q(kind=F("comment__status")) | Q(
        kind=Kind.UPHELD, comment__status=Comment.Status.REJECTED
    )
    addressed = Q(kind=Kind.REPLY, user__mail_replies=cadence) | Q(
        kind=Kind.MENTION, user__mail_mentions=cadence
    )
    due = (
        addressed & in_public & ~Exists(bored.order_by())
        | decided & Q(user__mail_decisions=cadence, comment__withdrawn_at=None)
        | Q(
            kind=Kind.FOLLOWED,
            user__mail_followed=cadence,
            comment__call_to_action__article__in=Article.objects.live(),
        )
        & Exists(news)
    )
    fresh = Q(mailed_at=None)
    if cadence == Cadence.DAILY:
        fresh |= Q(kind=Kind.FOLLOWED)
    return Notification.objects.filter(
        due, fresh, read_at=None, user__is_active=True, user__erased_at=None
    )


def unsent() -> list[int]:
    """Ids of notifications whose mail should have left by now, oldest first."""
    now = timezone.now()
    waiting = wanted(Cadence.NOW).filter(
        created_at__gt=now - GIVEN_UP, created_at__lt=now - OFFERED
    )
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:SWEPT])


def send(*, notification_id: int) -> bool:
    """Mail one notification, once, if its reader wants it and it is still true. Says whether.

    A mail that the mail server refuses is offered again by the sweep, for a day.
    """
    with transaction.atomic():
        notification = (
            wanted(Cadence.NOW)
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
    failpoints.reached("mail_claimed", notification_id)
    try:
        with speaking_to(notification.user):
            _message(notification).send()
    except (OSError, SMTPException) as error:
        Notification.objects.filter(pk=notification_id).update(mailed_at=None)
        logger.warning("mail server away (%s): the sweep will try again", type(error).__name__)
        return False
    return True


def _message(notification: Notification) -> EmailMessage:
    user, comment, kind = notification.user, notification.comment, notification.kind
    notice = comment.notice or {}
    context = {
        "kind": kind,
        "template": f"comments/mail/{kind}.txt",
        "comment": comment,
        "name": comment.author.display_name,
        "article": comment.call_to_action.article,
        "told": ports.reason_told(notice.get("reason", ""), notice.get("labels", ())),
        "note": notice.get("note", ""),
        "by_machine": notice.get("by_machine", True),
        "contested": notice.get("contested", ""),
    }
    if kind in (Kind.REPLY, Kind.MENTION):
        context["quoted"] = quoted(comment.excerpt)
    elif kind == Kind.FOLLOWED:
        # The first one that is still there speaks for the rest.
        first = (
            inbox.news(
                reader=user.pk,
                call_to_action=comment.call_to_action_id,
                since=comment.live_at,
            )
            .select_related("author")
            .first()
        )
        if first is not None:
            context |= {
                "comment": first,
                "name": first.author.display_name,
                "quoted": quoted(first.excerpt),
            }
    context["address"] = address(kind, context["comment"])
    return letter(
        user,
        subject="comments/mail/subject.txt",
        body="comments/mail/body.txt",
        context=context,
        stops=STOPPED_AS.get(kind, "decisions"),
    )


def address(kind: str, comment: Comment) -> str:
    """Where a mail of this kind leads, in full: to the statement of reasons once a comment was
    rejected, else to the comment."""
    if kind in (Kind.REJECTED, Kind.UPHELD):
        return settings.SITE_URL + reverse("decision", args=[comment.pk])
    return settings.SITE_URL + comment.get_absolute_url()


def quoted(words: str) -> str:
    """A reader's words for a mail of plain text: every line marked, so that none can pass for
    ours."""
    return "\n".join(f"> {line}" for line in words.splitlines())
