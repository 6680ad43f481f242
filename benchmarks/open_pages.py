"""Open pages, asking for news in the manner of static/js/live.js, to time when they are told.

Each page is one reader who has opened the article, scrolls nothing and presses no button: it reads
the version and the moment that its HTML carries, waits FIRST, asks for the version with the one it
knows, waits SLOWER times as long after each answer that nothing moved for longer than STEADY, LAST
at most, and asks for the news as soon as something has. What fails is asked again ever later, and
not at all after FAILURES. `tests/comments/test_live.py` holds the numbers against the script's.
What differs: requests go over one kept connection in place of the browser's pool, and every comment
of the answer counts as told, where a page counts those it has a place for.
"""

import asyncio
import contextlib
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
FAILED_FIRST = 5.0
FAILED_LAST = 300.0
FAILURES = 8
PATIENCE = 15.0
OPENED_A_SECOND = 200  # at most
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """One kept connection, over which one thing at a time is asked; no more than ten thousand
    pages need, so that asking costs less than answering."""

    def __init__(self) -> None:
        self.gone = False
        self._received = bytearray()
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self.gone = True
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(error or ConnectionResetError("closed"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or self._waiting is None or self._waiting.done():
            return
        status = int(self._received[9:12])
        length = _LENGTH.search(self._received, 0, end)
        whole = end + 4 + (int(length[1]) if length and status != 304 else 0)
        if len(self._received) >= whole:
            body = bytes(self._received[end + 4 : whole])
            self._received.clear()
            self._waiting.set_result((status, body))

    def ask(self, request: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        """The status and the body of one answer, when it is there."""
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._waiting


@dataclass(eq=False, slots=True)
class OpenPage:
    """One open page; opened after `delay` seconds.

    told: comment id to the time (seconds since the epoch) when the page could have shown it.
    took: seconds until each question for the version was answered, with the answer's status.
    """

    url: str
    path: str
    delay: float
    told: dict[int, float] = field(default_factory=dict)
    took: list[tuple[int, float]] = field(default_factory=list)
    asked: int = 0
    moved: int = 0
    failed: int = 0
    ready: bool = False
    _connection: Connection | None = None

    async def run(self) -> None:
        """Read the page, then ask until this is cancelled."""
        await asyncio.sleep(self.delay)
        _status, html = await self._get(self.path)
        opened = dict(re.findall(r'data-(poll|news|version|since)="([^"]*)"', html.decode()))
        version, pause, stirred = opened["version"], FIRST, time.monotonic()
        self.ready, failures = True, 0
        while failures < FAILURES:
            await asyncio.sleep(pause)
            try:
                async with asyncio.timeout(PATIENCE):
                    moved = await self._ask(opened, version)
            except OSError:  # asyncio's TimeoutError is one
                self.failed += 1
                self._close()
                pause = min(FAILED_LAST, FAILED_FIRST * 2**failures)
                failures += 1
                continue
            failures = 0
            if moved is not None:
                version, pause, stirred = moved, FIRST, time.monotonic()
                self.moved += 1
            elif time.monotonic() - stirred < STEADY:
                pause = FIRST
            else:
                pause = min(LAST, pause * SLOWER)

    async def _ask(self, opened: dict[str, str], version: str) -> str | None:
        """The version if it has moved, once its news were learnt."""
        self.asked += 1
        began = time.monotonic()
        status, body = await self._get(opened["poll"], f'If-None-Match: "{version}"\r\n')
        self.took.append((status, time.monotonic() - began))
        if status == 304:
            return None
        if status != 200:
            raise OSError(f"{opened['poll']} answered {status}")
        await self._learn(f"{opened['news']}?since={opened['since']}")
        return body.decode()

    async def _learn(self, path: str) -> None:
        status, body = await self._get(path)
        if status != 200:
            raise OSError(f"{path} answered {status}")
        now = time.time()
        for comment_id, _parent, _root in json.loads(body)["items"]:
            self.told.setdefault(comment_id, now)

    async def _get(self, path: str, headers: str = "") -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        if self._connection is None or self._connection.gone:
            loop = asyncio.get_running_loop()
            _transport, self._connection = await loop.create_connection(
                Connection, parts.hostname, parts.port
            )
        request = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{headers}\r\n"
        return await self._connection.ask(request.encode())

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.transport.abort()
            self._connection = None


class OpenPages:
    """So many open pages of one article, a context: entered when all of them are open.

    All live in one thread, and are opened one after the other.
    """

    def __init__(self, url: str, path: str, count: int) -> None:
        random, self._opening = Random(count), max(FIRST, count / OPENED_A_SECOND)
        delays = [random.uniform(0, self._opening) for _n in range(count)]
        self.pages = [OpenPage(url, path, delay) for delay in delays]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._failed: BaseException | None = None

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            try:
                self._loop.run_until_complete(self._all())
            except Exception as error:
                self._failed = error
        self._loop.close()

    async def _all(self) -> None:
        self._task = asyncio.current_task()
        async with asyncio.TaskGroup() as group:
            for page in self.pages:
                group.create_task(page.run())
            group.create_task(asyncio.Event().wait())  # so that it lasts, whatever the pages do

    def __enter__(self) -> "OpenPages":
        self._thread.start()
        until = time.monotonic() + self._opening + 60
        while not all(page.ready for page in self.pages):
            if self._failed or time.monotonic() > until:
                raise TimeoutError("a page did not open within a minute") from self._failed
            time.sleep(0.05)
        return self

    def __exit__(self, *error: object) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(PATIENCE)

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
