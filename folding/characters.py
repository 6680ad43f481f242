"""What a single character is: seen or not, a mark that folds away, of which script."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Unicode's Default_Ignorable_Code_Point that is not of category Cf, and blanks drawn as letters.
_INVISIBLE_LETTERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\U0001d159"
)
# Of category Cf, and yet drawn: signs that enclose or precede Arabic, Syriac and Kaithi numbers.
_DRAWN_FORMATS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
# Scripts whose words stand side by side without spaces.
_UNSPACED = frozenset(
    ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "THAI", "LAO", "KHMER", "MYANMAR")
    + ("TIBETAN", "BOPOMOFO", "YI", "TAI", "JAVANESE", "BALINESE")
)


@lru_cache(maxsize=4096)
def script(char: str) -> str:
    """The first word of the character's Unicode name, which for letters is their script."""
    return unicodedata.name(char, "").partition(" ")[0]


@lru_cache(maxsize=4096)
def is_unseen(char: str) -> bool:
    """True for what leaves no trace in print: formats, controls, fillers, variation selectors."""
    code = ord(char)
    return (
        char in _INVISIBLE_LETTERS
        or (unicodedata.category(char) == "Cf" and char not in _DRAWN_FORMATS)
        or (unicodedata.category(char) == "Cc" and not char.isspace())
        or 0xFE00 <= code <= 0xFE0F
        or 0xE0000 <= code <= 0xE0FFF
    )


@lru_cache(maxsize=4096)
def is_accent(char: str) -> bool:
    """True for marks that a disguise can add to a letter without making it another.

    Vowel signs, viramas and nuktas of Indic and South-East Asian scripts and the voicing marks of
    kana are part of the spelling and stay.
    """
    placed = unicodedata.combining(char)
    return (
        placed == 1
        or 10 <= placed <= 36
        or 200 <= placed <= 240
        or (unicodedata.category(char) == "Me")
    )


@lru_cache(maxsize=4096)
def stands_alone(char: str) -> bool:
    """True for a letter of a script that does not put spaces between words."""
    return char.isalnum() and script(char) in _UNSPACED
