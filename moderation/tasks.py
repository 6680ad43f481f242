"""Work of the queue: one line each into operations."""

from celery import shared_task

from moderation import chosen, desk_words, mail, operations, tallies, urgent_words
from moderation.dashboard import counting as dashboard
from moderation.operations import batches, closing, effects, trials, urgent
from moderation.queue import figures


# A judgement takes milliseconds. One that hangs is ended before its lease, and offered again.
@shared_task(name="moderation.judge_comment", soft_time_limit=8, time_limit=10)
def judge_comment(comment_id: int) -> None:
    operations.judge(comment_id=comment_id)


@shared_task(name="moderation.sweep_pending")
def sweep_pending() -> None:
    operations.sweep(offer=judge_comment.ring)


@shared_task(name="moderation.judge_confirmed")
def judge_confirmed(author_id: int | None = None, after: int = 0) -> None:
    last = operations.judge_confirmed(author_id=author_id, after=after)
    if last is not None:
        judge_confirmed.ring(author_id, last)


@shared_task(name="moderation.tally")
def tally() -> None:
    tallies.tally()


@shared_task(name="moderation.count_unsent")
def count_unsent() -> None:
    tallies.count_unsent()


@shared_task(name="moderation.carry_out")
def carry_out(record_id: int) -> None:
    effects.carry_out(record_id=record_id)


@shared_task(name="moderation.sweep_effects")
def sweep_effects() -> None:
    effects.carry_out_due()


@shared_task(name="moderation.mail_legal_notice")
def mail_legal_notice(notice_id: int) -> None:
    mail.send(notice_id=notice_id)


@shared_task(name="moderation.mail_legal_notices")
def mail_legal_notices() -> None:
    for notice_id in mail.unsent():
        mail_legal_notice.ring(notice_id)


@shared_task(name="moderation.mail_urgent")
def mail_urgent() -> None:
    urgent.notice_urgent()
    urgent_words.mail_urgent()


@shared_task(name="moderation.post_urgent")
def post_urgent() -> None:
    urgent_words.post_urgent()


@shared_task(name="moderation.retention")
def retention() -> None:
    operations.retain()


@shared_task(name="moderation.count_desk")
def count_desk() -> None:
    figures.count()


@shared_task(name="moderation.tidy_desk_words")
def tidy_desk_words() -> None:
    if desk_words.tidy():
        tidy_desk_words.ring()


@shared_task(name="moderation.learn")
def learn() -> None:
    operations.learn()


@shared_task(name="moderation.run_batch")
def run_batch(batch_id: int, at: int) -> None:
    stands = batches.run_batch(batch_id=batch_id, at=at)
    if stands is not None:
        # One part a turn: whatever is more urgent goes first in between.
        batches.give_way()
        run_batch.ring(batch_id, stands)


@shared_task(name="moderation.sweep_batches")
def sweep_batches() -> None:
    for batch_id, at in batches.stalled():
        run_batch.ring(batch_id, at)


@shared_task(name="moderation.count_histogram")
def count_histogram(label: str) -> None:
    chosen.count_histogram(label)


@shared_task(name="moderation.count_dashboard")
def count_dashboard() -> None:
    dashboard.count_all()


@shared_task(name="moderation.close_old")
def close_old() -> None:
    closing.close_old()


@shared_task(name="moderation.try_on_decisions")
def try_on_decisions(trial_id: int) -> None:
    if trials.go_on_with_backtest(trial_id=trial_id):
        try_on_decisions.ring(trial_id)


@shared_task(name="moderation.try_changes")
def try_changes() -> None:
    trials.judge_in_shadow()
    for trial_id in trials.unfinished():
        try_on_decisions.ring(trial_id)
