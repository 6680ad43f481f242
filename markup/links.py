"""Which addresses a link may lead to. A short list of shapes, so that nothing needs guessing."""

from __future__ import annotations

import re
import unicodedata

LONGEST_LINK = 2_000

# ASCII that no parser, in a browser or a mail program, reads as anything but itself: no space,
# control, quote, angle bracket, backslash or backtick. The parser has percent-encoded the rest.
_TAIL = r"[!#-;=?-\[\]^_a-z{|}~]*"
_WEB = re.compile(rf"https?://(?P<host>[a-z0-9.-]+)(?::(?P<port>[0-9]{{1,5}}))?(?:[/?#]{_TAIL})?")
# No query: it could add recipients and whole letters to the reader's mail.
_MAIL = re.compile(r"mailto:[a-z0-9._+-]{1,64}@(?P<host>[a-z0-9.-]+)")
_SITE_PATH = re.compile(rf"/(?!/){_TAIL}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DOTTED_QUAD = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}")


def acceptable_link(address: str, *, site_paths: bool = False) -> bool:
    """Whether `address` is an absolute http, https or mailto address that says where it leads.

    Refused: every other scheme, user names before the host, hosts that are not plain names or
    dotted IPv4 addresses, control characters, and anything over 2,000 characters. `site_paths`
    also lets through paths of the same site, such as `/guidelines/`.
    """
    if len(address) > LONGEST_LINK:
        return False
    folded = address.lower() if address.isascii() else ""
    if site_paths and _SITE_PATH.fullmatch(folded):
        return True
    found = _WEB.fullmatch(folded) or _MAIL.fullmatch(folded)
    if found is None or not _acceptable_host(found["host"]):
        return False
    return int(found.groupdict().get("port") or 0) <= 65_535


def _acceptable_host(host: str) -> bool:
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    # Browsers read a host whose last part is a number as an IPv4 address, in any base and with
    # parts left out: only the spelling that people know is let through.
    if labels[-1][0].isdigit():
        return _DOTTED_QUAD.fullmatch(host) is not None
    return all(_acceptable_label(label) for label in labels)


def _acceptable_label(label: str) -> bool:
    if not label.startswith("xn--"):
        return True
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError, ValueError):
        return False
    # A browser folds compatibility forms before it looks a name up, and some fold into "/" or
    # "." and so into another host. Symbols and joiners are never needed in a name.
    return unicodedata.normalize("NFKC", decoded) == decoded and all(
        character == "-" or unicodedata.category(character)[0] in "LMN" for character in decoded
    )
