"""Where a label starts to hold a comment, chosen by a stated cost."""

from __future__ import annotations

import numpy as np

# How many fair comments an editor may be shown in vain for one abusive comment that is not
# missed. Threats and attacks on groups do the most harm; swearing alone may well be published.
COSTS: dict[str, float] = {
    "toxicity": 3.0,
    "severe_toxicity": 9.0,
    "insult": 3.0,
    "threat": 9.0,
    "identity_attack": 4.0,
    "profanity": 1.5,
    "sexually_explicit": 2.0,
    "spam": 1.0,
}
_ORDINARY_CALLED_SPAM = 0.004


def threshold(label: str, ordinary: np.ndarray) -> dict[str, float]:
    """`hold`, a probability, and `cost`; spam is also held to its share of ordinary comments.

    With calibrated probabilities holding pays from 1 / (1 + cost) on.
    """
    cost = COSTS[label]
    hold = 1 / (1 + cost)
    if label == "spam" and len(ordinary):
        hold = max(hold, float(np.quantile(ordinary, 1 - _ORDINARY_CALLED_SPAM)))
    return {"hold": round(hold, 4), "cost": cost}
