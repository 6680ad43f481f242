"""Sanctions and escalations where comments are: at the desk, over the API, and in judging."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts import sanction_mail, sanctions
from accounts.errors import Conflict, Forbidden
from accounts.models import Sanction
from accounts.operations import issue_token
from comments import operations as comments
from comments.models import Comment, Notification
from moderation import operations
from moderation.models import Batch, DecisionRecord, QueueItem
from moderation.operations.batches import run_batch, undo_batch
from moderation.operations.landing import land
from record.models import Entry
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Status = Comment.Status
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
Kind = Sanction.Kind


@pytest.fixture
def editor():
    return make_user(role="editor")


@pytest.fixture
def at_desk(client, editor):
    client.force_login(editor, BACKEND)
    return client


def sanction(editor, user, kind, **more) -> Sanction:
    return operations.sanction(
        actor=editor, user=user, kind=kind, note=more.pop("note", "Be kind."), **more
    )


def now(comment: Comment) -> Comment:
    return Comment.objects.select_related("author", "latest").get(pk=comment.pk)


def run(batch: Batch) -> None:
    at = 0
    while at is not None:
        at = run_batch(batch_id=batch.pk, at=at)


# --- What becomes of what they have written ----------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.APPROVAL, Kind.SUSPEND, Kind.BAN])
def test_what_is_being_checked_waits_for_an_editor_once_its_author_is_sanctioned(editor, kind):
    relax(newcomer_first_n=0)
    comment = make_comment(status=Status.PENDING)
    until = timezone.now() + sanctions.SUSPENSIONS["1h"]
    sanction(editor, comment.author, kind, until=until if kind == Kind.SUSPEND else None)
    record = operations.judge(comment_id=comment.pk)
    assert record.outcome == "hold" and now(comment).status == Status.HELD
    assert "restricted" in {found["code"] for found in record.findings}


def test_a_sanction_while_the_checks_run_still_counts(editor):
    comment = make_comment(status=Status.PENDING)
    sanction(editor, comment.author, Kind.BAN)
    record = land(
        actor=None,
        comment=comments.locked(comment),
        revision_id=comment.latest_id,
        outcome="approve",
        only_if=Status.PENDING,
    )
    assert (record.outcome, record.reason) == ("hold", "restricted")
    assert not now(comment).is_live and now(comment).notice["reason"] == "restricted"


def test_what_a_banned_person_wrote_is_not_approved_before_the_ban_is_lifted(editor):
    comment = make_comment(status=Status.HELD)
    given = sanction(editor, comment.author, Kind.BAN)
    ruling = {"actor": editor, "comment": comment, "revision_id": comment.latest_id}
    with pytest.raises(Conflict) as refusal:
        operations.rule(**ruling, outcome="approve")
    assert refusal.value.code == "author_banned"
    sanctions.lift(actor=editor, sanction=given)
    operations.rule(**ruling, outcome="approve")
    assert now(comment).is_live


def test_a_ban_alone_leaves_what_readers_see(editor):
    comment = make_comment()
    sanction(editor, comment.author, Kind.BAN)
    assert now(comment).is_live


def test_a_ban_may_take_all_comments_with_it_as_decisions_under_one_name(editor, mailoutbox):
    relax()
    author, article = make_user(), make_article()
    theirs = [
        make_comment(author=author, article=article, body=f"The {n}. thought.", status=status)
        for n, status in enumerate((Status.APPROVED, Status.HELD, Status.PENDING, Status.REJECTED))
    ]
    withdrawn = make_comment(author=author, article=article, body="Never mind.")
    comments.withdraw_comment(actor=author, comment=withdrawn)
    others = make_comment(article=article)
    before = DecisionRecord.objects.count()
    sanction(editor, author, Kind.BAN, reject_all="spam")
    author.refresh_from_db()
    assert author.banned and DecisionRecord.objects.count() == before, "the worker does it"
    [batch] = Batch.objects.all()
    run(batch)
    assert {now(row).status for row in theirs} == {Status.REJECTED}
    assert not any(now(row).is_live for row in theirs) and now(others).is_live
    # One word for all of it: that of the ban, on its page and by mail.
    assert not Notification.objects.filter(comment__in=theirs[:3], kind="rejected").exists()
    given = author.sanctions.get()
    assert given.with_comments and all(now(row).notice for row in theirs[:3])
    sanction_mail.send(sanction_id=given.pk)
    assert "What you have written here, live or waiting" in mailoutbox[-1].body
    made = DecisionRecord.objects.filter(batch=batch)
    assert {row.comment_id for row in made} == {row.pk for row in theirs[:3]}
    assert {(row.actor, row.outcome, row.reason) for row in made} == {(editor, "reject", "spam")}
    run(undo_batch(actor=editor, batch=batch))
    assert now(theirs[0]).is_live and now(theirs[1]).status == Status.HELD


def test_what_was_being_judged_goes_with_its_author(editor):
    relax()
    author = make_user()
    pending, approved = (make_comment(author=author, status=Status.PENDING) for _row in range(2))
    sanction(editor, author, Kind.BAN, reject_all="spam")
    [batch] = Batch.objects.all()
    assert operations.judge(comment_id=pending.pk).outcome == "hold"
    sanctions.lift(actor=editor, sanction=author.sanctions.get())
    operations.rule(
        actor=make_user(role="editor"), comment=approved, revision_id=approved.latest_id,
        outcome="approve",
    )  # fmt: skip
    run(batch)
    batch.refresh_from_db()
    assert now(pending).status == Status.REJECTED
    # What a person has decided meanwhile stays.
    assert now(approved).is_live and batch.refusals == {"already_decided": 1}


def test_a_ban_takes_nothing_with_it_that_is_not_there(editor):
    sanction(editor, make_user(), Kind.BAN, reject_all="spam")
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"kind": "ban", "reject_all": "rude"}, "bad_reason"),
        ({"kind": "warn", "reject_all": "spam"}, "bad_kind"),
        ({"kind": "ban", "about_comment": 2**40}, "bad_comment"),
    ],
)
def test_what_makes_no_sense_is_refused(editor, asked, code):
    user = make_user()
    with pytest.raises(ValidationError) as refusal:
        operations.sanction(actor=editor, user=user, note="No.", **asked)
    assert refusal.value.code == code and not user.sanctions.exists()


# --- What a warned reader meets ----------------------------------------------------------------


def test_a_warned_reader_posts_nothing_before_acknowledging_and_is_told_the_words(editor):
    article, reader = make_article(), make_user()
    given = sanction(editor, reader, Kind.WARN, note="Attack arguments, not people.")
    reader.refresh_from_db()
    with pytest.raises(Forbidden) as refusal:
        comments.post_comment(author=reader, call_to_action=article.call_to_action, body="Yes.")
    assert refusal.value.code == "warned"
    sanctions.acknowledge(actor=reader, sanction=given)
    reader.refresh_from_db()
    comments.post_comment(author=reader, call_to_action=article.call_to_action, body="Yes.")


def test_the_api_says_so_and_takes_the_acknowledgement(client, editor):
    article, reader = make_article(), make_user()
    _token, secret = issue_token(actor=reader, user=reader, name="a script")
    given = sanction(editor, reader, Kind.WARN, note="Attack arguments, not people.")

    def call(address: str, body: dict | None = None):
        return client.post(
            f"/api/v1{address}", json.dumps(body or {}), content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )  # fmt: skip

    posting = f"/articles/{article.slug}/comments"
    refused = call(posting, {"body": "Yes."})
    assert refused.status_code == 403 and refused.json()["code"] == "warned"
    assert "Attack arguments, not people." in refused.json()["detail"]
    assert call(f"/sanctions/{given.pk}/acknowledgement").json()["in_force"] is False
    assert call(posting, {"body": "Yes."}).status_code == 201


def test_the_article_page_leads_a_warned_reader_to_the_reason(client, editor):
    article, reader = make_article(), make_user()
    sanction(editor, reader, Kind.WARN)
    client.force_login(reader, BACKEND)
    page = client.get(article.get_absolute_url()).content.decode()
    assert reverse("my_standing") in page and '<textarea id="body"' not in page


# --- At the desk -------------------------------------------------------------------------------


def test_the_page_of_a_person_leads_to_what_was_rejected_with_a_ban(at_desk, editor):
    author = make_user(display_name="Ban Nished")
    comment = make_comment(author=author)
    sanction(editor, author, Kind.BAN, reject_all="spam")
    [batch] = Batch.objects.all()
    run(batch)
    sanctions.lift(actor=editor, sanction=author.sanctions.get())
    html = at_desk.get(reverse("desk_person", args=[author.pk])).content.decode()
    address = reverse("batch", args=[batch.pk])
    assert f'href="{address}"' in html and "1/1" in html
    html = at_desk.get(address).content.decode()
    assert "By Ban Nished" in html and "Take it back" in html
    at_desk.post(reverse("undo_batch", args=[batch.pk]))
    back = Batch.objects.get(undoes=batch)
    run(back)
    assert now(comment).is_live
    html = at_desk.get(reverse("desk_person", args=[author.pk])).content.decode()
    assert f'href="{reverse("batch", args=[back.pk])}"' in html
    other = at_desk.get(reverse("desk_person", args=[make_user().pk])).content.decode()
    assert address not in other


def test_the_page_of_a_person_shows_their_record_and_offers_every_sanction(at_desk):
    author = make_user(bio="Walks a lot.")
    make_comment(author=author)
    page = at_desk.get(reverse("desk_person", args=[author.pk])).content.decode()
    assert author.display_name in page and "Walks a lot." in page and "None so far." in page
    for what in ("warn", "approval", "1h", "24h", "7d", "ban", "ban_and_reject"):
        assert f'name="what" value="{what}"' in page
    assert f"author={author.pk}" in page


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("warn", "warn"),
        ("approval", "approval"),
        ("1h", "suspend"),
        ("24h", "suspend"),
        ("7d", "suspend"),
        ("ban", "ban"),
        ("ban_and_reject", "ban"),
    ],
)
def test_each_is_imposed_and_lifted_by_plain_forms(at_desk, editor, what, kind):
    comment = make_comment()
    author = comment.author
    form = {"what": what, "note": "Be kind.", "comment": comment.pk, "reason": "spam"}
    sent = at_desk.post(reverse("give_sanction", args=[author.pk]), form)
    assert sent.status_code == 302 and sent["Location"] == f"/desk/people/{author.pk}/"
    given = author.sanctions.get()
    assert (given.kind, given.note, given.given_by) == (kind, "Be kind.", editor)
    assert given.about_comment == comment.pk
    if kind == "suspend":
        length = given.until - given.given_at
        assert abs(length - sanctions.SUSPENSIONS[what]).total_seconds() < 5
    assert Batch.objects.count() == (what == "ban_and_reject")
    page = at_desk.get(sent["Location"]).content.decode()
    assert "Be kind." in page and "in force" in page and "Lift it" in page
    assert at_desk.post(reverse("lift_sanction", args=[given.pk])).status_code == 302
    page = at_desk.get(sent["Location"]).content.decode()
    assert "Lift it" not in page and f"by {editor.display_name}" in page


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"what": "warn", "note": ""}, 422),
        ({"what": "exile", "note": "x"}, 422),
        ({"what": "ban_and_reject", "note": "Kept words.", "reason": ""}, 422),
        ({"what": "approval", "note": "Kept words."}, 409),
    ],
)
def test_a_refusal_is_said_beside_the_form_which_keeps_its_words(at_desk, editor, form, status):
    user = make_user()
    sanctions.give(actor=editor, user=user, kind=Kind.APPROVAL)
    answer = at_desk.post(reverse("give_sanction", args=[user.pk]), form)
    assert answer.status_code == status
    page = answer.content.decode()
    assert 'role="alert"' in page and (form["note"] in page)
    assert user.sanctions.count() == 1


def test_what_is_over_is_not_lifted_twice(at_desk, editor):
    given = sanctions.give(actor=editor, user=make_user(), kind=Kind.BAN)
    sanctions.lift(actor=editor, sanction=given)
    assert at_desk.post(reverse("lift_sanction", args=[given.pk])).status_code == 409


def test_an_editor_is_offered_nothing_against_an_editor_or_themselves(at_desk, editor):
    for person in (make_user(role="editor"), editor):
        page = at_desk.get(reverse("desk_person", args=[person.pk])).content.decode()
        assert 'name="what"' not in page
        form = {"what": "ban", "note": "x"}
        assert at_desk.post(reverse("give_sanction", args=[person.pk]), form).status_code == 403
    assert not Sanction.objects.exists()


def test_the_page_costs_the_same_for_one_sanction_and_for_many(
    at_desk, editor, django_assert_max_num_queries, django_assert_num_queries
):
    user = make_user()
    address = reverse("desk_person", args=[user.pk])
    sanctions.give(actor=editor, user=user, kind=Kind.WARN, note="x")
    at_desk.get(address)
    with django_assert_max_num_queries(40) as first:
        at_desk.get(address)
    for _again in range(15):
        sanctions.give(actor=editor, user=user, kind=Kind.WARN, note="x")
    with django_assert_num_queries(len(first)):
        at_desk.get(address)


# Method, address; then the status for nobody (302: sign in), a reader, an editor, an admin.
DOORS = [
    ("get", "desk_person", "person", 302, 403, 200, 200),
    ("post", "give_sanction", "person", 302, 403, 302, 302),
    ("post", "lift_sanction", "sanction", 302, 403, 302, 302),
    ("post", "escalate", "comment", 302, 403, 302, 302),
    ("post", "settle_escalation", "comment", 302, 403, 302, 302),
]


@pytest.mark.parametrize("row", DOORS, ids=lambda row: row[1])
@pytest.mark.parametrize("role", ["nobody", "reader", "editor", "admin"])
def test_who_may_open_which_door(client, row, role):
    method, name, of, *expected = row
    host = make_user(role="editor")
    comment = make_comment(status=Status.HELD)
    person = make_user()
    standing = sanctions.give(actor=host, user=person, kind=Kind.SUSPEND, until=_tomorrow())
    if name == "settle_escalation":
        operations.escalate(actor=host, comment=comment)
    number = {"person": person.pk, "sanction": standing.pk, "comment": comment.pk}[of]
    if role != "nobody":
        client.force_login(make_user(role=role), BACKEND)
    form = {"what": "ban", "note": "x"}
    answer = getattr(client, method)(reverse(name, args=[number]), form)
    place = ["nobody", "reader", "editor", "admin"].index(role)
    assert answer.status_code == expected[place]
    done = role in ("editor", "admin")
    person.refresh_from_db()
    assert person.banned == (done and name == "give_sanction")
    assert person.is_suspended() != (done and name == "lift_sanction")
    escalated = QueueItem.objects.get(pk=comment.pk).escalated_at is not None
    assert escalated == (
        done if name == "escalate" else not done if name == "settle_escalation" else False
    )


def _tomorrow():
    return timezone.now() + sanctions.SUSPENSIONS["24h"]


# --- Escalations -------------------------------------------------------------------------------


def test_an_escalation_says_who_and_why_until_somebody_has_looked(editor):
    comment = make_comment(status=Status.HELD)
    item = operations.escalate(actor=editor, comment=comment, note="Is this the minister?")
    assert (item.escalated_by, item.escalation_note) == (editor, "Is this the minister?")
    with pytest.raises(Conflict) as refusal:
        operations.escalate(actor=make_user(role="editor"), comment=comment)
    assert refusal.value.code == "already_so" and editor.display_name in refusal.value.messages[0]
    operations.settle_escalation(actor=make_user(role="editor"), comment=comment)
    item = QueueItem.objects.get(pk=comment.pk)
    assert (item.escalated_at, item.escalated_by, item.escalation_note) == (None, None, "")
    with pytest.raises(Conflict) as refusal:
        operations.settle_escalation(actor=editor, comment=comment)
    assert refusal.value.code == "not_escalated"
    verbs = Entry.objects.about(comment).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["escalate", "settle_escalation"]


def test_an_escalation_changes_nothing_for_readers_and_their_author(editor):
    comment = make_comment()
    before = Comment.objects.filter(pk=comment.pk).values().get()
    operations.escalate(actor=editor, comment=comment, note="Look.")
    assert Comment.objects.filter(pk=comment.pk).values().get() == before


def test_a_ruling_settles_it(editor):
    comment = make_comment(status=Status.HELD)
    operations.escalate(actor=editor, comment=comment)
    operations.rule(actor=editor, comment=comment, revision_id=comment.latest_id, outcome="approve")
    assert QueueItem.objects.get(pk=comment.pk).escalated_at is None


def test_what_its_author_has_taken_back_is_not_escalated(editor):
    comment = make_comment(status=Status.HELD)
    comments.withdraw_comment(actor=comment.author, comment=comment)
    with pytest.raises(Conflict) as refusal:
        operations.escalate(actor=editor, comment=comment)
    assert refusal.value.code == "withdrawn"


def test_the_desk_finds_escalated_ones_and_a_script_gets_json(at_desk, editor):
    comment, other = make_comment(status=Status.HELD), make_comment(status=Status.HELD)
    answer = at_desk.post(
        reverse("escalate", args=[comment.pk]),
        {"note": "Look."},
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 200 and answer.json() == {}
    again = at_desk.post(
        reverse("escalate", args=[comment.pk]), headers={"Accept": "application/json"}
    )
    assert again.status_code == 409 and editor.display_name in again.json()["message"]
    page = at_desk.get("/desk/?escalated=1").content.decode()
    assert f"/desk/comments/{comment.pk}/" in page and f"/desk/comments/{other.pk}/" not in page
