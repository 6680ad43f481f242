"""The passage of a text that has what was looked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from .query import Query, Term
from .words import Word, words_of

LENGTH = 260  # characters
BEFORE = 60  # of them before the first word that was looked for
MOST_MATCHES = 200
ELLIPSIS = "…"


def excerpt(text: str, query: Query, *, length: int = LENGTH) -> list[tuple[str, bool]]:
    """A passage in pieces: (words, whether they were looked for).

    The passage has as many of the terms as any of `length` characters; of a text that has none it
    is the beginning. Runs of white space become one space.
    """
    text = " ".join(text.split())
    words = list(words_of(text))
    found = sorted(
        (words[first].start, words[last].end, number)
        for number, term in enumerate(query.terms)
        for first, last in islice(_matches(words, term), MOST_MATCHES)
    )
    # Of a text that ends soon after, more of what comes before has room.
    start = max(0, min(_best_start(found, length - BEFORE), len(text) - length))
    end = len(text) if len(text) <= start + length else _edge(words, start + length, end=True)
    pieces: list[tuple[str, bool]] = [(ELLIPSIS, False)] if start else []
    at = start = _edge(words, start, end=False) if start else 0
    for first, last, _number in found:
        if first < at or last > end:
            continue
        if at < first:
            pieces.append((text[at:first], False))
        pieces.append((text[first:last], True))
        at = last
    if at < end:
        pieces.append((text[at:end], False))
    if end < len(text):
        pieces.append((ELLIPSIS, False))
    return pieces


def _matches(words: list[Word], term: Term) -> Iterator[tuple[int, int]]:
    """The (first, last) word of each place where a term stands."""
    *whole, final = term.words
    for at in range(len(words) - len(whole)):
        last = words[at + len(whole)].folded
        if not (last.startswith(final) if term.prefix else last == final):
            continue
        if all(words[at + n].folded == word for n, word in enumerate(whole)):
            yield at, at + len(whole)


def _best_start(found: list[tuple[int, int, int]], length: int) -> int:
    """Where the passage begins: before the match that most other terms follow closely."""
    best, best_start = 0, 0
    for at, (start, _end, _number) in enumerate(found):
        near = {
            number
            for first, last, number in islice(found, at, at + MOST_MATCHES)
            if last <= start + length
        }
        if len(near) > best:
            best, best_start = len(near), max(0, start - BEFORE)
    return best_start


def _edge(words: list[Word], at: int, *, end: bool) -> int:
    """The edge of a word by `at`: of the next one to begin, or of the last one to end."""
    if end:
        return max((word.end for word in words if word.end <= at), default=at)
    return min((word.start for word in words if word.start >= at), default=at)
