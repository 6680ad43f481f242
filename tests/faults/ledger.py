"""What readers sent and were told, kept by the client outside of the site."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.client import Client


@dataclass
class Entry:
    """One submit: its words and key, every answer it got, and the comment it was told of.

    answers: a status for each try, 0 where no answer came; took: seconds of each try.
    """

    key: str
    reader: str
    slug: str
    text: str
    parent: int | None
    answers: list[int] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    comment: int | None = None

    @property
    def taken(self) -> bool:
        """Was it told that the comment is stored?"""
        return any(status in (200, 201) for status in self.answers)


class Ledger:
    """Posts for many readers at once, and writes everything down."""

    def __init__(self, url: str, tokens: dict[str, str], *, timeout: float = 5.0) -> None:
        self.url, self.tokens, self.timeout = url, tokens, timeout
        self.entries: dict[str, Entry] = {}
        self._lock = threading.Lock()

    def post(self, entry: Entry, client: Client | None = None) -> int:
        """Try once; 0 when no answer came. The first try files the entry."""
        with self._lock:
            known = self.entries.setdefault(entry.key, entry)
        assert known is entry, f"{entry.key} stands for two submits"
        body: dict[str, Any] = {"body": entry.text}
        if entry.parent is not None:
            body["parent"] = entry.parent
        started = time.monotonic()
        entry.at.append(time.time())
        try:
            answer = (client or Client(self.url, timeout=self.timeout)).call(
                "POST",
                f"/api/v1/articles/{entry.slug}/comments",
                token=self.tokens[entry.reader],
                body=body,
                headers={"Idempotency-Key": entry.key},
            )
        except OSError:
            entry.answers.append(0)
        else:
            entry.answers.append(answer.status)
            if answer.status in (200, 201):
                if entry.comment not in (None, answer.body["id"]):
                    raise AssertionError(f"{entry.key} was told of two comments")
                entry.comment = answer.body["id"]
        entry.took.append(time.monotonic() - started)
        return entry.answers[-1]

    def post_all(
        self,
        entries: Iterable[Entry],
        *,
        readers_at_once: int = 4,
        patience: float = 0.0,
        each: Callable[[int], None] | None = None,
    ) -> None:
        """Post from several threads; retry what got no answer, or an answer from 500 on, for so
        many seconds. each: called with how many are done, by one thread at a time."""
        waiting, done, lock = iter(list(entries)), 0, threading.Lock()

        def work() -> None:
            nonlocal done
            client = Client(self.url, timeout=self.timeout)
            while True:
                with lock:
                    entry = next(waiting, None)
                if entry is None:
                    return
                until = time.monotonic() + patience
                while not 200 <= self.post(entry, client) < 500 and time.monotonic() < until:
                    time.sleep(0.2)
                with lock:
                    done += 1
                    if each:
                        each(done)

        threads = [threading.Thread(target=work) for _ in range(readers_at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def unanswered(self) -> list[Entry]:
        """What was never told that it is stored."""
        return [entry for entry in self.entries.values() if not entry.taken]

    def newest(self) -> list[int]:
        """Numbers of the last comments that were stored, newest last."""
        with self._lock:
            entries = list(self.entries.values())[-30:]
        return [entry.comment for entry in entries if entry.comment is not None][-20:]
