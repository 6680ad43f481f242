"""Finds the phrases of a list in a text, whatever disguise they wear.

A text is cut into words, and words are looked up: the cost grows with the text, hardly with the
list. A phrase matches whole words only; its words may be any white space or punctuation apart; `*`
stands for any letters, none included, within a word. Scripts without spaces match anywhere.

Disguises that are seen through: case, accents, width, invisible characters, look-alike letters,
digits and signs for letters (c4s1no), letters set apart (c a s i n o, c.a.s.i.n.o, ca-sino) and
letters masked by asterisks (c*sino).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from folding import LEET, Folded, Latin, fold, has_foreign_letter, words

from .decision import Span
from .submission import Phrase

# Longer runs of separate letters are no single phrase any more.
JOINED_LIMIT = 60
# Three letters set apart within a longer run are chance more often than a disguise.
JOINED_MINIMUM = 4
JOINED_MINIMUM_ALONE = 3
MASKED_SHARE = 0.4

_SIGN = "[" + re.escape("".join(sorted(map(chr, LEET.keys() - {ord("l")})))) + "]"
# A digit or sign, or one of l and I where only the other would stand in honest writing.
_DISGUISED = re.compile(rf"{_SIGN}|[a-z]I|[A-Z]l[A-Z]|\bl[A-Z]")
_MASKED = re.compile(r"(?<![^\W_])[^\W\d_]++(?:\*++[^\W\d_]++)+(?![^\W_])")
_ONE_FOR_BOTH = str.maketrans({"l": "i"})


class Hit(NamedTuple):
    phrase: Phrase
    span: Span


class _Entry(NamedTuple):
    """A phrase under one of its keys."""

    phrase: Phrase
    needs_foreign: bool = False  # holds only where letters of another script take part
    needs_signs: bool = False  # holds only in the view that reads signs as letters


class _Pattern(NamedTuple):
    """A phrase with `*` in it; `at` is the position of the word it was found by."""

    entry: _Entry
    tokens: tuple[str, ...]
    at: int


class _Token(NamedTuple):
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _View:
    folded: Folded
    tokens: tuple[_Token, ...]
    reads_signs: bool


def find_phrases(text: str, phrases: tuple[Phrase, ...]) -> tuple[Hit, ...]:
    """Every phrase of the list in the text, by place; spans count the text's characters."""
    if not phrases:
        return ()
    index = _compiled(phrases)
    hits: dict[Hit, None] = {}
    for view in _views(text):
        for entry, start, end in _find(view, index):
            span = Span(*view.folded.span(start, end))
            piece = text[span.start : span.end]
            if entry.needs_foreign and not has_foreign_letter(piece):
                continue
            if entry.needs_signs and not view.reads_signs:
                continue
            if view.reads_signs and not _DISGUISED.search(piece):
                continue
            hits[Hit(entry.phrase, span)] = None
    return tuple(sorted(hits, key=lambda hit: (hit.span, hit.phrase.id)))


# Two lists are asked about the same text, one after the other.
@lru_cache(maxsize=1)
def _views(text: str) -> tuple[_View, ...]:
    in_context = fold(text)
    views = [_view(in_context)]
    if has_foreign_letter(text):
        native = fold(text, latin=Latin.MIXED)
        if native.text != in_context.text:
            views.append(_view(native))
    if _DISGUISED.search(in_context.text) or _DISGUISED.search(text):
        views.append(_view(fold(text, leet=True), reads_signs=True))
    return tuple(views)


def _view(folded: Folded, reads_signs: bool = False) -> _View:
    tokens = tuple(_Token(folded.text[start:end], start, end) for start, end in words(folded.text))
    return _View(folded, tokens, reads_signs)


def _find(view: _View, index: _Index) -> Iterator[tuple[_Entry, int, int]]:
    tokens = view.tokens
    texts = [token.text for token in tokens]
    patterns = {text: index.patterns_for(text) for text in set(texts)}
    for at, text in enumerate(texts):
        for entry in index.literal.get(text, ()):
            yield entry, tokens[at].start, tokens[at].end
        for length in index.lengths.get(text, ()):
            for entry in index.literal.get(" ".join(texts[at : at + length]), ()):
                if at + length <= len(texts):
                    yield entry, tokens[at].start, tokens[at + length - 1].end
        for pattern in patterns[text]:
            first = at - pattern.at
            last = first + len(pattern.tokens)
            if first >= 0 and _fit(pattern.tokens, texts[first:last]):
                yield pattern.entry, tokens[first].start, tokens[last - 1].end
    yield from _find_joined(view, index)
    yield from _find_masked(view, index)


def _find_joined(view: _View, index: _Index) -> Iterator[tuple[_Entry, int, int]]:
    for chain in _chains(view):
        all_single = all(len(token.text) == 1 for token in chain)
        texts = [token.text for token in chain]
        if view.reads_signs and any(len(text) == 1 and text.isalpha() for text in texts):
            # A digit alone is a number to the fold; among letters set apart it is one of them.
            texts = [text.translate(LEET) if len(text) == 1 else text for text in texts]
        for first, token in enumerate(chain):
            joined = texts[first]
            for last in range(first + 1, len(chain)):
                joined += texts[last]
                if len(joined) > JOINED_LIMIT:
                    break
                whole = first == 0 and last == len(chain) - 1
                minimum = JOINED_MINIMUM_ALONE if whole and all_single else JOINED_MINIMUM
                if len(joined) < minimum:
                    continue
                entries = list(index.joined.get(joined, ()))
                if whole:
                    entries += [
                        pattern.entry
                        for pattern in index.patterns_for(joined)
                        if _fit(pattern.tokens, [joined])
                    ]
                for entry in entries:
                    yield entry, token.start, chain[last].end


def _chains(view: _View) -> Iterator[Sequence[_Token]]:
    """Runs of words that may be one word: one sign apart, or single letters a little apart."""
    chain: list[_Token] = []
    for token in view.tokens:
        if chain:
            between = view.folded.text[chain[-1].end : token.start]
            single = len(chain[-1].text) == len(token.text) == 1
            if not (
                (len(between) == 1 and not between.isspace())
                or (single and 0 < len(between) <= 3 and "\n" not in between)
            ):
                if len(chain) > 1:
                    yield chain
                chain = []
        chain.append(token)
    if len(chain) > 1:
        yield chain


def _find_masked(view: _View, index: _Index) -> Iterator[tuple[_Entry, int, int]]:
    if "*" not in view.folded.text:
        return
    for match in _MASKED.finditer(view.folded.text):
        masked = match[0]
        if 1 - masked.count("*") / len(masked) < MASKED_SHARE:
            continue
        for word in index.shapes.get((len(masked), masked[0], masked[-1]), ()):
            if all(mask in ("*", char) for mask, char in zip(masked, word, strict=True)):
                for entry in index.literal[word]:
                    yield entry, match.start(), match.end()


class _Index:
    """A phrase list, arranged for looking up words."""

    def __init__(self, phrases: tuple[Phrase, ...]) -> None:
        self.literal: dict[str, list[_Entry]] = defaultdict(list)
        self.lengths: dict[str, list[int]] = defaultdict(list)
        self.joined: dict[str, list[_Entry]] = defaultdict(list)
        self.shapes: dict[tuple[int, str, str], list[str]] = defaultdict(list)
        self._anchored: dict[str, list[_Pattern]] = defaultdict(list)
        self._by_start: dict[str, list[_Pattern]] = defaultdict(list)
        self._by_end: dict[str, list[_Pattern]] = defaultdict(list)
        self._by_middle: dict[str, list[_Pattern]] = defaultdict(list)
        for phrase in phrases:
            for key, entry in _keys(phrase):
                self._add(key, entry)
        # From here on a look-up that finds nothing must not leave an empty list behind.
        for table in (self.literal, self.lengths, self.joined, self.shapes, self._anchored):
            table.default_factory = None
        self._start_lengths = sorted({len(key) for key in self._by_start})
        self._end_lengths = sorted({len(key) for key in self._by_end})
        self._middle_lengths = sorted({len(key) for key in self._by_middle})

    def patterns_for(self, word: str) -> list[_Pattern]:
        """The patterns that this word may take part in; each is still to be compared."""
        found = list(self._anchored.get(word, ()))
        for length in self._start_lengths:
            found += self._by_start.get(word[:length], ())
        for length in self._end_lengths:
            found += self._by_end.get(word[-length:], ())
        for length in self._middle_lengths:
            pieces = {word[at : at + length] for at in range(len(word) - length + 1)}
            for piece in pieces & self._by_middle.keys():
                found += self._by_middle[piece]
        return found

    def _add(self, key: str, entry: _Entry) -> None:
        tokens = tuple(_phrase_tokens(key))
        if any("*" in token for token in tokens):
            self._add_pattern(tokens, entry)
        elif tokens:
            self._add_literal(tokens, entry)

    def _add_literal(self, tokens: tuple[str, ...], entry: _Entry) -> None:
        self.literal[" ".join(tokens)].append(entry)
        self.joined["".join(tokens)].append(entry)
        if len(tokens) > 1 and len(tokens) not in self.lengths[tokens[0]]:
            self.lengths[tokens[0]].append(len(tokens))
        if len(tokens) == 1:
            word = tokens[0]
            self.shapes[len(word), word[0], word[-1]].append(word)

    def _add_pattern(self, tokens: tuple[str, ...], entry: _Entry) -> None:
        for at, token in enumerate(tokens):
            if "*" not in token:
                self._anchored[token].append(_Pattern(entry, tokens, at))
                return
        start, *middles, end = tokens[0].split("*")
        pattern = _Pattern(entry, tokens, 0)
        if start:
            self._by_start[start].append(pattern)
        elif end:
            self._by_end[end].append(pattern)
        else:
            self._by_middle[max(middles, key=len)].append(pattern)


# As many lists as a process judges by at once, old versions of them included.
@lru_cache(maxsize=8)
def _compiled(phrases: tuple[Phrase, ...]) -> _Index:
    return _Index(phrases)


def _keys(phrase: Phrase) -> Iterator[tuple[str, _Entry]]:
    if phrase.text.isascii() and phrase.text.replace(" ", "").isalpha():
        # Most of a long list, and nothing to fold but case.
        plain = phrase.text.lower()
        yield plain, _Entry(phrase)
        if "l" in plain:
            yield plain.translate(_ONE_FOR_BOTH), _Entry(phrase, needs_signs=True)
        return
    plain = fold(phrase.text, latin=Latin.MIXED).text
    yield plain, _Entry(phrase)
    if not phrase.text.isascii():
        # A word of another script with Latin letters slipped in folds to Latin as a whole.
        latin = fold(phrase.text, latin=Latin.ALWAYS).text
        if latin != plain:
            yield latin, _Entry(phrase, needs_foreign=True)
    leet = plain if "*" in plain else fold(phrase.text, leet=True, latin=Latin.MIXED).text
    leet = leet.translate(_ONE_FOR_BOTH)
    if leet != plain:
        yield leet, _Entry(phrase, needs_signs=True)


def _phrase_tokens(key: str) -> Iterator[str]:
    """The words of a phrase; one that is nothing but asterisks would match everything."""
    for start, end in words(key, also="*"):
        token = re.sub(r"\*+", "*", key[start:end])
        if token != "*":
            yield token


def _fit(patterns: Sequence[str], texts: Sequence[str]) -> bool:
    return len(patterns) == len(texts) and all(
        _fits(pattern, text) for pattern, text in zip(patterns, texts, strict=True)
    )


def _fits(pattern: str, text: str) -> bool:
    start, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    *middles, end = rest
    if len(text) < len(start) + len(end) or not (text.startswith(start) and text.endswith(end)):
        return False
    at, stop = len(start), len(text) - len(end)
    for middle in middles:
        at = text.find(middle, at, stop)
        if at < 0:
            return False
        at += len(middle)
    return True
