"""One reader, one editor, two comments: from signing up to hearing what was decided."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.people import sign_in
from tests.site import RunningSite, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.site]
ARTICLE = "/articles/who-taught-the-feed-to-see/"
EDITOR = "odile@example.org"
EMAIL = "wanda.example@example.org"


def code_from_mail(site: RunningSite, to: str) -> str:
    """The code in the newest mail to an address, as the development mail box keeps it."""
    found: list[str] = []

    def arrived() -> bool:
        mails = sorted((site.data_dir / "mail").glob("*"), key=lambda path: path.stat().st_mtime)
        for path in reversed(mails):
            text = path.read_text(errors="replace")
            code = re.search(r"^\s*([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})\s*$", text, re.MULTILINE)
            if to in text and code:
                found.append(code.group(1))
                return True
        return False

    wait_until(arrived, 20, f"a code for {to}")
    return found[0]


def sign_up(page: Page, site: RunningSite) -> None:
    page.goto(f"{site.url}/accounts/signup/?next={ARTICLE}")
    page.get_by_label("Email", exact=False).first.fill(EMAIL)
    page.get_by_label("name", exact=False).first.fill("Wanda Example")
    page.get_by_role("button", name="Sign up").click()
    page.get_by_label("Code").fill(code_from_mail(site, EMAIL))
    page.locator("main form button").first.click()
    page.wait_for_url(f"**{ARTICLE}")


def answer(page: Page, text: str) -> None:
    page.get_by_label("Your answer").fill(text)
    page.get_by_role("button", name="Post answer").click()


def test_from_signing_up_to_hearing_what_was_decided(running_site, new_page):
    site, reader = running_site, new_page()
    sign_up(reader, site)
    reader.evaluate("window.loadedOnce = true")

    answer(reader, "A label is an opinion with a wage attached, and we should print the wage.")
    own = reader.locator("#mine .own").first
    expect(own).to_contain_text("with a wage attached")
    started = time.monotonic()
    live = reader.locator("li.thread", has_text="with a wage attached")
    expect(live).to_have_count(1, timeout=PATIENCE)
    assert time.monotonic() - started < PATIENCE / 1000
    expect(reader.locator("#mine .own")).to_have_count(0)

    answer(reader, "Message me privately about a limited offer on labels, friends.")
    reader.get_by_role("button", name="Send it anyway; an editor will read it").click()
    held = reader.locator("#mine .own[data-state=held]")
    expect(held).to_contain_text("Waiting for an editor", timeout=PATIENCE)
    expect(held.locator("mark").first).to_be_visible()
    assert {mark.lower() for mark in held.locator("mark").all_inner_texts()} == {
        "message me privately",
        "limited offer",
    }

    stranger = new_page()
    stranger.goto(f"{site.url}{ARTICLE}")
    expect(stranger.get_by_text("with a wage attached")).to_be_visible()
    expect(stranger.get_by_text("limited offer on labels")).to_have_count(0)

    editor = new_page()
    sign_in(editor, site.url, EDITOR)
    editor.goto(f"{site.url}/desk/?order=newest")
    editor.locator("#rows a", has_text="limited offer on labels").click()
    card = editor.locator("#focus .card", has_text="limited offer on labels")
    expect(card).to_contain_text("suspect_phrases")
    card.locator(".reject summary").click()
    card.get_by_label("It reads like advertising or spam.").check()
    card.get_by_label("A note to the author").fill("Please keep offers out of the discussion.")
    card.get_by_role("button", name="Reject it").click()
    expect(editor.locator("#undo")).to_contain_text("Rejected")

    told = reader.locator("#mine .own[data-state=rejected]")
    expect(told).to_contain_text("Not published", timeout=40_000)
    expect(told).to_contain_text("It reads like advertising or spam.")
    expect(told).to_contain_text("Please keep offers out of the discussion.")
    expect(told).to_contain_text("Decided by an editor.")
    assert reader.evaluate("window.loadedOnce"), "the page was never reloaded"
