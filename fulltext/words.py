"""A text as the words it is found by."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from folding import words as word_spans
from folding.characters import is_accent, is_unseen

LONGEST = 60  # characters of a word that count; longer ones are no words of any language
_PLACES = 16_383  # PostgreSQL counts no further
_SPELLED_OUT = str.maketrans({"æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ø": "o", "ł": "l"})


class Word(NamedTuple):
    """A word as it is looked for, and its (start, end) in the text."""

    folded: str
    start: int
    end: int


def words_of(text: str) -> Iterator[Word]:
    """The words of a text in their order: without case and accents, in one spelling of each."""
    for start, end in word_spans(text):
        if folded := _folded(text[start:end]):
            yield Word(folded, start, end)


@lru_cache(maxsize=16_384)
def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()[:LONGEST]
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold())
    # What is neither letter, digit nor mark could be syntax to a database: ½ is 1, ⁄ and 2.
    kept = [
        char
        for char in plain
        if (char.isalnum() or unicodedata.category(char)[0] == "M")
        and not is_accent(char)
        and not is_unseen(char)
    ]
    return unicodedata.normalize("NFC", "".join(kept)).translate(_SPELLED_OUT)[:LONGEST]


def as_words(text: str) -> str:
    """The words of a text with a space between them, as SQLite's tokenizer `ascii` takes them."""
    return " ".join(word.folded for word in words_of(text))


def as_tsvector(texts: list[str]) -> str:
    """Texts as one `tsvector` of PostgreSQL, the first with weight A, the next with B, ..."""
    places: dict[str, list[str]] = {}
    at = 0
    for text, weight in zip(texts, "ABCD", strict=False):
        for word in words_of(text):
            at += 1
            if at <= _PLACES:
                places.setdefault(word.folded, []).append(f"{at}{weight}")
            else:
                places.setdefault(word.folded, [])
        at += 1  # no phrase runs from one text into the next
    return " ".join(
        f"'{word}':{','.join(found)}" if found else f"'{word}'" for word, found in places.items()
    )
