"""Mails about comments: written when they are sent, so that they hold only what is still true."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from comments.models import Notification

Kind = Notification.Kind


def send(*, notification_id: int) -> bool:
    """Mail one notification, once, if its reader wants it and it is still true. Says whether."""
    with transaction.atomic():
        notification = (
            Notification.objects.select_for_update(of=("self",))
            .select_related("user", "comment__call_to_action__article", "comment__author")
            .filter(pk=notification_id, mailed_at__isnull=True)
            .first()
        )
        if notification is None or not _wanted(notification):
            return False
        notification.mailed_at = timezone.now()
        notification.save(update_fields=["mailed_at"])
    with translation.override(settings.LANGUAGE_CODE):
        _message(notification).send()
    return True


def _wanted(notification: Notification) -> bool:
    user, comment = notification.user, notification.comment
    if not user.is_active or user.erased_at or notification.read_at:
        return False
    if notification.kind == Kind.REPLY:
        return user.mail_replies and comment.is_live
    return user.mail_decisions and comment.status == notification.kind


def _message(notification: Notification) -> EmailMultiAlternatives:
    context = {
        "notification": notification,
        "comment": notification.comment,
        "article": notification.comment.call_to_action.article,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }
    subject = " ".join(render_to_string("comments/mail/subject.txt", context).split())
    text = render_to_string("comments/mail/body.txt", context)
    return EmailMultiAlternatives(subject, text, to=[notification.user.email])
