"""Editors at the desk in a real browser: by keyboard alone, and two of them at once.

The desk sends rulings beside each other, and all threads of a test share one connection to the
database: here they take turns at it.
"""

from collections.abc import Iterator
from threading import RLock

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from comments import operations as comments
from comments.models import Comment
from moderation.models import DecisionRecord, PendingEffect, QueueItem, Report
from moderation.operations import report
from tests.browser.test_every_page import session_of
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Status = Comment.Status
Outcome = DecisionRecord.Outcome
TURN = RLock()
CURRENT = "#rows [aria-current]"
# Whether the card and the row stand for one comment, in one look: the list is moving.
IN_STEP = """() => {
  const row = document.querySelector("#rows [aria-current]")?.closest("li");
  const card = document.querySelector("#focus .card[id]");
  return Boolean(row && card && card.id === `card-${row.dataset.id}`);
}"""


@pytest.fixture
def site(db) -> Iterator[str]:
    """The address of a server that answers one request after the other."""
    server = LiveServer("localhost")
    answer = server.thread.httpd.get_app()

    def in_turn(environ, start_response):
        with TURN:
            return answer(environ, start_response)

    server.thread.httpd.set_app(in_turn)
    yield server.url
    server.stop()


def open_desk(site: str, page: Page, editor: User, path: str = "/desk/") -> None:
    with TURN:
        cookie = session_of(editor)
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}])
    page.goto(site + path)
    expect(page.locator(".desk.alive")).to_be_visible()


def in_focus(page: Page) -> int:
    page.wait_for_function(IN_STEP)
    return int(page.locator(CURRENT).locator("xpath=..").get_attribute("data-id"))


def ruled(ids: list[int]) -> list[tuple[int, str]]:
    """What people have recorded about these comments, oldest first."""
    records = DecisionRecord.objects.filter(comment__in=ids, actor__isnull=False).order_by("pk")
    with TURN:
        return list(records.values_list("comment_id", "outcome"))


@pytest.fixture
def waiting():
    """Makes comments that wait, all on one article."""
    relax()
    article = make_article(title="The last night train")

    def make(count: int) -> list[Comment]:
        return [
            make_comment(article=article, status=Status.HELD, body=f"What I saw there, part {n}.")
            for n in range(count)
        ]

    return make


def test_fifty_comments_are_ruled_on_by_keyboard_alone(site, new_page, waiting):
    ids = [comment.pk for comment in waiting(50)]
    page = new_page()
    open_desk(site, page, make_user(role="editor"))
    expected: list[tuple[int, str]] = []
    for number in range(50):
        here = in_focus(page)
        if number % 10 == 7:
            page.keyboard.press("r")
            page.keyboard.press("o")
            page.keyboard.type("Please keep to the question, asap.")
            page.keyboard.press("Enter")
            expected.append((here, Outcome.REJECT))
        else:
            page.keyboard.press("a")
            expected.append((here, Outcome.APPROVE))
        if number == 20:
            # Changing one's mind: the same comment is there again, and is ruled on anew.
            expect(page.locator("#undo")).to_contain_text("Approved")
            page.keyboard.press("u")
            assert in_focus(page) == here
            expected.append((here, Outcome.HOLD))
            page.keyboard.press("r")
            page.keyboard.press("s")
            page.keyboard.press("Enter")
            expected.append((here, Outcome.REJECT))
    expect(page.locator("#nothing")).to_be_visible()
    expect(page.locator("[data-tab=waiting] .number")).to_have_text("0", timeout=10_000)
    assert sorted(ids) == sorted({each for each, _outcome in expected})
    assert sorted(ruled(ids)) == sorted(expected)
    with TURN:
        notices = list(
            PendingEffect.objects.filter(comment__in=ids).values_list("notice", flat=True)
        )
    noted = [notice["note"] for notice in notices if notice and notice["note"]]
    assert noted == ["Please keep to the question, asap."] * 5


def test_featuring_is_taken_back_and_not_the_ruling_before_it(site, new_page):
    relax()
    first, second = make_comment(), make_comment()
    for comment in (first, second):
        report(reporter=make_user(), comment=comment, reason="spam")
    page = new_page()
    open_desk(site, page, make_user(role="editor"), "/desk/reported/")
    left = in_focus(page)
    page.keyboard.press("l")
    featured = in_focus(page)
    assert {left, featured} == {first.pk, second.pk}
    page.keyboard.press("f")
    expect(page.locator("#undo")).to_contain_text("Made an editors’ pick")
    expect(page.locator("[data-key=f]")).to_contain_text("Take it from")
    page.keyboard.press("u")
    expect(page.locator("[data-key=f]")).to_contain_text("Make it an")
    with TURN:
        assert Comment.objects.get(pk=featured).picked_at is None
        assert Report.objects.get(comment=left).settled_at is not None
    page.keyboard.press("u")
    assert in_focus(page) == left


def test_those_that_are_ticked_are_ruled_on_by_a_key(site, new_page, waiting):
    waiting(3)
    page = new_page()
    open_desk(site, page, make_user(role="editor"))
    in_focus(page)
    page.keyboard.press("m")
    expect(page.locator("#said")).to_have_text("That is not possible here.")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    # Whoever goes on with Tab meets the button before the card.
    order = "(b) => Boolean(document.getElementById('focus').compareDocumentPosition(b) & 2)"
    assert page.locator("#several button").evaluate(order)
    page.keyboard.press("m")
    page.wait_for_url("**/desk/batches/?seen=*")
    expect(page.locator("#all-at-once")).to_have_text("All 2 of them")


def test_no_key_rules_while_somebody_types_or_a_dialog_is_open(site, new_page, waiting):
    ids = [comment.pk for comment in waiting(3)]
    page = new_page()
    open_desk(site, page, make_user(role="editor"))
    first = in_focus(page)
    page.keyboard.press("j")
    second = in_focus(page)
    assert second != first
    page.keyboard.press("k")
    assert in_focus(page) == first
    page.keyboard.press("/")
    page.keyboard.type("aarjuex")
    assert page.locator("input[type=search]").input_value() == "aarjuex"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys of the desk")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    for chord in ("Control+a", "Alt+a", "Meta+a"):
        page.keyboard.press(chord)
    page.locator(CURRENT).focus()
    page.keyboard.press("t")
    expect(page.locator(".thread-panel")).to_contain_text("What I saw there")
    page.keyboard.press("t")
    expect(page.locator(".thread-panel")).to_have_count(0)
    page.keyboard.press("x")
    expect(page.locator("#several output")).to_have_text("1 chosen")
    assert in_focus(page) == first and ruled(ids) == []

    # All of them off, as whoever dictates needs it.
    page.keyboard.press("?")
    page.get_by_label("Single keys act on this page").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    page.keyboard.press("a")
    assert in_focus(page) == first and ruled(ids) == []


def test_two_editors_never_collide(site, new_page, waiting):
    ids = [comment.pk for comment in waiting(4)]
    odile, ferran = (
        make_user(role="editor", display_name=name) for name in ("Odile Deskly", "Ferran Deskly")
    )
    first, second = new_page(), new_page()
    open_desk(site, first, odile)
    taken = in_focus(first)
    open_desk(site, second, ferran)
    second.locator("#rows a").last.click()
    last = in_focus(second)
    assert last != taken

    # Who reads what is to be seen.
    row = second.locator(f"#row-{taken}")
    expect(row).to_contain_text("Odile Deskly is reading this", timeout=10_000)

    # What one decides leaves the other's list, with a word of who it was.
    first.keyboard.press("a")
    in_focus(first)
    expect(second.locator("#said")).to_have_text("Approved by Odile Deskly", timeout=10_000)
    expect(row).to_have_count(0, timeout=10_000)
    assert in_focus(second) == last, "nobody is torn from what they read"

    # Both read the same one: the second ruling is refused, and nothing is lost or overwritten.
    first.locator(f"#row-{last} a").click()
    assert in_focus(first) == last
    first.keyboard.press("r")
    first.keyboard.press("s")
    with first.expect_response(lambda answer: "/rule/" in answer.url) as answer:
        first.keyboard.press("Enter")
    assert answer.value.status == 200
    with second.expect_response(lambda answer: "/rule/" in answer.url) as answer:
        second.keyboard.press("a")
    assert answer.value.status == 409
    expect(second.locator("#focus .error")).to_contain_text("Odile Deskly")
    assert ruled([last]) == [(last, Outcome.REJECT)]

    # Its author changes the text while it is read: refused, and the change is shown.
    rest = [pk for pk in ids if pk not in (taken, last)]
    second.locator(f"#row-{rest[0]} a").click()
    here = in_focus(second)
    with TURN:
        comment = Comment.objects.get(pk=here)
        comments.edit_comment(
            actor=comment.author, comment=comment, body="What I heard there, part nought."
        )
        changed = Comment.objects.get(pk=here)
        comments.hold(actor=None, comment=changed, revision_id=changed.latest_id, notice=None)
    second.wait_for_timeout(900)
    with second.expect_response(lambda answer: "/rule/" in answer.url) as answer:
        second.keyboard.press("a")
    assert answer.value.status == 409
    card = second.locator(f"#card-{comment.pk}")
    expect(card.locator(".difference del").first).to_contain_text("saw")
    expect(card.locator(".difference ins").first).to_contain_text("heard")
    assert ruled([comment.pk]) == []
    # Having read it, the editor rules on the words that stand there now.
    second.wait_for_timeout(900)
    with second.expect_response(lambda answer: "/rule/" in answer.url) as answer:
        second.keyboard.press("a")
    assert answer.value.status == 200
    assert ruled([comment.pk]) == [(comment.pk, Outcome.APPROVE)]
    with TURN:
        record = DecisionRecord.objects.get(comment=comment, actor=ferran)
    assert record.revision_id == changed.latest_id and record.at <= timezone.now()


def test_a_comment_is_escalated_and_its_author_warned_by_keyboard(site, new_page, waiting):
    [comment] = waiting(1)
    page = new_page()
    open_desk(site, page, make_user(role="editor"))
    assert in_focus(page) == comment.pk
    page.keyboard.press("e")
    page.keyboard.type("Is this the same person again?")
    page.keyboard.press("Enter")
    expect(page.locator("#focus .escalation")).to_contain_text("the same person again")
    with TURN:
        assert QueueItem.objects.get(pk=comment.pk).escalated_at is not None
    page.keyboard.press("e")
    expect(page.locator("#focus .escalation")).to_have_count(0)

    page.keyboard.press("b")
    person = page.locator("dialog#person")
    expect(person).to_be_visible()
    person.get_by_label("Warn").check()
    person.get_by_label("To the person: why").fill("Attack arguments, not people.")
    # No key acts beside an open dialog, nor while somebody types in it.
    page.keyboard.press("a")
    person.get_by_role("button", name="Impose it").click()
    expect(person.locator(".sanction")).to_contain_text("Attack arguments, not people.")
    page.keyboard.press("Escape")
    expect(person).not_to_be_visible()
    assert in_focus(page) == comment.pk and ruled([comment.pk]) == []
    with TURN:
        assert [given.kind for given in comment.author.sanctions.all()] == ["warn"]
