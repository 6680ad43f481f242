"""The last two gates before a page. The only importer of bleach and nh3.

Bleach makes no more releases, so a second, unrelated sanitiser obeys the same list after it: a
text must get past both.
"""

from __future__ import annotations

import threading

import nh3
from bleach.sanitizer import Cleaner

from markup.allowed import ARTICLE, COMMENT, UNPRINTABLE, Allowed

_SCHEMES = frozenset(["http", "https", "mailto"])


def sanitise(html: str, allowed: Allowed) -> str:
    """`html` with nothing but what `allowed` names; harmless to repeat."""
    cleaned = _last_gate[allowed].clean(_first_gates.of(allowed).clean(html))
    return UNPRINTABLE.sub("", cleaned).strip()


class _FirstGates(threading.local):
    """A cleaner per thread: bleach's parser keeps the text it is reading in itself."""

    def __init__(self) -> None:
        self._made: dict[Allowed, Cleaner] = {}

    def of(self, allowed: Allowed) -> Cleaner:
        if allowed not in self._made:
            self._made[allowed] = _first_gate(allowed)
        return self._made[allowed]


_first_gates = _FirstGates()


def _first_gate(allowed: Allowed) -> Cleaner:
    def permitted(tag: str, name: str, value: str) -> bool:
        return (tag, name, value) == ("a", "rel", allowed.rel) or allowed.attribute(
            tag, name, value
        )

    return Cleaner(
        tags=allowed.tags,
        attributes=permitted,
        protocols=_SCHEMES,
        strip=True,
        strip_comments=True,
    )


def _last(allowed: Allowed) -> nh3.Cleaner:
    def permitted(tag: str, name: str, value: str) -> str | None:
        # nh3 asks about the relation that it sets itself, too.
        if (tag, name) == ("a", "rel"):
            return value
        return value if allowed.attribute(tag, name, value) else None

    return nh3.Cleaner(
        tags=set(allowed.tags),
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=permitted,
        url_schemes=set(_SCHEMES),
        link_rel=allowed.rel,
        strip_comments=True,
    )


_last_gate = {allowed: _last(allowed) for allowed in (COMMENT, ARTICLE)}
