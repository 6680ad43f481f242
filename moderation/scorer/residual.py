"""What one site's rulings add to the frozen scorer: a small model over the same features.

A residual starts as no change at all and is pulled back to it, so that few rulings change little.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .features import extract
from .reading import read
from .scorer import Scorer, Span

_SPAN = 12.0  # log-odds beyond this say no more than certainty
_NEWTON_STEPS = 12
_STEPS, _STEP = 200, 0.1
_DENSE_PULL = 500.0  # on what the scorer sees anyway, each in units of its own spread
_CONSTANT_PULL = 5.0
_WORD_PULL = 2.0
_MOST = 3.0  # the largest shift: rulings refine the scorer, they do not replace it


@dataclass(frozen=True, slots=True)
class Seen:
    """What a residual sees of one text. margins: the log-odds of each of the scorer's labels.
    heard: what the filters of its net found. buckets: the text's words and pairs of words, hashed,
    each once, in order."""

    margins: np.ndarray
    heard: np.ndarray
    buckets: np.ndarray

    @property
    def dense(self) -> np.ndarray:
        return np.concatenate([self.margins / 4.0, self.heard])


@dataclass(frozen=True, slots=True)
class Ruled:
    """A text that people have ruled on. target: 1 if the label was right, else 0; weight: above 0;
    editor and author: whose ruling and whose text, so that no word counts by one person alone."""

    seen: Seen
    target: int
    weight: float
    editor: int
    author: int


@dataclass(frozen=True, slots=True)
class Residual:
    """dense: a weight for each number that is seen, then a constant. buckets, in order, with their
    weights. scorer: the version of the weights beneath."""

    scorer: str
    dense: np.ndarray
    buckets: np.ndarray
    weights: np.ndarray

    def shift(self, seen: Seen) -> float:
        """What to add to the log-odds of the label, at most _MOST either way."""
        total = float(seen.dense @ self.dense[:-1] + self.dense[-1])
        if len(self.buckets) and len(seen.buckets):
            at = np.searchsorted(self.buckets, seen.buckets).clip(max=len(self.buckets) - 1)
            known = self.buckets[at] == seen.buckets
            total += float(self.weights[at[known]].sum()) / len(seen.buckets) ** 0.5
        return float(np.clip(total, -_MOST, _MOST))

    def to_bytes(self) -> bytes:
        head = json.dumps({"scorer": self.scorer, "dense": len(self.dense)}).encode()
        return b"".join(
            [
                *(head, b"\n"),
                self.dense.astype("<f4").tobytes(),
                self.weights.astype("<f4").tobytes(),
                self.buckets.astype("<u4").tobytes(),
            ]
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Residual:
        """Raises ValueError when the bytes are not a residual's."""
        head, _newline, rest = data.partition(b"\n")
        told = json.loads(head)
        dense = told["dense"]
        many = (len(rest) // 4 - dense) // 2
        if len(rest) != 4 * (dense + 2 * many):
            raise ValueError("not a residual")
        values = np.frombuffer(rest, "<f4", dense + many).astype(np.float64)
        buckets = np.frombuffer(rest, "<u4", many, 4 * (dense + many)).astype(np.int64)
        return cls(told["scorer"], values[:dense], buckets, values[dense:])


def look(scorer: Scorer, text: str) -> Seen:
    """What a residual sees of a text."""
    reading = read(text, scorer.lexicon)
    features = extract(reading, ())
    words = features.words.shape[1]
    probabilities = scorer.score(text).probabilities
    margins = log_odds(np.array([probabilities[label] for label in scorer.labels]))
    heard = np.asarray(scorer.heard(reading).strengths, dtype=np.float64)
    # Words stand before pairs of words, and both before everything else.
    return Seen(margins, heard, np.unique(features.buckets[: max(0, 2 * words - 1)]))


def words_behind(scorer: Scorer, text: str, residual: Residual) -> list[Span]:
    """(start, end, weight) in the text of the words a residual speaks against, in order, neighbours
    joined; weight is the share of what speaks against the text, above 0 and at most 1."""
    reading = read(text, scorer.lexicon)
    features = extract(reading, ())
    count = features.words.shape[1]
    buckets = features.buckets[: max(0, 2 * count - 1)]
    if not len(buckets) or not len(residual.buckets):
        return []
    at = np.searchsorted(residual.buckets, buckets).clip(max=len(residual.buckets) - 1)
    weights = np.where(residual.buckets[at] == buckets, residual.weights[at], 0.0)
    carried = weights[:count].copy()
    # A pair's weight belongs to both of its words.
    carried[:-1] += weights[count:] / 2
    carried[1:] += weights[count:] / 2
    total = float(carried[carried > 0].sum())
    found: list[Span] = []
    last = -2
    for place in np.flatnonzero(carried >= max(total / count, 1e-6)).tolist():
        word = reading.words[place]
        start, end = reading.span(word.start, word.end)
        weight = min(1.0, float(carried[place]) / total)
        if place == last + 1 and found and start >= found[-1][0]:
            joined = min(1.0, found[-1][2] + weight)
            found[-1] = (found[-1][0], max(end, found[-1][1]), joined)
        elif start < end and (not found or start >= found[-1][1]):
            found.append((start, end, weight))
        last = place
    return found


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    low = 1.0 / (1.0 + np.exp(_SPAN))
    inside = np.clip(probabilities, low, 1.0 - low)
    odds: np.ndarray = np.log(inside / (1.0 - inside))
    return odds


def _chance(margin: np.ndarray) -> np.ndarray:
    chance: np.ndarray = 1.0 / (1.0 + np.exp(-np.clip(margin, -_SPAN, _SPAN)))
    return chance


def fit(
    ruled: Sequence[Ruled],
    *,
    scorer: str,
    label: int,
    authors_least: int = 3,
    editors_least: int = 2,
) -> Residual:
    """The residual that the rulings ask for; deterministic.

    label: the place of the margin it is added to. authors_least: how many people must have written
    a word for it to count; editors_least: and how many have ruled on it, as far as there are so
    many.
    """
    base = np.array([each.seen.margins[label] for each in ruled])
    target = np.array([each.target for each in ruled], dtype=np.float64)
    weight = np.array([each.weight for each in ruled], dtype=np.float64)
    dense, margin = _dense(np.stack([each.seen.dense for each in ruled]), base, target, weight)
    buckets = _known(ruled, authors_least, editors_least)
    rows, columns, values = _sparse(ruled, buckets)
    words, sums = np.zeros(len(buckets)), np.full(len(buckets), 1e-8)
    for _step in range(_STEPS):
        error = (
            _chance(margin + np.bincount(rows, words[columns] * values, len(ruled))) - target
        ) * weight
        slope = _WORD_PULL * words
        slope += np.bincount(columns, error[rows] * values, len(buckets))
        sums += slope**2
        words -= _STEP * slope / np.sqrt(sums)
    return Residual(scorer, dense, buckets, words)


def _dense(
    seen: np.ndarray, base: np.ndarray, target: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """By Newton's method: the weights of the numbers seen with a constant, and the margins with
    them."""
    mean, spread = seen.mean(axis=0), seen.std(axis=0)
    # A number that hardly ever differs would weigh without bound where it does.
    spread = np.where(spread > 1e-3, spread, np.inf)
    scaled = np.hstack([(seen - mean) / spread, np.ones((len(seen), 1))])
    pull = np.full(scaled.shape[1], _DENSE_PULL)
    pull[-1] = _CONSTANT_PULL
    at = np.zeros(scaled.shape[1])
    for _step in range(_NEWTON_STEPS):
        chance = _chance(base + scaled @ at)
        slope = scaled.T @ ((chance - target) * weight) + pull * at
        bend = (scaled * (chance * (1 - chance) * weight)[:, None]).T @ scaled + np.diag(pull)
        at = at - np.linalg.solve(bend, slope)
    plain = at[:-1] / spread
    return np.append(plain, at[-1] - plain @ mean), base + scaled @ at


def _known(ruled: Sequence[Ruled], authors_least: int, editors_least: int) -> np.ndarray:
    """The buckets that enough people wrote and enough people ruled on, in order."""
    authors: dict[int, set[int]] = {}
    editors: dict[int, set[int]] = {}
    for each in ruled:
        for bucket in each.seen.buckets.tolist():
            authors.setdefault(bucket, set()).add(each.author)
            editors.setdefault(bucket, set()).add(each.editor)
    least = min(editors_least, len({each.editor for each in ruled}))
    known = [
        bucket
        for bucket, wrote in authors.items()
        if len(wrote) >= authors_least and len(editors[bucket]) >= least
    ]
    return np.array(sorted(known), dtype=np.int64)


def _sparse(
    ruled: Sequence[Ruled], buckets: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, columns and values of the known buckets of each text."""
    place = {bucket: at for at, bucket in enumerate(buckets.tolist())}
    found = [
        (row, place[bucket], 1.0 / len(each.seen.buckets) ** 0.5)
        for row, each in enumerate(ruled)
        for bucket in each.seen.buckets.tolist()
        if bucket in place
    ]
    rows, columns, values = zip(*found, strict=True) if found else ((), (), ())
    return (
        np.array(rows, dtype=np.int64),
        np.array(columns, dtype=np.int64),
        np.array(values, dtype=np.float64),
    )


class Quality(NamedTuple):
    """area: under the ROC curve, None where the rulings all went one way; loss: the mean log loss
    in nats; each ruling counts by its weight."""

    area: float | None
    loss: float


def quality(ruled: Sequence[Ruled], residual: Residual | None, *, label: int) -> Quality:
    """How well the label, with the residual or alone, foretells rulings it has not seen."""
    target = np.array([each.target for each in ruled])
    margin = np.array(
        [
            each.seen.margins[label] + (residual.shift(each.seen) if residual else 0.0)
            for each in ruled
        ]
    )
    chance = 1.0 / (1.0 + np.exp(-np.clip(margin, -_SPAN, _SPAN)))
    # As in the fitting: one editor's rulings weigh no more when a lesson is tried.
    weight = np.array([each.weight for each in ruled])
    loss = -np.average(np.where(target == 1, np.log(chance), np.log(1.0 - chance)), weights=weight)
    both_ways = 0 < target.sum() < len(target)
    return Quality(area(margin, target, weight) if both_ways else None, float(loss))


def area(margin: np.ndarray, target: np.ndarray, weight: np.ndarray) -> float:
    """The share of pairs, one right and one wrong, that are in order, each counting by the weights
    of both; ties count half."""
    values, place = np.unique(margin, return_inverse=True)
    right = np.bincount(place, weight * (target == 1), len(values))
    wrong = np.bincount(place, weight * (target != 1), len(values))
    below = np.cumsum(wrong) - wrong / 2
    return float(right @ below / (right.sum() * wrong.sum()))
