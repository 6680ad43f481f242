"""What a decision does to a comment and whom it reaches: at once, or after some seconds within
which it can be undone and nobody has heard of it."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

import failpoints
from comments import operations as comments
from comments.models import Comment, Notice
from moderation.models import DecisionRecord, PendingEffect, QueueItem
from moderation.operations.queueing import follow
from moderation.operations.reports import reopen_reports, settle_the_rest
from moderation.signals import effect_deferred

RULING_GRACE = timedelta(seconds=6)  # between a ruling at the desk and its readers
AT_ONCE = timedelta(0)
SWEPT = 500  # at a time
Status = Comment.Status
Outcomes = DecisionRecord.Outcome
logger = logging.getLogger(__name__)


def effect_on(comment: Comment) -> PendingEffect | None:
    """The effect that waits for this comment, with its record and who ruled."""
    waiting = PendingEffect.objects.waiting().select_related("record__actor")
    return waiting.filter(comment=comment).first()


def still_stands(effect: PendingEffect, comment: Comment) -> bool:
    """Is what was ruled on still there, and may who ruled still rule? comment: locked."""
    record = effect.record
    return (
        comment.latest_id == record.revision_id
        and comment.withdrawn_at is None
        and comment.latest.erased_at is None
        and record.actor.is_editor
        and not (record.outcome == Outcomes.APPROVE and comment.author.banned)
    )


def defer(
    *,
    record: DecisionRecord,
    comment: Comment,
    notice: Notice | None,
    picked: bool,
    after: timedelta,
) -> PendingEffect:
    """Have a ruling reach its readers later. In the transaction of its record; comment: locked."""
    effect = PendingEffect.objects.create(
        record=record,
        comment=comment,
        notice=notice.as_json() if notice else None,
        picked=picked,
        due_at=timezone.now() + after,
    )
    transaction.on_commit(
        lambda: effect_deferred.send(PendingEffect, record_id=record.pk, after=after), robust=True
    )
    return effect


def lapse(effect: PendingEffect, comment: Comment) -> None:
    """Let a ruling reach nobody, and have the reports that it settled open again where readers may
    still see what they are about. The row stays: its author is never told of it as of a decision.

    comment: locked.
    """
    effect.comment = effect.notice = None
    effect.save(update_fields=["comment", "notice"])
    if comment.withdrawn_at is None:
        reopen_reports(decision=effect.record)


def take_effect(
    *, record: DecisionRecord, comment: Comment, notice: Notice | None, picked: bool = False
) -> None:
    """Bring a comment to what was decided, and tell whom it concerns.

    comment: locked. Raises Conflict (changed, withdrawn).
    """
    wanted = {
        "actor": record.actor,
        "comment": comment,
        "revision_id": record.revision_id,
        "is_locked": True,
    }
    if record.actor is not None and record.undoes is None and comment.status == Status.REJECTED:
        QueueItem.objects.filter(pk=comment.pk).update(notice_before=comment.notice)
    if record.undoes is not None:
        before = record.undoes.status_before
        if before == Status.REJECTED:
            notice = _told_before(comment) or notice
        reopen_reports(decision=record.undoes)
        comments.restore(
            **wanted,
            # A person has read it by now: it waits for one rather than for the machine.
            status=Status.HELD if before == Status.PENDING else before,
            live_revision_id=record.undoes.live_before_id,
            notice=notice,
        )
    elif record.outcome == Outcomes.APPROVE:
        now = comments.approve(**wanted)
        if picked and now.is_live and now.call_to_action.article.is_live():
            comments.pick(actor=record.actor, comment=now, picked=True)
    elif record.outcome == Outcomes.HOLD:
        comments.hold(**wanted, notice=notice)
    else:
        told = record.batch is not None and record.batch.told_once
        comments.reject(**wanted, notice=notice, tell=not told)
        if record.actor is not None:
            settle_the_rest(decision=record)
    if record.actor is not None and record.undoes is None:
        # Whoever was asked for has ruled, or somebody in their place.
        QueueItem.objects.filter(pk=comment.pk, escalated_at__isnull=False).update(
            escalated_at=None, escalated_by=None, escalation_note=""
        )
    logger.info(
        "effect",
        extra={
            "fields": {
                "comment_id": comment.pk,
                "outcome": "undo" if record.undoes is not None else record.outcome,
                "reason": record.reason,
                "by": "machine" if record.actor_id is None else "editor",
            }
        },
    )


def _told_before(comment: Comment) -> Notice | None:
    """What the author was told of the rejection that stands again, a person's note included."""
    kept = QueueItem.objects.filter(pk=comment.pk)
    told = kept.values_list("notice_before", flat=True).first()
    if told is None:
        return None
    kept.update(notice_before=None)
    return Notice(**told)


def carry_out(*, record_id: int) -> bool:
    """Let a ruling reach its readers once its time to be undone is over. Says whether it did.

    Running it again, late or twice at once is harmless. What its author has changed or withdrawn
    meanwhile lapses, and so does the ruling of who may not rule any more.
    """
    due = PendingEffect.objects.due().select_related("comment")
    effect = due.filter(pk=record_id).first()
    if effect is None:
        return False
    with transaction.atomic():
        row = comments.locked(effect.comment)
        # Again, now that nobody can undo it.
        effect = due.select_related("record__actor", "record__undoes").filter(pk=record_id).first()
        if effect is None:
            return False
        stands = still_stands(effect, row)
        if stands:
            take_effect(
                record=effect.record,
                comment=row,
                notice=Notice(**effect.notice) if effect.notice else None,
                picked=effect.picked,
            )
            failpoints.reached("effect_taken", record_id)
            effect.delete()
        else:
            lapse(effect, row)
        follow(row, is_locked=True)
    return stands


def carry_out_due(*, now: datetime | None = None) -> int:
    """Carry out every effect whose turn was lost. Returns how many reached their readers."""
    done = 0
    due = PendingEffect.objects.due(now).order_by("due_at").values_list("pk", flat=True)
    for record_id in list(due[:SWEPT]):
        try:
            done += carry_out(record_id=record_id)
        except Exception:
            # One row that cannot be carried out must not keep the sweep from all the others.
            logger.exception("ruling %d could not be carried out", record_id)
    return done
