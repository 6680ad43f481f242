"""What somebody looks for: words and phrases, all of which must be there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from folding.characters import stands_alone

from .words import words_of

LONGEST = 200  # characters that are read
MOST_WORDS = 24
PREFIX_FROM = 3  # letters: a shorter beginning is the beginning of too much
_QUOTES = re.compile('["“”„‟«»]')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; with `prefix` the last may go on."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """text: as it is shown again. terms: what to look for, all of them; empty for nothing."""

    text: str
    terms: tuple[Term, ...]

    def __bool__(self) -> bool:
        return bool(self.terms)


def parse(text: str) -> Query:
    """What a reader typed, whatever it was: words, "phrases", and a last word not yet finished.

    Anything beyond 200 characters is left out.
    """
    text = re.sub(r"[\0-\x1f\x7f\ud800-\udfff\s]+", " ", text[:LONGEST]).strip()
    terms: dict[Term, None] = {}
    room = MOST_WORDS
    parts = _QUOTES.split(text)
    for number, part in enumerate(parts):
        quoted = number % 2 == 1
        chunks = [part] if quoted else part.split()
        for place, chunk in enumerate(chunks):
            # It's is two words, and so is 東京: what was written as one is found as one.
            words = tuple(word.folded for word in words_of(chunk))[:room]
            room -= len(words)
            last = not quoted and number == len(parts) - 1 and place == len(chunks) - 1
            if words:
                terms[Term(words, prefix=last and _goes_on(words[-1]))] = None
    return Query(text, tuple(terms))


def _goes_on(word: str) -> bool:
    return len(word) >= PREFIX_FROM and not stands_alone(word[0])


def as_fts5(query: Query) -> str:
    """The query in the language of SQLite's FTS5."""
    return " AND ".join(
        '"{}"{}'.format(" ".join(term.words), "*" if term.prefix else "") for term in query.terms
    )


def as_tsquery(query: Query) -> str:
    """The query as a `tsquery` of PostgreSQL."""
    return " & ".join(
        "({}{})".format(
            " <-> ".join(f"'{word}'" for word in term.words), ":*" if term.prefix else ""
        )
        for term in query.terms
    )
