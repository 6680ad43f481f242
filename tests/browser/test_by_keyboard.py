"""The whole job of a reader with a keyboard alone: nothing here moves or clicks a pointer."""

import pytest
from playwright.sync_api import Page, expect

from comments.models import Comment
from tests.browser.test_every_page import session_of
from tests.factories import make_article, make_comment, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
FAR = 400  # more stops than any page here has
# A ring on what has the focus, or on the box drawn around it.
SEEN = """() => {
  for (let at = document.activeElement, up = 0; at && up < 4; at = at.parentElement, up++) {
    const { outlineStyle, boxShadow } = getComputedStyle(at);
    if (outlineStyle !== "none" || boxShadow !== "none") return true;
  }
  return false;
}"""


def focus(page: Page, selector: str, *, key: str = "Tab") -> None:
    """Press a key until the focus stands on what is meant, and seen to stand there."""
    for _stop in range(FAR):
        page.keyboard.press(key)
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            assert page.evaluate(SEEN), f"the focus on {selector} is not to be seen"
            return
    raise AssertionError(f"no way to {selector} by {key}")


@pytest.fixture
def page(quick_site, new_page) -> Page:
    """A signed-in reader's."""
    page, reader = new_page(), make_user(display_name="Ione Keystroke")
    page.context.add_cookies([{"name": "session", "value": session_of(reader), "url": quick_site}])
    return page


def test_skipping_answering_replying_reacting_and_folding(quick_site, page):
    article = make_article(body="A [link](https://example.org/) here.")
    root = make_comment(article=article, body="The first word.")
    reply = make_comment(parent=root, body="The second.")
    page.goto(quick_site + article.get_absolute_url())

    # The first stop leads past the masthead.
    focus(page, ".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"

    # Answer. The box is reached, filled and sent without leaving it.
    focus(page, ".answer textarea")
    page.keyboard.type("Said by hand alone.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("li.own")).to_contain_text("Said by hand alone.")

    # Fold a branch and unfold it.
    focus(page, f"#c{root.pk} > .comment .fold")
    page.keyboard.press("Enter")
    expect(page.locator(f"#c{reply.pk}")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator(f"#c{reply.pk}")).to_be_visible()

    # React; the focus stays where it was.
    focus(page, f"#c{root.pk} > .comment .reactions a")
    page.keyboard.press("Enter")
    expect(page.locator(f"#c{root.pk} > .comment .reactions a[aria-current]")).to_have_count(1)
    assert Comment.objects.get(pk=root.pk).ups == 1
    assert page.evaluate("document.activeElement.matches('.reactions a')")

    # Reply in place; closing leads back to the link that opened it.
    focus(page, f"#c{root.pk} > .comment .answer-it")
    page.keyboard.press("Enter")
    expect(page.locator(".answering textarea")).to_be_focused()
    focus(page, ".answering .close")
    page.keyboard.press("Enter")
    expect(page.locator(f"#c{root.pk} > .comment .answer-it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".answering textarea")).to_be_focused()
    page.keyboard.type("And answered likewise.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("li.own", has_text="And answered likewise.")).to_be_visible()


def test_the_menu_opens_and_closes(quick_site, page):
    page.goto(quick_site)
    focus(page, ".menu summary")
    page.keyboard.press("Enter")
    expect(page.locator(".menu").get_by_role("link", name="My comments")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu").get_by_role("link", name="My comments")).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('.menu summary')")


def test_a_form_in_error_is_where_the_focus_goes(quick_site, page):
    article = make_article()
    page.goto(quick_site + article.get_absolute_url())
    focus(page, ".answer textarea")
    page.keyboard.type("word " * 1_100)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".answer .errorlist")).to_be_visible()
    expect(page.locator(".answer textarea")).to_be_focused()
