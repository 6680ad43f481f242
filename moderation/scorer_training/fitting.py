"""Logistic regression of all labels at once, with graded answers and an intercept for each set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix

_RATE = 0.1


@dataclass(frozen=True, slots=True)
class Fit:
    """`weights[column, label]` and the average intercept of each label."""

    weights: np.ndarray
    biases: np.ndarray


def fit(
    matrix: csr_matrix,
    shares: np.ndarray,
    weights: np.ndarray,
    sets: np.ndarray,
    penalty: float,
    epochs: int,
    seed: int,
    rate: float = _RATE,
) -> Fit:
    """Minimises the weighted cross-entropy to `shares` plus an L2 penalty, by AdaGrad.

    `shares` and `weights` are of shape (rows, labels); weight 0 leaves an answer out. `sets`
    numbers the set of each row. Each gets an intercept, so that how often a set is abusive is not
    explained by what it talks about. The same input gives the same bits.
    """
    size, labels = matrix.shape[1], shares.shape[1]
    spread = np.bincount(matrix.indices, minlength=size).astype(np.float32)
    count = int(sets.max()) + 1
    learned = np.zeros((size, labels), np.float32)
    intercepts = np.zeros((count, labels), np.float32)
    squares = np.full((size, labels), 1e-3, np.float32)
    order = np.random.default_rng(seed)
    for epoch in range(epochs):
        _pass(
            matrix.indptr.astype(np.int64),
            matrix.indices,
            matrix.data.astype(np.float32),
            order.permutation(matrix.shape[0]),
            shares.astype(np.float32),
            weights.astype(np.float32),
            sets.astype(np.int64),
            np.float32(penalty),
            spread,
            np.float32(rate / (1 + 0.5 * epoch)),
            learned,
            squares,
            intercepts,
        )
    biases = np.zeros(labels)
    for label in range(labels):
        of_set = np.bincount(sets, weights[:, label], count)
        biases[label] = intercepts[:, label] @ of_set / max(of_set.sum(), 1e-9)
    return Fit(learned, biases)


@njit(cache=True)
def _pass(ends, columns, values, order, shares, weights, sets, penalty, spread, rate, learned,
          squares, intercepts):  # fmt: skip
    labels = shares.shape[1]
    margins = np.empty(labels, np.float32)
    errors = np.empty(labels, np.float32)
    for row in order:
        first, last = ends[row], ends[row + 1]
        group = sets[row]
        for label in range(labels):
            margins[label] = intercepts[group, label]
        for at in range(first, last):
            column, value = columns[at], values[at]
            for label in range(labels):
                margins[label] += learned[column, label] * value
        for label in range(labels):
            guess = np.float32(1.0) / (np.float32(1.0) + np.exp(-margins[label]))
            errors[label] = (guess - shares[row, label]) * weights[row, label]
            intercepts[group, label] -= rate * np.float32(0.2) * errors[label]
        for at in range(first, last):
            column, value = columns[at], values[at]
            decay = penalty / spread[column]
            for label in range(labels):
                if weights[row, label] == 0:
                    continue
                slope = errors[label] * value + decay * learned[column, label]
                squares[column, label] += slope * slope
                learned[column, label] -= rate * slope / np.sqrt(squares[column, label])
