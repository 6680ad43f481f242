"""What a page weighs and how it settles in a real Chromium, from an empty cache each time."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
# The second is what Lighthouse calls a slow phone: 1.6 Mbit/s, 150 ms, a quarter of the processor.
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True}
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
WATCH = """
  window.seen = { paint: 0, shift: 0 };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.seen.paint = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.seen.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""
BLOCKING = """performance.getEntriesByType("resource")
  .filter((entry) => entry.renderBlockingStatus === "blocking").length"""


@dataclass(frozen=True)
class Load:
    """One load: bytes as they came over the wire, paint in milliseconds, shift without unit."""

    bytes: int
    image_bytes: int
    html_bytes: int
    html_plain_bytes: int
    requests: int
    blocking: int
    foreign: int
    paint: float
    shift: float


@dataclass(frozen=True)
class Live:
    """How replies arrived on an open page: how many were told, after how many seconds since they
    were live, by how much the page moved, how many stood in place when they were asked for."""

    told: int
    seconds: float
    shift: float
    placed: int


def look(
    url: str,
    path: str,
    *,
    cookie: dict[str, str],
    times: int,
    go_live: Callable[[int], list[int]],
) -> tuple[dict[str, list[Load]], Live]:
    """Load the page `times` times as each kind of reader; then wait on it for live replies.

    go_live: has one reply to the comment given, and some answers, go live; returns their ids.
    """
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        loads: dict[str, list[Load]] = {}
        for device, options, slow in (("desktop", DESKTOP, False), ("slow phone", PHONE, True)):
            for who in ("anonymous", "signed in"):
                cookies = [{**cookie, "url": url}] if who == "signed in" else []
                loads[f"{who}, {device}"] = [
                    _load(browser, url, path, options, cookies, slow=slow) for _n in range(times)
                ]
        live = _wait(browser, f"{url}{path}", go_live)
        browser.close()
    return loads, live


def _open(context: BrowserContext) -> tuple[Page, list[dict[str, Any]], dict[str, int]]:
    """A page, the responses it will get, and their bytes by request."""
    page = context.new_page()
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    answers: list[dict[str, Any]] = []
    sizes: dict[str, int] = {}
    session.on("Network.responseReceived", lambda answer: answers.append(answer))
    session.on(
        "Network.loadingFinished",
        lambda done: sizes.update({done["requestId"]: round(done["encodedDataLength"])}),
    )
    return page, answers, sizes


def _load(
    browser: Browser, url: str, path: str, options: dict, cookies: list[dict], *, slow: bool
) -> Load:
    context = browser.new_context(**options)
    context.add_cookies(cookies)
    page, answers, sizes = _open(context)
    if slow:
        throttle = context.new_cdp_session(page)
        throttle.send("Network.enable")
        throttle.send("Network.emulateNetworkConditions", SLOW)
        throttle.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(f"{url}{path}", wait_until="load")
    page.wait_for_timeout(500)
    loaded = [answer for answer in answers if "/live/" not in answer["response"]["url"]]
    paint = page.evaluate("window.seen.paint")
    for _screen in range(200):
        page.evaluate("scrollBy(0, 2000)")
        page.wait_for_timeout(20)
        if page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 2"):
            break
    shift, blocking = page.evaluate("window.seen.shift"), page.evaluate(BLOCKING)
    html = len(page.context.request.get(f"{url}{path}").body())
    context.close()
    hosts = [urlsplit(answer["response"]["url"]).netloc for answer in answers]

    def weigh(*kinds: str) -> int:
        return sum(
            sizes.get(answer["requestId"], 0)
            for answer in loaded
            if not kinds or answer["type"] in kinds
        )

    return Load(
        bytes=weigh(),
        image_bytes=weigh("Image"),
        html_bytes=weigh("Document"),
        html_plain_bytes=html,
        requests=len(loaded),
        blocking=blocking,
        foreign=sum(host != urlsplit(url).netloc for host in hosts if host),
        paint=paint,
        shift=shift,
    )


def _wait(browser: Browser, url: str, go_live: Callable[[int], list[int]]) -> Live:
    context = browser.new_context(**DESKTOP)
    page, _answers, _sizes = _open(context)
    page.goto(url)
    thread = page.locator("#threads > li").nth(2)
    thread.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    page.evaluate("window.seen.shift = 0")
    made = go_live(int((thread.get_attribute("id") or "c0")[1:]))
    began = time.monotonic()
    thread.locator("> .arrived").wait_for(timeout=60_000)
    page.locator(".news button:visible").first.wait_for(timeout=60_000)
    seconds = time.monotonic() - began
    page.wait_for_timeout(1000)
    shift = page.evaluate("window.seen.shift")
    told = sum(
        int("".join(filter(str.isdigit, text)) or 0)
        for text in page.locator(
            ".threads .arrived, .news > :first-child:visible"
        ).all_inner_texts()
    )
    thread.locator("> .arrived").click()
    page.locator(f"#c{made[0]}").wait_for()
    page.locator(".news button:visible").first.click()
    page.locator(f"#c{made[1]}").wait_for()
    placed = page.locator(", ".join(f"#c{pk}" for pk in made)).count()
    context.close()
    return Live(told, seconds, shift, placed)
