"""Rendered HTML to readable text, for excerpts, feeds, mails and titles."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    ["blockquote", "br", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "table", "tr", "ul"]
)
_CELLS = frozenset(["td", "th"])
_SPACES = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r" ?\n[ \n]*")


def plain(html: str, limit: int | None = None, *, quotes: bool = True) -> str:
    """The text of rendered `html`, without tags and with entities decoded.

    quotes: with the passages that are marked as somebody else's words.

    Blocks stand on lines of their own; runs of spaces and of empty lines become one. With
    `limit` (characters, at least 1) a longer text is cut between words and ends in "…", which
    counts. The result is text, not HTML: escape it again wherever it is shown.
    """
    reader = _Reader(quotes)
    reader.feed(html)
    reader.close()
    text = _LINE_ENDS.sub("\n", _SPACES.sub(" ", "".join(reader.pieces))).strip()
    return text if limit is None or len(text) <= limit else _cut(text, limit)


def _cut(text: str, limit: int) -> str:
    head = text[: limit - 1]
    if not text[limit - 1].isspace():
        # A text without spaces, or one endless word, is cut where it stands.
        whole_words = re.match(r".*\S(?=\s)", head, re.DOTALL)
        if whole_words and len(whole_words[0]) * 2 > len(head):
            head = whole_words[0]
    return head.rstrip(" \n\u200d,;:-") + "…"


class _Reader(HTMLParser):
    def __init__(self, quotes: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._quotes = quotes
        self._quoted = 0
        self.pieces: list[str] = []
        self._numbers: list[int | None] = []
        self._number = ""
        self._preformatted = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._separate(tag)
        if tag == "blockquote":
            self._quoted += 1
        elif tag == "pre":
            self._preformatted = True
        elif tag == "ol":
            self._numbers.append(int(dict(attrs).get("start") or 1))
        elif tag == "ul":
            self._numbers.append(None)
        elif tag == "li" and self._numbers and (number := self._numbers[-1]) is not None:
            # A reader who wrote "1986. What a year" wrote a list without knowing it.
            self._number = f"{number}. "
            self._numbers[-1] = number + 1

    def handle_endtag(self, tag: str) -> None:
        self._separate(tag)
        if tag == "blockquote":
            self._quoted -= 1
        elif tag == "pre":
            self._preformatted = False
        elif tag in ("ol", "ul") and self._numbers:
            self._numbers.pop()

    def handle_data(self, data: str) -> None:
        if self._quoted and not self._quotes:
            return
        if self._number and not data.isspace():
            self.pieces.append(self._number)
            self._number = ""
        self.pieces.append(data if self._preformatted else data.replace("\n", " "))

    def _separate(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag in _CELLS:
            self.pieces.append(" ")
