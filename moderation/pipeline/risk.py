"""How much a text should not wait, by what the checks found in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .decision import Outcome

CERTAIN = 1.0
UNSCORED = 0.5  # held for what has no score: midway, as a score that just reaches its threshold


def riskiest(findings: Sequence[Mapping[str, Any]]) -> tuple[str, float]:
    """The label that stands out most, or "", and the risk of leaving a text unread, from 0 to 1.

    A score counts by how far it reaches from its threshold, 0.5, to certainty, 1. A finding without
    scores is 1 where it asks to reject and 0.5 where it asks to hold. No finding: 0.
    """
    label, strongest, risk = "", 0.0, 0.0
    for found in findings:
        named = found["detail"].get("labels", ())
        for over in named:
            room = 1.0 - over["from"]
            reach = (over["score"] - over["from"]) / room if room > 0 else 1.0
            reach = UNSCORED + (CERTAIN - UNSCORED) * min(1.0, max(0.0, reach))
            if reach > strongest:
                label, strongest = over["label"], reach
        if not named:
            risk = max(risk, CERTAIN if found["outcome"] == Outcome.REJECT.value else UNSCORED)
    return label, round(max(risk, strongest), 4)
