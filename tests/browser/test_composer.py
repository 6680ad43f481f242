"""The answer box in a real browser: a draft, marks by keyboard, a quote, a nudge; and all without
JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE
from tests.browser.people import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.site]
ARTICLE = "/articles/who-taught-the-feed-to-see/"
READER, ANOTHER, THIRD = "priya@example.org", "sorato@example.org", "anneke@example.org"
SUSPECT = "Message me privately about labels."


def selected(box) -> str:
    return box.evaluate("box => box.value.slice(box.selectionStart, box.selectionEnd)")


def test_a_draft_survives_a_closed_tab_and_is_posted_in_the_end(running_site, new_page):
    site, page = running_site, new_page()
    sign_in(page, site.url, READER, to=ARTICLE)
    box = page.get_by_label("Your answer")
    box.click()
    page.keyboard.type("Labels are made by tired people")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.keyboard.type(", and paid by the piece.")
    page.close(run_before_unload=True)  # before the pause that saves

    page = page.context.new_page()
    box = page.get_by_label("Your answer")
    # The tab's last words are under way when it closes; whoever comes back at once may be quicker.
    for _again in range(20):
        page.goto(f"{site.url}{ARTICLE}")
        if box.input_value().endswith("by the piece."):
            break
        page.wait_for_timeout(500)
    expect(box).to_have_value("Labels are made by tired people, and paid by the piece.")
    expect(page.locator(".kept")).to_contain_text("Your draft of")

    page.locator(".kept").get_by_role("button", name="Discard").click()
    expect(box).to_have_value("")
    expect(page.locator(".kept")).to_contain_text("Draft discarded")
    page.keyboard.press("Control+z")
    expect(box).to_have_value("Labels are made by tired people, and paid by the piece.")
    page.keyboard.press("Control+Enter")
    posted = page.locator("#mine .own, li.thread", has_text="paid by the piece")
    expect(posted).to_be_visible()
    # Focus follows the words, and stays with them when they turn live.
    expect(posted).to_be_focused()
    live = page.locator("li.thread", has_text="paid by the piece")
    expect(live).to_have_count(1, timeout=PATIENCE)
    expect(live).to_be_focused()
    expect(box).to_have_value("")
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("")


def test_marks_go_in_and_out_by_keyboard_and_undo_knows_them(running_site, new_page):
    page = new_page()
    sign_in(page, running_site.url, READER, to=ARTICLE)
    box = page.get_by_label("Your answer")
    box.fill("a brave new world")
    box.evaluate("box => box.setSelectionRange(2, 7)")
    for keys, value in (
        ("Control+b", "a **brave** new world"),
        ("Control+i", "a ***brave*** new world"),
        ("Control+b", "a *brave* new world"),
        ("Control+i", "a brave new world"),
        ("Control+e", "a `brave` new world"),
        ("Control+e", "a brave new world"),
        ("Control+Shift+Period", "> a brave new world"),
        ("Control+Shift+Period", "a brave new world"),
        ("Control+z", "> a brave new world"),
        ("Control+z", "a brave new world"),
    ):
        page.keyboard.press(keys)
        expect(box).to_have_value(value)
    box.evaluate("box => box.setSelectionRange(2, 7)")
    page.keyboard.press("Control+k")
    expect(box).to_have_value("a [brave](https://) new world")
    assert selected(box) == "https://"

    box.fill("")
    for keys in ("Control+b", "Control+i"):
        page.keyboard.press(keys)
    page.keyboard.type("both")
    for keys in ("Control+i", "Control+b"):
        page.keyboard.press(keys)
    page.keyboard.type(" neither")
    expect(box).to_have_value("***both*** neither")

    box.fill("one")
    page.keyboard.press("Control+Shift+Digit8")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("done")
    expect(box).to_have_value("- one\n- two\ndone")

    box.focus()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Bold")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Code")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    box.evaluate("box => box.setSelectionRange(12, 16)")
    expect(page.get_by_role("button", name="Italic")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_have_value("- one\n- two\n*done*")


def test_selected_words_are_quoted_in_the_reply(running_site, new_page):
    page = new_page()
    sign_in(page, running_site.url, READER, to=ARTICLE)
    mine = f":has(> .comment .author[href='{page.locator('body').get_attribute('data-me')}'])"
    thread = page.locator(f"#threads > li.thread:not({mine})").first
    words = thread.locator(":scope > .comment > .words p").first
    wanted = words.evaluate(
        """p => {
          const text = document.createTreeWalker(p, NodeFilter.SHOW_TEXT).nextNode();
          const range = document.createRange();
          range.setStart(text, 0);
          range.setEnd(text, 24);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
          return getSelection().toString().trim();
        }"""
    )
    thread.locator(":scope > .comment .answer-it").click()
    box = thread.get_by_label("Your reply")
    expect(box).to_have_value(f"> {wanted}\n\n")
    expect(box).to_be_focused()
    page.keyboard.type("Is that so?")
    expect(box).to_have_value(f"> {wanted}\n\nIs that so?")

    thread.get_by_role("link", name="Quote their words").click()
    expect(box).to_have_value(re.compile(r"Is that so\?\n\n> .+\n\n$", re.DOTALL))
    expect(thread.get_by_text("Draft saved")).to_be_visible()
    thread.get_by_role("button", name="Close").click()
    again = thread.locator(":scope > .comment .answer-it")
    expect(again).to_have_text("Continue your draft")
    again.click()
    expect(thread.get_by_label("Your reply")).to_have_value(re.compile("Is that so"))
    thread.get_by_role("button", name="Discard").click()
    expect(again).to_have_text("Reply")


def test_a_first_submit_that_would_wait_is_told_so_and_edited(running_site, new_page):
    page = new_page()
    sign_in(page, running_site.url, ANOTHER, to=ARTICLE)
    box = page.get_by_label("Your answer")
    box.fill(SUSPECT)
    page.get_by_role("button", name="Post answer").click()
    nudge = page.locator(".nudge")
    expect(nudge).to_be_focused()
    expect(nudge.locator("mark")).to_have_text("Message me privately")
    expect(box).to_have_value(SUSPECT)
    assert page.locator("#mine .own", has_text="Message me privately").count() == 0
    nudge.get_by_role("link", name="Edit it").click()
    expect(box).to_be_focused()
    box.fill("Write to me about labels, in the open.")
    expect(nudge.get_by_role("button")).to_be_hidden()
    page.get_by_role("button", name="Post answer").click()
    live = page.locator("li.thread", has_text="Write to me about labels")
    expect(live).to_have_count(1, timeout=PATIENCE)
    expect(nudge).to_have_count(0)

    box.fill("MESSAGE ME PRIVATELY about labels, then.")
    page.get_by_role("button", name="Post answer").click()
    nudge.get_by_role("button", name="Send it anyway; an editor will read it").click()
    own = page.locator("#mine .own[data-state=held]", has_text="MESSAGE ME PRIVATELY")
    expect(own).to_be_visible(timeout=PATIENCE)


def test_without_javascript_the_box_saves_previews_nudges_and_posts(running_site, new_page):
    site, page = running_site, new_page(java_script_enabled=False)
    sign_in(page, site.url, THIRD, to=ARTICLE)
    expect(page.get_by_role("toolbar")).to_have_count(0)
    expect(page.get_by_text("**bold**")).to_be_visible()
    page.get_by_label("Your answer").fill("So *many* hands.")
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**#box-top")
    expect(page.locator(".kept")).to_contain_text("Your draft of")
    expect(page.get_by_label("Your answer")).to_have_value("So *many* hands.")

    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview em")).to_have_text("many")
    expect(page.get_by_label("Your answer")).to_have_value("So *many* hands.")
    expect(page.locator("#box-top")).to_be_in_viewport()

    page.get_by_label("Your answer").fill(SUSPECT)
    page.get_by_role("button", name="Post answer").click()
    expect(page.locator(".nudge mark")).to_have_text("Message me privately")
    expect(page.locator(".nudge")).to_be_in_viewport()
    page.get_by_label("Your answer").fill("So many hands, and none of them named.")
    page.get_by_role("button", name="Post answer").click()
    page.wait_for_url("**#own-*")
    expect(page.get_by_text("none of them named")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_have_value("")

    reply = page.locator("#threads > li.thread > .comment .answer-it").last
    page.goto(site.url + reply.get_attribute("href"))
    page.get_by_role("link", name="Quote their words").click()
    expect(page.get_by_label("Your reply")).to_have_value(re.compile(r"^> .+\n\n$", re.DOTALL))
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_label("Your reply")).to_have_value("")
