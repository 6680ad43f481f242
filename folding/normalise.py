"""The form in which a text is stored."""

from __future__ import annotations

import re
import unicodedata

from .characters import is_accent, is_unseen, script

# More marks than any language puts on one letter only serve to smear over the lines around it.
# Normalising a long run of marks also takes quadratic time, so the rest is cut off first.
MARKS_PER_LETTER = 10

_FORBIDDEN = re.compile("[\0\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")

_JOINERS = "\u200c\u200d"
_TEXT_AND_EMOJI_SELECTORS = "\ufe0e\ufe0f"
_DIRECTION_MARKS = "\u200e\u200f\u061c"
_FLAG, _TAG_END = "\U0001f3f4", "\U000e007f"

# Scripts whose letters change shape at a joiner, so that leaving it out would misspell the word.
_JOINING = frozenset(
    ("ARABIC", "SYRIAC", "MONGOLIAN", "NKO", "MANDAIC", "DEVANAGARI", "BENGALI", "GURMUKHI")
    + ("GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "KHMER")
    + ("MYANMAR", "TIBETAN", "BALINESE", "JAVANESE")
)
# Scripts without spaces, where an invisible one tells a browser where a line may break.
_UNSPACED = frozenset(("THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"))


def has_forbidden(text: str) -> bool:
    """True for a text that no database or mail can carry: NUL or half a surrogate pair."""
    return _FORBIDDEN.search(text) is not None


def normalise(text: str) -> str:
    """The text in the one form in which it is stored, counted and judged; safe to repeat.

    Composed letters (NFC), lines that end in a line feed, no control characters but tab and line
    feed, no invisible ones but those that spell (joiners within emoji and in scripts that need
    them, variation selectors, direction marks), no white space at the end of lines and no blank
    lines around the text.

    Explicit embeddings, overrides and isolates of writing direction are always dropped, balanced
    or not: they can show a text in another order than it has, and a page that isolates every
    comment does not need them.
    """
    text = _LINE_ENDS.sub("\n", text)
    if text.isascii():
        text = "".join([char for char in text if not is_unseen(char)])
    else:
        text = _limit_marks(_drop_unseen(text))
        text = unicodedata.normalize("NFC", text)
    return "\n".join([line.rstrip() for line in text.split("\n")]).strip("\n")


def is_blank(text: str) -> bool:
    """True when nothing of the text can be seen."""
    return all(
        char.isspace()
        or is_unseen(char)
        or is_accent(char)
        or unicodedata.category(char) in ("Mn", "Mc", "Cs")
        for char in text
    )


def _drop_unseen(text: str) -> str:
    kept: list[str] = []
    in_flag = False
    for at, char in enumerate(text):
        following = text[at + 1] if at + 1 < len(text) else ""
        if not is_unseen(char) or _is_letter_like(char):
            keep = True
        elif char in _JOINERS:
            keep = _joins(kept, char, following)
        elif char in _TEXT_AND_EMOJI_SELECTORS:
            keep = bool(kept) and not kept[-1].isspace() and not is_unseen(kept[-1])
        elif char == "\u200b":
            keep = _within(_UNSPACED, kept, following)
        elif "\U000e0020" <= char <= _TAG_END:
            keep = in_flag
        else:
            keep = char in _DIRECTION_MARKS
        in_flag = char == _FLAG or (in_flag and keep and char != _TAG_END)
        if keep:
            kept.append(char)
    return "".join(kept)


def _is_letter_like(char: str) -> bool:
    """Unseen, but part of the spelling of Korean, Khmer, Mongolian or braille."""
    return unicodedata.category(char) in ("Lo", "Mn", "So") and char not in (
        _TEXT_AND_EMOJI_SELECTORS
    )


def _joins(kept: list[str], joiner: str, following: str) -> bool:
    if _within(_JOINING, kept, following):
        return True
    return (
        joiner == "\u200d"
        and bool(kept and following)
        and (
            unicodedata.category(following) == "So"
            and (unicodedata.category(kept[-1]) in ("So", "Sk") or kept[-1] == "\ufe0f")
        )
    )


def _within(scripts: frozenset[str], kept: list[str], following: str) -> bool:
    return bool(kept and following) and script(kept[-1]) in scripts and script(following) in scripts


def _limit_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        for part in unicodedata.normalize("NFD", char):
            marks = marks + 1 if unicodedata.combining(part) else 0
        if marks <= MARKS_PER_LETTER:
            kept.append(char)
    return "".join(kept)
