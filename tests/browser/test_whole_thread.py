"""What an article does not show at first: the rest of a long thread, and later answers."""

import pytest
from playwright.sync_api import expect

from comments.querysets import ROOTS_PER_PAGE, ROWS_BELOW_ARTICLE
from tests.factories import make_article, make_comment

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_the_rest_of_a_long_thread_comes_by_one_button(quick_site, new_page):
    article = make_article()
    root = make_comment(article=article)
    replies = [
        make_comment(parent=root, body=f"Reply number {n}.") for n in range(ROWS_BELOW_ARTICLE + 5)
    ]
    page = new_page()
    page.goto(quick_site + article.get_absolute_url())
    shown = page.locator(f"#c{root.pk} .replies > li")
    expect(shown).to_have_count(ROWS_BELOW_ARTICLE - 1)
    page.get_by_role("link", name="Show all 85 replies").click()
    expect(shown).to_have_count(len(replies))
    first_new = replies[ROWS_BELOW_ARTICLE - 1]
    expect(page.locator(f"#c{first_new.pk} > .comment")).to_be_focused()
    expect(page.get_by_role("link", name="Show all 85 replies")).to_have_count(0)
    expect(page).to_have_url(quick_site + article.get_absolute_url())


def test_more_answers_come_below_those_on_the_page(quick_site, new_page):
    article = make_article()
    answers = [
        make_comment(article=article, body=f"Answer {n}.") for n in range(ROOTS_PER_PAGE + 4)
    ]
    page = new_page()
    page.goto(quick_site + article.get_absolute_url())
    shown = page.locator("#threads > li")
    expect(shown).to_have_count(ROOTS_PER_PAGE)
    more = page.get_by_role("link", name="More answers")
    more.click()
    expect(shown).to_have_count(len(answers))
    expect(more).to_have_count(0)
    expect(shown.nth(ROOTS_PER_PAGE).locator(":scope > .comment")).to_be_focused()
    expect(page).to_have_url(quick_site + article.get_absolute_url())
    assert len({item.get_attribute("id") for item in shown.all()}) == len(answers)
