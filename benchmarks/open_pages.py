"""Open pages, asking for news in the manner of static/js/live.js, to time when they are told.

Each page is one reader who has opened the article, scrolls nothing and presses no button: it reads
the version and the moment that its HTML carries, waits FIRST, asks for the version with the one it
knows, waits SLOWER times as long after each answer that nothing moved for longer than STEADY, LAST
at most, and asks for the news as soon as something has. `tests/comments/test_live.py` holds the
four numbers against
the script's. What differs: requests go over one kept connection in place of the browser's pool,
and every comment of the answer counts as told, where a page counts those it has a place for.
"""

import http.client
import json
import re
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

FIRST = 3.0  # seconds
STEADY = 180.0
LAST = 30.0
SLOWER = 1.25
PATIENCE = 15.0


@dataclass(eq=False)
class OpenPage(threading.Thread):
    """One open page; opened after `delay` seconds, until `over` is set.

    told: comment id to the time (seconds since the epoch) when the page could have shown it.
    """

    url: str
    path: str
    delay: float
    over: threading.Event
    told: dict[int, float] = field(default_factory=dict)
    asked: int = 0
    moved: int = 0
    failed: int = 0
    ready: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        if self.over.wait(self.delay):
            return
        parts = urlsplit(self.url)
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
        html = self._get(self.path, {})[1].decode()
        opened = dict(re.findall(r'data-(poll|news|version|since)="([^"]*)"', html))
        version, pause, stirred = opened["version"], FIRST, time.monotonic()
        self.ready.set()
        while not self.over.wait(pause):
            try:
                self.asked += 1
                status, body = self._get(opened["poll"], {"If-None-Match": f'"{version}"'})
                if status == 304:
                    if time.monotonic() - stirred > STEADY:
                        pause = min(LAST, pause * SLOWER)
                    continue
                self._learn(f"{opened['news']}?since={opened['since']}")
                version, pause, stirred = body.decode(), FIRST, time.monotonic()
                self.moved += 1
            except (OSError, http.client.HTTPException):
                self.failed += 1
                self._connection.close()

    def _learn(self, path: str) -> None:
        status, body = self._get(path, {})
        if status != 200:
            raise OSError(f"{path} answered {status}")
        items = json.loads(body)["items"]
        now = time.time()
        for comment_id, _parent, _root in items:
            self.told.setdefault(comment_id, now)

    def _get(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        self._connection.request("GET", path, headers=headers)
        response = self._connection.getresponse()
        return response.status, response.read()


class OpenPages:
    """So many open pages of one article, a context: entered when all of them are open."""

    def __init__(self, url: str, path: str, count: int) -> None:
        self.over = threading.Event()
        random = Random(count)
        self.pages = [
            OpenPage(url, path, random.uniform(0, FIRST), self.over) for _n in range(count)
        ]

    def __enter__(self) -> "OpenPages":
        for page in self.pages:
            page.start()
        for page in self.pages:
            if not page.ready.wait(60):
                raise TimeoutError("a page did not open within a minute")
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        for page in self.pages:
            page.join(PATIENCE)

    def wait_told(self, ids: Iterable[int], within: float) -> None:
        """Wait until every page was told of these comments, at most so many seconds."""
        until, wanted = time.monotonic() + within, set(ids)
        while time.monotonic() < until and any(wanted - page.told.keys() for page in self.pages):
            time.sleep(0.1)

    def delays(self, live_at: dict[int, float]) -> tuple[list[float], int]:
        """Seconds from live to told for every page and comment, and how many were never told."""
        found = [
            page.told[pk] - at for page in self.pages for pk, at in live_at.items()
            if pk in page.told
        ]  # fmt: skip
        return found, len(self.pages) * len(live_at) - len(found)
