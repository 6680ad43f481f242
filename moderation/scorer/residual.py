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
from .scorer import Scorer

_SPAN = 12.0  # log-odds beyond this say no more than certainty
_STEPS = 300
_STEP = 0.1
_SPARSE_PULL = 1.0
_DENSE_PULL = 20.0
_MOST = 3.0  # the largest shift: rulings refine the scorer, they do not replace it


@dataclass(frozen=True, slots=True)
class Seen:
    """What a residual sees of one text. margins: the log-odds of each of the scorer's labels.
    buckets: its words and pairs of words, hashed, each once, in order."""

    margins: np.ndarray
    buckets: np.ndarray


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
    """dense: a weight for each label's margin, then a constant. buckets, in order, with their
    weights. scorer: the version of the weights beneath."""

    scorer: str
    dense: np.ndarray
    buckets: np.ndarray
    weights: np.ndarray

    def shift(self, seen: Seen) -> float:
        """What to add to the log-odds of the label, at most _MOST either way."""
        total = float(seen.margins @ self.dense[:-1] + self.dense[-1])
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
    features = extract(read(text, scorer.lexicon), ())
    words = features.words.shape[1]
    probabilities = scorer.score(text).probabilities
    margins = log_odds(np.array([probabilities[label] for label in scorer.labels]))
    # Words stand before pairs of words, and both before everything else.
    return Seen(margins, np.unique(features.buckets[: max(0, 2 * words - 1)]))


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    low = 1.0 / (1.0 + np.exp(_SPAN))
    inside = np.clip(probabilities, low, 1.0 - low)
    odds: np.ndarray = np.log(inside / (1.0 - inside))
    return odds


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
    # Margins run to a dozen: with a quarter of them, steps of one size suit the constant too.
    dense = np.array([[*(each.seen.margins / 4.0), 1.0] for each in ruled])
    buckets = _known(ruled, authors_least, editors_least)
    rows, columns, values = _sparse(ruled, buckets)
    dense_at, sparse_at = np.zeros(dense.shape[1]), np.zeros(len(buckets))
    dense_sum, sparse_sum = np.full_like(dense_at, 1e-8), np.full_like(sparse_at, 1e-8)
    for _step in range(_STEPS):
        margin = base + dense @ dense_at
        margin += np.bincount(rows, sparse_at[columns] * values, len(ruled))
        chance = 1.0 / (1.0 + np.exp(-np.clip(margin, -_SPAN, _SPAN)))
        error = (chance - target) * weight
        dense_slope = dense.T @ error + _DENSE_PULL * dense_at
        dense_sum += dense_slope**2
        dense_at -= _STEP * dense_slope / np.sqrt(dense_sum)
        slope = _SPARSE_PULL * sparse_at
        slope += np.bincount(columns, error[rows] * values, len(buckets))
        sparse_sum += slope**2
        sparse_at -= _STEP * slope / np.sqrt(sparse_sum)
    dense_at[:-1] /= 4.0
    return Residual(scorer, dense_at, buckets, sparse_at)


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
    in nats."""

    area: float | None
    loss: float


def quality(
    ruled: Sequence[Ruled], residual: Residual | None, *, label: int
) -> Quality:
    """How well the label, with the residual or alone, foretells rulings it has not seen."""
    target = np.array([each.target for each in ruled])
    margin = np.array(
        [
            each.seen.margins[label] + (residual.shift(each.seen) if residual else 0.0)
            for each in ruled
        ]
    )
    chance = 1.0 / (1.0 + np.exp(-np.clip(margin, -_SPAN, _SPAN)))
    loss = -np.mean(np.where(target == 1, np.log(chance), np.log(1.0 - chance)))
    both_ways = 0 < target.sum() < len(target)
    return Quality(area(margin, target) if both_ways else None, float(loss))


def area(margin: np.ndarray, target: np.ndarray) -> float:
    """The share of pairs, one right and one wrong, that are in order; ties count half."""
    _values, place, count = np.unique(margin, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    ranks = (ends - (count - 1) / 2.0)[place]
    right = int(target.sum())
    wrong = len(target) - right
    return float((ranks[target == 1].sum() - right * (right + 1) / 2.0) / (right * wrong))
