"""What may stand in rendered text: one list per kind of author, obeyed by every gate."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markup.links import acceptable_link

# Not allowed in XML 1.0, so they would break feeds; fragments also use some as their own marks.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LIST_START = re.compile(r"[0-9]{1,9}")
_COMMENT_TAGS = frozenset(
    ["a", "blockquote", "br", "code", "em", "li", "ol", "p", "pre", "strong", "ul"]
)


@dataclass(frozen=True)
class Allowed:
    """The elements, link relation and kinds of address that one kind of author may use."""

    tags: frozenset[str]
    rel: str
    rules: tuple[str, ...]
    site_paths: bool

    def link(self, address: str) -> bool:
        """Whether a link may lead to `address`."""
        return acceptable_link(address, site_paths=self.site_paths)

    def attribute(self, tag: str, name: str, value: str) -> bool:
        """Whether `tag` may carry `name="value"`; the link relation is not asked here."""
        if (tag, name) == ("a", "href"):
            return self.link(value)
        if (tag, name) == ("ol", "start"):
            return _LIST_START.fullmatch(value) is not None
        return False


_COMMENT_RULES = (
    "autolink",
    "backticks",
    "blockquote",
    "emphasis",
    "entity",
    "escape",
    "fence",
    "link",
    "linkify",
    "list",
    "newline",
)

COMMENT = Allowed(
    tags=_COMMENT_TAGS,
    rel="ugc nofollow noopener",
    rules=_COMMENT_RULES,
    site_paths=False,
)

ARTICLE = Allowed(
    tags=_COMMENT_TAGS | {"h2", "h3", "h4", "hr", "table", "tbody", "td", "th", "thead", "tr"},
    rel="noopener",
    rules=(*_COMMENT_RULES, "heading", "hr", "lheading", "reference", "table"),
    site_paths=True,
)
