"""Learns the weights that ship from a folder of labelled sets."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from moderation.scorer import LABELS
from moderation.scorer.lexicon import Lexicon
from moderation.scorer.phrases import RESERVED, listen
from moderation.scorer.weights_file import write_weights

from .calibration import curve
from .datasets import read_all
from .disguises import DISGUISES, disguised
from .fitting import fit
from .groups import GROUPS, exchanged
from .matrix import see
from .mixing import mixed
from .net import start_vectors, teach
from .rows import Row
from .templates import taught
from .thresholds import threshold
from .vectors import word_vectors
from .words import learn_words

Progress = Callable[[str], None]

SEED = 20261123
PENALTY = 3.0
EPOCHS = 4
NET_EPOCHS = 4
# Fewer positives than this teach a label that nobody should rely on.
LEAST_POSITIVES = 60
# And fewer than this to calibrate by give no probability.
LEAST_CALIBRATING = 5
# Words within the names of groups that say nothing of a group.
_PLAIN_NAMES = frozenset(("a", "an", "in", "people", "person", "man", "woman", "young", "old"))
# Words of newspapers that may stand for anything in prose of our own, and the most frequent of
# which are left out as they are mostly no nouns.
_HARMLESS_FROM, _HARMLESS_UP_TO = 500, 8_000
_DISGUISED_SHARE = 0.12
_SWAPPED_SHARE = 1.0
# Ordinary talk is no spam; it is by far the larger part of what the spam label must know.
_NO_SPAM = ("wiki", "news", "social", "mixed", "statements")
_NO_SPAM_WEIGHT = 0.15


class NothingToLearn(Exception):
    """The folder holds none of the sets."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training run leaves: the version of its weights, and what it learned from."""

    version: str
    labels: tuple[str, ...]
    left_out: dict[str, str]
    found: dict[str, str]
    rows: int


def train(data: Path, target: Path, progress: Progress) -> Trained:
    """Reads `data`, writes weights to `target`. The same data give the same bytes.

    Raises NothingToLearn.
    """
    # Sums over several threads would come out a little differently each time.
    with threadpool_limits(1):
        return _train(data, target, progress)


def _train(data: Path, target: Path, progress: Progress) -> Trained:
    rows, found = read_all(data)
    for name, state in found.items():
        progress(f"  {name}: {state}")
    taught_rows = [row for row in rows if row.side == "train"]
    if not taught_rows:
        raise NothingToLearn(f"{data} holds none of the labelled sets")
    progress(f"{len(rows)} texts, {len(taught_rows)} of them to learn from")
    names = {word for group in GROUPS for form in group for word in form.lower().split()}
    general, general_vectors = word_vectors()
    known, guarded = learn_words(taught_rows, names, general)
    progress(f"{len(known)} known words, {len(guarded)} worth disguising")
    lexicon = Lexicon(known, guarded)
    harmless = _harmless(general, {*guarded, *names}, rows)
    lessons = taught_rows + taught(harmless)
    lessons += _swapped(taught_rows) + _hidden(taught_rows, set(guarded))
    calibration = [row for row in rows if row.side == "calibrate"]
    progress(f"reading {len(lessons) + len(calibration)} texts")
    seen = see((row.text for row in lessons + calibration), lexicon, progress)
    learned = seen.part(np.arange(len(lessons)))
    judged = seen.part(np.arange(len(lessons), len(lessons) + len(calibration)))
    labels, left_out = _taught_labels(lessons, calibration)
    shares, weights = answers(lessons, labels)
    sets = _sets(lessons)
    progress(f"learning {', '.join(labels)}")
    straight = fit(learned.matrix, shares, weights, sets, PENALTY, EPOCHS, SEED)
    table, scales = quantised(straight.weights)
    first = start_vectors(
        known, {word: at for at, word in enumerate(general)}, general_vectors, SEED
    )
    named = [RESERVED + at for at, word in enumerate(known) if word in names - _PLAIN_NAMES]
    net = teach(learned.numbers, shares, weights, sets, first, named, NET_EPOCHS, SEED, progress)
    margins = judged.matrix @ (table.astype(np.float32) * scales)
    heard = np.stack([listen(net, numbers.tolist()).strengths for numbers in judged.numbers])
    answered = heard @ net.out
    shares, weights = answers(calibration, labels)
    ordinary = np.array([row.domain in _NO_SPAM for row in calibration])
    # How far a set is trusted matters for learning; how likely a text is abusive, every text tells.
    counts = weights / np.array([row.weight for row in calibration])[:, None]
    curves, thresholds, parts = [], {}, []
    for at, label in enumerate(labels):
        kept = weights[:, at] > 0
        both = np.stack([margins[:, at], answered[:, at]], axis=1)
        part, bias = mixed(both[kept], shares[kept, at], weights[kept, at])
        progress(f"  {label}: features {part[0]:.2f}, net {part[1]:.2f}")
        parts.append((*part, bias))
        joint = both @ part + bias
        curves.append(curve(joint[kept], shares[kept, at], counts[kept, at]))
        met = float(np.average(shares[kept, at], weights=counts[kept, at]))
        called = np.interp(joint[ordinary], *curves[at])
        thresholds[label] = threshold(label, met, called)
    by_label = np.array(parts)
    header = {
        "labels": labels,
        "scales": [float(scale) for scale in scales * by_label[:, 0]],
        "biases": [float(bias) for bias in by_label[:, 2]],
        "vector_scale": net.scale,
        "curves": curves,
        "left_out": left_out,
        "thresholds": thresholds,
        "taught_by": sorted(name for name, state in found.items() if state.endswith("rows")),
    }
    arrays = {"table": table, "vectors": net.vectors, "out": net.out * by_label[:, 1]}
    for at, (kernel, shift) in enumerate(zip(net.kernels, net.shifts, strict=True)):
        arrays |= {f"kernel{at}": kernel.astype(np.float16), f"shift{at}": shift}
    arrays["out"] = arrays["out"].astype(np.float32)
    version = write_weights(target, header, known, guarded, arrays)
    return Trained(version, tuple(labels), left_out, found, len(lessons))


def _taught_labels(rows: list[Row], calibration: list[Row]) -> tuple[list[str], dict[str, str]]:
    """The labels with enough positives, and why the others are left out."""
    labels, left_out = [], {}
    for label in LABELS:
        positives, tried = (
            sum(row.labels.get(label, 0) >= 0.5 for row in some) for some in (rows, calibration)
        )
        if positives < LEAST_POSITIVES:
            left_out[label] = f"{positives} positive texts"
        elif tried < LEAST_CALIBRATING:
            left_out[label] = f"{tried} positive texts to calibrate it by"
        else:
            labels.append(label)
    return labels, left_out


def answers(rows: list[Row], labels: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """(shares of yes, weights) of shape (rows, labels)."""
    columns = [targets(rows, label) for label in labels]
    return np.stack([c[0] for c in columns], 1), np.stack([c[1] for c in columns], 1)


def targets(rows: list[Row], label: str) -> tuple[np.ndarray, np.ndarray]:
    """(share of yes, weight) of each row for a label; weight 0 where the label is unknown."""
    shares = np.zeros(len(rows))
    weights = np.zeros(len(rows))
    for at, row in enumerate(rows):
        if label in row.labels:
            shares[at], weights[at] = row.labels[label], row.weight
        elif label == "spam" and row.domain in _NO_SPAM:
            weights[at] = row.weight * _NO_SPAM_WEIGHT
    return shares, weights


def quantised(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(int8 table, scale of each column); the few largest weights are cut off."""
    reach = np.quantile(np.abs(weights), 1 - 2e-6, axis=0)
    scales = np.maximum(reach, 1e-9) / 127
    table = np.clip(np.rint(weights / scales), -127, 127).astype(np.int8)
    return np.ascontiguousarray(table), scales.astype(np.float32)


def _harmless(general: list[str], told: set[str], rows: list[Row]) -> list[str]:
    """Frequent words of the language at large that nothing speaks against, in its order."""
    listed = {row.text.lower() for row in rows if row.domain == "list"}
    middle = general[_HARMLESS_FROM:_HARMLESS_UP_TO]
    return [
        word
        for word in middle
        if word.isalpha() and len(word) > 3 and word not in told and word not in listed
    ]


def _sets(rows: list[Row]) -> np.ndarray:
    numbers = {name: at for at, name in enumerate(sorted({row.source for row in rows}))}
    return np.array([numbers[row.source] for row in rows])


def _swapped(rows: list[Row]) -> list[Row]:
    """Copies about other groups: what is foul said of one is foul said of another."""
    source = random.Random(SEED)
    copies = []
    for row in rows:
        if row.language != "en" or source.random() >= _SWAPPED_SHARE or len(row.text) > 600:
            continue
        text = exchanged(row.text, source)
        if text != row.text:
            copies.append(
                Row(text, row.source, row.domain, row.labels, 0.5 * row.weight, row.language)
            )
    return copies


def _hidden(rows: list[Row], guarded: set[str]) -> list[Row]:
    """Disguised copies, so that what no reading resolves is learned as well."""
    source = random.Random(SEED)
    names = sorted(DISGUISES)
    copies = []
    for row in rows:
        if row.language != "en" or source.random() >= _DISGUISED_SHARE:
            continue
        change = DISGUISES[source.choice(names)]
        only = None if source.random() < 0.4 else guarded
        text = disguised(row.text, change, source, only)
        if text != row.text:
            copies.append(
                Row(text, row.source, row.domain, row.labels, 0.7 * row.weight, row.language)
            )
    return copies
