"""What editors settle beyond one comment after the other: a batch, a report, an appeal."""

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from comments.models import Comment
from moderation import operations
from moderation.models import Batch, PendingEffect, Report
from moderation.operations import effects, queueing
from moderation.operations.batches import run_batch
from tests.browser.test_desk import TURN, site  # noqa: F401 - a fixture
from tests.browser.test_every_page import session_of
from tests.factories import make_article, make_comment, make_user, relax
from tests.moderation.test_batches import waiting

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Status = Comment.Status


def enter(page: Page, site: str, user: User, path: str) -> None:  # noqa: F811
    with TURN:
        cookie = session_of(user)
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])
    page.goto(site + path)


def carry_out(batch: Batch) -> None:
    """What the worker does."""
    with TURN:
        at = 0
        while at is not None:
            at = run_batch(batch_id=batch.pk, at=at)


def statuses(rows: list[Comment]) -> set[str]:
    with TURN:
        found = Comment.objects.filter(pk__in=[row.pk for row in rows])
        return set(found.values_list("status", flat=True))


def test_a_range_of_scores_is_read_by_sample_ruled_on_and_taken_back(site, new_page):  # noqa: F811
    relax()
    article, page = make_article(), new_page()
    offers = [waiting(article, 0.9, body=f"A limited offer, number {n}.") for n in range(12)]
    talk = [waiting(article, 0.2, body="Hardly an offer at all.") for _n in range(2)]
    enter(page, site, make_user(role="editor"), "/desk/batches/")
    page.get_by_label("By which score").select_option("spam")
    page.get_by_role("button", name="Show them").click()
    expect(page.get_by_role("heading", name="14 comments")).to_be_visible()
    page.get_by_label("From").fill("0.5")
    expect(page.locator("output[for=low]")).to_have_text("0.50")
    page.get_by_role("button", name="Show them").click()
    expect(page.get_by_role("heading", name="12 comments", exact=True)).to_be_visible()
    assert "low=0.5" in page.url and "score=spam" in page.url
    expect(page.locator(".card")).to_have_count(10)
    expect(page.locator(".card", has_text="Hardly an offer")).to_have_count(0)

    page.get_by_label("It reads like advertising or spam.").check()
    page.get_by_role("button", name="Reject them").click()
    expect(page.get_by_text("0/12")).to_be_visible()
    page.evaluate("window.loadedOnce = true")
    carry_out(Batch.objects.get())
    expect(page.get_by_text("12 comments decided.")).to_be_visible()
    assert page.evaluate("window.loadedOnce"), "the page tells it without being loaded again"
    assert statuses(offers) == {Status.REJECTED} and statuses(talk) == {Status.HELD}

    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", name="takes back batch")).to_be_visible()
    carry_out(Batch.objects.get(undoes__isnull=False))
    expect(page.get_by_text("12 comments decided.")).to_be_visible()
    assert statuses(offers) == {Status.HELD}


def test_a_report_is_ruled_on_and_the_same_ground_is_not_opened_twice(site, new_page):  # noqa: F811
    relax()
    article = make_article()
    worse = make_comment(article=article, body="They all should be ashamed of themselves.")
    fine = make_comment(article=article, body="I beg to differ, and at length.")
    for comment in (worse, fine):
        queueing.follow(comment)
    reader, other, desk = new_page(), new_page(), new_page()
    for page, user in ((reader, make_user()), (other, make_user())):
        enter(page, site, user, f"/c/{fine.pk}/report/")
    reader.get_by_label("It attacks people").check()
    reader.get_by_role("button", name="Report it").click()
    expect(reader.get_by_role("heading", level=1)).to_contain_text("on an editor’s desk")
    reader.goto(f"{site}/c/{worse.pk}/report/")
    reader.get_by_label("It attacks people").check()
    reader.get_by_role("button", name="Report it").click()

    enter(desk, site, make_user(role="editor"), f"/desk/comments/{fine.pk}/?tab=reported")
    expect(desk.locator("#focus .card")).to_contain_text("It attacks people")
    desk.locator("#focus").get_by_role("button", name="Leave it as it is").click()
    expect(desk.locator(f"#focus #card-{worse.pk}")).to_be_visible()
    desk.locator("#focus .reject summary").click()
    desk.get_by_label("It attacks or demeans people.").check()
    desk.get_by_role("button", name="Reject it").click()
    expect(desk.locator("#undo")).to_be_visible()
    desk.wait_for_load_state("networkidle")
    with TURN:
        upheld = dict(Report.objects.values_list("comment", "upheld"))
        assert upheld == {fine.pk: False, worse.pk: True}
        PendingEffect.objects.update(due_at=timezone.now())  # its six seconds are over
        effects.carry_out_due()
    assert statuses([worse]) == {Status.REJECTED} and statuses([fine]) == {Status.APPROVED}

    other.get_by_label("It attacks people").check()
    other.get_by_role("button", name="Report it").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("looked at this already")
    other.get_by_role("link", name="Give another reason").click()
    other.get_by_label("It gives away private information").check()
    other.get_by_role("button", name="Report it").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("on an editor’s desk")
    with TURN:
        assert Report.objects.filter(comment=fine, settled_at__isnull=True).count() == 1


def test_an_appeal_ends_with_the_comment_back_in_its_place(site, new_page):  # noqa: F811
    relax()
    first, second = make_user(role="editor"), make_user(role="editor")
    parent = make_comment(body="What was it like?")
    comment = make_comment(parent=parent, body="It was the waiting.")
    operations.rule(
        actor=first, comment=comment, revision_id=comment.latest_id, outcome="reject",
        reason="off_topic",
    )  # fmt: skip
    author, stranger = new_page(), new_page()
    enter(author, site, comment.author, f"/c/{comment.pk}/decision/")
    author.get_by_label("Why should it be published?").fill("It answers what was asked.")
    author.get_by_role("button", name="Contest this decision").click()
    expect(author.get_by_text("Another editor than the one who decided will rule")).to_be_visible()

    theirs = new_page()
    enter(theirs, site, first, "/desk/appeals/")
    card = theirs.locator("#focus .card")
    expect(card).to_contain_text("This was your decision: another editor rules on it.")
    expect(card.locator("details.overturn")).to_have_count(0)
    expect(theirs.locator("#rows")).to_contain_text("For another editor")

    desk = new_page()
    enter(desk, site, second, "/desk/appeals/")
    expect(desk.locator("#focus .card")).to_contain_text("It answers what was asked.")
    desk.keyboard.press("o")
    desk.keyboard.type("It does answer it.")
    desk.keyboard.press("Enter")
    expect(desk.locator("#undo")).to_contain_text("Overturned")
    expect(desk.locator("#nothing")).to_be_visible()
    # What somebody has before them stays until they leave it.
    expect(theirs.locator("#rows .gone")).to_contain_text("Overturned by")

    stranger.goto(f"{site}/c/{comment.pk}/")
    expect(stranger.locator(f"#c{comment.pk}")).to_contain_text("It was the waiting.")
    author.reload()
    expect(author.get_by_role("heading", level=1)).to_have_text("This decision was overturned")
