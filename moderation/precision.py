"""How often a score was right: on texts the scorer never saw, and by this site's own rulings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import floor, sqrt
from pathlib import Path
from typing import Any

from moderation import reasons
from moderation.models import DecisionRecord, Policy
from moderation.pipeline.scores import KINDS
from moderation.scorer import LABELS

REPORT = Path(__file__).with_name("scorer") / "weights" / "report.json"
STEPS = (0.5, 0.7, 0.8, 0.9, 0.95)
NEWEST = 2_000  # rulings
Outcomes = DecisionRecord.Outcome
_KIND_OF = {label: kind for kind, labels in KINDS.items() for label in labels}
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """A precision and its 95 % interval. right: of how many that reach the probability it is known
    that they deserve the label; of: how many reach it."""

    share: float
    low: float
    high: float
    right: int
    of: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Precision from `at` on; None where nothing reached it."""

    at: float
    by_texts: Share | None
    by_rulings: Share | None


@dataclass(frozen=True, slots=True)
class Row:
    """`rate`: the share of all comments that is taken to deserve the label. `chosen`: at the
    threshold that rejects, None where none does."""

    label: str
    told: str
    rate: float
    cells: list[Cell]
    chosen: Cell | None

    @property
    def percent(self) -> float:
        return 100 * self.rate


@cache
def _report() -> dict[str, Any]:
    return json.loads(REPORT.read_text(encoding="utf-8"))


def thresholds_of(policy: Policy) -> dict[str, float]:
    """Label to the probability from which on a policy rejects, of those it has."""
    chosen = {label: getattr(policy, f"{label}_reject") for label in LABELS}
    return {label: at for label, at in chosen.items() if at is not None and at < 1}


def told_apart(chosen: Mapping[str, float]) -> str:
    """Thresholds as a form sends them back, to say whose precision somebody has seen."""
    return " ".join(f"{label}:{at:g}" for label, at in sorted(chosen.items()))


def measured(chosen: Mapping[str, float]) -> list[Row]:
    """For each label the precision at each step and at its threshold in `chosen`: by held-out
    texts, if a newsroom's usual share of comments deserved the label, and by the site's rulings."""
    known = {entry["label"]: entry for entry in _report()["per_label"]}
    ruled = _ruled()
    rows = []
    for label in LABELS:
        if label not in known:
            continue
        rate = _report()["thresholds"][label]["share"]
        steps = [
            Cell(at, _by_texts(known[label], rate, at), _by_rulings(ruled, label, at))
            for at in (*STEPS, *((chosen[label],) if label in chosen else ()))
        ]
        told = reasons.told(label) if label != "spam" else label
        last = steps.pop() if label in chosen else None
        rows.append(Row(label, told, rate, steps, last))
    return rows


def _by_texts(entry: Mapping[str, Any], rate: float, at: float) -> Share | None:
    """From the shares of deserving and of other texts that reach a probability, if `rate` of all
    comments deserved the label. What lies between two counted probabilities is told of the lower.
    """
    place = min(max(floor(at * 100 + 1e-6), 1), 99) - 1
    caught, called = (counts[place] for counts in entry["reached"])
    if not caught + called:
        return None
    deserving, others = entry["positive"], entry["texts"] - entry["positive"]
    hit, miss = caught / deserving, called / others
    hit_low, hit_high = _wilson(caught, deserving)
    miss_low, miss_high = _wilson(called, others)
    return Share(
        _precision(rate, hit, miss),
        _precision(rate, hit_low, miss_high),
        _precision(rate, hit_high, miss_low),
        caught,
        caught + called,
    )


def _precision(rate: float, hit: float, miss: float) -> float:
    reached = rate * hit + (1 - rate) * miss
    return rate * hit / reached if reached else 0.0


def _wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share, which holds for few and for all or none as well."""
    middle = (right + _Z**2 / 2) / (of + _Z**2)
    half = _Z / (of + _Z**2) * sqrt(right * (of - right) / of + _Z**2 / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


Ruled = list[tuple[dict[str, float], dict[str, bool]]]


def _by_rulings(ruled: Ruled, label: str, at: float) -> Share | None:
    kind = _KIND_OF[label]
    said = [
        deserved[kind]
        for scores, deserved in ruled
        if kind in deserved and scores.get(label, 0.0) >= at
    ]
    if not said:
        return None
    return Share(sum(said) / len(said), *_wilson(sum(said), len(said)), sum(said), len(said))


def _ruled() -> Ruled:
    """The scores of each text of people's newest rulings, and for each kind whether they deserved
    it; a rejection for another reason says nothing about a kind, nor does a batch, which nobody
    read. The last ruling on a text counts, and only scores of the weights that judge now."""
    rows = (
        DecisionRecord.objects.filter(
            actor__isnull=False, undoes__isnull=True, undone_by=None, batch=None
        )
        .exclude(reason="appeal_upheld")
        .order_by("-pk")
        .values_list("revision", "outcome", "reason")[:NEWEST]
    )
    last: dict[int, dict[str, bool]] = {}
    for revision, outcome, reason in rows:
        if revision not in last:
            last[revision] = {
                kind: deserved
                for kind in KINDS
                if (deserved := reasons.deserved(kind, outcome, reason)) is not None
            }
    scored = DecisionRecord.objects.filter(
        revision__in=last, actor=None, scorer=_report()["version"]
    ).exclude(scores={})
    scores = dict(scored.order_by("pk").values_list("revision", "scores"))
    return [(found, last[revision]) for revision, found in scores.items()]
