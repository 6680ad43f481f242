"""A batch in a real browser, carried out by a real worker."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.people import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.site]
EDITOR = "odile@example.org"


def finished(batch: Locator) -> tuple[int, int]:
    """How far the bar has come and how far it goes, once its time to be taken back is over and the
    worker is done."""
    expect(batch.locator("label")).to_have_text("Done", timeout=30_000)
    bar = batch.locator("progress")
    return int(bar.get_attribute("value")), int(bar.get_attribute("max"))


def test_the_worker_carries_a_batch_out_and_takes_it_back(running_site, new_page):
    page = new_page()
    sign_in(page, running_site.url, EDITOR)
    page.goto(f"{running_site.url}/desk/?tab=approved")
    theirs = page.locator("#focus a[href*='tab=all&author=']").get_attribute("href")
    author = re.search(r"author=(\d+)", theirs)[1]
    page.goto(f"{running_site.url}/desk/batches/?tab=approved&author={author}")
    page.get_by_label("It is not about the article or its question.").check()
    page.get_by_role("button", name="Reject them").click()
    # The page asks by itself how far the worker has come.
    batch = page.locator("#batch")
    done, total = finished(batch)
    assert done == total >= 1
    expect(batch.get_by_role("status")).to_contain_text(re.compile(rf"^{total} comments? decided"))
    page.goto(f"{running_site.url}/desk/?tab=approved&author={author}")
    expect(page.locator("#rows li")).to_have_count(0)
    page.go_back()
    page.get_by_role("button", name="Take it back").click()
    expect(batch).to_contain_text("takes back batch")
    assert finished(batch) == (total, total)
    page.goto(f"{running_site.url}/desk/?tab=approved&author={author}")
    expect(page.locator("#rows li")).to_have_count(min(total, 25))
