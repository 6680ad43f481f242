"""Work of the queue: one line each into operations."""

from celery import shared_task

from accounts import erasure


@shared_task(name="accounts.erase_due")
def erase_due() -> None:
    erasure.erase_due()


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> None:
    erasure.clear_sessions()
