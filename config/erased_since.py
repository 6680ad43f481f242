"""Erasures as lines that can be kept outside of the database, and repeated after a restore."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from accounts import operations as accounts
from accounts.errors import Forbidden
from accounts.models import User
from record.models import Entry

_LINE = re.compile(r"(\d{1,18}) (\S+) (words|name)")


def lines(since: datetime | None = None) -> Iterator[str]:
    """One for each account that was erased: its number, when, and "words" or "name"."""
    entries = Entry.objects.filter(verb="erase_account").order_by("pk")
    if since is not None:
        entries = entries.filter(at__gte=since)
    for entry in entries.iterator(chunk_size=2_000):
        # An entry of a version that did not write it down: more is removed rather than less.
        went = "words" if entry.detail.get("words", True) else "name"
        yield f"{entry.subject_id} {entry.at.isoformat(timespec='seconds')} {went}"


def read(text: Iterable[str]) -> list[tuple[int, bool]]:
    """Numbers, and whether the words went too. Raises ValueError for a line that is none."""
    found = []
    for number, line in enumerate(text, start=1):
        said = _LINE.fullmatch(line.strip())
        if said:
            found.append((int(said[1]), said[3] == "words"))
        elif line.strip():
            raise ValueError(f"line {number} is no erasure: a number, a time, and words or name")
    return found


def repeat(erasures: Iterable[tuple[int, bool]]) -> tuple[int, list[int]]:
    """Erase again whose account is there. Returns how many, and the numbers of those that must
    not be erased: admins."""
    done, refused = 0, []
    for number, words in erasures:
        user = User.objects.filter(pk=number, erased_at=None).first()
        if user is None:
            continue
        try:
            accounts.erase_account(actor=None, user=user, words=words)
            done += 1
        except Forbidden:
            refused.append(number)
    return done, refused
