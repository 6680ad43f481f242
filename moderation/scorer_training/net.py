"""Teaches the small net over word vectors; plain numpy, the same bits for the same input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit

from moderation.scorer.phrases import FILTERS, PADDING, RESERVED, UNKNOWN, WIDEST, Net

Progress = Callable[[str], None]
_BATCH = 256
_LONGEST = 160
_RATE = 0.002
_WORD_DROP, _NAME_DROP, _FILTER_DROP = 0.08, 0.25, 0.35
_WORD_RATE = 0.02
_DECAY = 1e-5
_AVERAGED_FROM, _LEAST_RATE = 0.5, 0.25


@dataclass(slots=True)
class _Adam:
    """One array that learns."""

    value: np.ndarray
    mean: np.ndarray
    square: np.ndarray

    @classmethod
    def of(cls, value: np.ndarray) -> _Adam:
        return cls(value, np.zeros_like(value), np.zeros_like(value))

    def step(self, slope: np.ndarray, rate: float, at: int) -> None:
        self.mean += 0.1 * (slope - self.mean)
        self.square += 0.001 * (slope * slope - self.square)
        size = rate * np.sqrt(1 - 0.999**at) / (1 - 0.9**at)
        self.value -= size * self.mean / (np.sqrt(self.square) + 1e-6)


def teach(
    texts: list[np.ndarray],
    shares: np.ndarray,
    weights: np.ndarray,
    sets: np.ndarray,
    vectors: np.ndarray,
    names: list[int],
    epochs: int,
    seed: int,
    progress: Progress,
) -> Net:
    """A net that answers `shares`, of shape (texts, labels), where `weights` are above 0.

    `texts` holds the word numbers of each text; `vectors` where the words start from. `sets`
    numbers the set of each text, and each has an intercept that is forgotten afterwards. `names`
    are the numbers of words for groups of people.
    """
    source = np.random.default_rng(seed)
    size, labels = vectors.shape[1], shares.shape[1]
    words = _Adam.of(vectors.astype(np.float32).copy())
    kernels = [
        _Adam.of(
            (source.standard_normal((width * size, many)) * (1.0 / (width * size)) ** 0.5).astype(
                np.float32
            )
        )
        for width, many in FILTERS
    ]
    shifts = [_Adam.of(np.zeros(many, np.float32)) for _, many in FILTERS]
    total = sum(many for _, many in FILTERS)
    out = _Adam.of((source.standard_normal((total, labels)) * 0.05).astype(np.float32))
    intercepts = _Adam.of(np.zeros((int(sets.max()) + 1, labels), np.float32))
    lengths = np.array([min(len(text), _LONGEST) for text in texts])
    unnamed = np.zeros(len(vectors), bool)
    unnamed[names] = True
    # The mean of many states near the end errs less on texts unlike the taught than the last one.
    everything = [words, *kernels, *shifts, out]
    means = [np.zeros_like(learned.value) for learned in everything]
    many = 0
    at = 0
    for epoch in range(epochs):
        # Texts of one length share a batch, in an order that changes from epoch to epoch.
        order = np.lexsort((source.random(len(texts)), lengths // 4))
        batches = [order[first : first + _BATCH] for first in range(0, len(order), _BATCH)]
        source.shuffle(batches)
        lost = 0.0
        for batch in batches:
            at += 1
            done = at / (epochs * len(batches))
            rate = _RATE * max(1 - done, _LEAST_RATE)
            longest = max(1, int(lengths[batch].max()))
            numbers = np.zeros((len(batch), longest + 2 * (WIDEST - 1)), np.int64)
            for row, text in enumerate(batch):
                numbers[row, WIDEST - 1 : WIDEST - 1 + lengths[text]] = texts[text][:_LONGEST]
            dropped = (source.random(numbers.shape) < _WORD_DROP) & (numbers != PADDING)
            # A sentence must be judged without knowing which group it is about.
            dropped |= unnamed[numbers] & (source.random(numbers.shape) < _NAME_DROP)
            numbers[dropped] = UNKNOWN
            lost += _step(
                numbers,
                lengths[batch],
                shares[batch],
                weights[batch],
                sets[batch],
                words,
                kernels,
                shifts,
                out,
                intercepts,
                rate,
                at,
                source,
            )
            if done > _AVERAGED_FROM and at % 20 == 0:
                many += 1
                for learned, mean in zip(everything, means, strict=True):
                    mean += (learned.value - mean) / many
        progress(f"  epoch {epoch + 1} of {epochs}: {lost / len(batches):.4f}")
    if many:
        for learned, mean in zip(everything, means, strict=True):
            learned.value = mean
    scale = float(np.quantile(np.abs(words.value), 0.9999) / 127)
    table = np.clip(np.rint(words.value / scale), -127, 127).astype(np.int8)
    table[PADDING] = 0
    return Net(
        table,
        scale,
        tuple(kernel.value for kernel in kernels),
        tuple(shift.value for shift in shifts),
        out.value,
    )


def _step(numbers, lengths, shares, weights, sets, words, kernels, shifts, out, intercepts,
          rate, at, source) -> float:  # fmt: skip
    rows, wide = numbers.shape
    size = words.value.shape[1]
    vectors = words.value[numbers]
    vectors[numbers == PADDING] = 0
    many = wide - 2 * (WIDEST - 1)
    pooled, chosen = [], []
    for (width, _), kernel, shift in zip(FILTERS, kernels, shifts, strict=True):
        windows = many + width - 1
        seen = np.lib.stride_tricks.as_strided(
            vectors[:, WIDEST - width :],
            (rows, windows, width * size),
            (wide * size * 4, size * 4, 4),
            writeable=False,
        )
        answers = np.ascontiguousarray(seen).reshape(rows * windows, -1) @ kernel.value
        top, best = _strongest(answers, windows, np.maximum(lengths, 1) + width - 1)
        pooled.append(np.maximum(top + shift.value, 0))
        chosen.append(best)
    heard = np.concatenate(pooled, axis=1)
    kept = (source.random(heard.shape) >= _FILTER_DROP).astype(np.float32) / (1 - _FILTER_DROP)
    heard = (heard * kept).astype(np.float32)
    margins = heard @ out.value + intercepts.value[sets]
    guesses = 1 / (1 + np.exp(-np.clip(margins, -30, 30)))
    scale = max(float((weights > 0).any(axis=1).sum()), 1.0)
    errors = ((guesses - shares) * weights / scale).astype(np.float32)
    cross = np.logaddexp(0, margins) - shares * margins
    lost = float((cross * weights).sum() / max(weights.sum(), 1e-9))
    back = ((errors @ out.value.T) * kept * (heard > 0)).astype(np.float32)
    out.step(heard.T @ errors + _DECAY * out.value, rate, at)
    of_sets = np.zeros_like(intercepts.value)
    np.add.at(of_sets, sets, errors)
    intercepts.step(of_sets, rate, at)
    slope = np.zeros_like(vectors)
    offset = 0
    for (width, filters), kernel, shift, best in zip(FILTERS, kernels, shifts, chosen, strict=True):
        part = np.ascontiguousarray(back[:, offset : offset + filters])
        offset += filters
        turned = np.ascontiguousarray(kernel.value.T)
        moved = _send_back(part, best, vectors, slope, turned, WIDEST - width, width)
        kernel.step(moved.T + _DECAY * kernel.value, rate, at)
        shift.step(part.sum(axis=0), rate, at)
    _move_words(numbers, slope, words.value, words.square, np.float32(_WORD_RATE * rate / _RATE))
    return lost


@njit(cache=True)
def _strongest(answers, windows, lengths):
    rows, filters = len(lengths), answers.shape[1]
    top = np.full((rows, filters), -1e9, np.float32)
    best = np.zeros((rows, filters), np.int64)
    for row in range(rows):
        for window in range(lengths[row]):
            for one in range(filters):
                answer = answers[row * windows + window, one]
                if answer > top[row, one]:
                    top[row, one] = answer
                    best[row, one] = window
    return top, best


@njit(cache=True)
def _send_back(part, best, vectors, slope, kernel, first, width):
    """Adds to `slope`, and answers the slope of the turned kernel; only the strongest count."""
    rows, filters = part.shape
    size = vectors.shape[2]
    moved = np.zeros_like(kernel)
    for row in range(rows):
        for one in range(filters):
            error = part[row, one]
            if error == 0:
                continue
            at = first + best[row, one]
            for step in range(width):
                for place in range(size):
                    moved[one, step * size + place] += error * vectors[row, at + step, place]
                    slope[row, at + step, place] += error * kernel[one, step * size + place]
    return moved


@njit(cache=True)
def _move_words(numbers, slope, value, square, rate):
    """AdaGrad on the words that occur."""
    rows, wide = numbers.shape
    size = value.shape[1]
    for row in range(rows):
        for at in range(wide):
            word = numbers[row, at]
            if word == 0:
                continue
            for place in range(size):
                step = slope[row, at, place]
                if step != 0:
                    square[word, place] += step * step
                    value[word, place] -= rate * step / np.sqrt(square[word, place] + 1e-8)


def start_vectors(words: list[str], known: dict[str, int], table: np.ndarray,
                  seed: int) -> np.ndarray:  # fmt: skip
    """Where the net starts from: `table` for words it has, noise for the others."""
    source = np.random.default_rng(seed)
    vectors = source.standard_normal((RESERVED + len(words), table.shape[1])).astype(np.float32)
    vectors *= 0.1
    for at, word in enumerate(words):
        if word in known:
            vectors[RESERVED + at] = table[known[word]] * 0.4
    vectors[PADDING] = 0
    return vectors
