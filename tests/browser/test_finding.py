"""Finding what was said, what editors picked of it, and not reading whom one ignores."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from articles import operations as articles
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def as_user(page: Page, site: str, user) -> Page:
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_reader_on_a_phone_searches_the_site_and_one_discussion(quick_site, new_page, scripts):
    relax()
    editor = make_user(role="editor")
    article = make_article(title="Tides of the estuary", standfirst="What the ferryman knows.")
    articles.save_article(actor=editor, article=article, authors=[editor])
    told = make_comment(article=article, body="The ferrymen of old knew every naïve sandbank.")
    make_comment(article=article, body="Nothing of the kind.")
    page = new_page(viewport={"width": 360, "height": 800}, java_script_enabled=scripts)
    page.goto(quick_site)
    page.get_by_role("link", name="Search").click()
    field = page.get_by_role("searchbox", name="Search articles and comments")
    if scripts:
        expect(field).to_be_focused()
    field.fill("ferrym")
    field.press("Enter")
    expect(page.locator("mark")).to_have_text(["ferryman", "ferrymen"])
    page.get_by_role("link", name="Tides of the estuary").first.click()
    within = page.get_by_role("searchbox", name="Search these answers")
    within.fill("naive SANDB")
    page.locator("#discussion").get_by_role("button", name="Search").click()
    expect(page.locator("mark")).to_have_text(["naïve", "sandbank"])
    page.get_by_role("link", name=told.author.display_name).click()
    expect(page).to_have_url(f"{quick_site}/c/{told.pk}/")


def test_an_editor_picks_and_a_reader_is_led_to_the_place(quick_site, new_page):
    relax()
    article = make_article()
    comments = [make_comment(article=article, body=f"Thing number {n}.") for n in range(5)]
    editor = as_user(new_page(), quick_site, make_user(role="editor"))
    editor.goto(f"{quick_site}/c/{comments[0].pk}/")
    editor.get_by_role("button", name="Make it an editors’ pick").click()
    expect(editor.get_by_role("button", name="Take it from the editors’ picks")).to_be_visible()
    reader = new_page(viewport={"width": 360, "height": 800})
    reader.goto(quick_site + article.get_absolute_url())
    picks = reader.get_by_role("region", name="Editors’ picks")
    expect(picks).to_contain_text("Thing number 0.")
    picks.get_by_role("link").click()
    expect(reader.locator(f"#c{comments[0].pk}")).to_be_in_viewport()
    expect(reader.locator(f"#c{comments[0].pk} .picked")).to_have_text("Editors’ pick")


def test_somebody_ignored_is_folded_away_and_can_still_be_read_and_answered(quick_site, new_page):
    relax()
    loud = make_comment(body="Loud words.")
    make_comment(parent=loud, body="A calm reply.")
    page = as_user(new_page(), quick_site, make_user())
    page.goto(quick_site + loud.call_to_action.article.get_absolute_url())
    page.locator(f"#by{loud.pk}").click()
    page.get_by_role("button", name="Ignore this person").click()
    expect(page.get_by_role("status")).to_contain_text("Nobody is told.")
    page.goto(quick_site + loud.call_to_action.article.get_absolute_url())
    words = page.get_by_text("Loud words.")
    expect(words).to_be_hidden()
    expect(page.get_by_text("A calm reply.")).to_be_visible()
    summary = page.get_by_text("A comment by somebody you ignore. Show it")
    summary.focus()
    page.keyboard.press("Enter")
    expect(words).to_be_visible()
    page.locator(f"#c{loud.pk} .ignored .answer-it").click()
    expect(page.get_by_label("Your reply")).to_be_focused()
    page.goto(f"{quick_site}/account/ignored/")
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_text("Nobody. You find")).to_be_visible()
