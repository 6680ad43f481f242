"""How alike two texts are once their disguises are taken off."""

from __future__ import annotations

from functools import lru_cache

from folding import fold

SHINGLE = 5
# A text of which the other is a part counts as its copy only while they are of comparable length:
# quoting oneself in a longer answer is no repetition.
COMPARABLE = 0.6


# One text is compared with up to twenty others, by two checks.
@lru_cache(maxsize=1)
def letters_of(text: str) -> str:
    """The letters and digits of the folded text, run together."""
    return "".join([char for char in fold(text, leet=True).text if char.isalnum()])


def shingles(letters: str) -> frozenset[str]:
    """Every run of five letters, each once."""
    return frozenset(letters[at : at + SHINGLE] for at in range(len(letters) - SHINGLE + 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """From 0 to 1: which share of the smaller text's shingles the other has."""
    smaller, larger = sorted((len(one), len(other)))
    if smaller < larger * COMPARABLE:
        return 0.0
    shared = len(one & other)
    return shared / smaller if smaller else 0.0
