"""Work of the queue: one line each into operations."""

from celery import shared_task

from accounts import daily_keys, erasure, sanction_mail


# Words in small steps as far as ten seconds reach, then one account whole: longer than most.
@shared_task(name="accounts.erase_due", soft_time_limit=60, time_limit=90)
def erase_due() -> None:
    erasure.erase_due()


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> None:
    erasure.clear_sessions()


@shared_task(name="accounts.mail_sanction")
def mail_sanction(sanction_id: int) -> None:
    sanction_mail.send(sanction_id=sanction_id)


@shared_task(name="accounts.mail_sanctions")
def mail_sanctions() -> None:
    for sanction_id in sanction_mail.unsent():
        mail_sanction.ring(sanction_id)


@shared_task(name="accounts.destroy_keys")
def destroy_keys() -> None:
    daily_keys.destroy_old()
