"""From a text to calibrated probabilities, and to the words that carried them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .features import BITS, Features, extract
from .lexicon import Lexicon
from .phrases import FILTERS, RESERVED, UNKNOWN, Heard, Net, listen
from .reading import Reading, disguises, read
from .surface import surface
from .weights_file import Weights, WeightsError, read_weights

# Below this a label carried nothing that an editor would want to see.
_EXPLAINED_FROM = 0.15
_SPANS_KEPT = 20

Span = tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scorer says of one text.

    `probabilities`: label to a calibrated probability, 0 to 1. `spans`: label to (start, end,
    weight) in characters of the original text, in its order; weight is the share of the evidence,
    above 0 and at most 1. Labels below 0.15, and below what they are held from, have none.
    `disguised`: (start, end) of words written to get past a filter. `version`: which weights
    judged. `work`: counted steps, bounded for any text.
    """

    probabilities: dict[str, float]
    spans: dict[str, list[Span]]
    disguised: list[tuple[int, int]]
    version: str
    work: int


class Scorer:
    """Frozen weights and the words they know; safe to share between threads.

    `labels`: what is judged. `header["thresholds"][label]["hold"]`: the probability from which a
    comment should wait for an editor. `header["left_out"]`: labels without enough data, and why.
    """

    def __init__(self, weights: Weights) -> None:
        self.header = weights.header
        self.version = weights.version
        self.labels: tuple[str, ...] = tuple(weights.header["labels"])
        self._scales = np.array(weights.header["scales"], dtype=np.float32)
        self._biases = np.array(weights.header["biases"], dtype=np.float32)
        self._curves = [
            (np.array(xs, dtype=np.float64), np.array(ys, dtype=np.float64))
            for xs, ys in weights.header["curves"]
        ]
        # What is rare is held from less, and what is held must show its words.
        holds = weights.header["thresholds"]
        self._explained_from = {
            label: min(_EXPLAINED_FROM, float(holds[label]["hold"])) for label in self.labels
        }
        arrays = weights.arrays
        try:
            self._table = arrays["table"]
            if len(self._table) != 1 << BITS:
                raise WeightsError(f"{len(self._table)} buckets, where {1 << BITS} are needed")
            self._net = Net(
                arrays["vectors"],
                float(weights.header["vector_scale"]),
                tuple(arrays[f"kernel{at}"].astype(np.float32) for at in range(len(FILTERS))),
                tuple(arrays[f"shift{at}"].astype(np.float32) for at in range(len(FILTERS))),
                arrays["out"].astype(np.float32),
            )
        except KeyError as error:
            raise WeightsError(f"no table {error}") from error
        self.lexicon = Lexicon(weights.words, weights.guarded)
        self._numbers = {word: RESERVED + at for at, word in enumerate(weights.words)}

    def score(self, text: str) -> Verdict:
        """Judges one text of any content and length. Never raises for a str."""
        reading = read(text, self.lexicon)
        features = extract(reading, surface(text[:5_000], reading))
        heard = self.heard(reading)
        rows = self._table[features.buckets].astype(np.float32)
        rows *= features.values[:, None]
        margins = rows.sum(axis=0) * self._scales + self._biases
        margins += heard.strengths @ self._net.out
        probabilities = {
            label: float(np.interp(margins[at], *self._curves[at]))
            for at, label in enumerate(self.labels)
        }
        spans = {
            label: self._spans(at, rows[:, at], reading, features, heard)
            for at, label in enumerate(self.labels)
            if probabilities[label] >= self._explained_from[label]
        }
        return Verdict(
            probabilities,
            spans,
            sorted(set(disguises(reading))),
            self.version,
            reading.work + len(features.buckets) + len(reading.words),
        )

    def heard(self, reading: Reading) -> Heard:
        """What the net finds in the words that were read."""
        numbers = self._numbers
        return listen(self._net, [numbers.get(word.text, UNKNOWN) for word in reading.words])

    def _spans(
        self, label: int, evidence: np.ndarray, reading: Reading, features: Features, heard: Heard
    ) -> list[Span]:
        """The words whose features speak for a label, neighbours joined."""
        starts, ends = features.words
        count = len(starts)
        if not count:
            return []
        # Each feature spreads its weight evenly over its characters; running sums add them up.
        lengths = np.maximum(features.ends - features.starts, 1)
        share = evidence * self._scales[label] / lengths
        share[features.ends == features.starts] = 0
        size = len(features.prepared) + 1
        change = np.bincount(features.starts, share, size)
        change -= np.bincount(features.ends, share, size)
        total = np.concatenate([[0.0], np.cumsum(np.cumsum(change))])
        carried = total[ends] - total[starts]
        # A filter's answer belongs to the words it was given for.
        given = heard.strengths * self._net.out[:, label] / np.maximum(heard.ends - heard.starts, 1)
        change = np.bincount(np.minimum(heard.starts, count), given, count + 1)
        change -= np.bincount(np.minimum(heard.ends, count), given, count + 1)
        carried = carried + np.cumsum(change)[:count]
        positive = float(carried[carried > 0].sum())
        if not positive > 0 or not math.isfinite(positive):
            return []
        # A word counts when it carries clearly more than its even share.
        floor = max(float(carried.max()) * 0.25, positive / count)
        found: list[Span] = []
        last = -2
        for at in np.flatnonzero(carried >= min(floor, float(carried.max()))).tolist():
            word = reading.words[at]
            start, end = reading.span(word.start, word.end)
            weight = min(1.0, float(carried[at]) / positive)
            if at == last + 1 and found and start >= found[-1][0]:
                found[-1] = (found[-1][0], max(end, found[-1][1]), min(1.0, found[-1][2] + weight))
            elif start < end and (not found or start >= found[-1][1]):
                found.append((start, end, weight))
            last = at
        if len(found) > _SPANS_KEPT:
            least = sorted(weight for _, _, weight in found)[-_SPANS_KEPT]
            found = [span for span in found if span[2] >= least][:_SPANS_KEPT]
        return found


def load(path: Path | None = None) -> Scorer:
    """The scorer with the shipped weights, or those at `path`. Raises WeightsError."""
    try:
        return Scorer(read_weights(path))
    except (KeyError, ValueError, TypeError) as error:
        raise WeightsError(f"the weights cannot be used: {error}") from error
