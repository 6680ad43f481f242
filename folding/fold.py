"""Folding: the text as it reads once its disguises are taken off, with the way back to it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from . import lookalikes
from .characters import is_accent, is_unseen, script

_EXACT = str.maketrans(
    {char: letter for letter, chars in lookalikes.EXACT.items() for char in chars}
)
_LOOSE = str.maketrans(
    {char: letter for letter, chars in lookalikes.LOOSE.items() for char in chars}
)
# Two letters written as one, and pairs of code points that one keyboard or the other produces.
_SPELLED_OUT = str.maketrans(
    {"æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ی": "ي", "ى": "ي", "ک": "ك", "ـ": ""}
)
# A short i is a letter of its own in Cyrillic, not an i with an accent.
_SHORT_I = frozenset("йЙ")
_HALFWIDTH_VOICING = "\uff9e\uff9f"

_LEET_DIGITS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
_LEET_LETTERS = {"@": "a", "$": "s", "€": "e", "£": "i"}
# These end sentences and divide lists, so they are letters only where another letter follows.
_LEET_INNER = {"!": "i", "|": "i", "+": "t"}
# For str.translate; with 1 for both, i and l become one.
LEET = str.maketrans({**_LEET_DIGITS, **_LEET_LETTERS, **_LEET_INNER, "l": "i"})


class Latin(Enum):
    """Which letters of other scripts fold to the Latin letter that they resemble."""

    NEVER = "none"
    MIXED = "those in a word that has Latin letters as well"
    CONTEXT = "these, and words of nothing but look-alikes while Latin prevails in the text"
    ALWAYS = "all"


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `offsets[i]` is the (start, end) in the original of folded character i."""

    text: str
    offsets: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where folded[start:end], which must not be empty, stands in the original."""
        return self.offsets[start][0], self.offsets[end - 1][1]


class _Piece(NamedTuple):
    """What one character, or one base with its marks, folds to."""

    native: str  # in its own script
    latin: str  # what it looks like among Latin letters
    exact: bool  # the likeness holds at any distance, so it can disguise a whole word
    foreign: bool  # a letter that is not Latin
    is_latin: bool  # a Latin letter
    in_word: bool  # a letter, a digit, or a sign that passes for one


class _Run(NamedTuple):
    """A word, or what stands between two words: pieces[first:last]."""

    first: int
    last: int
    resembles: bool  # some of it looks like Latin and is not
    has_latin: bool
    exact: bool  # each of its foreign letters is an exact look-alike


def fold(text: str, leet: bool = False, latin: Latin = Latin.CONTEXT) -> Folded:
    """Folds case, width, accents, invisible characters and look-alike letters away.

    `latin` says when a letter of another script becomes the Latin letter it resembles. Unless that
    is always, text that is simply in another language stays in its own letters.

    `leet` also reads digits and signs within words as letters. As 1 stands for both i and l, every
    l then folds to i, so compare the result only with what was folded in the same way.

    Takes time linear in the text. Never raises.
    """
    if text.isascii():
        folded = [(_ASCII[char], at, at + 1) for at, char in enumerate(text) if _ASCII[char]]
    else:
        folded = list(_fold_words(text, latin))
    if leet:
        folded = _read_leet(folded)
    return Folded(
        "".join([char for char, _, _ in folded]),
        tuple([(start, end) for _, start, end in folded]),
    )


def skip_unseen(text: str) -> Folded:
    """The text without its invisible characters, otherwise unchanged."""
    if text.isascii():
        return Folded(text, tuple([(at, at + 1) for at in range(len(text))]))
    kept = [at for at, char in enumerate(text) if not is_unseen(char)]
    return Folded("".join([text[at] for at in kept]), tuple([(at, at + 1) for at in kept]))


def _fold_words(text: str, latin: Latin) -> Iterator[tuple[str, int, int]]:
    placed = list(_clusters(text))
    pieces = [_piece(cluster) for cluster, _, _ in placed]
    runs = list(_runs(pieces))
    latin_prevails = latin is Latin.CONTEXT and _latin_prevails(runs)
    for run in runs:
        as_latin = run.resembles and (
            latin is Latin.ALWAYS
            or (latin is not Latin.NEVER and run.has_latin)
            or (latin_prevails and run.exact)
        )
        for at in range(run.first, run.last):
            _, start, end = placed[at]
            for char in pieces[at].latin if as_latin else pieces[at].native:
                yield char, start, end


def _clusters(text: str) -> Iterator[tuple[str, int, int]]:
    """Each base with the marks and Hangul parts that follow; accents and unseen are left out."""
    start, end, parts = 0, 0, ""
    for at, char in enumerate(text):
        kind = _kind(char)
        if kind is _Kind.UNSEEN:
            continue
        if kind is _Kind.BASE or not parts:
            if parts:
                yield parts, start, end
            start, end, parts = at, at + 1, "" if kind is _Kind.ACCENT else char
            continue
        # A short i may come in two parts; every other accent goes.
        if kind is _Kind.JOINING or (char == "\u0306" and parts in "иИ"):
            parts += char
        # An accent belongs to the evidence of the letter it sits on.
        end = at + 1
    if parts:
        yield parts, start, end


class _Kind(Enum):
    BASE = 1
    JOINING = 2
    ACCENT = 3
    UNSEEN = 4


@lru_cache(maxsize=4096)
def _kind(char: str) -> _Kind:
    if is_unseen(char):
        return _Kind.UNSEEN
    if is_accent(char):
        return _Kind.ACCENT
    if unicodedata.combining(char) or "\u1160" <= char <= "\u11ff" or char in _HALFWIDTH_VOICING:
        return _Kind.JOINING
    return _Kind.BASE


@lru_cache(maxsize=4096)
def _piece(cluster: str) -> _Piece:
    native = _strip(cluster)
    # Case first changes the shape: В resembles B, в does not.
    cased = "".join(char for char in unicodedata.normalize("NFKD", cluster) if not is_accent(char))
    shaped = cased.translate(_EXACT)
    latin = _strip(shaped).translate(_EXACT)
    exact = latin.isascii()
    if not exact:
        latin = latin.translate(_LOOSE)
    is_letter = native[:1].isalpha()
    foreign = is_letter and not native.isascii() and script(native[0]) != "LATIN"
    if not foreign and latin.isascii() and script(cluster[0]) in ("LATIN", "NEGATIVE", "CROSSED"):
        native = latin
    return _Piece(
        native=native,
        latin=latin,
        exact=exact,
        foreign=foreign,
        is_latin=native[:1].isalpha() and not foreign,
        in_word=native[:1].isalnum() or latin != native,
    )


def _strip(cluster: str) -> str:
    if unicodedata.normalize("NFC", cluster) in _SHORT_I:
        return "й"
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", cluster).casefold())
    plain = "".join(char for char in plain if not is_accent(char) and not is_unseen(char))
    plain = unicodedata.normalize("NFKC", plain.casefold()).translate(_SPELLED_OUT)
    return "".join(_digit(char) for char in plain)


def _digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    if value is not None:
        return str(value)
    return " " if char.isspace() and char not in "\n\t" else char


def _runs(pieces: list[_Piece]) -> Iterator[_Run]:
    first, inside = 0, False
    resembles = has_latin = False
    exact = True
    for at, piece in enumerate(pieces):
        if piece.in_word != inside:
            yield _Run(first, at, resembles, has_latin, exact)
            first, inside = at, piece.in_word
            resembles = has_latin = False
            exact = True
        if piece.is_latin:
            has_latin = True
        if piece.foreign and not piece.exact:
            exact = False
        if piece.latin != piece.native:
            resembles = True
    yield _Run(first, len(pieces), resembles, has_latin, exact)


def _latin_prevails(runs: list[_Run]) -> bool:
    """Whether more letters stand in words with Latin letters than in truly foreign words."""
    latin = sum(run.last - run.first for run in runs if run.has_latin)
    foreign = sum(run.last - run.first for run in runs if not run.exact and not run.has_latin)
    return latin > foreign or not foreign


def _read_leet(folded: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Reads signs as letters in words with at least two letters: 'c4s1no', but not 'A55'."""
    read, word = [], []
    for at, item in enumerate(folded):
        char = item[0]
        following = folded[at + 1][0] if at + 1 < len(folded) else " "
        inner = char in _LEET_INNER and (following.isalnum() or following in _LEET_LETTERS)
        if char.isalnum() or char in _LEET_LETTERS or inner:
            word.append(item)
        else:
            read += _read_word(word)
            read.append(item)
            word = []
    return read + _read_word(word)


def _read_word(word: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    letters = sum(1 for char, _, _ in word if not char.isdecimal())
    if letters < 2 or not any(char.isalpha() for char, _, _ in word):
        return word
    return [(char.translate(LEET), start, end) for char, start, end in word]


_ASCII = {char: "" if is_unseen(char) else _digit(char.lower()) for char in map(chr, range(0x80))}
