"""A few numbers by which texts that are nearly the same, or link to one place, find each other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from heapq import nsmallest
from zlib import crc32

from .likeness import SHINGLE, letters_of
from .links import Link, find_links

# Two texts meet when both minima of one of the bands are equal. docs/moderation.md has the
# measurement that chose these.
BANDS = 12
ROWS = 2
# Of a longer text the shingles with the smallest hashes stand for all: two copies choose the same.
SAMPLE = 192
# So many letters in a row that stand in the article as well are taken for a quotation.
PASSAGE = 40

_PRIME = (1 << 61) - 1
_QUOTED_LINE = re.compile(r"^[ \t]{0,3}>.*$", re.MULTILINE)


def _number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest())


# Fixed for good: sketches of last week must meet those of today.
_TURNS = tuple(
    (_number(f"factor {row}") % _PRIME or 1, _number(f"shift {row}") % _PRIME)
    for row in range(BANDS * ROWS)
)


def unquoted(text: str) -> str:
    """The text without its lines that Markdown shows as a quotation."""
    return _QUOTED_LINE.sub("", text)


@lru_cache(maxsize=2)
def own_letters(text: str, around: str = "") -> str:
    """The letters of what its author says: no quoted lines, no links, no passages of `around`.

    around: the article, its question and the comment answered.
    """
    said = list(unquoted(text))
    for link in find_links("".join(said)):
        said[link.start : link.end] = " " * (link.end - link.start)
    letters = letters_of("".join(said))
    return _without_passages(letters, _letters_around(around)) if around else letters


def sketch(letters: str) -> tuple[int, ...]:
    """BANDS numbers of 63 bits; texts of the same letters have the same, like ones share some.

    Empty for fewer letters than a shingle has. Takes time linear in the letters.
    """
    hashes = {
        crc32(letters[at : at + SHINGLE].encode("utf-8", "surrogatepass"))
        for at in range(len(letters) - SHINGLE + 1)
    }
    if not hashes:
        return ()
    sample = nsmallest(SAMPLE, hashes)
    least = [min([(a * one + b) % _PRIME for one in sample]) for a, b in _TURNS]
    return tuple(
        _number(f"band {band} {least[band * ROWS : (band + 1) * ROWS]}") >> 1
        for band in range(BANDS)
    )


def sites_of(links: Iterable[Link]) -> frozenset[str]:
    """The domains that links lead to, each without what somebody may put before their own."""
    return frozenset(_site(link.host) for link in links if "." in link.host)


def site_value(site: str) -> int:
    """The number under which comments that link to a domain find each other."""
    return _number(f"site {site}") >> 1


def _site(host: str) -> str:
    """The last two labels, or three under endings such as co.uk."""
    labels = host.split(".")
    below_country = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3:] if below_country else labels[-2:])


@lru_cache(maxsize=8)
def _letters_around(around: str) -> str:
    return letters_of(around)


def _without_passages(letters: str, around: str) -> str:
    """The letters less every run of PASSAGE or more of them that stands in `around` too."""
    step = PASSAGE // 2
    kept, done, at = [], 0, 0
    # A run of that length holds at least one whole window, wherever it begins.
    while at + step <= len(letters):
        place = around.find(letters[at : at + step])
        if place < 0:
            at += step
            continue
        start, end = at, at + step
        before = place - 1
        while start > done and before >= 0 and letters[start - 1] == around[before]:
            start, before = start - 1, before - 1
        after = place + step
        while end < len(letters) and after < len(around) and letters[end] == around[after]:
            end, after = end + 1, after + 1
        if end - start >= PASSAGE:
            kept.append(letters[done:start])
            done = end
            at = end
        else:
            at += step
    return "".join([*kept, letters[done:]])
