"""How often the scorer was right, by people's own rulings on the same text."""

import re
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from moderation import reasons
from moderation.models import DecisionRecord
from moderation.operations.learning import ADDED_TO
from moderation.scorer_training.groups import GROUPS

RULINGS = 4_000  # the newest
NEWEST_TEXTS = 4_000
BINS = 10
# These name a group less often than an age, a colour, or a line.
_AMBIGUOUS = frozenset(("young", "old", "straight", "black", "white", "poor", "foreign"))
Outcomes = DecisionRecord.Outcome
_RULING = ("revision", "outcome", "reason")


def scorer(now: datetime) -> dict[str, Any]:
    """For each kind: how many texts people ruled on, what the scorer held of them rightly and
    wrongly, what it missed, and for each tenth of its score how many there were, the sum of their
    scores and how many deserved it."""
    ruled = _rulings()
    rows = DecisionRecord.objects.filter(revision__in=ruled, actor=None).exclude(scores={})
    latest = {
        revision: (scores, {found["code"] for found in findings})
        for revision, scores, findings in rows.order_by("pk").values_list(
            "revision", "scores", "findings"
        )
    }
    return {kind.value: _of_kind(kind, ruled, latest) for kind in ADDED_TO}


def _of_kind(
    kind: str,
    ruled: dict[int, tuple[str, str]],
    latest: dict[int, tuple[dict[str, float], set[str]]],
) -> dict[str, Any]:
    counts = {"rulings": 0, "right": 0, "wrong": 0, "missed": 0}
    bins = [[0, 0.0, 0] for _bin in range(BINS)]
    for revision, (scores, codes) in latest.items():
        deserved = reasons.deserved(kind, *ruled[revision])
        if deserved is None:
            continue
        counts["rulings"] += 1
        if kind in codes:
            counts["right" if deserved else "wrong"] += 1
        elif deserved:
            counts["missed"] += 1
        score = scores.get(ADDED_TO[kind])
        if score is not None:
            found = bins[min(int(score * BINS), BINS - 1)]
            found[0] += 1
            found[1] = round(found[1] + score, 4)
            found[2] += deserved
    return counts | {"bins": bins}


def _by_people() -> QuerySet[DecisionRecord]:
    """What people decided having read it. Of a batch they read a sample: it says what was wanted
    of thousands at once, and would leave no room for anything else."""
    return DecisionRecord.objects.filter(
        actor__isnull=False, undoes=None, undone_by=None, batch=None
    ).exclude(reason="appeal_upheld")


def _rulings() -> dict[int, tuple[str, str]]:
    """People's newest rulings: revision to outcome and reason, the last one on each."""
    rows = _by_people().order_by("-pk").values_list(*_RULING)[:RULINGS]
    found: dict[int, tuple[str, str]] = {}
    for revision, outcome, reason in rows:
        found.setdefault(revision, (outcome, reason))
    return found


def _names() -> dict[str, str]:
    """What a group is called in a text, in small letters, to the word it is listed under."""
    found: dict[str, str] = {}
    for plural, singular, adjective in GROUPS:
        for name in (plural, singular.partition(" ")[2], adjective):
            if name.lower() not in _AMBIGUOUS:
                found.setdefault(name.lower(), adjective)
    return found


_LISTED = _names()
_GROUP = re.compile(
    rf"\b(?:{'|'.join(sorted(map(re.escape, _LISTED), key=len, reverse=True))})\b", re.IGNORECASE
)


def groups_named(text: str) -> set[str]:
    """The groups of people that a text names, by the adjective they are listed under."""
    return {_LISTED[found.lower()] for found in _GROUP.findall(text)}


def groups(now: datetime) -> dict[str, list[int]]:
    """For each group, and under "" for all texts, of the newest judged texts: how many name it; how
    many of these the scorer held for abuse; on how many of those people ruled; how many of those
    they let through, which means that it was wrong; how many they rejected as abuse, held or not;
    and how many of these it had not held, which means that it missed them."""
    rows = list(
        DecisionRecord.objects.filter(actor=None, undoes=None, revision__erased_at=None)
        .exclude(scores={})
        .order_by("-pk")
        .values_list("revision", "revision__source", "findings")[:NEWEST_TEXTS]
    )
    held = {
        revision
        for revision, _text, findings in rows
        if any(found["code"] == "abuse" for found in findings)
    }
    rulings = _by_people().filter(revision__in={revision for revision, *_said in rows})
    ruled = {
        revision: said
        for revision, *said in rulings.order_by("pk").values_list(*_RULING).iterator()
    }
    counts: dict[str, list[int]] = {"": [0] * 6}
    for revision, text, _findings in rows:
        outcome, reason = ruled.get(revision, ("", ""))
        is_held = revision in held
        deserving = outcome != "" and reasons.deserved("abuse", outcome, reason) is True
        facts = (
            True,
            is_held,
            is_held and outcome != "",
            is_held and outcome == Outcomes.APPROVE,
            deserving,
            deserving and not is_held,
        )
        for name in ("", *groups_named(text)):
            found = counts.setdefault(name, [0] * 6)
            for place, fact in enumerate(facts):
                found[place] += fact
    return counts
