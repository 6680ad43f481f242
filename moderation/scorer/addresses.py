"""Where a chunk of text without blanks holds the address of a page or a mailbox."""

from __future__ import annotations

import re

_SCHEME = re.compile(r"(?:https?|hxxps?)://|www\.")
_HOST_END = re.compile(
    r"\.(?:com|net|org|info|biz|ru|cn|tk|xyz|top|club|online|site|shop|store|io|co|me|tv|ly|de|uk|eu"
    r"|us|in|gl|be|app|live|link|click|win|bid|loan|vip|pro|fun|space|website|today|life)"
    r"(?![a-z0-9-])(?!\.[a-z])"
)
_HOST = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
_LONGEST_HOST = 80
# Nobody's address is longer.
_LONGEST_MAILBOX = 100
# Only where a name begins: trying again from each of its letters would be quadratic.
_MAILBOX = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]+@[a-z0-9-]+\.[a-z]{2,}")


def find_mailbox(chunk: str) -> str:
    """The mail address in a lower-case chunk, or nothing."""
    if "@" not in chunk or len(chunk) > _LONGEST_MAILBOX:
        return ""
    found = _MAILBOX.search(chunk)
    return found.group() if found else ""


def find_link(chunk: str) -> tuple[int, int] | None:
    """(start, end) of the first link of a lower-case chunk; linear in the chunk."""
    scheme = _SCHEME.search(chunk)
    if scheme:
        return scheme.start(), len(chunk)
    host = _HOST_END.search(chunk)
    if not host:
        return None
    first = host.start()
    while first and chunk[first - 1] in _HOST and host.start() - first < _LONGEST_HOST:
        first -= 1
    if first == host.start() or chunk[first] in ".-":
        return None
    return first, len(chunk) if chunk[host.end() : host.end() + 1] == "/" else host.end()
