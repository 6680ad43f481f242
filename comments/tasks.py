"""Work that leaves the request: one line each."""

from celery import shared_task

from comments import fragments, mail

# On Redis 0 is served first and 9 last: no mail makes a comment wait.
AFTER_JUDGING = 9


@shared_task(name="comments.mail_notification", priority=AFTER_JUDGING)
def mail_notification(notification_id: int) -> None:
    mail.send(notification_id=notification_id)


@shared_task(name="comments.mail_unsent")
def mail_unsent() -> None:
    for notification_id in mail.unsent():
        mail_notification.ring(notification_id)


@shared_task(name="comments.refresh_fragments", priority=AFTER_JUDGING)
def refresh_fragments() -> None:
    if fragments.refresh_stale():
        refresh_fragments.ring()
