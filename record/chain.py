"""What is hashed, and how a link holds on to the one before."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

START = bytes(32)  # what the first link holds on to


def form(row: dict[str, Any]) -> bytes:
    """The one way to write a row down: JSON in ASCII, names sorted, no spaces, times in UTC.

    row: column to value. What is empty (null, "", [], {} or false, not 0) is left out, so that a
    column that is added later changes nothing about the rows there were.
    """
    said = {
        name: value
        for name, value in row.items()
        if not (value is None or value is False or value == "" or value == [] or value == {})
    }
    return json.dumps(
        said, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain
    ).encode("ascii")


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"a chained table holds a {type(value).__name__}")


def link(previous: bytes, position: int, source: str, form: bytes) -> bytes:
    """The hash of a link: SHA-256 of the previous hash, the place, the table's name and the row."""
    return hashlib.sha256(previous + f"{position} {source} ".encode("ascii") + form).digest()
