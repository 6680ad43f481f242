"""Replay a real discussion through the JSON API and account for every comment.

    python -m benchmarks.replay FILE [--limit N]

FILE holds one JSON object a line: id, parent, author (null: deleted), body, created, score; a
parent stands before its replies. The site starts from an empty data folder on its embedded queue.
Each comment is posted under its own reader's token once its parent has been decided; where a parent
was held, an editor approves it first, through the API. Prints a table; exits 1 when anything is lost
or out of place.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from time import monotonic, sleep
from typing import Any

from benchmarks.client import Answer, Client

DECIDED_WITHIN = 120.0  # seconds a comment may take to be decided before the replay gives up on it
RAISED = {"post_limit": 100_000, "flood_limit": 0, "max_length": 20_000}
EDITOR = "editor"


@dataclass(frozen=True, slots=True)
class Source:
    """One comment of the file."""

    id: int
    parent: int | None
    author: str | None
    body: str


@dataclass
class Ledger:
    """What the client saw, kept outside the system: file id to comment id, and every time."""

    posted: dict[int, int] = field(default_factory=dict)
    refused: dict[int, Answer] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    approved_by_editor: list[int] = field(default_factory=list)
    retried: int = 0


def read_sources(path: Path, limit: int | None = None) -> list[Source]:
    """The file's comments in order."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][:limit]
    return [Source(row["id"], row["parent"], row["author"], row["body"]) for row in rows]


def stand_in(source: Source) -> str:
    """The reader who posts a comment: its author, or one of its own where the author is deleted."""
    return source.author or f"deleted{source.id}"


class Replay:
    """Posts sources in order to a running site. tokens: reader to bearer token, with EDITOR."""

    def __init__(self, url: str, slug: str, tokens: dict[str, str], patience: float = 60.0) -> None:
        self.client = Client(url)
        self.slug = slug
        self.tokens = tokens
        self.patience = patience
        self.ledger = Ledger()
        self.decided: set[int] = set()

    def _call(self, method: str, path: str, **request: Any) -> Answer:
        """A call that survives a server being restarted: every call here is safe to repeat."""
        until = monotonic() + self.patience
        while True:
            try:
                answer = self.client.call(method, path, **request)
                if answer.status < 500:
                    return answer
            except OSError:
                pass
            if monotonic() > until:
                raise TimeoutError(f"{method} {path} got no answer in {self.patience} s")
            self.ledger.retried += 1
            sleep(0.1)

    def _wait_decided(self, source_id: int, token: str) -> str:
        """The status of a posted comment once it is no longer pending."""
        comment_id = self.ledger.posted[source_id]
        until = monotonic() + DECIDED_WITHIN
        pause = 0.005
        while True:
            own = self._call("GET", f"/api/v1/comments/{comment_id}", token=token).body["own"]
            if own["status"] != "pending":
                return own["status"]
            if monotonic() > until:
                raise TimeoutError(f"comment {comment_id} was not decided in {DECIDED_WITHIN} s")
            sleep(pause)
            pause = min(pause * 1.5, 0.2)

    def _open_parent(self, source_id: int, by: dict[int, str]) -> None:
        """Wait for a parent's decision, and have the editor approve it if it did not go live."""
        if source_id in self.decided:
            return
        status = self._wait_decided(source_id, self.tokens[by[source_id]])
        if status != "approved":
            editor = self.tokens[EDITOR]
            comment_id = self.ledger.posted[source_id]
            own = self._call("GET", f"/api/v1/comments/{comment_id}", token=editor).body["own"]
            ruled = self._call(
                "POST",
                f"/api/v1/comments/{comment_id}/rulings",
                token=editor,
                body={"revision": own["revision"], "outcome": "approve"},
            )
            # 409 already_so: the ruling landed, and its answer was lost with a killed server.
            if ruled.status not in (201, 409):
                raise RuntimeError(f"ruling on {comment_id}: {ruled}")
            self.ledger.approved_by_editor.append(source_id)
        self.decided.add(source_id)

    def run(
        self,
        sources: Iterable[Source],
        *,
        key: str = "replay",
        each: Callable[[int], None] | None = None,
    ) -> Ledger:
        """Post all of them; each is called with how many are done."""
        by: dict[int, str] = {}
        for done, source in enumerate(sources, start=1):
            reader = by[source.id] = stand_in(source)
            if source.parent is not None:
                if source.parent not in self.ledger.posted:
                    self.ledger.refused[source.id] = Answer(0, {"code": "parent_refused"}, 0)
                    continue
                self._open_parent(source.parent, by)
            body: dict[str, Any] = {"body": source.body}
            if source.parent is not None:
                body["parent"] = self.ledger.posted[source.parent]
            answer = self._call(
                "POST",
                f"/api/v1/articles/{self.slug}/comments",
                token=self.tokens[reader],
                body=body,
                headers={"Idempotency-Key": f"{key}-{source.id}"},
            )
            self.ledger.seconds.append(answer.seconds)
            if answer.status in (200, 201):
                self.ledger.posted[source.id] = answer.body["id"]
            else:
                self.ledger.refused[source.id] = answer
            if each:
                each(done)
        return self.ledger


def percentile(values: list[float], share: int) -> float:
    """The share-th percentile of values, in their unit."""
    return quantiles(values, n=100)[share - 1] if len(values) > 1 else values[0]
