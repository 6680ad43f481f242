"""A small net over word vectors: what a few words side by side mean together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Word spans that the filters look at, and how many filters look at each.
FILTERS: tuple[tuple[int, int], ...] = ((1, 32), (2, 64), (3, 64), (5, 48))
WIDEST = 5
# Words beyond this are not read by the net; the hashed features still see them.
MOST_WORDS = 1_200
PADDING, UNKNOWN = 0, 1
RESERVED = 2


@dataclass(frozen=True, slots=True)
class Net:
    """`vectors[word, size]` in int8 times `scale`; `kernels[i]` of shape (width * size, filters);
    `shifts[i]` (filters,); `out` (all filters, labels)."""

    vectors: np.ndarray
    scale: float
    kernels: tuple[np.ndarray, ...]
    shifts: tuple[np.ndarray, ...]
    out: np.ndarray


@dataclass(frozen=True, slots=True)
class Heard:
    """Each filter's strongest answer, and the first and last word of where it came from."""

    strengths: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


def listen(net: Net, numbers: list[int]) -> Heard:
    """What each filter finds most of in the words `numbers`; work is linear in them."""
    count = min(len(numbers), MOST_WORDS)
    rows = np.zeros(count + 2 * (WIDEST - 1), dtype=np.int64)
    rows[WIDEST - 1 : WIDEST - 1 + count] = numbers[:count]
    vectors = net.vectors[rows].astype(np.float32)
    vectors *= net.scale
    size = vectors.shape[1]
    strengths, starts, ends = [], [], []
    for (width, filters), kernel, shift in zip(FILTERS, net.kernels, net.shifts, strict=True):
        # Windows that begin before the first word and end after the last, one word at least.
        first = WIDEST - width
        windows = count + width - 1
        seen = np.lib.stride_tricks.as_strided(
            vectors[first:], (windows, width * size), (size * 4, 4), writeable=False
        )
        answers = seen @ kernel
        if windows:
            best = answers.argmax(axis=0)
            strengths.append(np.maximum(answers[best, np.arange(filters)] + shift, 0))
        else:
            best = np.zeros(filters, dtype=np.int64)
            strengths.append(np.zeros(filters, dtype=np.float32))
        begin = best - (width - 1)
        starts.append(np.maximum(begin, 0))
        ends.append(np.minimum(begin + width, count))
    return Heard(np.concatenate(strengths), np.concatenate(starts), np.concatenate(ends))
