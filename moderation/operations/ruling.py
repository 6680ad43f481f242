"""A person's ruling, and taking it back."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import User
from comments import operations as comments
from comments.models import Comment, CommentRevision
from moderation import reasons
from moderation.models import Appeal, Batch, DecisionRecord, Policy
from moderation.operations.effects import AT_ONCE, effect_on
from moderation.operations.landing import already_decided, land
from moderation.operations.permissions import check_may_rule_on, checked_note
from moderation.operations.reports import settle_reports
from moderation.pipeline.decision import Finding

Status = Comment.Status
Outcomes = DecisionRecord.Outcome


def rule(
    *,
    actor: User,
    comment: Comment,
    revision_id: int,
    outcome: str,
    reason: str = "",
    note: str = "",
    picked: bool = False,
    seen: int | None = None,
    reports_until: int | None = None,
    effect_after: timedelta = AT_ONCE,
    batch: Batch | None = None,
) -> DecisionRecord:
    """A person's ruling on the revision they read: approve, or reject with a reason.

    reason: the code of one that is offered (`reasons.for_desk`), needed to reject; note: at most
    1,000 characters, told to the author; picked: approve it as an editors' pick. seen: the number
    of the newest decision that was shown with it, 0 for none: a later one is a conflict; None asks
    for no such care. reports_until: the number of the newest report that was shown; an approval
    leaves later ones open, a rejection settles them all. effect_after: how long only the record
    stands, the author and readers hear of nothing, and `undo` leaves no trace to them. batch: the
    one it is part of. Raises Forbidden (editors_only, own_comment), ValidationError (bad_outcome,
    bad_reason, note_too_long), Conflict (changed, withdrawn, already_decided, already_so, appealed,
    author_banned, unverified).
    """
    check_may_rule_on(actor, comment.author_id)
    if outcome not in (Outcomes.APPROVE, Outcomes.REJECT):
        raise ValidationError(_("Approve or reject."), code="bad_outcome")
    if outcome == Outcomes.REJECT:
        reasons.check_offered(reason)
    note = checked_note(note, limit=1_000)
    with transaction.atomic():
        row = comments.locked(comment)
        comments.check_unchanged(row, revision_id)
        # Of an edit that was rejected and is contested, the words from before can still go.
        if not (outcome == Outcomes.REJECT and row.is_live):
            _check_not_appealed(row)
        if row.latest.erased_at is not None:
            raise _erased()
        _check_newest_seen(row, seen)
        already = (
            row.status == Status.APPROVED
            if outcome == Outcomes.APPROVE
            # An edit that was rejected may have left earlier words live: they can still go.
            else row.status == Status.REJECTED and not row.is_live
        )
        if already and effect_on(row) is None:
            raise Conflict(_("Another editor has already decided so."), code="already_so")
        if outcome == Outcomes.APPROVE and row.author.banned:
            raise Conflict(
                _("Its author is banned. Lift the ban before you approve it."),
                code="author_banned",
            )
        if outcome == Outcomes.APPROVE:
            comments.check_reachable(row)
        record = land(
            actor=actor,
            comment=row,
            revision_id=revision_id,
            outcome=outcome,
            reason=reason if outcome == Outcomes.REJECT else "",
            note=note,
            policy=Policy.objects.first(),
            picked=picked and outcome == Outcomes.APPROVE,
            effect_after=effect_after,
            batch=batch,
        )
        # A rejection that takes effect at once has upheld them all by now.
        if outcome == Outcomes.APPROVE or effect_after:
            settle_reports(
                actor=actor,
                comment=row,
                decision=record,
                until=reports_until if outcome == Outcomes.APPROVE else None,
            )
    return record


def _check_newest_seen(comment: Comment, seen: int | None) -> None:
    if seen is None:
        return
    newest = comment.decisions.select_related("actor").first()
    if newest is not None and newest.pk != seen:
        raise already_decided(newest)


def undo(*, actor: User, record: DecisionRecord, batch: Batch | None = None) -> DecisionRecord:
    """Take a person's ruling back: the comment returns to what it was, and a second record says so.

    Before its effect nothing has happened to the comment, and nothing does. Raises Forbidden
    (editors_only, own_comment), Conflict (not_latest when something was decided or written since,
    withdrawn, appealed, erased, not_undoable for the machine's decisions and for rulings on
    appeals).
    """
    check_may_rule_on(actor, record.comment.author_id)
    with transaction.atomic():
        comment = comments.locked(record.comment)
        _check_not_appealed(comment, record)
        check_not_erased(record.revision_id)
        check_not_erased(record.live_before_id)
        latest = comment.decisions.first()
        if record.actor_id is None or record.undoes_id is not None:
            raise Conflict(_("Only a person's ruling can be undone."), code="not_undoable")
        if record.reason in reasons.APPEAL:
            raise Conflict(_("A ruling on an appeal is the last word."), code="not_undoable")
        if latest.pk != record.pk or comment.latest_id != record.revision_id:
            raise Conflict(_("Something has been decided since."), code="not_latest")
        earlier = _before(record)
        outcome = {
            Status.APPROVED: Outcomes.APPROVE,
            Status.REJECTED: Outcomes.REJECT,
        }.get(record.status_before, Outcomes.HOLD)
        return land(
            actor=actor,
            comment=comment,
            revision_id=record.revision_id,
            outcome=outcome,
            findings=tuple(Finding.from_json(found) for found in earlier.findings)
            if earlier
            else (),
            reason="" if outcome == Outcomes.APPROVE or not earlier else earlier.reason,
            policy=record.policy,
            undoes=record,
            batch=batch,
        )


def _before(record: DecisionRecord) -> DecisionRecord | None:
    """What stands again when this ruling is taken back: the rejection that its author was told of,
    else what the machine had found."""
    earlier = DecisionRecord.objects.filter(
        comment=record.comment_id, revision=record.revision_id, pk__lt=record.pk
    )
    if record.status_before != Status.REJECTED:
        return earlier.exclude(findings=[]).first()
    told = earlier.filter(outcome=Outcomes.REJECT, undoes=None, undone_by=None, pending_effect=None)
    return told.exclude(reason__in=reasons.APPEAL).first()


def _check_not_appealed(comment: Comment, decision: DecisionRecord | None = None) -> None:
    """Once contested, a decision is another editor's to confirm or to change.

    decision: that one alone.
    """
    # Nothing else than a rejection is contested.
    if comment.status != Status.REJECTED:
        return
    contests = Appeal.objects.open().filter(comment=comment)
    if decision is not None:
        contests = contests.filter(decision=decision)
    if contests.exists():
        raise Conflict(
            _("Its author contests this decision: rule on the appeal instead."), code="appealed"
        )


def check_not_erased(revision_id: int | None) -> None:
    if CommentRevision.objects.filter(pk=revision_id, erased_at__isnull=False).exists():
        raise _erased()


def _erased() -> Conflict:
    return Conflict(_("The words have been erased since."), code="erased")
