"""Rows and cases made of our own sentences, which differ in little but who is meant.

They teach that a group's name is no evidence, and measure whether that was learned. Every group
occurs in the sentences that teach and in those that ask.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from itertools import cycle

from .everyday import (
    COMMERCE,
    EXPLICIT,
    HOSTS,
    OBJECT_LINES,
    OBJECTS,
    OTHER_LINES,
    OTHERS,
    PERSONAL,
    PLAIN,
    POINTING,
)
from .groups import GROUPS
from .pictures import pictures
from .prose import prose
from .rows import Row
from .sentences import (
    ASKED_FAIR,
    ASKED_HATE,
    FRAMES_FAIR,
    FRAMES_HATE,
    PREDICATES,
    TAUGHT_FAIR,
    TAUGHT_HATE,
)

HATE_LABELS = {"toxicity": 1.0, "identity_attack": 1.0}
FAIR_LABELS = {
    "toxicity": 0.0,
    "identity_attack": 0.0,
    "insult": 0.0,
    "threat": 0.0,
    "profanity": 0.0,
    "severe_toxicity": 0.0,
    "spam": 0.0,
    "sexually_explicit": 0.0,
}


@dataclass(frozen=True, slots=True)
class Case:
    """A filled template: whether it is hateful, and the group it names."""

    text: str
    hateful: bool
    group: str


def _filled(line: str, group: tuple[str, str, str]) -> str:
    plural, singular, adjective = group
    text = line.format(p=plural, s=singular, a=adjective)
    return text[0].upper() + text[1:]


def asked() -> list[Case]:
    """Every group in every sentence that training never sees."""
    return [
        Case(_filled(line, group), hateful, group[0])
        for group in GROUPS
        for lines, hateful in ((ASKED_HATE, True), (ASKED_FAIR, False))
        for line in lines
    ]


def _framed(weight: float) -> list[Row]:
    """The same words about the same groups, said and objected to."""
    source = random.Random(0)
    rows = []
    for group in GROUPS:
        for frames, labels in ((FRAMES_HATE, HATE_LABELS), (FRAMES_FAIR, FAIR_LABELS)):
            for frame in frames:
                for predicate in source.sample(PREDICATES, 2):
                    text = frame.format(c=f"{group[0]} {predicate}")
                    rows.append(_row(text, labels, weight))
    return rows


def taught(words: Collection[str] = (), weight: float = 0.45) -> list[Row]:
    """The rows that training adds to the data. `words`: harmless ones, in a fixed order."""
    rows = [
        Row(_filled(line, group), "templates", "templates", dict(labels), weight)
        for group in GROUPS
        for lines, labels in ((TAUGHT_HATE, HATE_LABELS), (TAUGHT_FAIR, FAIR_LABELS))
        for line in lines
    ]
    rows += _framed(weight)
    for thing in OBJECTS:
        for line, toxicity, profanity in OBJECT_LINES:
            labels = {**FAIR_LABELS, "toxicity": toxicity, "profanity": profanity}
            rows.append(_row(line.format(o=thing), labels, weight))
    for others in OTHERS:
        for line, toxicity in OTHER_LINES:
            labels = {"toxicity": toxicity, "identity_attack": 0.0, "spam": 0.0}
            rows.append(_row(line.format(o=others), labels, weight))
    for text, insult, threat, profanity in PERSONAL:
        labels = {"toxicity": 1.0, "insult": float(insult), "threat": float(threat)}
        labels |= {"profanity": float(profanity), "identity_attack": 0.0, "spam": 0.0}
        rows.append(_row(text, labels, 2 * weight))
    rows += [_row(text, FAIR_LABELS, 2 * weight) for text in PLAIN]
    for text, spam in COMMERCE:
        labels = {"spam": float(spam), "toxicity": 0.0}
        rows.append(_row(text, labels, 2 * weight))
    for host in HOSTS:
        rows += [_row(line.format(h=host), FAIR_LABELS, weight) for line in POINTING]
    for text in EXPLICIT:
        labels = {"sexually_explicit": 1.0, "toxicity": 0.9, "profanity": 1.0, "spam": 0.0}
        rows.append(_row(text, labels, 3 * weight))
    # A fair word before an abusive one changes nothing, nor the other way round.
    groups = cycle(GROUPS)
    for text, insult, threat, profanity in PERSONAL:
        for fair in TAUGHT_FAIR[:8]:
            labels = {"toxicity": 1.0, "insult": float(insult), "threat": float(threat)}
            labels["profanity"] = float(profanity)
            rows.append(_row(f"{_filled(fair, next(groups))} {text}", labels, weight / 2))
    return rows + prose(words, FAIR_LABELS, weight) + pictures(FAIR_LABELS, 2 * weight)


def _row(text: str, labels: dict[str, float], weight: float) -> Row:
    return Row(text[0].upper() + text[1:], "templates", "templates", dict(labels), weight)
