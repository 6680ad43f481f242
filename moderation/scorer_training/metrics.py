"""Figures of how well scores order and separate, with intervals."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

_RESAMPLES = 300


def auc(truth: np.ndarray, scores: np.ndarray) -> float:
    """Area under the ROC curve; NaN where one side is missing."""
    truth = np.asarray(truth, bool)
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(scores)
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(truth: np.ndarray, scores: np.ndarray) -> float:
    """Area under the precision-recall curve by steps."""
    truth = np.asarray(truth, bool)
    if not truth.any():
        return float("nan")
    hits = truth[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean())


def interval(measure, truth: np.ndarray, *scores: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """The middle 95 % of `measure` over resamples of the rows."""
    source = np.random.default_rng(seed)
    found = []
    for _ in range(_RESAMPLES):
        rows = source.integers(0, len(truth), len(truth))
        value = measure(truth[rows], *(each[rows] for each in scores))
        if np.isfinite(value):
            found.append(value)
    if not found:
        return float("nan"), float("nan")
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def recall_at(truth: np.ndarray, scores: np.ndarray, false_positives: float) -> float:
    """The share of positives above the threshold that this share of negatives exceeds."""
    truth = np.asarray(truth, bool)
    bar = np.quantile(scores[~truth], 1 - false_positives, method="higher")
    return float((scores[truth] > bar).mean())


def by_group(
    truth: np.ndarray, scores: np.ndarray, members: dict[str, np.ndarray]
) -> list[dict[str, float | str | int]]:
    """Subgroup, BPSN and BNSP AUC for each group, the worst BPSN first."""
    truth = np.asarray(truth, bool)
    found = []
    for name, inside in members.items():
        crossed = {
            "subgroup": inside,
            "bpsn": (inside & ~truth) | (~inside & truth),
            "bnsp": (inside & truth) | (~inside & ~truth),
        }
        figures = {kind: auc(truth[rows], scores[rows]) for kind, rows in crossed.items()}
        found.append(
            {
                "group": name,
                "fair": int((inside & ~truth).sum()),
                "abusive": int((inside & truth).sum()),
                **figures,
            }
        )
    return sorted(found, key=lambda entry: (np.nan_to_num(entry["bpsn"], nan=2), entry["group"]))
