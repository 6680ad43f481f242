"""Two readers: what one writes shows on the other's open page, when asked for."""

import re
import time
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.people import sign_in
from tests.browser.test_the_whole_way import answer

pytestmark = [pytest.mark.browser, pytest.mark.site]
ARTICLE = "/articles/the-lane-that-was-never-there/"
WRITER = "marisol@example.org"
# Sums every shift, also one that follows the reader's own input.
COUNT_SHIFTS = """
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shifted += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""
SET_HIDDEN = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def reply_to(page: Page, thread: str, text: str) -> None:
    page.locator(f"#{thread} > .comment .answer-it").click()
    box = page.locator(f"#{thread} > .replies > .answering")
    box.locator("textarea").fill(text)
    box.get_by_role("button", name="Post reply").click()
    expect(page.locator(f"#{thread} .replies > [id^=c]", has_text=text)).to_have_count(
        1, timeout=PATIENCE
    )


def in_view(page: Page) -> list[float]:
    """Where everything that is read stands on the screen."""
    return page.evaluate(
        "[...document.querySelectorAll('.threads .comment')]"
        ".map(each => each.getBoundingClientRect().top)"
    )


def test_what_goes_live_is_told_on_an_open_page_and_shown_when_asked_for(running_site, new_page):
    site = running_site
    writer, reader = new_page(), new_page(viewport={"width": 900, "height": 700})
    sign_in(writer, site.url, WRITER)
    writer.goto(f"{site.url}{ARTICLE}")

    reader.goto(f"{site.url}{ARTICLE}")
    asked: list[str] = []
    reader.on("request", lambda request: asked.append(request.url))
    thread = reader.locator("#threads > li:has(.replies)").last
    thread_id = thread.get_attribute("id")
    thread.scroll_into_view_if_needed()
    reader.evaluate("window.loadedOnce = true")
    reader.evaluate(COUNT_SHIFTS)
    before = in_view(reader)

    answer(writer, "A map that forgets a lane has decided who lives there.")
    reply_to(writer, thread_id, "The lane was there before the map was.")

    told = thread.locator("> .arrived")
    expect(told).to_have_text("1 new reply", timeout=PATIENCE)
    pill = reader.locator(".news").get_by_role("button", name="1 new answer")
    expect(pill).to_be_visible(timeout=PATIENCE)
    expect(reader.locator("#said")).to_have_text(re.compile("1 new"), timeout=PATIENCE)
    assert in_view(reader) == before, "nothing moved"
    assert reader.evaluate("window.shifted") == 0
    expect(reader.get_by_text("forgets a lane")).to_have_count(0)

    told.click()
    reply = reader.locator(f"#{thread_id} > .replies > li.branch").last
    expect(reply).to_contain_text("The lane was there before the map was.")
    expect(reply).to_have_class(re.compile("fresh"))
    expect(reply.locator("> .comment")).to_be_focused()
    expect(told).to_have_count(0)

    pill.click()
    first = reader.locator("#threads > li").first
    expect(first).to_contain_text("forgets a lane")
    expect(first.locator("> .comment")).to_be_focused()
    expect(first).to_be_in_viewport()
    expect(first.locator(".fold, .acts .copy").first).to_be_attached()
    expect(reader.locator(".news")).to_be_hidden()
    expect(writer.locator(".news")).to_be_hidden()

    reader.evaluate(SET_HIDDEN, True)
    reader.wait_for_timeout(500)
    asked.clear()
    answer(writer, "Nobody looks for a second lane once the first is gone.")
    expect(writer.locator("li.thread", has_text="second lane")).to_have_count(1, timeout=PATIENCE)
    reader.wait_for_timeout(7_000)
    assert asked == [], "a hidden tab asks nothing"
    shown_at = time.monotonic()
    reader.evaluate(SET_HIDDEN, False)
    expect(pill).to_be_visible()
    assert time.monotonic() - shown_at < 3, "it does not wait for its turn"
    pill.click()
    expect(reader.locator("#threads > li").first).to_contain_text("second lane")
    assert reader.evaluate("window.loadedOnce"), "the page was never reloaded"

    plain = urllib.request.urlopen(f"{site.url}{ARTICLE}").read().decode()
    order = [plain.index(words) for words in ("second lane", "forgets a lane", "before the map")]
    assert order == sorted(order), "without a script, a reload shows the same"
    assert reader.locator("#threads > li").evaluate_all(
        "all => all.map(li => li.id)"
    ) == re.findall(r'<li class="thread" id="(c\d+)"', plain)
