"""Finds the links of a text: those that work, and those that a reader is meant to put together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize
from urllib.parse import unquote

from folding import Latin, fold, skip_unseen

from .top_level_domains import PLAIN, WITH_PATH, WRITTEN_OUT

# No name may be longer, and nothing longer is worth reading as one.
HOST_LIMIT = 253
LABEL_LIMIT = 63

# Every repetition is possessive and no match can start within another, so each scan is linear.
_DOTS = r".\u3002\uff0e\uff61"
_SCHEME = re.compile(
    r"(?<![^\W_])(?P<scheme>https?|ftp|h(?:xx|\*\*|tt|\+\+)ps?)\s?:\s?[/\\]{1,4}"
    r"(?P<rest>(?:[^\s<>\"`{}|^\]]|\](?!\())++)",
    re.IGNORECASE,
)
_NAME = re.compile(
    rf"(?:(?<![\w@\-/\\{_DOTS}])|(?<=//))(?P<host>[^\W_][\w\-]*+(?:[{_DOTS}][^\W_][\w\-]*+)++)(?!@)"
    r"(?P<port>:\d{1,5}(?!\d))?(?P<path>[/?#](?:[^\s<>\"`{}|^\]]|\](?!\())*+)?"
)
_MARKDOWN = re.compile(r"\[(?P<label>[^\[\]\n]{1,300}+)\]\(\s*+<?(?P<target>[^\s()<>]++)")
_WRITTEN_OUT = re.compile(
    r"(?<![\w.@\-])(?P<name>[^\W_][\w\-]*+)"
    r"(?:\s{0,3}(?P<bracket>[\[({<])\s?(?:dot|\.|punkt|point|punto|точка)\s?[\])}>]\s{0,3}"
    r"|\s{1,3}dot\s{1,3})"
    r"(?P<ending>[^\W\d_]{2,24}+)(?![\w])(?P<after>\s++[^\W\d_]++)?",
    re.IGNORECASE,
)
_DEFANGED = re.compile(r"[\[({](?:\.|dot)[\])}]", re.IGNORECASE)
_TRAILING = ".,;:!?'\"*_~…。，！？»”’"
_BRACKETS = {")": "(", "]": "[", "}": "{"}

# Before or after these, "dot com" is the name of an era.
_ERA_BEFORE = frozenset(
    ("a", "an", "and", "any", "every", "first", "for", "from", "in", "of", "old", "or", "that")
    + ("the", "this", "to", "with")
)
_ERA_AFTER = frozenset(
    ("boom", "bubble", "bust", "company", "companies", "crash", "craze", "days", "era", "years")
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link at text[start:end]; `host` is canonical: Unicode, folded case, no port, no user.

    `disguise` says how the link hides, if it does: scheme, user, dots, invisible, percent,
    lookalike or label (its Markdown text names another host).
    """

    url: str
    host: str
    start: int
    end: int
    disguise: str | None = None


def find_links(text: str) -> tuple[Link, ...]:
    """Every link in the text, in order, none within another; takes linear time.

    Links with a scheme, with www, bare domains of common endings and of any ending when a path or a
    port follows; links that are only written out ("example dot com", "hxxp://") as well.
    """
    seen = skip_unseen(text)
    candidates = sorted(
        [*_with_scheme(seen.text), *_names(seen.text), *_written_out(seen.text)],
        key=lambda link: (link.start, -link.end),
    )
    labels = _labels(seen.text, {link.start for link in candidates})
    links: list[Link] = []
    taken = -1
    for link in candidates:
        if link.start < taken:
            continue
        named = labels.get(link.start, ())
        if named is None:
            continue
        taken = link.end
        start, end = seen.span(link.start, link.end)
        disguise = link.disguise or _disguise(link.host)
        if disguise is None and end - start != link.end - link.start:
            disguise = "invisible"
        if disguise is None and named and not is_within(link.host, named):
            disguise = "label"
        links.append(Link(link.url, link.host, start, end, disguise))
    return tuple(links)


def find_names(text: str) -> tuple[Link, ...]:
    """Everything with a dot in it that could be a domain, whatever its ending."""
    seen = skip_unseen(text)
    found = []
    for match in _NAME.finditer(seen.text):
        start, end = seen.span(*match.span("host"))
        found.append(Link(match["host"], canonical_host(match["host"]), start, end))
    return tuple(found)


def canonical_host(host: str) -> str:
    """The one spelling of a host: Unicode labels in folded case, without a final dot."""
    host = normalize("NFKC", unquote(host[: HOST_LIMIT * 9])).casefold().replace("\u3002", ".")
    return ".".join(_label(label) for label in host.strip(".").split("."))


@lru_cache(maxsize=8)
def canonical_hosts(domains: frozenset[str]) -> frozenset[str]:
    """The same for a list of domains, as editors type them: `*.example.org` is `example.org`."""
    return frozenset(canonical_host(domain.strip().removeprefix("*.")) for domain in domains)


def is_within(host: str, domains: Iterable[str]) -> bool:
    """True when the host is one of the canonical domains or below one."""
    return domain_of(host, domains) is not None


def domain_of(host: str, domains: Iterable[str]) -> str | None:
    """The domain of the list that the host is, or is below."""
    labels = host.split(".")
    for first in range(max(0, len(labels) - 20), len(labels)):
        domain = ".".join(labels[first:])
        if domain in domains:
            return domain
    return None


def _with_scheme(text: str) -> Iterator[Link]:
    for match in _SCHEME.finditer(text):
        rest = _trimmed(match["rest"])
        authority = re.split(r"[/\\?#]", rest, maxsplit=1)[0]
        _, at, place = authority.rpartition("@")
        host = canonical_host(re.sub(r":\d*$", "", _DEFANGED.sub(".", place)))
        if not host or len(host) > HOST_LIMIT:
            continue
        end = match.start("rest") + len(rest)
        yield Link(
            text[match.start() : end], host, match.start(), end, _address_disguise(match, place, at)
        )


def _address_disguise(match: re.Match[str], place: str, at: str) -> str | None:
    plain = match["scheme"].lower() in ("http", "https", "ftp")
    if not plain or not match.string.startswith("://", match.end("scheme")):
        return "scheme"
    if _DEFANGED.search(place):
        return "dots"
    if at:
        return "user"
    return "percent" if "%" in place else None


def _names(text: str) -> Iterator[Link]:
    for match in _NAME.finditer(text):
        host = canonical_host(match["host"].rstrip("-_"))
        if len(host) > HOST_LIMIT:
            continue
        *names, ending = host.split(".")
        is_address = match["port"] or match["path"] or names[0] == "www"
        if ending not in (WITH_PATH if is_address else PLAIN):
            continue
        if not is_address and match["host"].rpartition(".")[2].istitle():
            # A sentence that begins without a space before it, as in "so be it.Today".
            continue
        whole = _trimmed(match[0])
        yield Link(whole, host, match.start(), match.start() + len(whole))


def _written_out(text: str) -> Iterator[Link]:
    for match in _WRITTEN_OUT.finditer(text):
        name, ending = match["name"].casefold(), match["ending"].casefold()
        endings = WITH_PATH if match["bracket"] else WRITTEN_OUT
        if ending not in endings or name in _ERA_BEFORE:
            continue
        if (match["after"] or "").strip().casefold() in _ERA_AFTER:
            continue
        end = match.end("ending")
        host = canonical_host(f"{name}.{ending}")
        yield Link(text[match.start() : end], host, match.start(), end, "dots")


def _labels(text: str, starts: set[int]) -> dict[int, tuple[str, ...] | None]:
    """What the texts of Markdown links name: hosts by where the target starts.

    Where a host in such a text starts there is None: it is no link of its own.
    """
    named: dict[int, tuple[str, ...] | None] = {}
    for match in _MARKDOWN.finditer(text):
        if match.start("target") not in starts:
            continue
        links = [*_with_scheme(match["label"]), *_names(match["label"])]
        for link in links:
            named[match.start("label") + link.start] = None
        named[match.start("target")] = tuple(link.host.removeprefix("www.") for link in links)
    return named


def _trimmed(url: str) -> str:
    """The address without the punctuation of the sentence around it."""
    end = len(url)
    balance = {close: url.count(open_) - url.count(close) for close, open_ in _BRACKETS.items()}
    while end:
        last = url[end - 1]
        if last in _BRACKETS and balance[last] < 0:
            balance[last] += 1
        elif last not in _TRAILING:
            break
        end -= 1
    return url[:end]


def _label(label: str) -> str:
    if not label.startswith("xn--") or len(label) > LABEL_LIMIT:
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").casefold()
    except (UnicodeError, OverflowError):
        return label


def _disguise(host: str) -> str | None:
    """Whether a label mixes scripts, or reads as Latin under a Latin ending without being it."""
    labels = host.split(".")
    latin_ending = labels[-1].isascii()
    for label in labels:
        if label.isascii():
            continue
        mixed = fold(label, latin=Latin.MIXED).text
        whole = fold(label).text
        if mixed != fold(label, latin=Latin.NEVER).text or (latin_ending and whole != mixed):
            return "lookalike"
    return None
