"""The head of the chain, and keeping it where whoever rewrites the log cannot reach it."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from record.models import Seal

_LINE = re.compile(r"(\d{1,18}) ([0-9a-f]{64})( \S+)?")


class Contradicted(Exception):
    """A head that was kept says otherwise than the log."""


@dataclass(frozen=True)
class Head:
    """How long the chain is, and the hash of its last link in hexadecimal. 0 and "": empty."""

    position: int
    hash: str

    def line(self, *, at: datetime) -> str:
        """As it is kept: place, hash and time. Verification reads the first two."""
        return f"{self.position} {self.hash} {at.isoformat(timespec='seconds')}\n"


def head() -> Head:
    """The head at this moment, in one query."""
    last = Seal.objects.order_by("-position").values_list("position", "hash").first()
    return Head(last[0], bytes(last[1]).hex()) if last else Head(0, "")


def read(lines: Iterable[str]) -> list[Head]:
    """The heads in a file, one a line; empty lines count as none. Raises ValueError for others."""
    heads = []
    for number, line in enumerate(lines, start=1):
        found = _LINE.fullmatch(line.strip())
        if found:
            heads.append(Head(int(found[1]), found[2]))
        elif line.strip():
            raise ValueError(f"line {number} is no head: a place, a hash and a time are expected")
    return heads


def publish(path: Path) -> Head:
    """Write the head to a file, whole or not at all.

    What the file held before must be part of the chain, or it stays: it may be the only proof that
    the log was rewritten. Raises Contradicted then, OSError, ValueError where it holds no heads.
    """
    current = head()
    with contextlib.suppress(FileNotFoundError):
        kept = read(path.read_text().splitlines())
        if kept and kept[-1] == current:
            return current
        for one in kept:
            contradiction = contradicts(one, current)
            if contradiction:
                raise Contradicted(contradiction)
    if current.position:
        _write_whole(path, current.line(at=timezone.now()))
    return current


def contradicts(kept: Head, current: Head) -> str:
    """How the chain differs from a head that was kept, in words; empty: it holds it."""
    if kept.position > current.position:
        return cut_off(kept, current)
    stored = (
        Seal.objects.filter(position=kept.position).values_list("hash", flat=True).first() or b""
    )
    return "" if bytes(stored).hex() == kept.hash else rewritten(kept)


def cut_off(kept: Head, current: Head) -> str:
    return (
        f"cut off: the log ends at place {current.position}, and the head that was kept"
        f" is of place {kept.position}"
    )


def rewritten(kept: Head) -> str:
    return f"rewritten: place {kept.position} has another hash than the head that was kept"


def _write_whole(path: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as draft:
        try:
            draft.write(text)
            draft.flush()
            os.fsync(draft.fileno())
            os.chmod(draft.name, 0o644)  # whoever copies it away need not be the site
            os.replace(draft.name, path)
        except BaseException:
            os.unlink(draft.name)
            raise
