"""A person's ruling, and taking it back."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import User
from comments import operations as comments
from comments.models import Comment, CommentRevision
from moderation import reasons
from moderation.models import Appeal, DecisionRecord, Policy
from moderation.operations.landing import land
from moderation.operations.permissions import check_may_rule_on, checked_note
from moderation.operations.reports import reopen_reports, settle_reports
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
) -> DecisionRecord:
    """A person's ruling on the revision they read: approve, or reject with a reason.

    reason: a code of reasons.EDITOR, needed to reject; note: at most 1,000 characters, told to the
    author. Raises Forbidden (editors_only, own_comment), ValidationError (bad_outcome, bad_reason,
    note_too_long), Conflict (changed, withdrawn, already_so, appealed).
    """
    check_may_rule_on(actor, comment.author_id)
    if outcome not in (Outcomes.APPROVE, Outcomes.REJECT):
        raise ValidationError(_("Approve or reject."), code="bad_outcome")
    if outcome == Outcomes.REJECT and reason not in reasons.EDITOR:
        raise ValidationError(_("Choose a reason."), code="bad_reason")
    note = checked_note(note, limit=1_000)
    with transaction.atomic():
        row = comments.locked(comment)
        _check_not_appealed(row)
        check_not_erased(revision_id)
        already = (
            row.status == Status.APPROVED
            if outcome == Outcomes.APPROVE
            # An edit that was rejected may have left earlier words live: they can still go.
            else row.status == Status.REJECTED and not row.is_live
        )
        if already and row.latest_id == revision_id:
            raise Conflict(_("Another editor has already decided so."), code="already_so")
        record = land(
            actor=actor,
            comment=comment,
            revision_id=revision_id,
            outcome=outcome,
            reason=reason if outcome == Outcomes.REJECT else "",
            note=note,
            policy=Policy.objects.first(),
        )
        settle_reports(actor=actor, comment=comment, decision=record)
    return record


def undo(*, actor: User, record: DecisionRecord) -> DecisionRecord:
    """Take a person's ruling back: the comment returns to what it was, and a second record says so.

    Raises Forbidden (editors_only), Conflict (not_latest when something was decided or written
    since, appealed, not_undoable for the machine's decisions and for rulings on appeals).
    """
    check_may_rule_on(actor, record.comment.author_id)
    with transaction.atomic():
        comment = comments.locked(record.comment)
        _check_not_appealed(comment)
        check_not_erased(record.revision_id)
        check_not_erased(record.live_before_id)
        latest = comment.decisions.first()
        if record.actor_id is None or record.undoes_id is not None:
            raise Conflict(_("Only a person's ruling can be undone."), code="not_undoable")
        if record.reason in reasons.APPEAL:
            raise Conflict(_("A ruling on an appeal is the last word."), code="not_undoable")
        if latest.pk != record.pk or comment.latest_id != record.revision_id:
            raise Conflict(_("Something has been decided since."), code="not_latest")
        earlier = (
            comment.decisions.filter(pk__lt=record.pk, revision=record.revision_id)
            .exclude(findings=[])
            .first()
        )
        outcome = {
            Status.APPROVED: Outcomes.APPROVE,
            Status.REJECTED: Outcomes.REJECT,
        }.get(record.status_before, Outcomes.HOLD)
        reopen_reports(decision=record)
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
        )


def _check_not_appealed(comment: Comment) -> None:
    """Once contested, a decision is another editor's to confirm or to change."""
    if Appeal.objects.open().filter(comment=comment).exists():
        raise Conflict(
            _("Its author contests this decision: rule on the appeal instead."), code="appealed"
        )


def check_not_erased(revision_id: int | None) -> None:
    if CommentRevision.objects.filter(pk=revision_id, erased_at__isnull=False).exists():
        raise Conflict(_("The words have been erased since."), code="erased")
