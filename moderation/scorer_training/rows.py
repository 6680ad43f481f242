"""One labelled text, where it comes from, and which side of the split it stands on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(slots=True)
class Row:
    """`labels` maps a label to its share of yes, 0 to 1; a label that is missing is unknown."""

    text: str
    source: str
    domain: str
    labels: dict[str, float]
    weight: float = 1.0
    language: str = "en"
    side: str = "train"
    facts: dict[str, object] = field(default_factory=dict)


def text_key(text: str) -> str:
    """What two copies of a text share: the first letters and pictures, without case and signs."""
    letters = "".join(char for char in text.lower() if char.isalpha() or char >= "\u2190")[:100]
    return letters or text.strip()


def side_of(key: str) -> str:
    """Two tenths are for tests, one tenth for calibration; the same for one text everywhere."""
    tenth = int.from_bytes(hashlib.blake2b(key.encode("utf-8", "replace")).digest()[:4]) % 10
    return ("test", "test", "calibrate")[tenth] if tenth < 3 else "train"


def deduplicated(rows: list[Row]) -> list[Row]:
    """The first row of each text; labels that only a later copy has are added to it.

    What is held out keeps all its texts, and no other row keeps one of them.
    """
    aside = [row for row in rows if row.side == "held out"]
    kept: dict[str, Row] = {text_key(row.text): row for row in aside}
    others: dict[str, Row] = {}
    for row in rows:
        key = text_key(row.text)
        if row.side == "held out" or key in kept:
            continue
        first = others.setdefault(key, row)
        if first is row:
            row.side = side_of(key)
        elif row.language == first.language:
            for label, share in row.labels.items():
                first.labels.setdefault(label, share)
    return aside + list(others.values())
