"""How well spam is told under a video that taught nothing, for each video in turn.

The shipped weights have seen part of each video's comments, so their hashed features are learned
anew without it; the net is left out, which makes this a lower bound.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from moderation.scorer.lexicon import Lexicon

from .fitting import fit
from .matrix import see
from .metrics import auc, interval, recall_at
from .rows import Row
from .training import EPOCHS, PENALTY, SEED, targets

_ORDINARY_ROWS = 12_000


def unseen_videos(
    rows: list[Row], lexicon: Lexicon, progress: Callable[[str], None]
) -> list[dict[str, Any]]:
    """One entry for each video: AUC with interval, recall at 1 % false positives."""
    spam = [row for row in rows if "spam" in row.labels and row.language == "en"]
    videos = sorted({str(row.facts["video"]) for row in spam if "video" in row.facts})
    if not videos:
        return []
    weights = targets(rows, "spam")[1]
    ordinary = [
        row
        for row, weight in zip(rows, weights, strict=True)
        if weight > 0 and "spam" not in row.labels and row.side == "train"
    ]
    source = np.random.default_rng(SEED)
    chosen = source.choice(len(ordinary), min(len(ordinary), _ORDINARY_ROWS), replace=False)
    used = spam + [ordinary[at] for at in sorted(chosen)]
    seen = see((row.text for row in used), lexicon, progress)
    shares, weights = targets(used, "spam")
    video = np.array([str(row.facts.get("video", "")) for row in used])
    names = sorted({row.source for row in used})
    sets = np.array([names.index(row.source) for row in used])
    entries = []
    for name in videos:
        kept = video != name
        learned = fit(
            seen.matrix[kept],
            shares[kept, None],
            weights[kept, None],
            sets[kept],
            PENALTY,
            EPOCHS,
            SEED,
        )
        scores = (seen.matrix[~kept] @ learned.weights)[:, 0]
        truth = shares[~kept] >= 0.5
        low, high = interval(auc, truth, scores)
        entries.append(
            {
                "video": name,
                "texts": len(truth),
                "positive": int(truth.sum()),
                "auc": auc(truth, scores),
                "low": low,
                "high": high,
                "recall_at_1": recall_at(truth, scores, 0.01),
            }
        )
    return entries
