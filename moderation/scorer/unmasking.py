"""The known word that a written one stands for; every function answers "" where there is none."""

from __future__ import annotations

import re

from .lexicon import Lexicon

LEET = frozenset("013457@$€£!|+")
_LEET_I = str.maketrans("01345789@$€£!|+", "oieastbgaseiiit")
_LEET_L = str.maketrans("01345789@$€£!|+", "oleastbgaseilit")
_MASKS = frozenset("*#%&?@$!_-.")
# One, two or more digits and a unit or the ending of an ordinal.
_MEASURE = re.compile(r"\d+(?:st|nd|rd|th|s|am|pm|k|m|x|bn|mm|cm|km|kg|g|p|d|h|hr|min|c|f|ft|lb)")
_PIECE = re.compile(r"[^\W_]+")
_LONG_RUN = re.compile(r"(.)\1{2,}")
_RUN = re.compile(r"(.)\1+")
# The cost in a lexicon from which a word is too rare to be guessed at.
_RARE = 11.6


def with_i(letters: str) -> str:
    """Digits and signs read as letters, 1 as i."""
    return letters.translate(_LEET_I)


def is_common(word: str, lexicon: Lexicon) -> bool:
    """Whether a word is frequent enough to be guessed at."""
    return lexicon.known.get(word, _RARE) < _RARE


def unmasked(core: str, lexicon: Lexicon) -> str:
    """`core` with signs, digits or masks among its letters; or letters that stood apart."""
    if core.isalpha():
        return core if core in lexicon.known else lexicon.variants.get(core, "")
    if not any(char.isalpha() for char in core):
        return ""
    # Ordinals and sizes are no disguise.
    word = "" if _MEASURE.fullmatch(core) else _unleet(core, lexicon)
    word = word or _squeezed(core, lexicon)
    if not word and core[0].isalpha() and not _MASKS.isdisjoint(core[1:]):
        word = lexicon.starred(core)
    return word


def _unleet(core: str, lexicon: Lexicon) -> str:
    inner = core.strip("0123456789")
    for table in (_LEET_I, _LEET_L):
        word = core.translate(table)
        if not word.isalpha() or word == core:
            continue
        common = len(word) > 2 and is_common(word, lexicon) and not core[-2:].isdecimal()
        # Of a rare word only signs within are a disguise, not a number at its edge.
        rare = word in lexicon.known and not inner.isalpha()
        if word in lexicon.guarded or common or rare:
            return word
        if word in lexicon.variants:
            return lexicon.variants[word]
        short = _RUN.sub(r"\1", word)
        if len(short) > 3 and short in lexicon.guarded:
            return short
    return ""


def _squeezed(core: str, lexicon: Lexicon) -> str:
    """What the pieces between the signs of `core` make together."""
    pieces = _PIECE.findall(core)
    word = "".join(pieces)
    if word == core or len(word) < 3 or not word.isalpha():
        return ""
    worth = word in lexicon.guarded or word in lexicon.variants
    if worth and not all(len(piece) > 2 and piece in lexicon.known for piece in pieces):
        return lexicon.variants.get(word, word)
    unknown = not all(piece in lexicon.known for piece in pieces)
    return word if len(pieces) == 2 and unknown and is_common(word, lexicon) else ""


def unswapped(word: str, lexicon: Lexicon) -> str:
    """The commonest known word that two neighbours exchanged make of `word`."""
    best, cost = "", _RARE
    for at in range(1, len(word) - 2):
        tried = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if lexicon.known.get(tried, cost) < cost:
            best, cost = tried, lexicon.known[tried]
    return best


def unrepeated(word: str, lexicon: Lexicon) -> tuple[str, bool]:
    """(word without repeated letters, whether it is known), or ("", False) if none repeats."""
    if not _LONG_RUN.search(word):
        return "", False
    shorter = [_LONG_RUN.sub(r"\1\1", word), _LONG_RUN.sub(r"\1", word), _RUN.sub(r"\1", word)]
    for short in shorter:
        meant = short if short in lexicon.known else lexicon.variants.get(short)
        if meant:
            return meant, True
    return (shorter[-1], False) if len(shorter[-1]) < 16 else ("", False)
