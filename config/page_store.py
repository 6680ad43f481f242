"""Finished pages in the memory of one web process, bounded in bytes, each made by one thread."""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import brotli

from articles.shown import Remaker

Headers = list[tuple[str, str]]
Versions = tuple[tuple[int, int], ...]

# Quality: a higher one costs several times as much for a few bytes in a hundred.
_PACKED: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
_WORTH_PACKING = 500  # bytes
_OVERHEAD = 4_000  # bytes that an entry costs beside its bodies, roughly


@dataclass(frozen=True, slots=True)
class Form:
    """A page in one encoding, ready to be sent."""

    tag: str
    headers: Headers
    known: Headers  # of a 304
    body: bytes


@dataclass(slots=True)
class Entry:
    """A page, what it depended on when it was made, and how it is made anew.

    versions: of what it shows, read before it was made. until: epoch seconds, or None. view: the
    name of what made it. checked: when the versions were last read, in monotonic seconds. further:
    there are such pages without number.
    """

    body: bytes
    headers: Headers
    versions: Versions
    until: float | None
    anew: Remaker | None
    language: str
    view: str
    checked: float
    further: bool
    forms: dict[str, Form] = field(default_factory=dict)

    def form(self, encoding: str) -> Form:
        """In this encoding ("br", "gzip" or ""), made when first asked for."""
        found = self.forms.get(encoding)
        if found is None:
            found = self.forms[encoding] = self._make(encoding)
        return found

    def _make(self, encoding: str) -> Form:
        body = self.body
        if len(body) < _WORTH_PACKING:
            encoding = ""
        if encoding:
            body = _PACKED[encoding](body)
        digest = hashlib.sha1(self.body, usedforsecurity=False).hexdigest()
        tag = f'"{digest}{"-" if encoding else ""}{encoding}"'
        kept = [("ETag", tag), *self.headers]
        sent = [*kept, ("Content-Length", str(len(body)))]
        if encoding:
            sent.append(("Content-Encoding", encoding))
        known = [pair for pair in kept if pair[0] != "Content-Type"]
        return Form(tag, sent, known, body)

    def size(self) -> int:
        """Bytes in memory, roughly; with what a page made anew is made from."""
        bodies = sum(len(form.body) for name, form in self.forms.items() if name)
        return len(self.body) * (2 if self.anew else 1) + bodies + _OVERHEAD


class Store:
    """Entries by key, the longest unasked dropped first.

    Pages that few ask for and that are without number (cursors, permalinks) have a quarter of the
    room to themselves, so that whoever walks through them pushes no first page out.
    """

    def __init__(self, room: int) -> None:
        self._lock = threading.Lock()
        self._rooms = {False: room - room // 4, True: room // 4}
        self._held: dict[bool, OrderedDict[Hashable, tuple[Entry, int]]] = {
            False: OrderedDict(),
            True: OrderedDict(),
        }
        self.bytes = {False: 0, True: 0}
        self._making: dict[Hashable, threading.Event] = {}

    def get(self, key: Hashable, *, further: bool) -> Entry | None:
        held = self._held[further]
        found = held.get(key)
        if found is None:
            return None
        with self._lock:
            if key in held:
                held.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, entry: Entry) -> None:
        """Keep it, also anew after it has grown by a form."""
        size = entry.size()
        held, further = self._held[entry.further], entry.further
        with self._lock:
            before = held.pop(key, None)
            self.bytes[further] += size - (before[1] if before else 0)
            held[key] = (entry, size)
            while self.bytes[further] > self._rooms[further]:
                _key, (_dropped, freed) = held.popitem(last=False)
                self.bytes[further] -= freed

    def __len__(self) -> int:
        return sum(len(held) for held in self._held.values())

    @contextmanager
    def alone(self, key: Hashable, patience: float) -> Iterator[bool]:
        """True for the one thread that makes this page now; others wait until it is done, or for
        `patience` seconds, and are told False."""
        with self._lock:
            making = self._making.get(key)
            first = making is None
            if making is None:
                making = self._making[key] = threading.Event()
        if not first:
            making.wait(patience)
            yield False
            return
        try:
            yield True
        finally:
            with self._lock:
                del self._making[key]
            making.set()


def epoch(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def header(headers: Any, name: str) -> str:
    """The value of a header by its name in lower case, or empty."""
    return next((value for found, value in headers if found.lower() == name), "")
