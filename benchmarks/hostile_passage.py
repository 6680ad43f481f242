"""Takes texts through the site: posted, judged, ruled on, reported, as readers and editors do."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from benchmarks.client import Client
from tests.site import RunningSite

BATCH = 190  # texts to an article: with the host's, fewer than a page of a thread shows
PART = 50  # texts ruled on at once: as many as a feed, notifications and lists of the API show
POSTERS = 2  # clients that post side by side
DECIDED_WITHIN = 1_800.0  # seconds for the worker to judge everything
MAILED_WITHIN = 300.0  # seconds, on a busy machine too
REPORTED = 10  # comments of each article, and as many people; a reader may report 30 an hour
MAILED_ABOUT = re.compile(rb"/c/(\d+)/")
ENVIRONMENT = {"REJOINDER_ENV": "development", "REJOINDER_RELAXED_SIGN_IN_LIMITS": "true"}


@dataclass(frozen=True)
class Extent:
    """How much of what would take long is done.

    sample: pages opened one by one, for each sink that shows one text a page. every: of edit
    forms, previews and mails, which one in so many is parsed at all. people: accounts under
    hostile names, at most. admin_pages: of each list in the admin, from the newest. controlled:
    texts that the control shows.
    """

    sample: int = 200
    every: int = 1
    people: int = 400
    admin_pages: int = 6
    controlled: int = 500


def spread(items: Sequence[Any], most: int) -> list[Any]:
    """At most so many of the items, evenly from the first to the last."""
    if len(items) <= most:
        return list(items)
    return [items[number * len(items) // most] for number in range(most)]


class Stage:
    """The process of benchmarks.hostile_stage on one data folder."""

    def __init__(self, data_dir: Path, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.hostile_stage"],
            env={**os.environ, **env, "REJOINDER_DATA": str(data_dir)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, verb: str, **arguments: Any) -> Any:
        """Have it done; raises RuntimeError when the process ended over it."""
        self._process.stdin.write(json.dumps({"verb": verb, **arguments}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the stage ended with {self._process.wait()} over {verb}")
        return json.loads(answer)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(10)


@dataclass
class Batch:
    """An article and the texts that answer it, all of them replies to one comment of the host's."""

    texts: list[str]
    article: dict[str, Any]
    author: dict[str, Any]
    root: int = 0
    sources: dict[int, str] = field(default_factory=dict)  # as stored, by id
    held: list[int] = field(default_factory=list)
    live: list[int] = field(default_factory=list)
    # The witness's, each with the note it is rejected with; None: the machine rejects it.
    contested: dict[int, str | None] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/articles/{self.article['slug']}/"


@dataclass
class Texts:
    """A set of texts with the people and articles made of it before the site opens."""

    batches: list[Batch]
    people: list[dict[str, Any]]
    sections: list[str]  # slugs
    tags: list[str]
    refused: dict[str, dict[str, int]]  # names and bios, by code


def lay_out(stage: Stage, texts: list[str], *, people: int, size: int = BATCH) -> Texts:
    """Make the accounts and articles that the texts will meet, of the texts themselves.

    people: accounts at most; size: texts to an article.
    """
    lots = [texts[at : at + size] for at in range(0, len(texts), size)]
    made = stage("make_people", names=texts, bios=texts[::-1], limit=people)
    named = made.pop("people")
    if not named:
        raise RuntimeError("none of the texts may stand as a name")
    written = stage("make_articles", batches=lots, writers=[person["id"] for person in named])
    batches = [
        Batch(lot, article, named[number % len(named)])
        for number, (lot, article) in enumerate(zip(lots, written["articles"], strict=True))
    ]
    return Texts(batches, named, written["sections"], written["tags"], made)


class Passage:
    """One set of texts on its way through a running site, one state after the other."""

    def __init__(
        self, site: RunningSite, stage: Stage, house: dict[str, Any], texts: Texts
    ) -> None:
        self.site, self.stage, self.house, self.texts = site, stage, house, texts
        self.batches = texts.batches
        self.refused: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()

    # --- posted -----------------------------------------------------------------------------

    def post(self) -> None:
        """Post everything through the API. The worker stands still: everything stays pending."""
        for batch in self.batches:
            batch.root = self._post_root(batch)
        self._wait_decided()
        self.stage("rule", approve=[batch.root for batch in self.batches], reject=[])
        self.site.kill("worker", signal.SIGSTOP)
        lots = [self.batches[at::POSTERS] for at in range(POSTERS)]
        with ThreadPoolExecutor(POSTERS) as pool:
            list(pool.map(self._post_all, lots))
        for batch in self.batches:
            stored = self.stage("stored", ids=list(batch.sources))
            batch.sources = {int(pk): row["source"] for pk, row in stored.items()}

    def _post_root(self, batch: Batch) -> int:
        body = {"body": "To begin with, what I think.", "choice": batch.article["option"]}
        answer = self._send(Client(self.site.url), batch, self.house["host"], body)
        if answer is None:
            raise RuntimeError(f"the host could not answer {batch.path}: {self.refused}")
        return answer

    def _post_all(self, batches: list[Batch]) -> None:
        client, witness = Client(self.site.url), self.house["witness"]
        for batch in batches:
            for text in batch.texts:
                posted = self._send(client, batch, batch.author, {"body": text})
                if posted is not None:
                    batch.sources[posted] = text
            text = batch.texts[len(batch.texts) // 2]
            banned = f"{text} {self.house['banned']}"
            for body, note in ((text, batch.texts[0]), (banned, None)):
                posted = self._send(client, batch, witness, {"body": body})
                if posted is not None:
                    batch.contested[posted] = note

    def _send(
        self, client: Client, batch: Batch, author: dict[str, Any], body: dict[str, Any]
    ) -> int | None:
        """The id of the comment, or None when it was refused, which is counted by its code."""
        parent = {"parent": batch.root} if batch.root else {}
        answer = client.call(
            "POST",
            f"/api/v1{batch.path}comments",
            token=author["token"],
            body={**body, **parent},
        )
        if answer.status == 201:
            return answer.body["id"]
        self.refused[f"{answer.status} {(answer.body or {}).get('code', '')}".strip()] += 1
        return None

    # --- judged -----------------------------------------------------------------------------

    def resume(self) -> None:
        """Let the worker go on."""
        self.site.kill("worker", signal.SIGCONT)

    def judged(self) -> None:
        """Wait until nothing is pending, and note what became of it."""
        self._wait_decided()
        for batch in self.batches:
            stored = self.stage("stored", ids=list(batch.sources))
            self.statuses.update(row["status"] for row in stored.values())
            batch.held = [int(pk) for pk, row in stored.items() if row["status"] == "held"]

    def _wait_decided(self) -> None:
        _wait(lambda: self.stage("pending") == 0, DECIDED_WITHIN, "judging everything")

    # --- ruled on ---------------------------------------------------------------------------

    def rule(self, approve: list[int], reject: dict[int, str]) -> dict[int, str]:
        """Have an editor rule, and wait for the mails about it.

        reject: notes by id. Returns the name of the mail about each comment, by the comment's id.
        """
        mail_dir = self.site.data_dir / "mail"
        before = set(mail_dir.glob("*.eml"))
        self.stage("rule", approve=approve, reject=list(reject.items()))
        mails: dict[int, str] = {}
        looked: set[Path] = set()

        def all_there() -> bool:
            for path in set(mail_dir.glob("*.eml")) - before - looked:
                looked.add(path)
                found = MAILED_ABOUT.search(path.read_bytes())
                if found:
                    mails[int(found[1])] = path.stem
            return {*approve, *reject} <= set(mails)

        _wait(all_there, MAILED_WITHIN, "mailing about rulings")
        return mails

    def note_live(self) -> None:
        """Note which comments of each batch are live."""
        for batch in self.batches:
            stored = self.stage("stored", ids=list(batch.sources))
            batch.live = [int(pk) for pk, row in stored.items() if row["live"]]

    def report(self, number: int) -> list[int]:
        """Have a reader report comments of a batch, and people, with texts as notes.

        Returns the comments' ids.
        """
        batch, everybody = self.batches[number], [person["id"] for person in self.texts.people]
        reported = spread(batch.held, REPORTED)
        self.stage(
            "report",
            reporter=everybody[number % len(everybody)],
            comments=reported,
            people=everybody[number :: len(self.batches)][:REPORTED],
            notes=batch.texts,
        )
        return reported

    def count(self) -> None:
        """Count what the dashboard shows, rather than wait for the worker's hour."""
        self.stage("count_figures")

    def settle(self) -> None:
        """An editor has looked at every report."""
        self.stage("settle")


def _wait(happened: Callable[[], bool], within: float, what: str) -> None:
    until = monotonic() + within
    while not happened():
        if monotonic() > until:
            raise TimeoutError(f"{what}: not within {within:.0f} s")
        sleep(0.05)
