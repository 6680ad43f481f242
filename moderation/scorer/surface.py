"""How a text is written, apart from its words, as names of properties."""

from __future__ import annotations

import re

from .reading import Reading

_UPPER = re.compile(r"[A-Z]")
_LETTER = re.compile(r"[A-Za-z]")
_MARKUP = re.compile(r"<[a-z]+[ >/]|\[url|&#?\w+;", re.IGNORECASE)
_PHONE = re.compile(r"\+?\d[\d ()-]{7,20}\d")
_MONEY = re.compile(r"[$€£]\s?\d|\d\s?(?:usd|btc|dollars)|\d\s?%", re.IGNORECASE)


def surface(text: str, reading: Reading) -> tuple[str, ...]:
    """Names of what stands out: capitals, marks, length, links, contacts, disguises."""
    names = ["all"]
    letters = len(_LETTER.findall(text))
    upper = len(_UPPER.findall(text))
    if letters > 8:
        share = upper / letters
        names.append(f"caps{0 if share < 0.1 else 1 if share < 0.3 else 2 if share < 0.7 else 3}")
    marks = min(text.count("!"), 3)
    if marks:
        names.append(f"exclaims{marks}")
    if "?" in text:
        names.append("asks")
    size = len(reading.words)
    names.append(f"size{size.bit_length()}")
    links = len(reading.links)
    if links:
        names.append(f"links{min(links, 4)}")
        names.append("links")
        if size < 12:
            names.append("mostly link")
        for link in reading.links[:8]:
            host = link.split("//")[-1].removeprefix("www.").partition("/")[0]
            names.append("host " + host[:60])
            names.append("top " + host.rpartition(".")[2][:20])
    if _MARKUP.search(text):
        names.append("markup")
    if _PHONE.search(text):
        names.append("phone")
    if _MONEY.search(text):
        names.append("money")
    hidden = sum(word.disguised for word in reading.words)
    if hidden:
        names.append(f"disguised{min(hidden, 3)}")
    return tuple(names)
