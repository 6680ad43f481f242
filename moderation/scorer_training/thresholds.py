"""Where a label starts to hold a comment, chosen by a stated cost at a stated rate."""

from __future__ import annotations

import numpy as np

# How many fair comments an editor may be shown in vain for one bad comment that is not missed.
# Threats and attacks on groups do the most harm; swearing alone may well be published.
COSTS: dict[str, float] = {
    "toxicity": 6.0,
    "severe_toxicity": 20.0,
    "insult": 6.0,
    "threat": 20.0,
    "identity_attack": 10.0,
    "profanity": 3.0,
    "sexually_explicit": 12.0,
    "spam": 1.0,
}
# How many comments under a newspaper's articles we expect to deserve each label.
SITE_SHARES: dict[str, float] = {
    "toxicity": 0.08,
    "severe_toxicity": 0.005,
    "insult": 0.05,
    "threat": 0.005,
    "identity_attack": 0.03,
    "profanity": 0.02,
    "sexually_explicit": 0.02,
    "spam": 0.03,
}
_ORDINARY_CALLED_SPAM = 0.004


def threshold(label: str, met: float, ordinary: np.ndarray) -> dict[str, float]:
    """`hold`, a probability of the scorer; `cost` and `share`, which it was chosen by.

    The scorer's probabilities hold where the share `met` of the texts is positive. Holding pays
    from 1 / (1 + cost) on at a site's own share, which is another probability here. Spam is also
    held to how much of `ordinary` it may take.
    """
    cost, share = COSTS[label], SITE_SHARES[label]
    odds = (1 / cost) * (met / (1 - met)) / (share / (1 - share))
    hold = odds / (1 + odds)
    if label == "spam" and len(ordinary):
        hold = max(hold, float(np.quantile(ordinary, 1 - _ORDINARY_CALLED_SPAM)))
    return {"hold": round(hold, 4), "cost": cost, "share": share}
