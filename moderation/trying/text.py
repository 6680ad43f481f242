"""What the rules say of words that somebody types to try them; nothing of them is kept."""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from comments.pages import marked
from folding import normalise
from moderation import intake, reasons
from moderation.advice import NOT_ABOUT_WORDS
from moderation.models import DecisionRecord, Trial
from moderation.operations.permissions import check_admin
from moderation.pipeline import CHECKS, judge
from moderation.pipeline.decision import Decision, Finding
from moderation.pipeline.links import canonical_hosts, find_links, is_within
from moderation.pipeline.scores import NEVER, thresholds
from moderation.pipeline.submission import Policy
from moderation.trying.proposal import proposal_of

WORDS = tuple(name for name in CHECKS if name not in NOT_ABOUT_WORDS)


@dataclass(frozen=True, slots=True)
class Shown:
    """title: under which rules; pieces: the text with its evidence; findings: what each check
    says, and by what; links: host and what the rules make of it; scores: label, score, from where
    it is held, and whether it is."""

    title: str
    outcome: str
    pieces: list[tuple[str, bool]]
    findings: list[tuple[str, str, str]]
    links: list[tuple[str, str]]
    scores: list[tuple[str, float, float | None, bool]]


def judged(*, actor: User, text: str, trial: Trial | None = None) -> list[Shown]:
    """The text under the rules in force, as by a reader whose first comment was approved long ago,
    and beside it as a proposed change would have it. Raises Forbidden (admins_only)."""
    check_admin(actor)
    text = normalise(text)
    current = intake.current_policy()
    rules = [(_("Under the rules in force"), intake.policy_from(current))]
    if trial is not None:
        _in_force, proposed = proposal_of(trial.change).policies(None)
        rules.append((_("With the change: %(name)s") % {"name": trial.name}, proposed))
    return [_shown(title, text, actor, policy) for title, policy in rules]


def _shown(title: str, text: str, actor: User, policy: Policy) -> Shown:
    submission = intake.submission_of_words(text, actor)
    # An editor's own comment passes most checks: this is about a reader's.
    reader = replace(submission.author, trusted=False, restricted=False, approved=1)
    submission = replace(submission, author=reader)
    decision = judge(submission, policy, WORDS)
    return Shown(
        title=title,
        outcome=str(DecisionRecord.Outcome(decision.outcome.value).label),
        pieces=marked(text, [span for found in decision.findings for span in found.spans]),
        findings=[
            (
                reasons.told(found.code) or found.code,
                str(DecisionRecord.Outcome(found.outcome.value).label),
                _by_what(found),
            )
            for found in decision.findings
        ],
        links=_links(text, policy),
        scores=_scores(decision, policy),
    )


def _by_what(found: Finding) -> str:
    phrases = [f"“{phrase['text']}”" for phrase in found.detail.get("phrases", ())]
    labels: list[Any] = [
        f"{reasons.told(each['label']) or each['label']} {each['score']:.2f} (≥ {each['from']:.2f})"
        for each in found.detail.get("labels", ())
    ]
    return ", ".join(phrases + labels)


def _links(text: str, policy: Policy) -> list[tuple[str, str]]:
    allowed, blocked = (
        canonical_hosts(domains) for domains in (policy.allowed_domains, policy.blocked_domains)
    )
    return [
        (
            link.host,
            _("not published")
            if is_within(link.host, blocked)
            else _("never counted")
            if is_within(link.host, allowed)
            else _("counted"),
        )
        for link in find_links(text)
    ]


def _scores(decision: Decision, policy: Policy) -> list[tuple[str, float, float | None, bool]]:
    hold_from, _reject_from = thresholds(policy)
    found = []
    for label, score in sorted(decision.scores.items(), key=lambda each: -each[1]):
        threshold = hold_from.get(label, NEVER)
        at = threshold if threshold < NEVER else None
        told = reasons.told(label) if label != "spam" else _("advertising")
        found.append((told or label, score, at, at is not None and score >= at))
    return found
