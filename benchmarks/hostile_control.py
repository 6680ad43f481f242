"""The positive control: the same texts on pages that nothing protects. What counts nothing here
would count nothing on the site either."""

from __future__ import annotations

import asyncio
import http.client
import re
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from playwright.async_api import Error, Playwright

from benchmarks.hostile_browser import Chromium, Row, Seen, Watch
from benchmarks.hostile_server import OwnServer

FRAMES = 25  # texts to a page, each in a frame of its own
LINGER = 1.0  # seconds for what runs late
PATIENCE = 15.0  # seconds for a page; some texts never end
PAGE = (
    "<!doctype html><meta charset=utf-8><title>Control</title>"
    '<article class="comment"><div class="words">{}</div></article>'
)


async def control(playwright: Playwright, texts: Sequence[str], policy: str) -> list[Row]:
    """Show each text as it is, under a policy that only reports, in both ways of looking.

    policy: the site's own. Returns rows whose counts must not be 0; `shown` holds what the first
    way found active, text by text.
    """
    server = OwnServer()
    watch = Watch(server.url, server)
    headers = {
        "Content_Type": "text/html; charset=utf-8",
        "Content_Security_Policy_Report_Only": f"{policy}; report-uri {server.report_url}",
    }
    pages = [server.serve(PAGE.format(text).encode(errors="replace"), **headers) for text in texts]
    lots = [pages[at : at + FRAMES] for at in range(0, len(pages), FRAMES)]
    bare = server.serve(b"<!doctype html><title>Control</title>", **headers)
    async with Chromium(playwright, watch) as browser:
        with watch.sink("control: opened in frames") as opened:
            for lot in lots:
                with suppress(Error, TimeoutError):
                    await asyncio.wait_for(_frames(browser, server, lot), PATIENCE)
                opened.pages += 1
        opened.shown = watch.acted & set(pages)
        with watch.sink("control: parsed in place") as parsed:
            for lot in lots:
                with suppress(Error, TimeoutError):
                    await asyncio.wait_for(_in_place(browser, bare, lot), PATIENCE)
                parsed.pages += 1
    server.close()
    return [opened, parsed]


async def _frames(browser: Chromium, server: OwnServer, pages: Sequence[str]) -> None:
    # Without the same origin, no text gets at the page around it or at another text.
    frames = "".join(f'<iframe sandbox="allow-scripts" src="{page}"></iframe>' for page in pages)
    around = server.serve(
        f"<!doctype html><title>Control</title>{frames}".encode(), Content_Type="text/html"
    )
    async with browser.stray_tab() as tab:
        await tab.goto(around, wait_until="commit")
        await asyncio.sleep(LINGER)
        for frame in tab.frames[1:]:
            with suppress(Error, TimeoutError):
                seen = await asyncio.wait_for(frame.evaluate("hostileHarness.examine()"), 2)
                _count(browser, seen)


async def _in_place(browser: Chromium, bare: str, pages: Sequence[str]) -> None:
    async with browser.stray_tab() as tab:
        await tab.goto(bare)
        for seen in await tab.evaluate("paths => hostileHarness.written(paths)", list(pages)):
            _count(browser, seen)
        await asyncio.sleep(LINGER)


def _count(browser: Chromium, seen: Seen) -> None:
    for fault in seen["faults"]:
        browser.watch.row.tell("intrusion", fault)


def policy_of(site: str) -> str:
    """The site's own content policy, as its front page has it, but for who may frame it."""
    parts = urlsplit(site)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection.request("GET", "/")
    policy = connection.getresponse().getheader("content-security-policy") or ""
    connection.close()
    return re.sub(r"frame-ancestors [^;]*;?", "", policy).strip("; ")
