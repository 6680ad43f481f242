"""Where every decision lands, the machine's and a person's: status, record and notice."""

from collections.abc import Mapping
from types import MappingProxyType

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from comments import operations as comments
from comments.models import Comment, Notice
from moderation import reasons
from moderation.models import DecisionRecord, Phrase, Policy
from moderation.pipeline.decision import Finding
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
) -> DecisionRecord | None:
    """Where every decision lands: status, record and notice in one transaction."""
    strictest = [found for found in findings if found.outcome.value == outcome]
    reason = reason or (strictest[0].code if strictest else "")
    notice = _notice(findings, outcome, reason=reason, by_machine=actor is None, note=note)
    with transaction.atomic():
        row = comments.locked(comment)
        if only_if and (row.status != only_if or row.latest_id != revision_id or row.withdrawn_at):
            return None
        before, held_since = row.status, row.decided_at
        live_before = row.live_revision_id if row.is_live else None
        wanted = {"actor": actor, "comment": comment, "revision_id": revision_id}
        if undoes is not None:
            comments.restore(
                **wanted,
                # A person has read it by now: it waits for one rather than for the machine.
                status=Status.HELD
                if undoes.status_before == Status.PENDING
                else undoes.status_before,
                live_revision_id=undoes.live_before_id,
                notice=notice,
            )
        elif outcome == Outcomes.APPROVE:
            comments.approve(**wanted)
        elif outcome == Outcomes.HOLD:
            comments.hold(**wanted, notice=notice)
        else:
            comments.reject(**wanted, notice=notice)
        waited = None
        if actor is not None and before == Status.HELD and held_since is not None:
            waited = max(0, round((timezone.now() - held_since).total_seconds()))
        return DecisionRecord.objects.create(
            comment=comment,
            revision_id=revision_id,
            actor=actor,
            outcome=outcome,
            status_before=before,
            live_before_id=live_before,
            reason=reason,
            findings=[found.as_json() for found in findings],
            scores=dict(scores),
            scorer=scorer,
            policy=policy,
            software=settings.VERSION,
            waited_seconds=waited,
            undoes=undoes,
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
    known = reasons.ALL.get(reason)
    return named or (known.guideline if known else "")
