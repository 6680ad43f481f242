"""One ruling on many comments: made by an editor, carried out by the worker, taken back whole.

The rows of its members are what is left to do: a worker that dies leaves them, and the next goes on
from there.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Forbidden
from accounts.models import User
from moderation import reasons
from moderation.chosen import Seen, chosen
from moderation.models import Batch, BatchMember, DecisionRecord
from moderation.operations.effects import AT_ONCE, RULING_GRACE
from moderation.operations.landing import already_decided
from moderation.operations.permissions import check_editor, checked_note
from moderation.operations.ruling import rule, undo
from moderation.queue.selection import Selection
from moderation.signals import batch_made
from record import log

# Rulings in one transaction, and seconds of it: nobody else writes to these discussions meanwhile,
# on SQLite nobody anywhere.
CHUNK, WITHIN = 50, 0.1
GIVE_WAY = 0.05  # seconds; who has waited for SQLite so long looks again within that time
STALLED_AFTER = timedelta(seconds=30)
State = Batch.State
Outcomes = DecisionRecord.Outcome
logger = logging.getLogger(__name__)


def make_batch(
    *,
    actor: User,
    selection: Selection,
    outcome: str,
    reason: str = "",
    note: str = "",
    seen: Sequence[Seen] = (),
    until: datetime | None = None,
    told_once: bool = False,
) -> Batch:
    """An editor's ruling on everything a selection has, or on what they ticked (seen; of a raid,
    what still waits of it), with the words as they are now; the worker carries it out.

    It begins after RULING_GRACE, so that nobody hears of one that is taken back before. reason,
    note: as `rule` takes them. told_once: it comes with a ban on the selection's author, who is not
    notified of each rejection, and begins at once. until: leave out what came there later than
    that. Raises Forbidden (editors_only), ValidationError (bad_outcome, bad_reason, note_too_long,
    bad_selection, none_chosen).
    """
    check_editor(actor)
    if outcome not in (Outcomes.APPROVE, Outcomes.REJECT):
        raise ValidationError(_("Approve or reject."), code="bad_outcome")
    if outcome == Outcomes.REJECT:
        reasons.check_offered(reason)
    note = checked_note(note, limit=1_000)
    found = chosen(selection, seen=seen, until=until)
    if not found.members:
        raise ValidationError(_("Choose at least one comment."), code="none_chosen")
    # What was ticked is of nobody in particular, but for a ban.
    ticked = bool(seen) and not told_once
    told = Selection(cluster=selection.cluster) if ticked else selection.but()
    query = dict(parse_qsl(told.as_query()))
    with transaction.atomic():
        batch = Batch.objects.create(
            actor=actor,
            selection=query,
            outcome=outcome,
            reason=reason if outcome == Outcomes.REJECT else "",
            note=note,
            told_once=told_once,
            author_id=told.author,
            total=len(found.members),
        )
        # Of a ban its author has heard by now.
        _take_in(batch, found.members, after=AT_ONCE if told_once else RULING_GRACE)
        detail = {"outcome": batch.outcome, "reason": batch.reason, "total": batch.total}
        log.append(actor=actor, verb="make_batch", subject=batch, detail=detail | {"of": query})
    return batch


def undo_batch(*, actor: User, batch: Batch) -> Batch:
    """Take a batch back: a second one, which undoes each of its decisions that still is the last.

    One that is under way stops first, and is itself what is returned where it had decided nothing.
    Raises Forbidden (editors_only), Conflict (already_so, not_undoable for a batch that takes one
    back, and for one that has ended without deciding anything).
    """
    check_editor(actor)
    with transaction.atomic():
        row = Batch.objects.select_for_update().get(pk=batch.pk)
        if row.undoes_id is not None:
            raise Conflict(_("It takes another one back already."), code="not_undoable")
        if Batch.objects.filter(undoes=row).exists():
            raise Conflict(_("It has been taken back already."), code="already_so")
        stopped = row.state == State.RUNNING
        if stopped:
            row.members.all().delete()
            _end(row, State.STOPPED)
        members = list(row.decisions.values_list("comment", "revision"))
        if stopped and not members:
            detail = {"undoes": row.pk, "total": 0}
            log.append(actor=actor, verb="undo_batch", subject=row, detail=detail)
            return row
        if not members:
            raise Conflict(_("It has decided nothing that could be undone."), code="not_undoable")
        made = Batch.objects.create(
            actor=actor,
            selection=row.selection,
            author_id=row.author_id,
            undoes=row,
            total=len(members),
        )
        _take_in(made, members, after=AT_ONCE)
        log.append(
            actor=actor,
            verb="undo_batch",
            subject=made,
            detail={"undoes": row.pk, "total": made.total},
        )
    return made


def _take_in(batch: Batch, members: Sequence[Seen], *, after: timedelta) -> None:
    BatchMember.objects.bulk_create(
        BatchMember(batch=batch, comment_id=comment, revision_id=revision)
        for comment, revision in members
    )
    transaction.on_commit(
        lambda: batch_made.send(Batch, batch_id=batch.pk, at=0, after=after), robust=True
    )


def run_batch(*, batch_id: int, at: int, size: int = CHUNK, within: float = WITHIN) -> int | None:
    """Carry out the next part of a batch, in one transaction. Returns where it stands then, to be
    called with again, or None when there is nothing to go on with.

    size: comments, at most, of which at least one; within: seconds after which the next part is
    left to the next turn.

    at: how many of its comments are dealt with. One that stands elsewhere is somebody else's turn,
    so that a turn which comes twice is harmless.
    """
    with transaction.atomic():
        batch = (
            Batch.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("actor", "undoes")
            .filter(pk=batch_id, state=State.RUNNING)
            .first()
        )
        if batch is None or batch.done + batch.refused != at:
            return None
        # Discussions are locked in one order by everybody who locks several.
        members = list(
            batch.members.select_related("comment__author").order_by(
                "comment__call_to_action", "comment"
            )[:size]
        )
        refusals = Counter(batch.refusals)
        decide = _undoing(batch, members) if batch.undoes_id else _ruling(batch, members)
        until, turned = time.monotonic() + within, []
        for member in members:
            code = _refusal_of(decide, member)
            if code:
                refusals[code] += 1
            turned.append(member.pk)
            if time.monotonic() > until:
                break
        BatchMember.objects.filter(pk__in=turned).delete()
        batch.refused = sum(refusals.values())
        batch.done = at + len(turned) - batch.refused
        batch.refusals = dict(refusals)
        batch.moved_at = timezone.now()
        if not batch.members.exists():
            _end(batch, State.DONE)
            return None
        batch.save(update_fields=["done", "refused", "refusals", "moved_at"])
    return batch.done + batch.refused


def _refusal_of(decide: Callable[[BatchMember], None], member: BatchMember) -> str:
    """Rule on one comment; the code of why not, or ""."""
    try:
        with transaction.atomic():
            decide(member)
    except DatabaseError:
        # The whole part is tried again.
        raise
    except Forbidden as error:
        return error.code
    except ValidationError as error:
        return error.error_list[0].code
    except Exception:
        # One comment that cannot be ruled on must not keep the batch from all the others.
        logger.exception("comment %d of batch %d", member.comment_id, member.batch_id)
        return "failed"
    return ""


def _ruling(batch: Batch, members: Sequence[BatchMember]) -> Callable[[BatchMember], None]:
    of_these = DecisionRecord.objects.filter(comment__in=[each.comment_id for each in members])
    newest = {
        record.comment_id: record for record in of_these.select_related("actor").order_by("pk")
    }

    def decide(member: BatchMember) -> None:
        last = newest.get(member.comment_id)
        since = last is not None and last.at > batch.created_at
        # What was being judged while its author was banned is held by now, and goes as well.
        if since and not (batch.told_once and last.by_machine):
            raise already_decided(last)
        rule(
            actor=batch.actor,
            comment=member.comment,
            revision_id=member.revision_id,
            outcome=batch.outcome,
            reason=batch.reason,
            note=batch.note,
            seen=last.pk if last else 0,
            batch=batch,
        )

    return decide


def _undoing(batch: Batch, members: Sequence[BatchMember]) -> Callable[[BatchMember], None]:
    of_these = batch.undoes.decisions.filter(comment__in=[each.comment_id for each in members])
    records = {record.comment_id: record for record in of_these.select_related("comment", "actor")}

    def decide(member: BatchMember) -> None:
        undo(actor=batch.actor, record=records[member.comment_id], batch=batch)

    return decide


def give_way() -> None:
    """Let others write between two parts."""
    if connection.vendor == "sqlite":
        time.sleep(GIVE_WAY)


def _end(batch: Batch, state: str) -> None:
    batch.state, batch.finished_at = state, timezone.now()
    # Those it was for have it with their notice, for as long as that is kept.
    batch.note = ""
    batch.save()
    log.append(
        actor=batch.actor,
        verb="end_batch",
        subject=batch,
        detail={"state": state, "done": batch.done, "refused": batch.refusals},
    )


def stalled(*, now: datetime | None = None) -> list[tuple[int, int]]:
    """Batches whose next turn was lost, each with where it stands."""
    long_ago = (now or timezone.now()) - STALLED_AFTER
    rows = Batch.objects.filter(state=State.RUNNING, moved_at__lt=long_ago).order_by("created_at")
    return [(row.pk, row.done + row.refused) for row in rows]
