"""Ways in which writers hide words from filters."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection

Change = Callable[[str, random.Random], str]

_LEET = {
    "a": "4@",
    "e": "3",
    "i": "1!",
    "o": "0",
    "s": "5$",
    "t": "7",
    "b": "8",
    "g": "9",
    "l": "1",
}
_ALIKE = {
    "a": "а",
    "c": "с",
    "e": "е",
    "i": "і",
    "o": "о",
    "p": "р",
    "s": "ѕ",
    "x": "х",
    "y": "у",
    "h": "һ",
    "j": "ј",
    "d": "ԁ",
    "n": "ո",
    "u": "υ",
    "v": "ν",
    "k": "κ",
    "t": "τ",
    "m": "м",
}
_ACCENTS = {
    "a": "áàâä",
    "e": "éèêë",
    "i": "íìîï",
    "o": "óòôö",
    "u": "úùûü",
    "c": "ç",
    "n": "ñ",
    "s": "š",
    "y": "ý",
    "t": "ť",
    "d": "ď",
    "r": "ř",
    "g": "ğ",
}
_UNSEEN = "\u200b\u200c\u200d\u2060\u00ad"
_MARKS = "\u0300\u0301\u0308\u0323\u0331\u0336"
_VOWELS = "aeiou"


def leet(word: str, source: random.Random) -> str:
    """Digits and signs for some letters."""
    changed = [
        source.choice(_LEET[char]) if char in _LEET and source.random() < 0.7 else char
        for char in word.lower()
    ]
    return _or_first("".join(changed), word, _LEET, source)


def look_alikes(word: str, source: random.Random) -> str:
    """Letters of other alphabets that look the same."""
    changed = [
        _ALIKE[char] if char in _ALIKE and source.random() < 0.7 else char for char in word.lower()
    ]
    return _or_first("".join(changed), word, _ALIKE, source)


def accents(word: str, source: random.Random) -> str:
    """Accents that the word does not have."""
    changed = [
        source.choice(_ACCENTS[char]) if char in _ACCENTS and source.random() < 0.6 else char
        for char in word.lower()
    ]
    return _or_first("".join(changed), word, _ACCENTS, source)


def unseen(word: str, source: random.Random) -> str:
    """Characters without width between the letters."""
    return "".join(
        char + (source.choice(_UNSEEN) if source.random() < 0.7 else "") for char in word
    )


def marks(word: str, source: random.Random) -> str:
    """Combining marks on the letters."""
    return "".join(char + (source.choice(_MARKS) if source.random() < 0.6 else "") for char in word)


def wide(word: str, source: random.Random) -> str:
    """Letters of full width."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in word)


def bold(word: str, source: random.Random) -> str:
    """Letters of mathematics."""
    base = source.choice((0x1D400, 0x1D468, 0x1D5D4, 0x1D63C))
    return "".join(
        chr(base + 26 + ord(char) - 97) if "a" <= char <= "z" else char for char in word.lower()
    )


def spaced(word: str, source: random.Random) -> str:
    """A blank between all letters."""
    return " ".join(word)


def dotted(word: str, source: random.Random) -> str:
    """A full stop, a hyphen or a line between all letters."""
    return source.choice(".-_*").join(word)


def split(word: str, source: random.Random) -> str:
    """One blank or sign within the word."""
    if len(word) < 4:
        return spaced(word, source)
    at = source.randrange(1, len(word) - 1)
    return word[:at] + source.choice((" ", ".", "-", "_")) + word[at:]


def starred(word: str, source: random.Random) -> str:
    """Stars for the letters within."""
    if len(word) < 3:
        return word
    inner = list(range(1, len(word) - 1))
    vowels = [at for at in inner if word[at].lower() in _VOWELS] or inner[:1]
    hidden = set(vowels if source.random() < 0.6 else inner if len(word) < 6 else inner[:-1])
    star = source.choice("**#@")
    return "".join(star if at in hidden else char for at, char in enumerate(word))


def swapped(word: str, source: random.Random) -> str:
    """Two neighbours exchanged."""
    places = [at for at in range(1, len(word) - 2) if word[at] != word[at + 1]]
    if not places:
        return word
    at = source.choice(places)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def repeated(word: str, source: random.Random) -> str:
    """One letter written several times."""
    at = source.randrange(len(word))
    return word[: at + 1] + word[at] * source.randrange(2, 5) + word[at + 1 :]


def bare(word: str, source: random.Random) -> str:
    """Without the vowels within."""
    if len(word) < 4:
        return word
    kept = word[0] + "".join(char for char in word[1:] if char.lower() not in _VOWELS)
    return kept if len(kept) >= 3 else word


def cased(word: str, source: random.Random) -> str:
    """Capitals at random."""
    return "".join(char.upper() if source.random() < 0.5 else char.lower() for char in word)


DISGUISES: dict[str, Change] = {
    change.__name__: change
    for change in (
        leet,
        look_alikes,
        accents,
        unseen,
        marks,
        wide,
        bold,
        spaced,
        dotted,
        split,
        starred,
        swapped,
        repeated,
        bare,
        cased,
    )
}


def disguised(
    text: str, change: Change, source: random.Random, words: Collection[str] | None = None
) -> str:
    """The text with `words`, or all words of three letters and more, disguised."""
    pieces = []
    for piece in text.split(" "):
        core = piece.strip(".,!?;:\"'()")
        wanted = core.lower() in words if words is not None else len(core) > 2
        if wanted and core.isascii() and core.isalpha():
            piece = piece.replace(core, change(core, source), 1)
        pieces.append(piece)
    return " ".join(pieces)


def _or_first(changed: str, word: str, table: dict[str, str], source: random.Random) -> str:
    if changed != word.lower():
        return changed
    for at, char in enumerate(word.lower()):
        if char in table:
            return word[:at] + source.choice(table[char]) + word[at + 1 :]
    return word
