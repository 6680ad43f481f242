"""Work of the queue: one line each into operations."""

from celery import shared_task

from record import operations


@shared_task(name="record.seal", soft_time_limit=20, time_limit=30)
def seal() -> None:
    operations.seal_and_publish()
