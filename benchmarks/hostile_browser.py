"""A real Chromium that counts what runs in it, what its policies report and what should not be
on a page."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import (
    BrowserContext,
    Dialog,
    Error,
    Frame,
    Page,
    Playwright,
    Request,
    Response,
)

from benchmarks.hostile_server import OwnServer

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
# Nothing that a text asks for leaves the machine, whatever the machine may reach.
FLAGS += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"]
PAGE_SCRIPT = Path(__file__).with_name("hostile_page.js")
TABS = 2  # of each visitor, side by side
WRITTEN_AT_ONCE = 25
PATIENCE = 30_000.0  # milliseconds for a page to open
SAID = 20  # faults told in full; the rest is counted
QUIET = ("data:", "blob:", "about:", "chrome-error:")
Seen = dict[str, Any]


@dataclass
class Row:
    """One line of the table. shown: keys of the texts that came out, each once."""

    sink: str
    shown: set[Any] = field(default_factory=set)
    wanted: set[Any] = field(default_factory=set)
    pages: int = 0
    executions: int = 0
    reports: int = 0
    intrusions: int = 0
    said: list[str] = field(default_factory=list)

    def tell(self, kind: str, what: str, times: int = 1) -> None:
        """Count a fault; kind: execution, report or intrusion."""
        setattr(self, f"{kind}s", getattr(self, f"{kind}s") + times)
        if len(self.said) < SAID:
            self.said.append(f"{kind}: {what}")

    @property
    def missing(self) -> int:
        """How many texts should have come out here and did not."""
        return len(self.wanted - self.shown)

    @property
    def is_clean(self) -> bool:
        return not (self.executions or self.reports or self.intrusions or self.missing)


class Watch:
    """Where everything is counted: the row of the sink that is being visited.

    The pages that are visited while it learns are made of plain words alone. Whatever kinds of
    elements and attributes they have is the site's own vocabulary; on any later page, a kind that
    is not in it is an intrusion.
    """

    def __init__(self, site: str, server: OwnServer) -> None:
        self.site, self.server = site, server
        self.rows: dict[str, Row] = {}
        self.learning = False
        self.acted: set[str] = set()  # addresses of documents in which something ran
        self._known: dict[str, set[str]] = {}
        self._now = self.rows.setdefault("between the sinks", Row("between the sinks"))

    @property
    def row(self) -> Row:
        return self._now

    @contextmanager
    def sink(self, name: str) -> Iterator[Row]:
        """What happens within is counted under this name; while it learns, only its faults."""
        before, lasting = self._now, self.rows.setdefault(name, Row(name))
        self._now = Row(name) if self.learning else lasting
        try:
            yield self._now
        finally:
            self.collect()
            if self.learning:
                for kind in ("execution", "report", "intrusion"):
                    times = getattr(self._now, f"{kind}s")
                    if times:
                        lasting.tell(kind, f"on plain words: {self._now.said}", times)
            self._now = before

    def collect(self) -> None:
        """Count the reports that were posted to the harness."""
        for report in self.server.take_reports():
            self._now.tell("report", report)

    def judge(self, path: str, seen: Seen) -> None:
        """Count what is wrong with a page as hostile_page.js saw it."""
        for fault in seen["faults"]:
            self._now.tell("intrusion", f"{path}: {fault}")
        family = "admin" if seen["admin"] else seen["type"]
        known = self._known.setdefault(family, set())
        if self.learning:
            known.update(seen["words"])
            return
        for strange in set(seen["words"]) - known:
            self._now.tell("intrusion", f"{path}: unlike any plain page: {strange}")


class Chromium:
    """One browser under watch. Works as an asynchronous context manager."""

    def __init__(self, playwright: Playwright, watch: Watch) -> None:
        self.watch = watch
        self._playwright = playwright
        self._opening = False

    async def __aenter__(self) -> Chromium:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        self._browser = await self._playwright.chromium.launch(executable_path=path, args=FLAGS)
        self.version = self._browser.version
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._browser.close()

    async def _context(self) -> BrowserContext:
        context = await self._browser.new_context(viewport={"width": 1000, "height": 700})
        context.set_default_timeout(PATIENCE)
        await context.expose_binding("hostileTell", self._told)
        await context.add_init_script(path=PAGE_SCRIPT)
        context.on("request", self._requested)
        context.on("page", self._appeared)
        return context

    @asynccontextmanager
    async def stray_tab(self) -> AsyncIterator[Page]:
        """A tab for what may never end, thrown away afterwards."""
        context = await self._context()
        self._opening = True
        tab = await context.new_page()
        self._opening = False
        try:
            yield tab
        finally:
            # A page that runs for ever does not let itself be closed.
            with suppress(TimeoutError, Error):
                await asyncio.wait_for(context.close(), 5)

    async def visitor(self, session: str = "") -> Visitor:
        """Somebody with tabs of their own; session: the cookie of an account, or nobody's."""
        context = await self._context()
        tabs = []
        for _each in range(TABS):
            self._opening = True
            tabs.append(await context.new_page())
            self._opening = False
        visitor = Visitor(self.watch, context, tabs)
        await visitor.become(session)
        return visitor

    def _told(self, source: dict[str, Any], kind: str, what: str) -> None:
        if kind in ("execution", "report"):
            self.watch.acted.add(source["frame"].url)
            self.watch.row.tell(kind, f"{source['frame'].url}: {what}")

    def _requested(self, request: Request) -> None:
        url = request.url
        ours = (f"{self.watch.site}/", f"{self.watch.server.url}/", *QUIET)
        if not url.startswith(ours):
            self.watch.row.tell("execution", f"request to {url[:100]}")

    def _appeared(self, page: Page) -> None:
        if not self._opening:
            self.watch.row.tell("execution", f"a new window: {page.url[:100]}")
            asyncio.ensure_future(page.close())


class Visitor:
    """One person at the site, in a few tabs side by side."""

    def __init__(self, watch: Watch, context: BrowserContext, tabs: list[Page]) -> None:
        self.watch = watch
        self._context = context
        self._free: asyncio.Queue[Page] = asyncio.Queue()
        self._led: set[Page] = set()  # tabs that the harness itself is opening something in
        for tab in tabs:
            self._free.put_nowait(tab)
            tab.on("framenavigated", self._moved)
            tab.on("dialog", self._asked)
            tab.on("download", lambda load: watch.row.tell("execution", f"a download: {load.url}"))

    async def become(self, session: str) -> None:
        """Sign in as whoever this cookie belongs to; empty: nobody."""
        await self._context.clear_cookies()
        if session:
            cookie = {"name": "session", "value": session, "url": self.watch.site}
            await self._context.add_cookies([cookie])

    def _moved(self, frame: Frame) -> None:
        if frame.parent_frame is None and frame.page not in self._led:
            self.watch.row.tell("execution", f"the page went to {frame.url[:100]} by itself")

    async def _asked(self, dialog: Dialog) -> None:
        self.watch.row.tell("execution", f"a dialog: {dialog.message[:100]}")
        await dialog.dismiss()

    async def open(self, path: str, *, status: int | None = 200) -> Seen:
        """Open a path of the site, or a page of the harness, and look at what it became.

        status: what it must be answered with; None: whatever it is, and redirects within the site
        are followed.
        """
        tab = await self._free.get()
        try:
            return await self._open(tab, path, status)
        finally:
            self._free.put_nowait(tab)

    async def _open(self, tab: Page, path: str, status: int | None) -> Seen:
        own = path.startswith(self.watch.server.url)
        row = self.watch.row
        self._led.add(tab)
        try:
            response = await tab.goto(path if own else self.watch.site + path)
            seen = await tab.evaluate("hostileHarness.examine()")
        except Error as error:
            row.tell("intrusion", f"{path[:100]} did not open: {str(error).splitlines()[0]}")
            return {}
        finally:
            self._led.discard(tab)
        row.pages += 1
        here = urlsplit(tab.url)
        if f"{here.scheme}://{here.netloc}" != (self.watch.server.url if own else self.watch.site):
            row.tell("execution", f"{path[:100]} led to {tab.url[:100]}")
        if own:
            return seen
        if response is not None:
            self._check_answer(path, response, status)
        self.watch.judge(path, seen)
        return seen

    def _check_answer(self, path: str, response: Response, status: int | None) -> None:
        row, headers = self.watch.row, response.headers
        if status is not None and response.status != status or response.status >= 500:
            row.tell("intrusion", f"{path[:100]} was answered {response.status}")
        if "content-security-policy" not in headers:
            row.tell("intrusion", f"{path[:100]} has no content policy")
        if headers.get("x-content-type-options") != "nosniff":
            row.tell("intrusion", f"{path[:100]} may be sniffed")

    async def each(self, paths: Iterable[str], *, status: int | None = 200) -> list[Seen]:
        """Open every path, as many at a time as there are tabs; what each became, in order."""
        return await asyncio.gather(*(self.open(path, status=status) for path in paths))

    async def written(self, paths: Sequence[str]) -> list[Seen]:
        """Have the answer of every path parsed in frames of a page of the site, under its policy.

        A fifth of the cost of opening each; the pages' own scripts and styles are left out.
        """
        lots = [paths[at : at + WRITTEN_AT_ONCE] for at in range(0, len(paths), WRITTEN_AT_ONCE)]
        found = await asyncio.gather(*(self._write(lot) for lot in lots))
        return [seen for lot in found for seen in lot]

    async def _write(self, paths: Sequence[str]) -> list[Seen]:
        # A light page under the policy that every page but the admin has.
        found = await self._in_page("/dev/mail/", "written", paths)
        for path, seen in zip(paths, found, strict=True):
            self.watch.row.pages += 1
            if seen["status"] != 200:
                self.watch.row.tell("intrusion", f"{path} was answered {seen['status']}")
            self.watch.judge(path, seen)
        return found

    async def posted(self, path: str, texts: Sequence[str]) -> list[Seen]:
        """Send the form of a page with each text as a browser without scripts does."""
        found = await self._in_page(path, "posted", texts)
        for seen in found:
            self.watch.row.pages += 1
            if seen["status"] >= 500:
                self.watch.row.tell("intrusion", f"{path} was answered {seen['status']}")
            self.watch.judge(path, seen)
        return found

    async def sent(self, path: str, text: str) -> Seen:
        """Send the form of a page with its script; what the page became."""
        return await self._looked(path, "sent", text)

    async def unfolded(self, path: str) -> Seen:
        """An article once its reader has pressed every button for the rest of a thread."""
        return await self._looked(path, "unfolded", "")

    async def inserted(self, path: str) -> Seen:
        """What a page of the site becomes when a script of it inserts the answer of a path."""
        return await self._looked("/dev/mail/", "inserted", path)

    async def fetched(self, path: str) -> dict[str, Any]:
        """The answer of a path that is no page: status, type, named (its disposition), text."""
        self.watch.row.pages += 1
        return await self._in_page("/dev/mail/", "fetched", [path])

    async def served(self, body: bytes, family: str) -> Seen:
        """Open bytes as a page of the harness's own, without a policy. family: of such pages,
        which have a vocabulary of their own."""
        url = self.watch.server.serve(body, Content_Type="text/html; charset=utf-8")
        seen = await self.open(url)
        if seen:
            self.watch.judge(family, {**seen, "type": family, "admin": False})
        return seen

    async def _looked(self, path: str, function: str, given: str) -> Seen:
        seen = await self._in_page(path, function, [given])
        self.watch.row.pages += 1
        self.watch.judge(path, seen)
        return seen

    async def preview(self, path: str, texts: Sequence[str]) -> int:
        """Preview each text in the form of a page; how many were shown or refused."""
        found = await self._in_page(path, "preview", texts)
        self.watch.row.pages += 1
        for fault in found["faults"]:
            self.watch.row.tell("intrusion", f"preview: {fault}")
        return found["shown"]

    async def submit(
        self, path: str, form: str, fields: dict[str, str], *, button: str = ""
    ) -> None:
        """Fill in a form of a page and send it; whatever it leads to must be of the site.

        button: the one to press, if it matters which.
        """
        tab, row = await self._free.get(), self.watch.row
        self._led.add(tab)
        try:
            await tab.goto(self.watch.site + path)
            place = tab.locator(form)
            for name, value in fields.items():
                await place.locator(f"[name={name}]").fill(value)
            press = "(form, button) => form.requestSubmit(form.querySelector(button || null))"
            async with tab.expect_navigation() as led:
                await place.evaluate(press, button)
            answer = await led.value
            if answer is not None and answer.status >= 500:
                row.tell("intrusion", f"{path[:100]} led to an answer of {answer.status}")
            self.watch.judge(path, await tab.evaluate("hostileHarness.examine()"))
        except Error as error:
            row.tell("intrusion", f"{path[:100]}: {str(error).splitlines()[0]}")
        finally:
            self._led.discard(tab)
            self._free.put_nowait(tab)
        row.pages += 2
        if not tab.url.startswith(f"{self.watch.site}/"):
            row.tell("execution", f"{path[:100]} led to {tab.url[:100]}")

    async def _in_page(self, path: str, function: str, given: Sequence[str]) -> Any:
        """What a function of hostile_page.js answers in an open page of the site."""
        tab = await self._free.get()
        try:
            self._led.add(tab)
            await tab.goto(self.watch.site + path)
            self._led.discard(tab)
            return await tab.evaluate(f"given => hostileHarness.{function}(given)", list(given))
        finally:
            self._led.discard(tab)
            self._free.put_nowait(tab)
