"""Writes lookalikes.py from Unicode's confusables: `python -m folding.regenerate`.

The table is generated because reading the whole of Unicode's data at every start would cost more
time and memory than everything else in this package. Only this module imports
confusable_homoglyphs, which is a development requirement.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

from confusable_homoglyphs.confusables import confusables_data

TARGET = Path(__file__).with_name("lookalikes.py")

# Letters of these scripts are used to disguise Latin words. Scripts that share only a ring or a bar
# with Latin (Arabic, Hebrew, Indic) stay out: there the likeness is an accident of one letter.
SCRIPTS = frozenset(
    ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "CHEROKEE", "COPTIC", "LISU", "CANADIAN")
    + ("DESERET", "OSAGE", "TIFINAGH", "OLD", "LYCIAN", "CARIAN", "WARANG", "MIAO", "ELBASAN")
    + ("RUNIC", "AHOM", "BAMUM")
)
SYMBOLS = "⍺℮⍳⍴∨⋁×⤫⤬⨯⋿⊤⟙∪⋃╳᙮∣⏽ǀ"

# Not confusable by Unicode's measure, which compares shapes at large sizes, but read as the Latin
# letter by anyone who reads on within a Latin word.
LOOSE = {
    "b": "вβ",
    "e": "єэ",
    "h": "н",
    "k": "кκ",
    "m": "мμ",
    "n": "пиη",
    "r": "я",
    "t": "тτ",
    "w": "шщω",
    "x": "χ",
}

_WITH = re.compile(r"LATIN (?:SMALL|CAPITAL) LETTER ([A-Z]) WITH [A-Z ]+")
_SMALL_CAPITAL = re.compile(r"LATIN LETTER SMALL CAPITAL ([A-Z])")
_NEGATIVE = re.compile(r"(?:CROSSED )?NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER ([A-Z])")


def folded_already(char: str) -> bool:
    plain = unicodedata.normalize("NFKD", char).casefold()
    return plain.isascii() or len(plain) != 1


def exact() -> dict[str, str]:
    """Every character that looks like one ASCII letter or digit, with that letter in lower case."""
    likeness: dict[str, str] = {}
    for prototype, looks in confusables_data.items():
        if not (len(prototype) == 1 and prototype.isascii() and prototype.isalnum()):
            continue
        for look in looks:
            char = look["c"]
            if len(char) != 1 or char.isascii() or folded_already(char):
                continue
            name = unicodedata.name(char, "")
            if name.split(" ")[0].split("-")[0] not in SCRIPTS and char not in SYMBOLS:
                continue
            # Unicode reads a capital I as l; within a word, folded to lower case, it is an i.
            is_bar = prototype == "l" and unicodedata.category(char) == "Lu"
            likeness[char] = "i" if is_bar else prototype.lower()
    for code in range(0x80, sys.maxunicode + 1):
        char = chr(code)
        name = unicodedata.name(char, "")
        found = _WITH.fullmatch(name) or _SMALL_CAPITAL.fullmatch(name) or _NEGATIVE.fullmatch(name)
        if found and not folded_already(char):
            likeness[char] = found[1].lower()
    return likeness


def table(likeness: dict[str, str]) -> str:
    by_letter = defaultdict(list)
    for char, letter in likeness.items():
        by_letter[letter].append(char)
    lines = []
    for letter in sorted(by_letter):
        chars = "".join(sorted(by_letter[letter]))
        lines.append(f'    "{letter}": (')
        lines += [f'        "{chars[at : at + 40]}"' for at in range(0, len(chars), 40)]
        lines.append("    ),")
    return "\n".join(lines)


def module() -> str:
    loose = {char: letter for letter, chars in LOOSE.items() for char in chars}
    return f'''"""Characters that look like a Latin letter; written by regenerate.py, not by hand.

Derived from the confusables and the character names of the Unicode Character Database,
copyright Unicode, Inc., under the Unicode License v3 (https://www.unicode.org/license.txt).
"""

# fmt: off

# The same shape, or the Latin letter with a stroke, a hook or in small capitals.
EXACT = {{
{table(exact())}
}}

# Near enough to be read as the letter inside a Latin word, and only there.
LOOSE = {{
{table(loose)}
}}
'''


if __name__ == "__main__":
    TARGET.write_text(module(), encoding="utf-8")
