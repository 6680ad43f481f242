"""Work that leaves the request: one line each."""

from celery import shared_task

from comments import fragments, mail


@shared_task(name="comments.mail_notification")
def mail_notification(notification_id: int) -> None:
    mail.send(notification_id=notification_id)


@shared_task(name="comments.mail_unsent")
def mail_unsent() -> None:
    for notification_id in mail.unsent():
        mail_notification.ring(notification_id)


@shared_task(name="comments.refresh_fragments")
def refresh_fragments() -> None:
    fragments.refresh_stale()
