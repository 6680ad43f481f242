"""Texts that readers must be able to post and that must do nothing, and how to tell.

`TEXTS` holds the corpus of `texts.jsonl`; `faults` judges rendered HTML without a browser.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Hostile:
    """One text and the class of attack that it stands for."""

    kind: str
    text: str


def read(path: Path) -> list[Hostile]:
    """The texts of a file with one JSON object a line: `text`, and `class` where there is one."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Hostile(row.get("class", "unsorted"), row["text"]) for row in rows]


TEXTS = read(Path(__file__).with_name("texts.jsonl"))

# Written down a second time on purpose: a list read from the code under test would agree with it.
COMMENT_TAGS = ["a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "strong", "ul"]
ARTICLE_TAGS = COMMENT_TAGS + ["h2", "h3", "h4", "hr"]
ARTICLE_TAGS += ["table", "tbody", "td", "th", "thead", "tr"]
_VOID = {"br", "hr"}
_PIECE = re.compile(
    r"<(?P<close>/?)(?P<tag>[a-z0-9]+)(?P<attributes>(?: [a-z]+=\"[^\"<>]*\")*)>"
    r"|&(?:amp|lt|gt|quot|nbsp|#39);"
    r"|[^<>&\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+"
)
_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"]*)\"")


def faults(html: str, *, article: bool = False) -> list[str]:
    """What in `html` goes beyond the few elements and attributes that rendered text may have.

    Reads the characters themselves rather than what a forgiving parser makes of them: whatever
    is not exactly text, a known entity or a known tag is a fault, and so is bad nesting.
    """
    tags = ARTICLE_TAGS if article else COMMENT_TAGS
    rel = "noopener" if article else "ugc nofollow noopener"
    found: list[str] = []
    opened: list[str] = []
    place = 0
    while place < len(html):
        piece = _PIECE.match(html, place)
        if piece is None:
            return [*found, f"not text, entity or tag: {html[place : place + 40]!r}"]
        place = piece.end()
        tag = piece["tag"]
        if tag is None:
            continue
        if tag not in tags:
            found.append(f"element {tag}")
        if piece["close"]:
            if piece["attributes"] or not opened or opened.pop() != tag:
                found.append(f"stray </{tag}>")
            continue
        if tag == "a" and "a" in opened:
            found.append("link inside a link")
        found += _attribute_faults(tag, _ATTRIBUTE.findall(piece["attributes"]), rel, article)
        if tag not in _VOID:
            opened.append(tag)
    return [*found, *(f"unclosed <{tag}>" for tag in opened)]


def _attribute_faults(
    tag: str, attributes: list[tuple[str, str]], rel: str, article: bool
) -> list[str]:
    if tag == "a":
        if attributes == [("rel", rel)]:
            return []  # It leads nowhere.
        if [name for name, _ in attributes] != ["href", "rel"] or attributes[1][1] != rel:
            return [f"link with {attributes!r}"]
        return _address_faults(attributes[0][1].replace("&amp;", "&"), article)
    if tag == "ol" and [name for name, _ in attributes] == ["start"]:
        return [] if attributes[0][1].isdecimal() else [f"list starting at {attributes[0][1]!r}"]
    return [f"<{tag}> with {attributes!r}"] if attributes else []


def _address_faults(address: str, article: bool) -> list[str]:
    if not address.isascii() or re.search(r"[\x00-\x20\x7f\"<>\\`]", address):
        return [f"address with odd characters: {address!r}"]
    parts = urlsplit(address)
    if article and not parts.scheme and not parts.netloc and address.startswith("/"):
        return []
    if parts.scheme == "mailto":
        good = not parts.netloc and not parts.query and parts.path.count("@") == 1
    else:
        good = (
            parts.scheme in ("http", "https")
            and "@" not in parts.netloc
            and bool(re.fullmatch(r"[a-z0-9.-]+(:\d+)?", parts.netloc, re.IGNORECASE))
        )
    return [] if good else [f"address {address!r}"]
