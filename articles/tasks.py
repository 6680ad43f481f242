"""Work of the clock: one line each into operations."""

from celery import shared_task

from articles import operations


@shared_task(name="articles.publish_due")
def publish_due() -> None:
    operations.publish_due()


@shared_task(name="articles.close_due")
def close_due() -> None:
    operations.close_due()
