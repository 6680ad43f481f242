"""Where the words of a folded text begin and end."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from .characters import script, stands_alone

_ASCII_WORD = re.compile("[a-zA-Z0-9]+")


def words(folded: str, also: str = "") -> Iterator[tuple[int, int]]:
    """The (start, end) of each word: letters and digits with their marks.

    In scripts that put no spaces between words each letter is a word. Characters in `also` count
    as letters.
    """
    if folded.isascii() and not also:
        for match in _ASCII_WORD.finditer(folded):
            yield match.span()
        return
    start = -1
    for at, char in enumerate(folded):
        if stands_alone(char):
            if start >= 0:
                yield start, at
            start = at
        elif _is_mark(char):
            continue
        elif char.isalnum() or char in also:
            if start >= 0 and stands_alone(folded[start]):
                yield start, at
                start = -1
            start = at if start < 0 else start
        elif start >= 0:
            yield start, at
            start = -1
    if start >= 0:
        yield start, len(folded)


def has_foreign_letter(text: str) -> bool:
    """True when a letter of the text is not Latin."""
    return any(
        not char.isascii() and char.isalpha() and script(char) not in ("LATIN", "FULLWIDTH")
        for char in text
    )


@lru_cache(maxsize=4096)
def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"
