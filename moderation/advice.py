"""The nudge: what the checks would say of a text, told to its author before it is sent."""

import logging
import time

from django.core.cache import cache

from accounts.models import User
from articles import standing_texts
from articles.models import Article
from comments.ports import Advice
from moderation import intake, reasons
from moderation.operations.landing import guideline_touched, labels_behind
from moderation.pipeline import CHECKS, judge
from moderation.pipeline.decision import Finding, Outcome
from moderation.pipeline.submission import Policy, Submission

# These ask who writes, where and how often: no edit of the words would change their answer.
NOT_ABOUT_WORDS = frozenset(
    (
        *("closed", "premoderated", "out_of_hours", "restricted", "newcomer"),
        *("flood", "repeats", "twins", "raids"),
    )
)
BUDGET = 0.15  # seconds; somebody is waiting for the page
PER_HOUR = 30  # for one person: past it a text is only judged, so that nobody probes the lists
HOUR = 3_600  # seconds
logger = logging.getLogger(__name__)


def advise(text: str, author: User, article: Article) -> Advice | None:
    """What would keep this text from going live, in the words of the notice its author would get.

    text: normalised. None when nothing would, when the checks fail or take longer than BUDGET, and
    for whoever has been advised PER_HOUR times within the hour.
    """
    try:
        findings = _findings(
            intake.submission_of_words(text, author),
            intake.policy_from(intake.current_policy(), article.pk),
        )
        if not findings or not _may_be_told(author):
            return None
        return _said(findings)
    # Whatever is out of order here, the comment is still judged once it is sent.
    except Exception:
        logger.exception("no advice")
        return None


def _findings(submission: Submission, policy: Policy) -> tuple[Finding, ...]:
    """What the checks of words find; nothing when they are too slow together."""
    until = time.monotonic() + BUDGET
    found: list[Finding] = []
    for name in CHECKS:
        if name in NOT_ABOUT_WORDS:
            continue
        # A check that is out of order speaks under another name than its own.
        found += (each for each in judge(submission, policy, (name,)).findings if each.code == name)
        if time.monotonic() > until:
            return ()
    return tuple(found)


def _may_be_told(author: User) -> bool:
    key = f"advised:{author.pk}:{int(time.time() // HOUR)}"
    told = cache.get(key, 0)
    cache.set(key, told + 1, HOUR)
    return told < PER_HOUR


def _said(findings: tuple[Finding, ...]) -> Advice:
    strictest = max(finding.outcome for finding in findings)
    first = next(finding for finding in findings if finding.outcome == strictest)
    code = guideline_touched(findings, first.code)
    return Advice(
        reason=reasons.told(first.code, labels_behind(findings, first.code)),
        guideline=next((one for one in standing_texts.guidelines() if one.code == code), None),
        spans=tuple(tuple(span) for span in first.spans),
        waits=strictest == Outcome.HOLD,
    )
