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
        others = [other for other in videos if other != name]

        def scored(left_out: list[str], video: np.ndarray = video, name: str = name) -> np.ndarray:
            kept = ~np.isin(video, left_out)
            learned = fit(
                seen.matrix[kept],
                shares[kept, None],
                weights[kept, None],
                sets[kept],
                PENALTY,
                EPOCHS,
                SEED,
            )
            return (seen.matrix[video == name] @ learned.weights)[:, 0]

        truth = shares[video == name] >= 0.5
        scores = scored([name])
        # The curve: what fewer videos taught.
        by_videos = {
            str(many): recall_at(truth, scored([name, *others[many:]]), 0.01)
            for many in range(len(others))
        }
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
                "recall_by_videos": by_videos,
            }
        )
    return entries
