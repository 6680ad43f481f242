"""A reader who looks at everything public, ten times a second, and notes what can be seen when."""

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle

from benchmarks.client import Client


@dataclass
class Sightings:
    """words, numbers: when each word, or comment's number, was first seen, and where. counts:
    (when, live comments as told)."""

    looks: int = 0
    failed: int = 0
    words: dict[str, tuple[float, str]] = field(default_factory=dict)
    numbers: dict[int, tuple[float, str]] = field(default_factory=dict)
    counts: list[tuple[float, int]] = field(default_factory=list)


class Lookout(threading.Thread):
    """Goes round the pages, the API, feeds, search, counts, what open pages ask for, the newest
    comments' own addresses, and the notifications of a reader whom others answer; one place each
    tenth of a second.

    pattern: the words to look for. cookie: the signed-in reader's. newest: numbers of comments that
    were stored lately.
    """

    def __init__(
        self,
        url: str,
        slug: str,
        discussion: int,
        *,
        pattern: str,
        cookie: str,
        newest: Callable[[], list[int]],
    ) -> None:
        super().__init__(daemon=True)
        self.url, self.slug, self.newest = url, slug, newest
        self.pattern = re.compile(pattern)
        self.cookie = cookie
        self.over = threading.Event()
        self.seen = Sightings()
        article, api = f"/articles/{slug}/", f"/api/v1/articles/{slug}"
        self.count, self.news = api, f"{article}news/?since=0"
        self.places = (
            article, f"{api}/comments", f"{article}?sort=oldest", "/my/notifications/",
            f"{article}comments.atom", self.count, f"{article}search/?q=thank", "/c/NEWEST/",
            f"/api/v1/search?q=thank&article={slug}", f"/live/{discussion}", self.news,
            f"{article}fragments/?ids=NEWEST", f"{article}?sort=best", "/api/v1/comments/NEWEST",
            "/",
        )  # fmt: skip

    def run(self) -> None:
        client = Client(self.url, timeout=5)
        for place in cycle(self.places):
            if self.over.is_set():
                return
            began = time.monotonic()
            newest = [str(pk) for pk in self.newest()] or ["1"]
            wanted = place.replace("NEWEST", ",".join(newest) if "ids=" in place else newest[-1])
            try:
                text = client.text(wanted, {"Cookie": self.cookie} if "/my/" in place else {})
            except OSError:
                self.seen.failed += 1
            else:
                self._note(place, text)
            self.over.wait(max(0.0, 0.1 - (time.monotonic() - began)))

    def _note(self, place: str, text: str) -> None:
        now = time.time()
        self.seen.looks += 1
        for word in self.pattern.findall(text):
            self.seen.words.setdefault(word, (now, place))
        with contextlib.suppress(ValueError, KeyError, TypeError):
            if place == self.count:
                live = json.loads(text)["call_to_action"]["live_count"]
                self.seen.counts.append((now, live))
            elif place == self.news:
                for pk, *_where in json.loads(text)["items"]:
                    self.seen.numbers.setdefault(pk, (now, place))

    def stop(self) -> Sightings:
        """Look no more; what was seen."""
        self.over.set()
        self.join(10)
        return self.seen
