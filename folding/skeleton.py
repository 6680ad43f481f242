"""Keys under which texts are equal that differ only to a machine."""

from __future__ import annotations

import unicodedata
from hashlib import blake2b

from .fold import Latin, fold

_ALIKE = str.maketrans({"i": "l", "1": "l", "|": "l", "!": "l", "0": "o"})


def skeleton(name: str) -> str:
    """The key that two names share when a reader could take one for the other.

    Leaves out case, accents, spaces, punctuation and everything unseen; letters of any script count
    as the Latin letters they resemble; i, l, 1 and | are one, as are o and 0, rn and m, vv and w.
    Names that look only somewhat alike may share a key, too. Empty for a name of punctuation alone.
    """
    key = _once(name)
    # Folding can bring parts of a letter together that stood apart; it settles after one more turn.
    return _once(key)


def fingerprint(text: str) -> str:
    """32 hexadecimal digits that are the same for the same text in any of its disguises.

    Spaces and punctuation do not count, unless there is nothing else.
    """
    folded = fold(text, leet=True).text
    letters = "".join([char for char in folded if char.isalnum()])
    kept = letters or "".join(folded.split())
    return blake2b(kept.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _once(name: str) -> str:
    folded = fold(name, latin=Latin.ALWAYS).text.translate(_ALIKE)
    kept = "".join([char for char in folded if _counts(char)])
    return kept.replace("rn", "m").replace("vv", "w")


def _counts(char: str) -> bool:
    """Letters, digits, marks that spell, and pictures; neither spaces nor punctuation."""
    return unicodedata.category(char)[0] in "LNM" or unicodedata.category(char) in ("So", "Co")
