"""Work of the queue: one line each into operations."""

from celery import shared_task

from moderation import mail, operations


# A judgement takes milliseconds. One that hangs is ended before its lease, and offered again.
@shared_task(name="moderation.judge_comment", soft_time_limit=8, time_limit=10)
def judge_comment(comment_id: int) -> None:
    operations.judge(comment_id=comment_id)


@shared_task(name="moderation.sweep_pending")
def sweep_pending() -> None:
    operations.sweep(offer=judge_comment.ring)


@shared_task(name="moderation.mail_legal_notice")
def mail_legal_notice(notice_id: int) -> None:
    mail.send(notice_id=notice_id)


@shared_task(name="moderation.mail_legal_notices")
def mail_legal_notices() -> None:
    for notice_id in mail.unsent():
        mail_legal_notice.ring(notice_id)


@shared_task(name="moderation.retention")
def retention() -> None:
    operations.retain()


@shared_task(name="moderation.learn")
def learn() -> None:
    operations.learn()
