"""What the learned scorer says of a text, asked once for all the checks that want to know."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np

import failpoints
from moderation.scorer import Scorer, Verdict, load
from moderation.scorer import Span as ScoredSpan
from moderation.scorer.residual import Seen, log_odds, look, words_behind

from .decision import Finding, Outcome, Span
from .submission import Lesson, Policy

# What abuse may be called; spam is asked by a check of its own.
ABUSE = (
    "toxicity",
    "severe_toxicity",
    "insult",
    "threat",
    "identity_attack",
    "profanity",
    "sexually_explicit",
)
SPAM = ("spam",)
# What rulings teach, and the labels it moves.
KINDS = {"abuse": ABUSE, "spam": SPAM}
NEVER = 1.0


@lru_cache(maxsize=1)
def scorer() -> Scorer:
    """The scorer with its shipped weights, read once. Raises when they are missing or damaged."""
    return load()


def recommended() -> dict[str, float]:
    """From which probability on a label should be held, by the cost the weights were made for."""
    thresholds = scorer().header["thresholds"]
    return {label: float(thresholds[label]["hold"]) for label in scorer().labels}


# Three checks ask about one text; a failure is not remembered, so each of them holds it.
@lru_cache(maxsize=1)
def verdict_on(text: str) -> Verdict:
    """The scorer's verdict. Raises ValueError when it is not a set of probabilities."""
    failpoints.reached("scoring")
    verdict = scorer().score(text)
    for label, value in verdict.probabilities.items():
        if not (math.isfinite(value) and 0.0 <= value <= 1.0):
            raise ValueError(label)
    return verdict


# Only where a site's rulings have taught it something: it costs as much as the verdict.
@lru_cache(maxsize=1)
def _seen(text: str) -> Seen:
    return look(scorer(), text)


def probabilities_of(text: str, policy: Policy) -> dict[str, float]:
    """The verdict's probabilities, moved by what this site's rulings have taught."""
    verdict = verdict_on(text)
    moved = dict(verdict.probabilities)
    for lesson in _lessons(policy, verdict):
        shift = lesson.residual.shift(_seen(text))
        for label in KINDS[lesson.kind]:
            if label in moved:
                moved[label] = _moved(moved[label], shift)
    return moved


def _lessons(policy: Policy, verdict: Verdict) -> list[Lesson]:
    """Those in force that were learned over these weights: of others they say nothing."""
    return [each for each in policy.learned if each.residual.scorer == verdict.version]


def _raised_by(kind: str, text: str, policy: Policy) -> tuple[int | None, list[ScoredSpan]]:
    """The number of the lesson that makes a text likelier to be of a kind, and the words for which
    it does; None and nothing where none does."""
    for lesson in _lessons(policy, verdict_on(text)):
        if lesson.kind == kind and lesson.residual.shift(_seen(text)) > 0:
            return lesson.number, words_behind(scorer(), text, lesson.residual)
    return None, []


def _moved(probability: float, shift: float) -> float:
    if not shift:
        return probability
    return 1.0 / (1.0 + math.exp(-float(log_odds(np.array(probability))) - shift))


def thresholds(policy: Policy) -> tuple[dict[str, float], dict[str, float]]:
    """From which probability on each label is held, and rejected; NEVER, or unnamed: not at all."""
    return recommended() | dict(policy.hold_from), dict(policy.reject_from)


def reached(
    labels: Iterable[str],
    probabilities: Mapping[str, float],
    policy: Policy,
    *,
    shift: float = 0.0,
    frozen: Mapping[str, float] = MappingProxyType({}),
) -> list[tuple[float, str, Outcome, float]]:
    """(probability, label, outcome, threshold) of each label at or above a threshold of its own,
    the strictest and likeliest first. shift: as in judged_by. frozen: what the scorer alone says,
    where a lesson has moved it: neither may be below a threshold that rejects."""
    hold_from, reject_from = thresholds(policy)
    over = []
    for label in labels:
        # A label with too little data to be honest about is not among the scorer's.
        probability = probabilities.get(label, 0.0)
        held, rejected = hold_from.get(label, NEVER), reject_from.get(label, NEVER)
        moved = _moved(probability, shift)
        if rejected < NEVER and min(probability, moved, frozen.get(label, 1.0)) >= rejected:
            over.append((moved, label, Outcome.REJECT, rejected))
        elif held < NEVER and moved >= held:
            over.append((moved, label, Outcome.HOLD, held))
    return sorted(over, key=lambda each: (-each[2].strictness, -each[0]))


def carried(labels: Iterable[str], text: str) -> list[str]:
    """The labels that some word of the text speaks for.

    Of two words that say nothing either way, what is left is how common abuse was among the short
    texts that taught the scorer. What no word carries is held against nobody.
    """
    spans = verdict_on(text).spans
    return [label for label in labels if spans.get(label) != []]


def judged_by(
    code: str,
    labels: Iterable[str],
    text: str,
    policy: Policy,
    *,
    shift: float = 0.0,
    signs: tuple[str, ...] = (),
) -> Finding | None:
    """What the labels ask for together: the strictest of them, with the words that carried those
    at or above their thresholds. None when all are below.

    shift: in log-odds, what the circumstances that signs name add to the words. It moves what is
    held, as a lesson does; what is rejected rests on the scorer's own word, whose precision an
    admin was shown.
    """
    verdict = verdict_on(text)
    frozen = verdict.probabilities
    over = reached(labels, probabilities_of(text, policy), policy, shift=shift, frozen=frozen)
    # Who taught a lesson did so in words: what it lifts must be carried by one of them.
    lesson, taught = _raised_by(code, text, policy) if over else (None, [])
    spoken_for = carried(labels, text)
    if lesson is not None:
        alone = {label for _p, label, *_rest in reached(labels, frozen, policy, shift=shift)}
        spoken_for = [
            label for label in labels if taught or (label in alone and label in spoken_for)
        ]
    over = [each for each in over if each[1] in spoken_for]
    if not over:
        return None
    spans = {
        Span(start, end)
        for _probability, label, *_rest in over
        for start, end, _weight in (*verdict.spans.get(label, ()), *taught)
    }
    return Finding(
        code,
        over[0][2],
        spans=_apart(spans),
        score=round(over[0][0], 4),
        detail={
            "labels": [
                {"label": label, "score": round(probability, 4), "from": round(threshold, 4)}
                for probability, label, _outcome, threshold in over
            ],
            "model": verdict.version,
            **({"signs": list(signs)} if signs else {}),
            **({"lesson": lesson} if lesson is not None else {}),
        },
    )


def _apart(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same characters in spans that do not touch, in order."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
