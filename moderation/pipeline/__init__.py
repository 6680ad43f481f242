"""Judges one submission by every check; imports no Django and none of the apps.

The strictest outcome wins and every reason is kept. What cannot be checked is held: a check that
is missing, fails or is slow is itself a finding.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import import_module

from .decision import Decision, Finding, Outcome, Span
from .scores import probabilities_of, verdict_on
from .submission import (
    Alike,
    AuthorFacts,
    DiscussionFacts,
    Earlier,
    Member,
    Phrase,
    Policy,
    Submission,
)

__all__ = [
    "CHECKS",
    "REASONS",
    "SWITCHABLE",
    "Alike",
    "AuthorFacts",
    "Decision",
    "DiscussionFacts",
    "Earlier",
    "Finding",
    "Member",
    "Outcome",
    "Phrase",
    "Policy",
    "Span",
    "Submission",
    "judge",
]

Check = Callable[[Submission, Policy], Finding | None]

CHECKS: tuple[str, ...] = (
    "closed",  # did the discussion close before the text was judged?
    "premoderated",  # does an editor read everything here first?
    "out_of_hours",  # was it written while nobody reads?
    "restricted",  # does the author's standing send every comment to an editor?
    "unverified",  # has the author confirmed no e-mail address?
    "disposable_mail",  # does a new author have a throw-away address?
    "unproven",  # did a new author send no proof of work where one was asked for?
    "newcomer",  # is it one of the author's first comments?
    "flood",  # does the author post too fast?
    "repeats",  # has the author said the same before?
    "twins",  # do other authors say the same?
    "raids",  # do many accounts push one text, or one link?
    "banned_phrases",  # what the house never prints
    "suspect_phrases",  # what an editor should look at
    "blocked_links",  # where the house never links to
    "disguised_links",  # links that hide where they lead, or that they are links
    "too_many_links",  # more links than a conversation needs
    "shouting",  # mostly capitals
    # The learned checks come last, because they cost the most.
    "disguised_words",  # words that hide from a filter
    "unmeasured_language",  # a language in which nobody knows how well the next two judge
    "abuse",  # what demeans or attacks somebody
    "spam",  # what advertises
)

# The others answer to the discussion, to somebody's standing, or to a switch of their own.
SWITCHABLE: tuple[str, ...] = tuple(
    name
    for name in CHECKS
    if name
    not in (
        *("closed", "premoderated", "out_of_hours", "restricted", "unverified"),
        *("disguised_words", "unmeasured_language"),
    )
)

LEARNED = frozenset(("disguised_words", "abuse", "spam"))

REASONS: dict[str, str] = {
    "closed": "The discussion closed before the comment was judged.",
    "premoderated": "An editor reads every comment in this discussion before it goes live.",
    "out_of_hours": "Nobody reads in this discussion at the hour the comment was written.",
    "restricted": "An editor reads every comment by this author before it goes live.",
    "unverified": "The author has not confirmed an e-mail address.",
    "disposable_mail": "The author's e-mail address is a disposable one.",
    "unproven": "The comment, or its author's sign-up, came without the proof of work asked for.",
    "newcomer": "The author has too few approved comments.",
    "flood": "The author posted too many comments in a short time.",
    "repeats": "The author posted the same text, or nearly the same, before.",
    "twins": "Other authors posted the same text.",
    "raids": "Several authors posted nearly the same text, or links to one place.",
    "banned_phrases": "The text contains a banned phrase.",
    "suspect_phrases": "The text contains a phrase that an editor should look at.",
    "blocked_links": "The text links to a blocked domain.",
    "disguised_links": "The text hides a link, or where a link leads.",
    "too_many_links": "The text contains too many links.",
    "shouting": "Most of the text is in capitals.",
    "disguised_words": "The text contains words that are written to get past a filter.",
    "unmeasured_language": "The text is in a language the scorer has no figures for.",
    "abuse": "The scorer takes the text for abuse.",
    "spam": "The scorer takes the text for advertising.",
    "check_missing": "A check could not be loaded, so the comment waits for an editor.",
    "check_failed": "A check failed, so the comment waits for an editor.",
    "check_slow": "A check took too long, so the comment waits for an editor.",
}


def judge(submission: Submission, policy: Policy, checks: Sequence[str] = CHECKS) -> Decision:
    """Decides what becomes of a submission; never raises.

    Runs every check that the policy has not switched off, whatever the others say. `elapsed_ms` of
    the result is wall time.
    """
    started = time.perf_counter()
    asked = [name for name in checks if name not in policy.checks_off]
    findings = tuple(finding for name in asked for finding in _ask(name, submission, policy))
    outcome = max((finding.outcome for finding in findings), default=Outcome.APPROVE)
    scores, scorer = _scores(submission.text, policy) if LEARNED & set(checks) else ({}, "")
    elapsed_ms = round((time.perf_counter() - started) * 1000, 3)
    return Decision(outcome, findings, elapsed_ms, scores, scorer)


def _scores(text: str, policy: Policy) -> tuple[dict[str, float], str]:
    """What the scorer said, and its version; nothing where it failed: the checks tell that."""
    try:
        probabilities, version = probabilities_of(text, policy), verdict_on(text).version
    except Exception:
        return {}, ""
    return {label: round(value, 4) for label, value in probabilities.items()}, version


def _ask(name: str, submission: Submission, policy: Policy) -> Iterator[Finding]:
    try:
        check = _resolve(name)
    # A module can fail to load in any way its code can; each of them means that nobody checked.
    except Exception as error:
        yield _unchecked("check_missing", check=name, error=type(error).__name__)
        return
    started = time.perf_counter()
    try:
        finding = check(submission, policy)
        if not isinstance(finding, Finding | None):
            raise TypeError(name)
    except Exception as error:
        # The message may quote the text, so only the kind of error is kept.
        yield _unchecked("check_failed", check=name, error=type(error).__name__)
    else:
        if finding is not None:
            yield finding
    elapsed_ms = (time.perf_counter() - started) * 1000
    if elapsed_ms > policy.check_budget_ms:
        yield _unchecked("check_slow", check=name, elapsed_ms=round(elapsed_ms))


# A failed import is not remembered, so a check that is repaired is found without a restart.
@cache
def _resolve(name: str) -> Check:
    check: Check = getattr(import_module(f"{__name__}.checks.{name}"), name)
    return check


def _unchecked(code: str, **detail: str | int) -> Finding:
    return Finding(code, Outcome.HOLD, detail=detail)
