"""Where every decision lands, the machine's and a person's: status, record and notice."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

import failpoints
from accounts.errors import Conflict
from accounts.models import User
from comments import operations as comments
from comments.models import Comment, Notice
from moderation import reasons
from moderation.models import Batch, DecisionRecord, Phrase, Policy
from moderation.operations.effects import (
    AT_ONCE,
    defer,
    effect_on,
    lapse,
    still_stands,
    take_effect,
)
from moderation.operations.queueing import follow
from moderation.pipeline.decision import Finding, Outcome
from moderation.waiting import expected_wait_seconds

Status = Comment.Status
Outcomes = DecisionRecord.Outcome


def land(
    *,
    actor: User | None,
    comment: Comment,
    revision_id: int,
    outcome: str,
    findings: tuple[Finding, ...] = (),
    policy: Policy | None = None,
    scores: Mapping[str, float] = MappingProxyType({}),
    scorer: str = "",
    reason: str = "",
    note: str = "",
    undoes: DecisionRecord | None = None,
    only_if: str | None = None,
    picked: bool = False,
    effect_after: timedelta = AT_ONCE,
    batch: Batch | None = None,
) -> DecisionRecord | None:
    """Where every decision lands: record, status and notice, in the transaction of the caller.

    comment: from `comments.locked`, so that nobody moves it meanwhile. effect_after: how long only
    the record stands and nobody hears of it; picked: make it a pick as it goes live. Raises
    Conflict (changed, withdrawn, already_decided).
    """
    strictest = [found for found in findings if found.outcome.value == outcome]
    reason = reason or (strictest[0].code if strictest else "")
    notice = _notice(findings, outcome, reason=reason, by_machine=actor is None, note=note)
    effect = effect_on(comment)
    if effect is not None and not still_stands(effect, comment):
        lapse(effect, comment)
        effect = None
    changed = comment.status != only_if or comment.latest_id != revision_id or comment.withdrawn_at
    if only_if and (changed or effect):
        return None
    comments.check_unchanged(comment, revision_id)
    if actor is None and outcome == Outcomes.APPROVE and comment.author.is_read_first():
        # Sanctioned while the checks ran.
        findings = (*findings, Finding("restricted", Outcome.HOLD))
        outcome, reason = Outcomes.HOLD, "restricted"
        notice = _notice(findings, outcome, reason=reason, by_machine=True)
    in_time = effect is not None and effect.record == undoes
    if effect is not None and not in_time:
        raise already_decided(effect.record)
    waited = None
    if actor is not None and comment.status == Status.HELD and comment.decided_at is not None:
        waited = max(0, round((timezone.now() - comment.decided_at).total_seconds()))
    record = DecisionRecord.objects.create(
        comment=comment,
        revision_id=revision_id,
        actor=actor,
        outcome=outcome,
        status_before=comment.status,
        live_before_id=comment.live_revision_id if comment.is_live else None,
        reason=reason,
        findings=[found.as_json() for found in findings],
        scores=dict(scores),
        scorer=scorer,
        policy=policy,
        software=settings.VERSION,
        waited_seconds=waited,
        undoes=undoes,
        batch=batch,
    )
    failpoints.reached("decision_recorded", comment.pk)
    if in_time:
        lapse(effect, comment)
    elif effect_after:
        defer(record=record, comment=comment, notice=notice, picked=picked, after=effect_after)
    else:
        take_effect(record=record, comment=comment, notice=notice, picked=picked)
    follow(comment, is_locked=True)
    return record


def already_decided(record: DecisionRecord) -> Conflict:
    """What an editor is told who comes second."""
    if record.actor_id is None:
        return Conflict(_("It has been judged again since you read it."), code="already_decided")
    said = {
        "name": record.actor.display_name,
        "outcome": record.get_outcome_display(),
    }
    return Conflict(
        _("%(name)s has already decided this: %(outcome)s."), code="already_decided", params=said
    )


def _notice(
    findings: tuple[Finding, ...], outcome: str, *, reason: str, by_machine: bool, note: str = ""
) -> Notice | None:
    if outcome == Outcomes.APPROVE:
        return None
    return Notice(
        reason=reason,
        guideline=guideline_touched(findings, reason),
        spans=tuple(
            tuple(span) for found in findings if found.code == reason for span in found.spans
        ),
        labels=labels_behind(findings, reason),
        by_machine=by_machine,
        note=note,
        wait_seconds=expected_wait_seconds() if outcome == Outcomes.HOLD else None,
    )


def labels_behind(findings: tuple[Finding, ...], reason: str) -> tuple[str, ...]:
    """The scorer's labels behind a reason, the strongest first."""
    return tuple(
        over["label"]
        for found in findings
        if found.code == reason
        for over in found.detail.get("labels", ())
    )


def told_of(record: DecisionRecord) -> str:
    """The reason of a decision in one sentence to its author."""
    findings = tuple(Finding.from_json(found) for found in record.findings)
    return reasons.told(record.reason, labels_behind(findings, record.reason))


def guideline_touched(findings: tuple[Finding, ...], reason: str) -> str:
    """The guideline of the phrase that was found, if it names one, else that of the reason."""
    phrases = [
        phrase["id"]
        for found in findings
        if found.code == reason
        for phrase in found.detail.get("phrases", ())
    ]
    named = (
        Phrase.objects.filter(pk__in=phrases, guideline__isnull=False)
        .values_list("guideline__code", flat=True)
        .first()
        if phrases
        else None
    )
    return named or reasons.guideline_of(reason)
