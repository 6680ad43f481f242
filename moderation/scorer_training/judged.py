"""Rows of text with what the scorer says of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from moderation.scorer import Scorer

from .rows import Row

Progress = Callable[[str], None]


class Judged:
    """Rows with the scorer's probabilities, picked by set and label."""

    def __init__(self, rows: list[Row], scorer: Scorer, progress: Progress) -> None:
        self.rows = rows
        self.labels = scorer.labels
        scores, carried = [], []
        for count, row in enumerate(rows, 1):
            verdict = scorer.score(row.text)
            scores.append(list(verdict.probabilities.values()))
            carried.append([verdict.spans.get(label) != [] for label in self.labels])
            if count % 10_000 == 0:
                progress(f"  judged {count} of {len(rows)}")
        self.scores = np.array(scores, dtype=np.float64).reshape(len(rows), len(self.labels))
        # Which labels some word speaks for, as the checks ask before they hold.
        self.carried = np.array(carried, dtype=bool).reshape(len(rows), len(self.labels))
        self.sources = np.array([row.source for row in rows])

    def of(self, label: str) -> np.ndarray:
        return self.scores[:, self.labels.index(label)]

    def truth(self, label: str) -> np.ndarray:
        return np.array([row.labels.get(label, np.nan) for row in self.rows])
