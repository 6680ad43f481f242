"""Rows of text to what the scorer sees of them, through the very code that judges comments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from moderation.scorer.features import BITS, extract
from moderation.scorer.lexicon import Lexicon
from moderation.scorer.phrases import RESERVED, UNKNOWN
from moderation.scorer.reading import read
from moderation.scorer.surface import surface

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """`matrix`: one line for each text, one column for each bucket, values as the scorer weighs
    them; `numbers`: the word numbers of each text."""

    matrix: csr_matrix
    numbers: list[np.ndarray]

    def part(self, rows: np.ndarray) -> Seen:
        """What was seen of some of the texts."""
        return Seen(self.matrix[rows], [self.numbers[row] for row in rows])


def see(texts: Iterable[str], lexicon: Lexicon, progress: Progress) -> Seen:
    """Reads all texts."""
    known = {word: RESERVED + at for at, word in enumerate(lexicon.words)}
    columns, values, ends, numbers = [], [], [0], []
    for count, text in enumerate(texts, 1):
        reading = read(text, lexicon)
        found = extract(reading, surface(text[:5_000], reading))
        order = np.argsort(found.buckets, kind="stable")
        buckets = found.buckets[order]
        firsts = np.flatnonzero(np.concatenate([[True], buckets[1:] != buckets[:-1]]))
        columns.append(buckets[firsts].astype(np.int32))
        values.append(np.add.reduceat(found.values[order], firsts))
        ends.append(ends[-1] + len(firsts))
        numbers.append(
            np.array([known.get(word.text, UNKNOWN) for word in reading.words], dtype=np.int32)
        )
        if count % 20_000 == 0:
            progress(f"  read {count} texts")
    matrix = csr_matrix(
        (np.concatenate(values), np.concatenate(columns), np.array(ends, dtype=np.int64)),
        (len(ends) - 1, 1 << BITS),
    )
    return Seen(matrix, numbers)
