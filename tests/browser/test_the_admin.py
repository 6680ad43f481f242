"""The admin in Chromium, under its own policy: an article from the first word to its readers."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.people import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.site]
EDITOR, ADMIN = "odile@example.org", "tamsin@example.org"
EVERY_LIST = (
    *("accounts/user", "accounts/apitoken", "articles/article", "articles/guideline"),
    *("articles/housepage", "articles/leadimage", "articles/section", "articles/tag"),
    *("comments/comment", "comments/notification", "comments/reaction", "record/entry"),
    *("moderation/articlepolicy", "moderation/decisionrecord", "moderation/linkdomain"),
    *("moderation/phrase", "moderation/policy", "moderation/report"),
)
FORMS = ("articles/article/add", "moderation/policy/add", "articles/housepage/add")


def picture() -> dict:
    out = BytesIO()
    Image.new("RGB", (1200, 800), "teal").save(out, "PNG")
    return {"name": "teal.png", "mimeType": "image/png", "buffer": out.getvalue()}


def choose(page: Page, field: str, term: str) -> None:
    """Pick from an autocomplete by typing."""
    row = page.locator(f".field-{field}").first
    row.locator(".select2-selection").click()
    page.locator(".select2-search__field").last.fill(term)
    page.locator(".select2-results__option", has_text=term).first.click()


def test_an_editor_writes_an_article_and_its_readers_see_it(running_site, new_page):
    site, page = running_site, new_page()
    sign_in(page, site.url, EDITOR, to="/admin/articles/article/")
    page.goto(f"{site.url}/admin/articles/article/add/")
    page.get_by_label("Title").fill("Written in a browser")
    page.locator("#id_body").fill("It *works*.")
    page.locator("#id_section").select_option(label="Labour")
    choose(page, "tags", "automation")
    page.locator("#id_question").fill("Does it?")
    page.locator("#id_picture").set_input_files(picture())
    page.locator("#id_alt").fill("A teal field.")
    page.get_by_text("Add another Author").click()
    choose(page, "author", "Ferran")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("This is a draft.")).to_be_visible()
    link = page.get_by_label("Link to share the draft").input_value()
    visitor = new_page()
    visitor.goto(link)
    expect(visitor.get_by_role("heading", name="Written in a browser")).to_be_visible()

    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_text("Readers have seen this article since")).to_be_visible()
    visitor.goto(f"{site.url}/articles/written-in-a-browser/")
    expect(visitor.get_by_text("Does it?").first).to_be_visible()
    expect(visitor.get_by_text("Ferran Quillamor").first).to_be_visible()
    shown = visitor.get_by_role("img", name="A teal field.")
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") >= 480

    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("This article is archived")).to_be_visible()


def test_every_list_and_form_opens_with_nothing_stopped_by_the_policy(running_site, new_page):
    site, page = running_site, new_page()
    sign_in(page, site.url, ADMIN, to="/admin/")
    for address in (*EVERY_LIST, *FORMS):
        response = page.goto(f"{site.url}/admin/{address}/")
        assert response.status == 200, address
        expect(page.locator("#content-main, #changelist").first).to_be_visible()


def test_an_admin_approves_what_waits_from_the_list(running_site, new_page):
    site, page = running_site, new_page()
    sign_in(page, site.url, ADMIN, to="/admin/")
    page.goto(f"{site.url}/admin/comments/comment/?status__exact=held")
    first = page.locator("#result_list input[name=_selected_action]").first
    number = first.get_attribute("value")
    first.check()
    page.locator("select[name=action]").select_option(label="Approve")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("Decided: 1.")).to_be_visible()
    page.goto(f"{site.url}/admin/comments/comment/{number}/change/")
    expect(page.get_by_text("Live", exact=True).first).to_be_visible()
