"""What is decided reaches its author as it is: held, rejected, read, contested, overturned."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.people import sign_in
from tests.site import RunningSite

pytestmark = [pytest.mark.browser, pytest.mark.site]
ARTICLE = "/articles/who-taught-the-feed-to-see/"
READER, FIRST, SECOND = "tobiah@example.org", "odile@example.org", "ferran@example.org"
WORDS = "A limited offer is what the agency called it when they hired us to label."
ASKED_WITHIN = 40_000  # milliseconds; the page asks every 15 s at last


def reject(editor: Page, site: RunningSite, words: str) -> None:
    editor.goto(f"{site.url}/desk/?order=newest")
    editor.locator("#rows a", has_text=words).click()
    card = editor.locator("#focus .card", has_text=words)
    card.locator(".reject summary").click()
    card.get_by_label("It reads like advertising or spam.").check()
    card.get_by_label("A note to the author").fill("Offers belong elsewhere.")
    card.get_by_role("button", name="Reject it").click()
    expect(editor.locator("#undo")).to_contain_text("Rejected")


def appeal(editor: Page, site: RunningSite, words: str) -> Locator:
    editor.goto(f"{site.url}/desk/appeals/")
    editor.locator("#rows a", has_text=words).click()
    return editor.locator("#focus .card", has_text=words)


def test_an_author_reads_the_decision_contests_it_and_the_comment_returns(running_site, new_page):
    site, reader, first, second = running_site, new_page(), new_page(), new_page()
    sign_in(reader, site.url, READER)
    reader.goto(f"{site.url}{ARTICLE}")
    reader.evaluate("window.loadedOnce = true")
    reader.get_by_label("Your answer").fill(WORDS)
    reader.get_by_role("button", name="Post answer").click()
    held = reader.locator("#mine .own[data-state=held]", has_text="hired us to label")
    nudge = reader.get_by_role("button", name=re.compile("anyway|as it is", re.IGNORECASE))
    expect(held.or_(nudge).first).to_be_visible(timeout=PATIENCE)
    if nudge.count():
        nudge.first.click()
    expect(held).to_contain_text("It contains words that an editor looks at first.")
    expect(held.locator("mark")).to_have_text("limited offer")
    expect(held).to_contain_text("Our guideline")
    expect(held).to_contain_text(
        re.compile("half had waited about .+ or less|we cannot say how long it will take")
    )

    # Nobody asks while nobody looks; whoever comes back is told.
    own = held.get_attribute("id")
    reader.evaluate(
        "Object.defineProperty(document, 'hidden', { get: () => window.away, configurable: true });"
        " window.away = true; window.asked = 0;"
        " document.addEventListener('htmx:beforeSend', () => { window.asked += 1; })"
    )
    sign_in(first, site.url, FIRST)
    reject(first, site, WORDS)
    reader.wait_for_timeout(3_000)
    assert reader.evaluate("window.asked") <= 1, "at most the question that was on its way"
    reader.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    told = reader.locator(f"#{own}[data-state=rejected]")
    expect(told).to_contain_text("Not published", timeout=ASKED_WITHIN)
    expect(told).to_contain_text("Decided by an editor.")
    assert reader.evaluate("window.loadedOnce"), "the page was never reloaded"

    told.get_by_role("link", name="The decision in full").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Your comment was not published")
    main = reader.locator("main")
    for said in (
        "An editor read it and decided this on",
        "It reads like advertising or spam.",
        "Offers belong elsewhere.",
        WORDS,
        "Your account is not affected",
        "in force since",
        "kept until",
    ):
        expect(main).to_contain_text(said)
    reader.get_by_label("Why should it be published?").fill("It quotes what they wrote to us.")
    reader.get_by_role("button", name="Contest this decision").click()
    expect(main).to_contain_text("Another editor than the one who decided will rule")
    reader.goto(f"{site.url}{ARTICLE}")
    expect(reader.locator(f"#{own}")).to_contain_text("You have contested this decision.")

    contested = appeal(first, site, WORDS)
    expect(contested).to_contain_text("This was your decision: another editor rules on it.")
    expect(contested.locator("details.overturn")).to_have_count(0)

    sign_in(second, site.url, SECOND)
    contested = appeal(second, site, WORDS)
    expect(contested).to_contain_text("It quotes what they wrote to us.")
    contested.locator(".overturn summary").click()
    note = contested.locator(".overturn").get_by_label("A note to the author")
    note.fill("You are right: it is a quotation.")
    contested.get_by_role("button", name="Overturn it").click()
    expect(second.locator("#undo")).to_contain_text("Overturned")

    number = own.removeprefix("own-")
    live = reader.locator(f"li.thread#c{number}")
    expect(live).to_contain_text(WORDS, timeout=ASKED_WITHIN)
    expect(reader.locator(f"#{own}")).to_have_count(0)
    stranger = new_page()
    stranger.goto(f"{site.url}/c/{number}/")
    expect(stranger.locator(f"#c{number}")).to_contain_text(WORDS)
    reader.goto(f"{site.url}/c/{number}/decision/")
    expect(reader.get_by_role("heading", level=1)).to_have_text("This decision was overturned")


def test_anybody_tells_of_illegal_content_without_a_script_or_an_account(running_site, new_page):
    site, page = running_site, new_page(java_script_enabled=False)
    page.goto(f"{site.url}{ARTICLE}")
    page.locator("a.report").first.click()
    page.get_by_role("link", name="It is illegal").click()
    page.get_by_role("button", name="Send the notice").click()
    expect(page.get_by_text("We can act on a notice only if you state this.")).to_be_visible()
    page.get_by_label("Why is it illegal?").fill("It gives away where somebody lives.")
    page.get_by_label("Under which law?").fill("Ireland")
    page.get_by_label("Your name").fill("Ada Example")
    page.get_by_label("Your email address").fill("ada@example.org")
    page.get_by_label("I believe in good faith").check()
    page.get_by_role("button", name="Send the notice").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have received your notice")

    editor = new_page()
    sign_in(editor, site.url, SECOND)
    editor.goto(f"{site.url}/desk/reported/")
    card = editor.locator(".card", has_text="It gives away where somebody lives.")
    expect(card).to_contain_text("Said to be illegal")
    card.get_by_label("It is not illegal").check()
    card.get_by_label("The reason").fill("The street is in the public register.")
    card.get_by_role("button", name="Settle it").click()
    expect(editor.locator(".card.ruled", has_text="where somebody lives")).to_contain_text(
        "Not found to be illegal"
    )
