"""Markdown to HTML, bounded in depth and time; the only importer of markdown-it and linkify-it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from markup.allowed import UNPRINTABLE, Allowed

# A quote is one level, a list two. Deeper than this a phone shows nothing readable, and each
# further level costs another pass over the text.
DEEPEST_BLOCK = 8
DEEPEST_EMPHASIS = 8

_BlockRule = Callable[[StateBlock, int, int, bool], bool]
_INTERRUPTED = ["paragraph", "reference", "blockquote"]
_INVISIBLE = re.compile(
    r"[\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\U000e0000-\U000e0fff]*"
)


def to_html(source: str, allowed: Allowed) -> str:
    """HTML of `source` with the elements of `allowed`; still to be sanitised."""
    html: str = _parsers.of(allowed).render(UNPRINTABLE.sub("", source))
    return html


class _Parsers(threading.local):
    """A parser per thread: one fills its rule tables on first use, in sight of the others."""

    def __init__(self) -> None:
        self._made: dict[Allowed, MarkdownIt] = {}

    def of(self, allowed: Allowed) -> MarkdownIt:
        if allowed not in self._made:
            self._made[allowed] = _parser(allowed)
        return self._made[allowed]


_parsers = _Parsers()


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        # The rule for links decides later; a refusal here would leave the brackets standing.
        return True

    def normalizeLinkText(self, link: str) -> str:
        # An address reads as it was typed: decoding it would show look-alike letters.
        return link


def _parser(allowed: Allowed) -> MarkdownIt:
    parser = _Parser("zero", {"html": False, "linkify": True, "breaks": True})
    parser.enable(list(allowed.rules))
    parser.linkify = _linkify()
    parser.block.ruler.at("blockquote", _to_depth(blockquote), {"alt": [*_INTERRUPTED, "list"]})
    parser.block.ruler.at("list", _to_depth(list_block), {"alt": _INTERRUPTED})
    parser.core.ruler.push("settle_links", lambda state: _settle(state, allowed))
    return parser


def _linkify() -> LinkifyIt:
    # Only addresses with a scheme: "readme.md" and "e.g.it" are not links, and a bare mail
    # address is more often given away by accident than meant for a click.
    finder = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    for scheme in ("ftp:", "//"):
        finder.add(scheme, None)
    return finder


def _to_depth(rule: _BlockRule) -> _BlockRule:
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
    links: list[tuple[int, str, bool]] = []
    emphasis = 0
    for token in tokens:
        if token.type == "link_open":
            address = str(token.attrs["href"])
            good = allowed.link(address) and not any(link[2] for link in links)
            links.append((len(kept), address, good))
            if not good:
                continue
            token.attrs = {"href": address, "rel": allowed.rel}
        elif token.type == "link_close":
            opened, address, good = links.pop()
            if _INVISIBLE.fullmatch("".join(inner.content for inner in kept[opened:])):
                # Nobody could see what was written, yet a search engine would follow a good link.
                kept.append(_text(address))
            if not good:
                continue
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
