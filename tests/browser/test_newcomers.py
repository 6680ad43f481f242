"""The proof of work in a real browser, under the strict policy."""

import pytest

from accounts.models import User
from comments.models import Comment
from tests.browser.people import sign_in
from tests.factories import make_article, make_user, relax

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def page(new_page):
    return new_page()


def test_a_newcomers_browser_proves_itself_unasked(quick_site, page):
    relax(proof_always=True)
    article, reader = make_article(), make_user()
    sign_in(page, quick_site, reader.email, password="a long password")
    page.goto(quick_site + article.get_absolute_url())
    box = page.locator("#box-top textarea")
    box.fill("A calm and fair point.")
    # Sent at once: the form waits for the sum by itself.
    page.get_by_role("button", name="Post answer").click()
    page.locator("#mine").get_by_text("A calm and fair point.").wait_for()
    first = Comment.objects.get()
    assert not first.unproven
    # The box that is left behind asks for a sum of its own.
    box.fill("Another calm point, for the second time.")
    page.get_by_role("button", name="Post answer").click()
    page.locator("#mine").get_by_text("Another calm point").wait_for()
    assert not Comment.objects.latest("pk").unproven
    assert not page.locator("#box-top input[name=website]").is_visible() or (
        page.locator("#box-top input[name=website]").bounding_box()["x"] < 0
    )


def test_a_sign_up_proves_itself_too(quick_site, page):
    relax(proof_always=True)
    page.goto(quick_site + "/accounts/signup/")
    page.get_by_label("Email").fill("wren@example.org")
    page.get_by_label("Display name").fill("Wren of the Hill")
    page.locator("main form").get_by_role("button", name="Sign up").click()
    page.wait_for_url(lambda url: "signup" not in url)
    assert not User.objects.get(email="wren@example.org").unproven
