"""What a report weighs, how it ends, and when a comment that was left alone is opened again."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Conflict, Forbidden
from accounts.operations import issue_token
from comments import operations as comments
from comments.models import Comment
from moderation import operations
from moderation.models import PendingEffect, QueueItem, Report
from moderation.operations import queueing
from moderation.operations.effects import RULING_GRACE, carry_out
from moderation.operations.reports import accuracy_of, report_weight
from moderation.queue import context
from record.models import Entry
from tests.factories import make_comment, make_user, relax
from tests.refusals import refusal

pytestmark = pytest.mark.django_db
Status = Comment.Status


def report(comment: Comment, reason: str = "abuse", reporter=None) -> Report:
    return operations.report(reporter=reporter or make_user(), comment=comment, reason=reason)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def leave(comment: Comment) -> None:
    operations.settle_reports(actor=make_user(role="editor"), comment=comment)


def remove(comment: Comment):
    return operations.rule(
        actor=make_user(role="editor"),
        comment=comment,
        revision_id=comment.latest_id,
        outcome="reject",
        reason="abusive",
    )


def with_past(*, right: int = 0, wrong: int = 0):
    """A reader whose earlier reports were upheld or dismissed so often."""
    reader = make_user()
    comment = make_comment()
    Report.objects.bulk_create(
        Report(
            comment=comment,
            reporter=reader,
            reason="spam",
            upheld=number < right,
            settled_at=timezone.now(),
        )
        for number in range(right + wrong)
    )
    return reader


# --- how it ends -------------------------------------------------------------------------------


def test_a_report_names_what_its_reporter_had_read():
    comment = make_comment()
    assert report(comment).revision_id == comment.live_revision_id


def test_a_ruling_that_removes_the_comment_upholds_its_reports():
    comment = make_comment()
    made = report(comment)
    record = remove(comment)
    made = fresh(made)
    assert made.upheld is True and made.decision == record and made.settled_by == record.actor


def test_a_comment_that_is_left_as_it_is_dismisses_them():
    comment = make_comment()
    made = report(comment)
    leave(comment)
    assert fresh(made).upheld is False and fresh(made).decision is None


def test_of_what_its_author_took_back_nobody_says_who_was_right():
    comment = make_comment()
    made = report(comment)
    comments.withdraw_comment(actor=comment.author, comment=comment)
    leave(comment)
    assert fresh(made).settled_at and fresh(made).upheld is None


def test_undoing_a_ruling_opens_again_what_it_settled():
    comment = make_comment()
    made = report(comment)
    record = remove(comment)
    operations.undo(actor=record.actor, record=record)
    made = fresh(made)
    assert (made.settled_at, made.upheld, made.decision) == (None, None, None)
    assert report_weight(comment) == 0.5


def test_an_overturned_removal_counts_against_those_who_asked_for_it():
    comment = make_comment()
    made = report(comment)
    remove(comment)
    appeal = operations.appeal(actor=comment.author, comment=fresh(comment))
    operations.rule_on_appeal(actor=make_user(role="editor"), appeal=appeal, outcome="overturned")
    assert fresh(made).upheld is False


# --- what it weighs ----------------------------------------------------------------------------


def test_a_new_reporter_counts_half():
    comment = make_comment()
    report(comment)
    assert report_weight(comment) == 0.5
    report(comment)
    assert report_weight(comment) == 1.0


def test_who_was_right_weighs_more_than_who_is_new_and_who_was_wrong_less():
    right, new, wrong = with_past(right=9), make_user(), with_past(wrong=9)
    accuracy = accuracy_of([right.pk, new.pk, wrong.pk])
    assert accuracy == {
        right.pk: pytest.approx(0.95),
        new.pk: 0.5,
        wrong.pk: pytest.approx(0.05),
    }


def test_a_brigade_of_the_always_wrong_weighs_less_than_two_who_were_right():
    stormed, doubtful = make_comment(), make_comment()
    queueing.follow(stormed)
    queueing.follow(doubtful)
    for _number in range(8):
        report(stormed, reporter=with_past(wrong=12))
    for _number in range(2):
        report(doubtful, reporter=with_past(right=4))
    assert report_weight(stormed) < 0.5 < report_weight(doubtful)
    items = QueueItem.objects.in_bulk([stormed.pk, doubtful.pk])
    assert items[stormed.pk].open_reports == 8
    assert items[stormed.pk].report_weight < items[doubtful.pk].report_weight


def test_what_was_settled_weighs_nothing():
    comment = make_comment()
    queueing.follow(comment)
    report(comment)
    leave(comment)
    assert report_weight(comment) == 0.0
    item = QueueItem.objects.get(pk=comment.pk)
    assert (item.open_reports, item.report_weight) == (0, 0.0)


def test_weighing_costs_two_queries_however_many_report(django_assert_num_queries):
    comment = make_comment()
    for _number in range(6):
        report(comment)
    with django_assert_num_queries(2):
        report_weight(comment)


# --- when it opens again -----------------------------------------------------------------------


def test_a_ground_that_was_dismissed_does_not_open_the_same_words_again():
    comment = make_comment()
    first = report(comment)
    leave(comment)
    again = report(comment)
    assert again.pk != first.pk and again.settled_at and again.upheld is False
    assert again.settled_by == fresh(first).settled_by
    assert not Report.objects.filter(settled_at__isnull=True).exists()


def test_another_ground_opens_them():
    comment = make_comment()
    report(comment, "abuse")
    leave(comment)
    assert report(comment, "private").settled_at is None


def test_a_reporter_may_come_back_with_another_ground_and_not_with_the_same():
    comment, reader = make_comment(), make_user()
    first = report(comment, reporter=reader)
    leave(comment)
    assert report(comment, reporter=reader) == first
    second = report(comment, "private", reporter=reader)
    assert second.pk != first.pk and second.settled_at is None
    assert report(comment, "spam", reporter=reader) == second
    assert Report.objects.count() == 2


def test_other_words_are_open_to_the_same_ground():
    relax(edit_minutes=60)
    comment = make_comment()
    report(comment)
    leave(comment)
    comments.edit_comment(actor=comment.author, comment=comment, body="Other words entirely.")
    edited = fresh(comment)
    comments.approve(actor=None, comment=edited, revision_id=edited.latest_id)
    assert report(fresh(comment)).settled_at is None


def test_what_an_editor_approved_after_reports_stays_closed_to_their_ground():
    relax(edit_minutes=60)
    comment = make_comment()
    report(comment)
    record = remove(comment)
    operations.undo(actor=record.actor, record=record)
    leave(comment)
    assert report(fresh(comment)).settled_at is not None


def test_the_database_keeps_one_open_report_of_a_reader_about_a_comment():
    comment = make_comment()
    made = report(comment)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(comment=comment, reporter=made.reporter, reason="spam")


def test_opening_again_keeps_one_of_several_that_a_reader_made():
    comment, reader = make_comment(), make_user()
    report(comment, "spam")
    report(comment, "abuse", reporter=reader)
    record = operations.rule(
        actor=make_user(role="editor"), comment=comment, revision_id=comment.latest_id,
        outcome="reject", reason="abusive",
    )  # fmt: skip
    Report.objects.create(
        comment=comment, reporter=reader, reason="spam", decision=record, upheld=True,
        settled_at=timezone.now(),
    )  # fmt: skip
    operations.undo(actor=record.actor, record=record)
    assert Report.objects.filter(reporter=reader, settled_at__isnull=True).count() == 1


# --- what the reporter is told -----------------------------------------------------------------


def test_the_page_says_that_editors_have_looked(client):
    comment = make_comment()
    report(comment)
    leave(comment)
    client.force_login(make_user(), "allauth.account.auth_backends.AuthenticationBackend")
    address = f"/c/{comment.pk}/report/"
    html = client.post(address, {"reason": "abuse"}).content.decode()
    assert "Our editors have looked at this already" in html and "Give another reason" in html
    html = client.post(address, {"reason": "private"}).content.decode()
    assert "It is on an editor’s desk" in html


def test_the_api_says_so_too(client):
    comment, reader = make_comment(), make_user()
    report(comment)
    leave(comment)
    _row, secret = issue_token(actor=reader, user=reader, name="test")

    def send(reason: str) -> dict:
        sent = client.post(
            f"/api/v1/comments/{comment.pk}/reports",
            {"reason": reason},
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )
        assert sent.status_code == 201
        return json.loads(sent.content)

    assert send("abuse") == {"received": True, "looked_at": True}
    assert send("spam") == {"received": True, "looked_at": False}
    assert send("disagree") == {"received": True, "looked_at": False}


def test_no_reader_settles_reports():
    comment = make_comment()
    report(comment)
    with pytest.raises(Forbidden):
        operations.settle_reports(actor=make_user(), comment=comment)
    with refusal("bad_reason"):
        report(comment, "boring")


# --- Settling, and taking that back -----------------------------------------------------------


def test_the_desk_knows_since_when_a_comment_is_reported():
    relax()
    comment = make_comment()
    first, second = report(comment), report(comment)
    Report.objects.filter(pk=first.pk).update(created_at=first.created_at - timedelta(hours=2))
    editor = make_user(role="editor")
    operations.settle_reports(actor=editor, comment=comment, until=first.pk)
    assert QueueItem.objects.get(pk=comment.pk).reported_at == second.created_at
    leave(comment)
    assert QueueItem.objects.get(pk=comment.pk).reported_at is None


def test_settling_is_logged_and_taken_back_by_who_did_it():
    relax()
    comment, editor, at = make_comment(), make_user(role="editor"), timezone.now()
    first, second = report(comment), report(comment)
    late = report(comment)
    done = operations.settle_reports(actor=editor, comment=comment, until=second.pk, now=at)
    assert done == 2 and fresh(late).settled_at is None
    for wrong in ({"actor": make_user(role="editor")}, {"at": at + timedelta(seconds=1)}):
        with pytest.raises(Conflict):
            operations.unsettle_reports(**{"actor": editor, "comment": comment, "at": at, **wrong})
    with pytest.raises(Forbidden):
        operations.unsettle_reports(actor=make_user(), comment=comment, at=at)
    assert operations.unsettle_reports(actor=editor, comment=comment, at=at) == 2
    assert fresh(first).settled_at is None and fresh(first).upheld is None
    assert QueueItem.objects.get(pk=comment.pk).open_reports == 3
    told = Entry.objects.about(comment).order_by("pk").values_list("verb", "detail", "actor")
    assert list(told) == [
        ("settle_reports", {"settled": 2}, editor.pk),
        ("unsettle_reports", {"opened": 2}, editor.pk),
    ]
    operations.settle_reports(actor=editor, comment=comment, now=at)
    remove(comment)
    with pytest.raises(Conflict) as refused:
        operations.unsettle_reports(actor=editor, comment=comment, at=at)
    assert refused.value.code == "not_latest"


def test_an_approval_settles_what_was_shown_and_a_rejection_all_of_it():
    relax()
    for outcome, stays_open in (("approve", True), ("reject", False)):
        comment = make_comment()
        shown = report(comment)
        comments.edit_comment(actor=comment.author, comment=comment, body="Said in other words.")
        late = report(comment)
        operations.rule(
            actor=make_user(role="editor"),
            comment=fresh(comment),
            revision_id=fresh(comment).latest_id,
            outcome=outcome,
            reason="abusive" if outcome == "reject" else "",
            reports_until=shown.pk,
        )
        assert fresh(shown).settled_at is not None
        assert (fresh(late).settled_at is None) is stays_open


def test_a_report_between_a_rejection_and_its_effect_is_upheld_with_it():
    relax()
    comment, editor = make_comment(), make_user(role="editor")
    record = operations.rule(
        actor=editor,
        comment=comment,
        revision_id=comment.latest_id,
        outcome="reject",
        reason="abusive",
        effect_after=RULING_GRACE,
    )
    late = report(comment)
    assert fresh(late).settled_at is None
    PendingEffect.objects.update(due_at=timezone.now())
    assert carry_out(record_id=record.pk)
    late = fresh(late)
    assert (late.upheld, late.decision_id, late.settled_by_id) == (True, record.pk, editor.pk)
    assert QueueItem.objects.get(pk=comment.pk).open_reports == 0
    operations.undo(actor=editor, record=record)
    assert fresh(late).settled_at is None


def test_a_card_holds_the_newest_reports_and_says_how_many_there_are(
    client, django_assert_num_queries, monkeypatch
):
    relax()
    monkeypatch.setattr(context, "REPORTS", 2)
    comment = make_comment()
    made = [report(comment, reporter=with_past(right=9)) for _number in range(5)]
    other = make_comment()
    report(other)
    found = {
        item.comment.pk: item for item in context.in_context(context.loaded([comment.pk, other.pk]))
    }
    assert [each.pk for each in found[comment.pk].reports] == [made[4].pk, made[3].pk]
    assert found[comment.pk].open_reports == 5 and len(found[other.pk].reports) == 1
    client.force_login(
        make_user(role="editor"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    html = client.get(f"/desk/comments/{comment.pk}/").content.decode()
    assert html.count("right in 95%") == 2 and "And 3 older ones." in html
    assert ">5 reports<" in client.get("/desk/reported/").content.decode()


def test_the_desk_names_who_settled_and_takes_it_back_without_a_script(client):
    relax()
    comment = make_comment()
    report(comment)
    colleague = make_user(role="editor", display_name="Ferran Fair")
    # Who decided on it last is somebody else.
    operations.settle_reports(actor=colleague, comment=comment)
    client.force_login(
        make_user(role="editor"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    shown = {"tab": "reported", "shown": f"{comment.pk}-{comment.latest_id}"}
    [gone] = client.get("/desk/changes/", shown).json()["gone"]
    assert gone == {"id": comment.pk, "said": "Ferran Fair left it as it is"}
    again = report(comment, reason="spam")
    path = f"/desk/comments/{comment.pk}/settle/"
    sent = client.post(path, {"until": again.pk})
    html = client.get(sent.url).content.decode()
    assert "Left as it is: the comment of" in html
    back = unescape(re.search(r'action="(/desk/comments/\d+/unsettle/[^"]+)"', html)[1])
    assert client.post(back).status_code == 302
    assert fresh(again).settled_at is None
    told = client.post(path, {"until": again.pk}, headers={"Accept": "application/json"}).json()
    undone = client.post(told["undo"], headers={"Accept": "application/json"})
    assert undone.status_code == 200 and fresh(again).settled_at is None
    late = client.post(told["undo"], headers={"Accept": "application/json"})
    assert late.status_code == 409
    assert client.post(f"/desk/comments/{comment.pk}/unsettle/?at=then").status_code == 404


# --- Several at once --------------------------------------------------------------------------


def ticked(*rows: Comment) -> str:
    return "&".join(f"seen={row.pk}:{row.latest_id}" for row in rows)


def test_several_that_are_reported_are_left_as_they_are_and_that_is_taken_back(client):
    relax()
    editor = make_user(role="editor")
    one, two, other = (make_comment() for _number in range(3))
    own = make_comment(author=editor)
    made = [report(row) for row in (one, two, own, other)]
    client.force_login(editor, "allauth.account.auth_backends.AuthenticationBackend")
    html = client.get(f"/desk/batches/?{ticked(one, two, own)}").content.decode()
    assert "Leave them as they are" in html and 'value="approve"' not in html
    until = re.search(r'name="newest_report" value="(\d+)"', html)[1]
    late = report(two)
    form = {"chosen": ticked(one, two, own), "newest_report": until, "outcome": "approve"}
    sent = client.post("/desk/reported/settle/", form)
    assert [fresh(each).upheld for each in made] == [False, False, None, None]
    assert fresh(late).settled_at is None
    html = unescape(client.get(sent.url).content.decode())
    assert "Left as they are: 2 comments." in html
    back = re.search(r'action="(/desk/reported/unsettle/[^"]+)"', html)[1]
    assert client.post(back).status_code == 302
    assert not Report.objects.filter(settled_at__isnull=False).exists()
    again = unescape(client.post(back, follow=True).content.decode())
    assert "There is nothing to take back." in again


def test_of_what_has_other_words_by_now_nothing_is_settled():
    relax(edit_minutes=60)
    comment = make_comment()
    made = report(comment)
    read = [(comment.pk, comment.latest_id)]
    comments.edit_comment(actor=comment.author, comment=comment, body="Other words entirely.")
    settled = operations.settle_several(
        actor=make_user(role="editor"), read=read, until=made.pk, now=timezone.now()
    )
    assert settled == [] and fresh(made).settled_at is None


def test_what_was_ticked_and_waits_can_be_approved(client):
    relax()
    held, live = make_comment(status=Status.HELD), make_comment()
    client.force_login(
        make_user(role="editor"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    html = client.get(f"/desk/batches/?{ticked(held, live)}").content.decode()
    assert 'value="approve"' in html and "Leave them as they are" not in html
