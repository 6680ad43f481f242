"""Contesting a decision, once, and what another editor then rules."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import limits
from accounts.addresses import Origin
from accounts.errors import Conflict, Forbidden
from accounts.models import ADMINS, EDITORS, User
from comments import notifications
from comments import operations as comments
from comments.models import Comment
from moderation import reasons
from moderation.models import Appeal, DecisionRecord, Overturned, Policy
from moderation.operations.effects import effect_on
from moderation.operations.landing import land
from moderation.operations.permissions import check_editor, checked_note, checked_outcome
from moderation.operations.reports import dismiss_after_appeal
from moderation.operations.ruling import check_not_erased
from moderation.overturned import rules_behind
from record import log

CONTESTABLE = timedelta(days=184)  # six months, at their longest
SAME_PERSON_AFTER = timedelta(days=7)
Status = Comment.Status
Outcomes = DecisionRecord.Outcome


def decision_against(comment: Comment) -> DecisionRecord | None:
    """The last decision not to publish this comment, whether it still stands or not, that its
    author was told of: none that waits for its effect, nor one that was undone before. Who takes an
    approval back decides nothing new: the rejection from before stands again."""
    against = comment.decisions.filter(outcome=Outcomes.REJECT, pending_effect=None, undoes=None)
    if comment.status == Status.REJECTED:
        against = against.filter(undone_by=None)
    return (
        against.exclude(reason__in=reasons.APPEAL)
        .select_related("actor", "policy", "revision")
        .first()
    )


def stands(record: DecisionRecord, comment: Comment) -> bool:
    """Does this rejection still decide what readers see of the comment?"""
    return comment.status == Status.REJECTED and comment.latest_id == record.revision_id


def contestable(comment: Comment) -> DecisionRecord:
    """The decision that the comment's author may contest now.

    Raises Conflict (withdrawn, not_rejected, already_contested, too_late, erased).
    """
    record = decision_against(comment)
    if comment.withdrawn_at is not None:
        raise Conflict(_("You have withdrawn this comment."), code="withdrawn")
    if record is None or not stands(record, comment):
        raise Conflict(_("There is no decision on this comment to contest."), code="not_rejected")
    if Appeal.objects.filter(decision=record).exists():
        raise Conflict(_("You have contested this decision already."), code="already_contested")
    if timezone.now() > record.at + CONTESTABLE:
        raise Conflict(_("The time to contest this decision is over."), code="too_late")
    check_not_erased(record.revision_id)
    return record


def appeal(
    *, actor: User, comment: Comment, words: str = "", origin: Origin | None = None
) -> Appeal:
    """Contest the decision not to publish one's comment; each decision once, for six months.

    actor: its author, suspended and banned ones too. words: why, at most 1,000 characters, or
    none. Raises Forbidden (sign_in, not_yours), ValidationError (forbidden_characters,
    note_too_long), TooMany (too_fast), Conflict as contestable does, and (being_decided) while a
    ruling on the comment waits for its effect.
    """
    if not actor.is_authenticated:
        raise Forbidden(_("Sign in first."), code="sign_in")
    if actor.pk != comment.author_id:
        raise Forbidden(_("Only its author may contest a decision."), code="not_yours")
    words = checked_note(words, limit=1_000)
    with transaction.atomic():
        limits.spend("appeal", actor=actor, origin=origin)
        row = comments.locked(comment)
        record = contestable(row)
        if effect_on(row) is not None:
            raise Conflict(
                _("An editor is looking at your comment at this moment. Try again in a minute."),
                code="being_decided",
            )
        made = Appeal.objects.create(
            comment=row, decision=record, contested_id=record.actor_id, words=words
        )
        _tell_on_notice(row, "open")
        log.append(actor=actor, verb="appeal", subject=made, detail={"decision": record.pk})
    return made


def refusal_to_rule(*, actor: User, appeal: Appeal) -> Forbidden | None:
    """Why this editor may not rule on this appeal now; None if they may.

    Another editor than the one who decided rules, and an admin counts as one. Where there is
    nobody else, the same person may after seven days.
    """
    return refusals_to_rule(actor=actor, appeals=[appeal]).get(appeal.pk)


def refusals_to_rule(*, actor: User, appeals: Iterable[Appeal]) -> dict[int, Forbidden]:
    """Those of these appeals (with their comments) that this editor may not rule on now, each with
    why; one query however many they are, none where nothing is the editor's own decision."""
    own = [appeal for appeal in appeals if actor.pk in _parties(appeal)]
    decided = [appeal for appeal in own if actor.pk != appeal.comment.author_id]
    # Of two others, one at most is the author of an appeal.
    others = (
        list(_rulers().exclude(pk=actor.pk).values_list("pk", flat=True)[:2]) if decided else []
    )
    found = {appeal.pk: _refusal(actor, appeal, others) for appeal in own}
    return {pk: refusal for pk, refusal in found.items() if refusal is not None}


def _parties(appeal: Appeal) -> tuple[int | None, int]:
    return appeal.contested_id, appeal.comment.author_id


def _rulers() -> QuerySet[User]:
    """Everybody who may rule at the desk."""
    return (
        User.objects.filter(Q(groups__name__in=[EDITORS, ADMINS]) | Q(is_superuser=True))
        .filter(is_active=True, banned=False)
        .order_by("pk")
        .distinct()
    )


def _refusal(actor: User, appeal: Appeal, others: list[int]) -> Forbidden | None:
    """others: two people beside the actor who may rule, or as many as there are."""
    if actor.pk == appeal.comment.author_id:
        return Forbidden(_("Another editor rules on your own appeal."), code="own_comment")
    if any(other != appeal.comment.author_id for other in others):
        return Forbidden(
            _("This was your decision: another editor rules on it."), code="own_decision"
        )
    if timezone.now() < appeal.created_at + SAME_PERSON_AFTER:
        return Forbidden(
            _("This was your decision, and nobody else can rule yet: you may after seven days."),
            code="too_soon",
        )
    return None


def rule_on_appeal(*, actor: User, appeal: Appeal, outcome: str, note: str = "") -> Appeal:
    """Uphold the contested decision, or overturn it: the comment is live again, in its place.

    outcome: of Appeal.Outcome. note: at most 1,000 characters, told to the author. Raises
    Forbidden (editors_only, own_comment, own_decision, too_soon), ValidationError (bad_outcome,
    forbidden_characters, note_too_long), Conflict (already_so, changed, erased).
    """
    check_editor(actor)
    refusal = refusal_to_rule(actor=actor, appeal=appeal)
    if refusal is not None:
        raise refusal
    outcome = checked_outcome(outcome, Appeal.Outcome)
    note = checked_note(note, limit=1_000)
    with transaction.atomic():
        row = comments.locked(appeal.comment)
        found = Appeal.objects.select_for_update(of=("self",)).get(pk=appeal.pk)
        if found.decided_at is not None:
            raise Conflict(_("Another editor has already ruled on this appeal."), code="already_so")
        if not Appeal.objects.open().filter(pk=found.pk).exists():
            raise Conflict(_("Its author has changed or withdrawn the comment."), code="changed")
        if outcome == Appeal.Outcome.OVERTURNED:
            check_not_erased(row.latest_id)
            land(
                actor=actor,
                comment=row,
                revision_id=row.latest_id,
                outcome=Outcomes.APPROVE,
                reason="appeal_overturned",
                policy=Policy.objects.first(),
            )
            _count_against(found)
            dismiss_after_appeal(decision=found.decision)
        else:
            _record_upheld(actor, row)
            # Where the words from before were rejected meanwhile, its author reads of that.
            if decision_against(row) == found.decision:
                _tell_on_notice(row, "upheld")
        found.decided_at, found.decided_by = timezone.now(), actor
        found.outcome, found.note = outcome, note
        found.same_person = found.contested_id == actor.pk
        found.save()
        notifications.tell_of_appeal(row, upheld=outcome == Appeal.Outcome.UPHELD)
        log.append(
            actor=actor,
            verb="rule_on_appeal",
            subject=found,
            detail={"outcome": outcome, "same_person": found.same_person},
        )
    return found


def _record_upheld(actor: User, comment: Comment) -> None:
    """A record beside the first decision, which stays in force as it was told."""
    DecisionRecord.objects.create(
        comment=comment,
        revision_id=comment.latest_id,
        actor=actor,
        outcome=Outcomes.REJECT,
        status_before=comment.status,
        live_before_id=comment.live_revision_id if comment.is_live else None,
        reason="appeal_upheld",
        policy=Policy.objects.first(),
        software=settings.VERSION,
    )


def _count_against(appeal: Appeal) -> None:
    """Charge whatever had fired on these words, also where a person then ruled as it suggested."""
    decision = appeal.decision
    judged = (
        DecisionRecord.objects.filter(
            comment=decision.comment_id,
            revision=decision.revision_id,
            pk__lte=decision.pk,
            undoes__isnull=True,
        )
        .exclude(findings=[])
        .first()
    )
    if judged is not None:
        Overturned.objects.bulk_create(
            Overturned(appeal=appeal, **rule._asdict())
            for rule in rules_behind(judged.findings, judged.scorer)
        )


def _tell_on_notice(comment: Comment, contested: str) -> None:
    """So that the author's own view of the comment says where the contest stands."""
    if comment.notice is not None:
        Comment.objects.filter(pk=comment.pk).update(
            notice={**comment.notice, "contested": contested}
        )
