"""Work that leaves the request: one line each. Judging goes before it; see config.celery."""

from celery import shared_task

from comments import digest, followers, fragments, mail, retention, search


@shared_task(name="comments.mail_notification")
def mail_notification(notification_id: int) -> None:
    mail.send(notification_id=notification_id)


@shared_task(name="comments.mail_unsent")
def mail_unsent() -> None:
    for notification_id in mail.unsent():
        mail_notification.ring(notification_id)


@shared_task(name="comments.mail_digest")
def mail_digest(user_id: int) -> None:
    digest.send(user_id=user_id)


@shared_task(name="comments.mail_digests")
def mail_digests(after: int = 0) -> None:
    due, last = digest.due(after=after)
    for user_id in due:
        mail_digest.ring(user_id)
    if last is not None:
        mail_digests.ring(last)


@shared_task(name="comments.tell_followers")
def tell_followers(call_to_action_id: int, after: int = 0) -> None:
    at_once, last = followers.tell(call_to_action_id=call_to_action_id, after=after)
    for notification_id in at_once:
        mail_notification.ring(notification_id)
    if last is not None:
        tell_followers.ring(call_to_action_id, last)


@shared_task(name="comments.tell_missed_followers")
def tell_missed_followers() -> None:
    for call_to_action_id in followers.with_news():
        tell_followers.ring(call_to_action_id)


@shared_task(name="comments.refresh_fragments")
def refresh_fragments() -> None:
    if fragments.refresh_stale():
        refresh_fragments.ring()


@shared_task(name="comments.retain")
def retain() -> None:
    retention.retain()


@shared_task(name="comments.tidy_search")
def tidy_search() -> None:
    if search.tidy():
        tidy_search.ring()
