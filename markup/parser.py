"""Markdown to HTML, bounded in depth and in time. The only importer of markdown-it and linkify-it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from markup.allowed import Allowed

# A quote is one level, a list two. Deeper than this a phone shows nothing readable, and each
# further level costs another pass over the text.
DEEPEST_BLOCK = 8
DEEPEST_EMPHASIS = 8

# Not allowed in XML 1.0, so they would break feeds; fragments also use some as their own marks.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = re.compile(
    r"[\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\U000e0000-\U000e0fff]*"
)


def to_html(source: str, allowed: Allowed) -> str:
    """HTML of `source` with the elements of `allowed`; still to be sanitised."""
    return _parsers.of(allowed).render(_UNPRINTABLE.sub("", source))


class _Parsers(threading.local):
    """A parser per thread: linkify-it keeps the text it is reading in itself."""

    def __init__(self) -> None:
        self._made: dict[Allowed, MarkdownIt] = {}

    def of(self, allowed: Allowed) -> MarkdownIt:
        if allowed not in self._made:
            self._made[allowed] = _parser(allowed)
        return self._made[allowed]


_parsers = _Parsers()


def _parser(allowed: Allowed) -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False, "linkify": True, "breaks": True})
    parser.enable(list(allowed.rules))
    parser.linkify = _linkify()
    parser.block.ruler.at("blockquote", _to_depth(blockquote), {"alt": _BLOCKS})
    parser.block.ruler.at("list", _to_depth(list_block), {"alt": _BLOCKS})
    parser.core.ruler.push("settle_links", lambda state: _settle(state, allowed))
    # The rule for links takes over from the parser's own, which would leave brackets behind.
    parser.validateLink = lambda url: True
    # The text of an address stays as it was typed: decoding it would show look-alike letters.
    parser.normalizeLinkText = lambda url: url
    return parser


_BLOCKS = ["paragraph", "reference", "blockquote", "list"]


def _linkify() -> LinkifyIt:
    # Only addresses with a scheme: "readme.md" and "e.g.it" are not links, and a bare mail
    # address is more often given away by accident than meant for a click.
    finder = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    for scheme in ("ftp:", "//"):
        finder.add(scheme, None)
    return finder


def _to_depth(rule: Callable[[StateBlock, int, int, bool], bool]):
    # The parser's own limit drops what is nested deeper, unseen. Here it stays, as text.
    def bounded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < DEEPEST_BLOCK and rule(state, start, end, silent)

    return bounded


def _settle(state: StateCore, allowed: Allowed) -> None:
    for token in state.tokens:
        if token.type == "fence":
            token.info = ""
        elif token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(max(int(token.tag[1]), 2), 4)}"
        elif token.type == "inline":
            token.children = _settled(token.children or [], allowed)


def _settled(tokens: list[Token], allowed: Allowed) -> list[Token]:
    kept: list[Token] = []
    links: list[int | None] = []
    emphasis = 0
    for token in tokens:
        if token.type == "link_open":
            nested = any(place is not None for place in links)
            good = not nested and allowed.link(str(token.attrs["href"]))
            links.append(len(kept) if good else None)
            if not good:
                continue
            token.attrs = {"href": token.attrs["href"], "rel": allowed.rel}
        elif token.type == "link_close":
            opened = links.pop()
            if opened is None:
                continue
            if _INVISIBLE.fullmatch("".join(inner.content for inner in kept[opened + 1 :])):
                # Nobody could see or reach the link, yet a search engine would follow it.
                kept.append(_text(str(kept[opened].attrs["href"])))
        elif token.type in ("em_open", "strong_open"):
            emphasis += 1
            if emphasis > DEEPEST_EMPHASIS:
                continue
        elif token.type in ("em_close", "strong_close"):
            emphasis -= 1
            if emphasis >= DEEPEST_EMPHASIS:
                continue
        kept.append(token)
    return kept


def _text(content: str) -> Token:
    token = Token("text", "", 0)
    token.content = content
    return token
