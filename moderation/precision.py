"""How often a score was right: on texts the scorer never saw, and by this site's own rulings."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from moderation import reasons
from moderation.models import DecisionRecord
from moderation.scorer import LABELS

REPORT = Path(__file__).with_name("scorer") / "weights" / "report.json"
STEPS = (0.5, 0.7, 0.8, 0.9, 0.95)
RATE = 0.03  # of comments that deserve a label, where a site has not ruled enough to know its own
NEWEST = 2_000  # rulings
LEAST = 20  # rulings above a step before a share of them means anything
Outcomes = DecisionRecord.Outcome


@cache
def _report() -> dict[str, Any]:
    return json.loads(REPORT.read_text(encoding="utf-8"))


def measured() -> dict[str, Any]:
    """For each label and step: the precision by held-out texts, if RATE of all comments deserved
    the label, and by rulings (None where there are too few), each from 0 to 1."""
    known = {entry["label"]: entry["steps"] for entry in _report()["per_label"]}
    above, right = _ruled()
    return {
        "rate": RATE,
        "steps": STEPS,
        "least": LEAST,
        "rows": [
            {
                "label": reasons.told(label) if label != "spam" else label,
                "cells": [
                    {
                        "by_texts": _at_rate(known[label], step),
                        "by_rulings": right[label, step] / above[label, step]
                        if above[label, step] >= LEAST
                        else None,
                        "rulings": above[label, step],
                    }
                    for step in STEPS
                ],
            }
            for label in LABELS
            if label in known
        ],
    }


def _at_rate(steps: list[list[float]], step: float) -> float | None:
    """Precision from the shares of deserving and of fair texts that reach a step."""
    found = {round(at, 2): (caught, called) for at, caught, called in steps}
    if step not in found:
        return None
    caught, called = found[step]
    reached = RATE * caught + (1 - RATE) * called
    return RATE * caught / reached if reached else None


def _ruled() -> tuple[Counter, Counter]:
    """How many of people's newest rulings were on texts that reached each step of each label, and
    how many of those rejected the text for a reason of the label's guideline."""
    rulings = dict(
        DecisionRecord.objects.filter(actor__isnull=False, undoes__isnull=True, undone_by=None)
        .order_by("-pk")
        .values_list("revision", "outcome")[:NEWEST]
    )
    above: Counter = Counter()
    right: Counter = Counter()
    scored = DecisionRecord.objects.filter(revision__in=rulings, actor=None).exclude(scores={})
    for revision, scores in scored.values_list("revision", "scores"):
        for label, value in scores.items():
            for step in STEPS:
                if value >= step:
                    above[label, step] += 1
                    right[label, step] += rulings[revision] == Outcomes.REJECT
    return above, right
