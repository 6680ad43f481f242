"""The whole job of a reader with scripts switched off, and on a phone."""

import re

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Page, expect

from accounts.models import User
from comments.models import Comment
from moderation.models import Report
from tests.browser.people import give
from tests.factories import make_article, make_comment, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PASSWORD = "a long password"


@pytest.fixture
def page(new_page) -> Page:
    return new_page(java_script_enabled=False, viewport={"width": 360, "height": 740})


def make_reader() -> User:
    """Somebody whose address is confirmed, so that signing in leads straight on."""
    reader = make_user()
    EmailAddress.objects.get_or_create(user=reader, email=reader.email, primary=True, verified=True)
    return reader


def test_reading_paging_sorting_answering_editing_and_reporting(quick_site, page):
    article, reader = make_article(title="What the tide keeps"), make_reader()
    roots = [make_comment(article=article, body=f"Answer number {n}.") for n in range(30)]
    reply = make_comment(parent=roots[29], body="And to the newest, a reply.")

    # Read, page and sort, by plain links.
    page.goto(quick_site)
    page.get_by_role("link", name="What the tide keeps").first.click()
    expect(page.get_by_text("Answer number 29.")).to_be_visible()
    expect(page.locator(f"#c{reply.pk}")).to_contain_text("a reply")
    expect(page.get_by_text("Answer number 4.")).to_have_count(0)
    page.locator(".further a").click()
    expect(page.get_by_text("Answer number 4.")).to_be_visible()
    page.get_by_role("link", name="Oldest").click()
    expect(page.locator("#threads > li").first).to_contain_text("Answer number 0.")
    page.locator(f"#c{roots[0].pk} .when").click()
    expect(page.get_by_role("link", name="The whole discussion")).to_be_visible()
    page.get_by_role("link", name="The whole discussion").click()

    # Sign in on the way, and come back.
    page.get_by_role("link", name="Sign in to answer").click()
    give(page, reader.email, PASSWORD)
    expect(page).to_have_url(re.compile(re.escape(article.get_absolute_url())))

    # Answer, and be told what becomes of it.
    page.get_by_label("Your answer").fill("I would rather keep the shells.")
    page.get_by_role("button", name="Post answer").click()
    own = page.locator("li.own")
    expect(own).to_contain_text("I would rather keep the shells.")
    expect(own).to_contain_text("Being checked")
    answer = Comment.objects.get(author=reader)
    assert answer.status == Comment.Status.PENDING

    # Edit it.
    own.get_by_role("link", name="Edit").click()
    page.get_by_role("textbox").fill("I would rather keep the sand.")
    page.get_by_role("button", name="Save and have it checked").click()
    expect(page.locator("li.own")).to_contain_text("the sand")

    # Reply to somebody, on a page of its own.
    page.locator(f"#c{roots[29].pk} > .comment .answer-it").click()
    page.get_by_label("Your reply").fill("Which one do you mean?")
    page.get_by_role("button", name="Post reply").click()
    expect(page.locator("li.own", has_text="Which one do you mean?")).to_be_visible()

    # Edit what is live already.
    live = make_comment(article=article, author=reader, body="Some of it is driftwood.")
    page.goto(f"{quick_site}/c/{live.pk}/")
    expect(page.locator("p.acts").get_by_role("link", name="Edit")).to_be_visible()
    page.goto(f"{quick_site}/my/comments/?state=live")
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_role("textbox")).to_have_value("Some of it is driftwood.")
    page.goto(quick_site + article.get_absolute_url())

    # React, report and withdraw.
    page.locator(f"#c{roots[28].pk} > .comment .reactions a").first.click()
    page.get_by_role("button", name="Yes").click()
    assert Comment.objects.get(pk=roots[28].pk).ups == 1
    page.goto(quick_site + article.get_absolute_url())
    page.locator(f"#c{roots[27].pk} > .comment .report").click()
    page.get_by_label("It is spam or advertising").check()
    page.locator("main form button[type=submit], main form button").first.click()
    assert Report.objects.get().comment_id == roots[27].pk
    page.goto(quick_site + article.get_absolute_url())
    page.locator("li.own", has_text="the sand").get_by_role("link", name="Withdraw").click()
    page.get_by_role("button", name="Withdraw it").click()
    assert Comment.objects.get(pk=answer.pk).withdrawn_at is not None


def test_a_refusal_keeps_the_words(quick_site, page):
    article, reader = make_article(), make_reader()
    page.goto(f"{quick_site}/accounts/login/?next={article.get_absolute_url()}")
    give(page, reader.email, PASSWORD)
    # As if the limit were not known to the browser.
    page.get_by_label("Your answer").fill("word " * 1_200)
    page.get_by_role("button", name="Post answer").click()
    expect(page.locator(".errorlist")).to_contain_text("the limit is 5000")
    expect(page.get_by_label("Your answer")).to_have_value(re.compile("^word word"))
