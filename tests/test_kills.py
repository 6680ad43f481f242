"""Processes die without warning: nothing posted is lost, nothing undecided is seen."""

import os
import shutil
import signal
import threading
import time
from random import Random

import pytest

from benchmarks.client import Client
from benchmarks.replay import EDITOR, RAISED, Replay, Source, account, compare, stage
from tests.site import RunningSite, wait_until

pytestmark = pytest.mark.site
COMMENTS = 50
# After so many posts, these die together.
STRIKES = {10: ("worker",), 20: ("redis",), 30: ("worker", "redis"), 40: ("web",)}
# The readers' sentences are one another's near-copies, which is no matter here.
ALIKE = {"raid_authors": 0}
HELD_WORD, REJECTED_WORD = "marmalade", "thundercloud"
WORDS = (
    *("river", "stone", "lamp", "winter", "garden", "letter", "bridge", "copper", "window"),
    *("story", "harbour", "thread", "candle", "meadow", "ladder", "ribbon", "kettle", "signal"),
)


def mark(n: int) -> str:
    """A word that no other text on any page holds."""
    return f"numbered{n}th"


def discussion(size: int) -> list[Source]:
    """A tree of distinct comments; some hold a word that waits, some one that is rejected."""
    sources = []
    for n in range(1, size + 1):
        one, two, three, four = Random(n).sample(WORDS, 4)
        body = (
            f"We met by the {one} with a {two} in the morning. I think that the {three} is better "
            f"than a new {four}, and this is the {mark(n)} time that I say so. Thank you."
        )
        # Leaves alone are rejected, so that the whole tree can be built.
        if n % 10 == 7:
            body += f" A {HELD_WORD} for you."
        elif n % 10 == 9:
            body += f" A {REJECTED_WORD} for you."
        parent = None if n % 6 == 1 else n - (1 if n % 10 != 0 else 2)
        sources.append(Source(n, parent, f"reader{n % 12}", body))
    return sources


class Watcher(threading.Thread):
    """A reader without an account who looks at everything public, ten times a second."""

    def __init__(self, url: str, slug: str) -> None:
        super().__init__(daemon=True)
        self.places = (
            f"/articles/{slug}/", f"/articles/{slug}/?sort=oldest",
            f"/articles/{slug}/comments.atom", f"/api/v1/articles/{slug}/comments",
        )  # fmt: skip
        self.client = Client(url, timeout=5)
        self.over = threading.Event()
        self.looks = 0
        self.seen: dict[str, float] = {}  # a comment's own last words -> when first seen

    def run(self) -> None:
        while not self.over.is_set():
            for place in self.places:
                try:
                    raw = self.client.text(place)
                except OSError:
                    continue
                self.looks += 1
                now = time.time()
                for n in range(1, COMMENTS + 1):
                    if mark(n) in raw:
                        self.seen.setdefault(f"{n}", now)
                for word in (HELD_WORD, REJECTED_WORD):
                    if word in raw:
                        self.seen.setdefault(word, now)
            self.over.wait(0.1)


def kill_group(site: RunningSite, name: str) -> None:
    """End a child and everything it started, at once and without warning; wait for it to run if
    an earlier strike has just ended it."""
    wait_until(lambda: name in site.pids(), 60, f"{name} to run again")
    os.killpg(site.pids()[name], signal.SIGKILL)


def test_killed_without_warning_loses_nothing_and_shows_nothing_early(prepared_folder, tmp_path):
    # Collecting static files again would only take time: they are the same.
    shutil.copytree(prepared_folder / "static", tmp_path / "static")
    sources = discussion(COMMENTS)
    readers = sorted({source.author for source in sources})
    # Held comments stay held here: the tree hangs only on what the machine lets through.
    by_id = {source.id: source for source in sources}

    def open_parent(source: Source) -> int | None:
        parent = source.parent
        while parent is not None and any(
            word in by_id[parent].body for word in (HELD_WORD, REJECTED_WORD)
        ):
            parent = by_id[parent].parent
        return parent

    sources = [Source(s.id, open_parent(s), s.author, s.body) for s in sources]
    with RunningSite(data_dir=tmp_path, environment="production") as site:
        raised = RAISED | ALIKE
        ready = stage(site.data_dir, "prepare", changes=raised, names=readers, editor=EDITOR)
        stage(site.data_dir, "ban_phrases", held=[HELD_WORD], rejected=[REJECTED_WORD])
        watcher = Watcher(site.url, ready["slug"])
        watcher.start()
        killed: list[str] = []

        def strike(done: int) -> None:
            for name in STRIKES.get(done, ()):
                kill_group(site, name)
                killed.append(name)

        ledger = Replay(site.url, ready["slug"], ready["tokens"]).run(sources, each=strike)
        assert stage(site.data_dir, "wait_decided", seconds=90) == 0
        watcher.over.set()
        watcher.join(10)
        stored = account(site.data_dir)
        decided = {int(k): v for k, v in stage(site.data_dir, "decisions").items()}

    assert killed == ["worker", "redis", "worker", "redis", "web"]
    assert compare(sources, ledger, stored) == {
        "lost": [], "undecided": [], "parent": [], "depth": [], "unknown": [], "refused": [],
    }  # fmt: skip
    assert len(stored) == COMMENTS
    for source in sources:
        row = stored[ledger.posted[source.id]]
        expected = (
            "held" if HELD_WORD in source.body
            else "rejected" if REJECTED_WORD in source.body
            else "approved"
        )  # fmt: skip
        assert row["status"] == expected, source
        assert len(decided[ledger.posted[source.id]]) == 1, "one decision, however often offered"
    assert watcher.looks > 20
    assert HELD_WORD not in watcher.seen and REJECTED_WORD not in watcher.seen
    seen = {int(word): at for word, at in watcher.seen.items()}
    assert seen, "the watcher saw live comments"
    for number, at in seen.items():
        outcome, when = decided[ledger.posted[number]][0]
        assert outcome == "approve" and when <= at
