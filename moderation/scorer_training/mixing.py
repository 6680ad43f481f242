"""How much the hashed features and the net each have to say about a label."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

_PRIOR = np.array([0.6, 0.6])
_TRUST = 8.0


def mixed(margins: np.ndarray, shares: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, float]:
    """(parts, bias) of the logistic mixture of the columns of `margins`; no part is negative.

    With few positives the parts stay near the prior.
    """

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        joint = margins @ point[:2] + point[2]
        error = weights * (1 / (1 + np.exp(-np.clip(joint, -30, 30))) - shares)
        value = float(weights @ (np.logaddexp(0, joint) - shares * joint))
        apart = point[:2] - _PRIOR
        slope = np.append(margins.T @ error + _TRUST * apart, error.sum())
        return value + 0.5 * _TRUST * float(apart @ apart), slope

    found = minimize(
        loss,
        np.append(_PRIOR, 0.0),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.05, None), (0.05, None), (None, None)],
    )
    return found.x[:2], float(found.x[2])
