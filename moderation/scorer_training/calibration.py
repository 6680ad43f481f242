"""From margins to probabilities: a rising curve for each label."""

from __future__ import annotations

import numpy as np
from sklearn.isotonic import IsotonicRegression

_KNOTS = 24


def curve(
    margins: np.ndarray, shares: np.ndarray, weights: np.ndarray
) -> tuple[list[float], list[float]]:
    """(margins, probabilities) of the knots, both strictly rising, for linear interpolation.

    Isotonic over groups of equal weight, half of it smoothed by a logistic curve: with few
    positives steps alone would follow single rows.
    """
    order = np.argsort(margins, kind="stable")
    margins, shares, weights = margins[order], shares[order], weights[order]
    logistic = _logistic(margins, shares, weights)
    total = np.cumsum(weights)
    positive = np.cumsum(weights * shares)
    # Half of the knots by how many texts there are, half by where the positives are.
    place = 0.5 * total / total[-1] + 0.5 * positive / max(positive[-1], 1e-9)
    groups = np.minimum((place * _KNOTS).astype(int), _KNOTS - 1)
    centres, means, sizes = [], [], []
    for group in range(_KNOTS):
        inside = groups == group
        size = float(weights[inside].sum())
        if size <= 0:
            continue
        centres.append(float(np.average(margins[inside], weights=weights[inside])))
        means.append(float(np.average(shares[inside], weights=weights[inside])))
        sizes.append(size)
    rising = IsotonicRegression(out_of_bounds="clip").fit(centres, means, sample_weight=sizes)
    steps = rising.predict(centres)
    smooth = np.array([logistic(centre) for centre in centres])
    effective = np.array(sizes) * np.maximum(np.array(means), 1e-3)
    trust = effective / (effective + 5.0)
    mixed = np.maximum.accumulate(trust * steps + (1 - trust) * smooth)
    low, high = centres[0] - 6.0, centres[-1] + 6.0
    xs = [low, *centres, high]
    ys = [min(mixed[0], logistic(low)) * 0.5, *mixed, max(mixed[-1], logistic(high))]
    return _rising(xs, ys)


def _rising(xs: list[float], ys: list[float]) -> tuple[list[float], list[float]]:
    kept_x, kept_y = [xs[0]], [float(np.clip(ys[0], 1e-5, 0.98))]
    for x, y in zip(xs[1:], ys[1:], strict=True):
        if x <= kept_x[-1] + 1e-6:
            continue
        # A curve that stands still would make equals of texts that the scorer can tell apart.
        kept_y.append(float(min(max(y, kept_y[-1] + 1e-5), 0.9999)))
        kept_x.append(x)
    return [round(x, 5) for x in kept_x], [round(y, 6) for y in kept_y]


def _logistic(margins: np.ndarray, shares: np.ndarray, weights: np.ndarray):
    slope, bias = 1.0, 0.0
    mean, spread = float(np.average(margins, weights=weights)), float(margins.std() or 1.0)
    scaled = (margins - mean) / spread
    for _ in range(50):
        guess = 1 / (1 + np.exp(-np.clip(slope * scaled + bias, -30, 30)))
        error = weights * (guess - shares)
        curvature = weights * guess * (1 - guess)
        gradient = np.array([error @ scaled + 1e-3 * slope, error.sum()])
        hessian = np.array(
            [
                [curvature @ scaled**2 + 1e-3, curvature @ scaled],
                [curvature @ scaled, curvature.sum() + 1e-6],
            ]
        )
        step = np.linalg.solve(hessian, gradient)
        slope, bias = slope - float(np.clip(step[0], -2, 2)), bias - float(np.clip(step[1], -2, 2))
    slope = max(slope, 0.05)
    return lambda x: float(1 / (1 + np.exp(-np.clip(slope * (x - mean) / spread + bias, -30, 30))))


def expected_error(probabilities: np.ndarray, shares: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error over bins of equal width."""
    which = np.minimum((probabilities * bins).astype(int), bins - 1)
    count = np.bincount(which, minlength=bins)
    gap = np.abs(np.bincount(which, probabilities, bins) - np.bincount(which, shares, bins))
    return float(gap[count > 0].sum() / count.sum())
