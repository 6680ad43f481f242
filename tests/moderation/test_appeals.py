"""Contesting a decision, and the ruling of another editor."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Conflict, Forbidden
from accounts.models import User
from accounts.operations import erase_account
from articles import standing_texts
from comments import operations as comments
from comments.models import Comment, Notice, Notification
from moderation import operations
from moderation.models import Appeal, DecisionRecord, Overturned, Phrase
from moderation.operations import appeals
from moderation.operations.appeals import refusal_to_rule, refusals_to_rule
from moderation.operations.effects import RULING_GRACE
from moderation.overturned import Rule, overturned_by_rule
from moderation.queue import pages
from record.models import Entry
from tests.factories import make_comment, make_user, relax
from tests.refusals import refusal

pytestmark = pytest.mark.django_db
Status = Comment.Status
NOTICE = Notice(reason="abuse", guideline="respect")


def fresh(comment: Comment) -> Comment:
    return Comment.objects.get(pk=comment.pk)


def rejected(*, by: User | None = None, **fields) -> Comment:
    """A comment that an editor has rejected."""
    comment = make_comment(status=Status.HELD, **fields)
    editor = by or make_user(role="editor")
    operations.rule(
        actor=editor,
        comment=comment,
        revision_id=comment.latest_id,
        outcome="reject",
        reason="off_topic",
    )
    return fresh(comment)


def contest(comment: Comment, words: str = "It answers the question.") -> Appeal:
    return operations.appeal(actor=comment.author, comment=comment, words=words)


def refused(code: str):
    return pytest.raises(Forbidden, check=lambda error: error.code == code)


# --- contesting --------------------------------------------------------------------------------


def test_an_author_contests_the_decision_of_a_person():
    editor = make_user(role="editor")
    comment = rejected(by=editor)
    appeal = contest(comment)
    assert appeal.contested == editor and appeal.decision.actor == editor
    assert appeal.words == "It answers the question." and appeal.decided_at is None
    assert fresh(comment).notice["contested"] == "open"
    assert Entry.objects.about(appeal).get().verb == "appeal"


def test_an_author_contests_the_decision_of_the_machine():
    Phrase.objects.create(text="casino", effect=Phrase.Effect.REJECT)
    comment = make_comment(status=Status.PENDING, body="My casino essay, again.")
    operations.judge(comment_id=comment.pk)
    assert contest(fresh(comment)).contested is None


def test_a_decision_is_contested_once():
    comment = rejected()
    contest(comment)
    with refusal("already_contested"):
        contest(comment)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(comment=comment, decision=Appeal.objects.get().decision)


def test_a_suspended_or_banned_author_may_still_contest():
    comment = rejected()
    User.objects.filter(pk=comment.author_id).update(banned=True)
    assert operations.appeal(actor=User.objects.get(pk=comment.author_id), comment=comment)


@pytest.mark.parametrize("role", ["reader", "editor", "admin"])
def test_nobody_contests_for_another(role):
    with refused("not_yours"):
        operations.appeal(actor=make_user(role=role), comment=rejected())


@pytest.mark.parametrize("status", [Status.PENDING, Status.HELD, Status.APPROVED])
def test_only_a_rejection_is_contested(status):
    with refusal("not_rejected"):
        contest(make_comment(status=status))


def test_a_withdrawn_comment_is_not_contested():
    comment = rejected()
    with refusal("withdrawn"):
        contest(comments.withdraw_comment(actor=comment.author, comment=comment))


def test_a_decision_is_contested_for_six_months(monkeypatch):
    comment = rejected()
    now = timezone.now()
    monkeypatch.setattr(appeals.timezone, "now", lambda: now + timedelta(days=185))
    with refusal("too_late"):
        contest(comment)
    monkeypatch.setattr(appeals.timezone, "now", lambda: now + timedelta(days=183))
    assert contest(comment)


@pytest.mark.parametrize("words", ["x" * 1_001, "a\x00b", "a\ud800b"])
def test_words_that_cannot_be_stored_are_refused(words):
    with pytest.raises(ValidationError):
        contest(rejected(), words)
    assert not Appeal.objects.exists()


def test_the_desk_offers_no_way_back_from_a_contested_decision(client):
    editor = make_user(role="editor")
    comment = rejected(by=editor)
    client.force_login(editor)
    address = f"/desk/comments/{comment.pk}/"
    assert "/undo/" in client.get(address).content.decode()
    contest(comment)
    html = client.get(address).content.decode()
    assert "/undo/" not in html and "The author contests the decision" in html


def test_a_contested_decision_is_neither_undone_nor_ruled_on_beside_its_appeal():
    editor = make_user(role="editor")
    comment = rejected(by=editor)
    record = comment.decisions.first()
    contest(comment)
    with refusal("appealed"):
        operations.undo(actor=editor, record=record)
    with refusal("appealed"):
        operations.rule(
            actor=editor, comment=comment, revision_id=comment.latest_id, outcome="approve"
        )


def edit_rejected_by_machine() -> Comment:
    """A live comment, reported, with an edit that the machine has rejected and its author
    contests."""
    relax(edit_minutes=60)
    Phrase.objects.create(text="casino", effect=Phrase.Effect.REJECT)
    comment = make_comment(body="The words from before.")
    operations.report(reporter=make_user(), comment=comment, reason="abuse")
    comments.edit_comment(actor=comment.author, comment=comment, body="My casino essay, again.")
    operations.judge(comment_id=comment.pk)
    contest(fresh(comment))
    return fresh(comment)


def test_a_contested_edit_keeps_nobody_from_the_words_that_readers_see(client):
    comment, editor = edit_rejected_by_machine(), make_user(role="editor")
    told = comment.notice
    assert comment.is_live and told["contested"] == "open"
    client.force_login(editor, "allauth.account.auth_backends.AuthenticationBackend")
    html = client.get(f"/desk/comments/{comment.pk}/").content.decode()
    assert "The words from before." in html and "My <mark>casino</mark> essay" in html
    assert "/settle/" in html and "Reject what is live" in html and "The author contests" in html
    assert 'data-rule="approve"' not in html
    ruling = {"actor": editor, "comment": comment, "revision_id": comment.latest_id}
    with refusal("appealed"):
        operations.rule(**ruling, outcome="approve")
    taken_back = operations.rule(
        **ruling, outcome="reject", reason="abusive", effect_after=RULING_GRACE
    )
    operations.undo(actor=editor, record=taken_back)
    assert fresh(comment).is_live and fresh(comment).notice == told
    record = operations.rule(**ruling, outcome="reject", reason="abusive")
    assert not fresh(comment).is_live and fresh(comment).notice["reason"] == "abusive"
    operations.undo(actor=editor, record=record)
    assert fresh(comment).is_live and fresh(comment).notice == told


def test_what_is_contested_of_a_rejected_edit_stays_so_when_the_words_before_it_go():
    comment, editor = edit_rejected_by_machine(), make_user(role="editor")
    first = Appeal.objects.get()
    operations.rule(
        actor=editor, comment=comment, revision_id=comment.latest_id,
        outcome="reject", reason="abusive",
    )  # fmt: skip
    assert Appeal.objects.open().get() == first
    operations.rule_on_appeal(actor=editor, appeal=first, outcome="upheld")
    assert fresh(comment).notice["contested"] == ""
    second = contest(fresh(comment))
    assert second.contested == editor
    assert refusal_to_rule(actor=editor, appeal=second).code == "own_decision"
    operations.rule_on_appeal(actor=make_user(role="editor"), appeal=second, outcome="overturned")
    assert fresh(comment).is_live and fresh(comment).live_revision_id == comment.latest_id


# --- ruling ------------------------------------------------------------------------------------


def test_overturning_restores_the_comment_in_its_place_and_tells_its_author():
    first, second = make_user(role="editor"), make_user(role="editor")
    comment = make_comment(body="The removed words.")
    parent = comment
    reply = make_comment(parent=parent, body="An answer that stays.")
    later = make_comment(parent=parent, body="A later answer.")
    call = comment.call_to_action
    operations.rule(
        actor=first, comment=reply, revision_id=reply.latest_id, outcome="reject", reason="abusive"
    )
    call.refresh_from_db()
    before, number = call.live_count, reply.number
    assert "A later answer." in fresh(later).fragment and not fresh(reply).listed

    appeal = contest(fresh(reply))
    ruled = operations.rule_on_appeal(actor=second, appeal=appeal, outcome="overturned", note="Ok.")

    back = fresh(reply)
    call.refresh_from_db()
    assert back.is_live and back.listed and back.number == number and not back.removed_at
    assert "An answer that stays." in back.fragment and call.live_count == before + 1
    assert fresh(parent).reply_count == 2
    assert ruled.decided_by == second and ruled.note == "Ok." and not ruled.same_person
    record = back.decisions.first()
    assert (record.actor, record.outcome, record.reason) == (second, "approve", "appeal_overturned")
    assert Notification.objects.filter(user=reply.author, kind="approved", comment=reply).exists()


def test_upholding_changes_nothing_for_readers_and_tells_the_author():
    comment = rejected()
    version = comment.call_to_action.version
    appeal = contest(comment)
    second = make_user(role="editor")
    operations.rule_on_appeal(actor=second, appeal=appeal, outcome="upheld", note="It strays.")
    now = fresh(comment)
    now.call_to_action.refresh_from_db()
    assert now.status == Status.REJECTED and now.decided_at == comment.decided_at
    assert now.call_to_action.version == version
    assert now.notice["contested"] == "upheld" and now.notice["reason"] == "off_topic"
    assert now.decisions.first().reason == "appeal_upheld"
    told = Notification.objects.filter(user=comment.author, comment=comment)
    assert [note.kind for note in told.order_by("pk")][-1] == "upheld"
    with refusal("not_undoable"):
        operations.undo(actor=second, record=now.decisions.first())
    with refusal("already_contested"):
        contest(now)


def test_who_decided_does_not_rule_while_there_is_another():
    editor = make_user(role="editor")
    appeal = contest(rejected(by=editor))
    make_user(role="admin")
    Appeal.objects.update(created_at=timezone.now() - timedelta(days=30))
    with refused("own_decision"):
        operations.rule_on_appeal(actor=editor, appeal=Appeal.objects.get(), outcome="upheld")
    appeal.refresh_from_db()
    assert appeal.decided_at is None


def only_editor(editor: User) -> None:
    """Leave the house one editor: articles of these tests bring writers, who are editors too."""
    User.objects.editors().exclude(pk=editor.pk).update(is_active=False)


def test_where_no_second_editor_exists_an_admin_rules():
    editor = make_user(role="editor")
    appeal = contest(rejected(by=editor))
    only_editor(editor)
    admin = make_user(role="admin")
    ruled = operations.rule_on_appeal(actor=admin, appeal=appeal, outcome="upheld")
    assert ruled.decided_by == admin and not ruled.same_person


def test_alone_the_same_person_rules_after_seven_days_and_the_record_says_so():
    alone = make_user(role="editor")
    appeal = contest(rejected(by=alone))
    only_editor(alone)
    with refused("too_soon"):
        operations.rule_on_appeal(actor=alone, appeal=appeal, outcome="upheld")
    Appeal.objects.update(created_at=timezone.now() - timedelta(days=7, minutes=1))
    appeal.refresh_from_db()
    ruled = operations.rule_on_appeal(actor=alone, appeal=appeal, outcome="upheld")
    assert ruled.same_person
    entry = Entry.objects.about(ruled).first()
    assert entry.detail == {"outcome": "upheld", "same_person": True}


def test_the_database_refuses_a_ruling_by_the_same_person_that_is_not_marked():
    editor = make_user(role="editor")
    appeal = contest(rejected(by=editor))
    ruled = {"decided_by": editor, "decided_at": timezone.now(), "outcome": "upheld"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(**ruled)
    assert Appeal.objects.filter(pk=appeal.pk).update(**ruled, same_person=True) == 1


@pytest.mark.parametrize("half", [{"outcome": "upheld"}, {"decided_at": timezone.now()}])
def test_the_database_refuses_half_a_ruling(half):
    appeal = contest(rejected())
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(**half)


def test_an_editor_does_not_rule_on_the_appeal_of_their_own_comment():
    author = make_user(role="admin")
    appeal = contest(rejected(author=author))
    with refused("own_comment"):
        operations.rule_on_appeal(actor=author, appeal=appeal, outcome="overturned")


def test_readers_do_not_rule():
    appeal = contest(rejected())
    with refused("editors_only"):
        operations.rule_on_appeal(actor=make_user(), appeal=appeal, outcome="overturned")


def test_an_appeal_is_ruled_on_once_and_with_an_outcome_that_exists():
    appeal = contest(rejected())
    with refusal("bad_outcome"):
        operations.rule_on_appeal(actor=make_user(role="editor"), appeal=appeal, outcome="reject")
    operations.rule_on_appeal(actor=make_user(role="editor"), appeal=appeal, outcome="upheld")
    with refusal("already_so"):
        operations.rule_on_appeal(
            actor=make_user(role="editor"), appeal=appeal, outcome="overturned"
        )


def test_an_appeal_ends_when_its_author_edits_or_withdraws():
    edited, withdrawn = rejected(), rejected()
    relax(edit_minutes=60)
    one, two = contest(edited), contest(withdrawn)
    comments.edit_comment(actor=edited.author, comment=edited, body="Other words entirely.")
    comments.withdraw_comment(actor=withdrawn.author, comment=withdrawn)
    assert not Appeal.objects.open().exists()
    for appeal in (one, two):
        with pytest.raises(Conflict):
            operations.rule_on_appeal(
                actor=make_user(role="editor"), appeal=appeal, outcome="overturned"
            )
    assert not fresh(edited).is_live and not fresh(withdrawn).is_live


# --- what had fired ----------------------------------------------------------------------------


def held_by_phrases(*phrases: str) -> Comment:
    """A comment that the machine has held for phrases, and for nothing else that matters here."""
    for text in phrases:
        Phrase.objects.create(text=text, effect=Phrase.Effect.HOLD)
    comment = make_comment(status=Status.PENDING, body=f"My {' and '.join(phrases)} essay, again.")
    operations.judge(comment_id=comment.pk)
    return fresh(comment)


def test_overturning_counts_against_every_phrase_that_had_fired():
    comment = held_by_phrases("casino", "roulette")
    operations.rule(
        actor=make_user(role="editor"), comment=comment, revision_id=comment.latest_id,
        outcome="reject", reason="spam",
    )  # fmt: skip
    appeal = contest(fresh(comment))
    assert not Overturned.objects.exists()
    operations.rule_on_appeal(actor=make_user(role="editor"), appeal=appeal, outcome="overturned")
    charged = Overturned.objects.filter(appeal=appeal, code="suspect_phrases")
    assert set(charged.values_list("phrase", flat=True)) == set(
        Phrase.objects.values_list("pk", flat=True)
    )


def test_overturning_counts_against_the_weights_that_had_spoken():
    comment = make_comment(status=Status.HELD)
    record = DecisionRecord.objects.create(
        comment=comment, revision_id=comment.latest_id, outcome="reject", status_before="held",
        reason="abuse", scorer="weights-7", software="test",
        findings=[
            {"code": "abuse", "outcome": "reject", "spans": [], "score": 0.9, "detail": {}},
            {"code": "shouting", "outcome": "hold", "spans": [], "score": None, "detail": {}},
        ],
    )  # fmt: skip
    comments.reject(actor=None, comment=comment, revision_id=comment.latest_id, notice=NOTICE)
    appeal = contest(fresh(comment))
    operations.rule_on_appeal(actor=make_user(role="editor"), appeal=appeal, outcome="overturned")
    charged = Overturned.objects.values_list("code", "phrase", "scorer")
    assert set(charged) == {("abuse", None, "weights-7"), ("shouting", None, "")}
    since, standings = overturned_by_rule()
    assert since == record.at
    told = {each.rule: (each.fired, each.overturned, each.share) for each in standings}
    assert told[Rule("abuse", None, "weights-7")] == (1, 1, 1.0)


def test_upholding_counts_against_nothing():
    comment = held_by_phrases("casino")
    operations.rule(
        actor=make_user(role="editor"), comment=comment, revision_id=comment.latest_id,
        outcome="reject", reason="spam",
    )  # fmt: skip
    operations.rule_on_appeal(
        actor=make_user(role="editor"), appeal=contest(fresh(comment)), outcome="upheld"
    )
    assert not Overturned.objects.exists()
    _since, standings = overturned_by_rule()
    phrase = Rule("suspect_phrases", Phrase.objects.get().pk)
    assert [(each.fired, each.overturned) for each in standings if each.rule == phrase] == [(1, 0)]


def test_how_rules_stand_costs_two_queries_and_looks_back_so_far(django_assert_num_queries):
    held_by_phrases("casino")
    operations.judge(comment_id=make_comment(status=Status.PENDING, body="A casino, again.").pk)
    with django_assert_num_queries(2):
        _since, standings = overturned_by_rule(looked=1)
    assert [each.fired for each in standings if each.rule.phrase] == [1]


# --- keeping -----------------------------------------------------------------------------------


def test_erasing_an_account_erases_the_words_of_its_appeals_and_keeps_that_there_were_some():
    comment = rejected()
    appeal = contest(comment, "zanzibar canary")
    erase_account(actor=comment.author, user=comment.author)
    appeal.refresh_from_db()
    assert appeal.words == "" and appeal.decision_id
    assert "zanzibar" not in str(list(Entry.objects.values())) + str(
        list(DecisionRecord.objects.values())
    )


def test_the_words_of_an_appeal_go_in_time_and_never_while_it_is_open():
    ruled, waiting = contest(rejected()), contest(rejected())
    operations.rule_on_appeal(actor=make_user(role="editor"), appeal=ruled, outcome="upheld")
    assert operations.retain(now=timezone.now() + timedelta(days=364))["appeals"] == 0
    counts = operations.retain(now=timezone.now() + timedelta(days=366))
    ruled.refresh_from_db()
    waiting.refresh_from_db()
    assert counts["appeals"] == 1 and ruled.words == "" and waiting.words
    assert waiting.comment.latest.source and fresh(waiting.comment).notice


def test_what_may_still_be_contested_keeps_its_words():
    comment = rejected()
    operations.change_policy(actor=None, changes={"rejected_text_days": 1})
    assert operations.retain(now=timezone.now() + timedelta(days=180))["texts"] == 0
    assert fresh(comment).latest.source
    assert operations.retain(now=timezone.now() + timedelta(days=185))["texts"] == 1


# --- the desk ----------------------------------------------------------------------------------


def at_desk(client, editor: User, path: str = "/desk/appeals/") -> str:
    client.force_login(editor, "allauth.account.auth_backends.AuthenticationBackend")
    return client.get(path).content.decode()


def test_the_tab_shows_the_case_the_decision_and_the_authors_words(client):
    first = make_user(role="editor", display_name="Orla Ombud")
    appeal = contest(rejected(by=first, body="The contested words."), "Read it again.")
    html = at_desk(client, make_user(role="editor"))
    assert 'Appeals <b class="number">1</b>' in html
    for said in ("The contested words.", "Read it again.", "Rejected by Orla Ombud"):
        assert said in html
    assert f'action="/desk/appeals/{appeal.pk}/rule/?tab=appeals"' in html


def test_editors_see_no_form_on_a_decision_of_their_own(client):
    first = make_user(role="editor")
    appeal = contest(rejected(by=first))
    html = at_desk(client, first)
    assert "This was your decision: another editor rules on it." in html
    assert f"/desk/appeals/{appeal.pk}/rule/" not in html
    sent = client.post(f"/desk/appeals/{appeal.pk}/rule/", {"outcome": "upheld"})
    assert sent.status_code == 403
    appeal.refresh_from_db()
    assert appeal.decided_at is None


def test_editors_see_no_form_on_an_appeal_of_their_own(client):
    author = make_user(role="editor")
    appeal = contest(rejected(author=author))
    assert f"/desk/appeals/{appeal.pk}/rule/" not in at_desk(client, author)


def test_a_ruling_at_the_desk_works_without_a_script(client):
    appeal = contest(rejected())
    at_desk(client, make_user(role="editor"))
    address = f"/desk/appeals/{appeal.pk}/rule/"
    sent = client.post(address, {"outcome": "", "note": "Half a note"})
    assert sent.status_code == 422 and "Half a note" in sent.content.decode()
    assert client.post(address, {"outcome": "overturned"}).status_code == 302
    assert fresh(appeal.comment).is_live
    assert client.post(address, {"outcome": "upheld"}).status_code == 409
    assert "No author contests a decision." in client.get("/desk/appeals/").content.decode()
    html = client.get(f"/desk/comments/{appeal.comment_id}/").content.decode()
    assert f'id="card-{appeal.comment_id}"' in html and "/undo/" not in html


@pytest.mark.parametrize("role", [None, "reader"])
def test_nobody_but_editors_sees_the_tab(client, role):
    appeal = contest(rejected())
    if role:
        client.force_login(make_user(role=role))
    assert client.get("/desk/appeals/").status_code == (403 if role else 302)
    sent = client.post(f"/desk/appeals/{appeal.pk}/rule/", {"outcome": "upheld"})
    assert sent.status_code == (403 if role else 302)


def test_the_tab_costs_the_same_queries_for_one_appeal_and_for_many(
    client, django_assert_num_queries, django_assert_max_num_queries
):
    relax()
    editor = make_user(role="editor")
    contest(rejected())
    at_desk(client, editor)
    standing_texts.forget()
    own = contest(rejected(by=editor))
    assert refusal_to_rule(actor=editor, appeal=own).code == "own_decision"
    standing_texts.forget()
    with django_assert_max_num_queries(36) as few:
        client.get("/desk/appeals/")
    for _number in range(4):
        contest(rejected())
        contest(rejected(by=editor))
    standing_texts.forget()
    with django_assert_num_queries(len(few)):
        client.get("/desk/appeals/")


def test_who_may_rule_is_one_query_for_many_appeals(django_assert_num_queries):
    relax()
    editor, other = make_user(role="editor"), make_user(role="editor")
    theirs = [contest(rejected(by=editor)) for _number in range(3)]
    by_other = contest(rejected(by=editor, author=other))
    not_theirs = contest(rejected(by=other))
    with django_assert_num_queries(1):
        found = refusals_to_rule(actor=editor, appeals=[*theirs, by_other, not_theirs])
    assert {pk: refusal.code for pk, refusal in found.items()} == dict.fromkeys(
        (each.pk for each in (*theirs, by_other)), "own_decision"
    )
    User.objects.filter(groups__name__in=["editor", "admin"]).exclude(
        pk__in=[editor.pk, other.pk]
    ).update(is_active=False)
    found = refusals_to_rule(actor=editor, appeals=[*theirs, by_other])
    # Of its own author nobody would say that they rule on it.
    assert found[by_other.pk].code == "too_soon"
    assert found[theirs[0].pk].code == "own_decision"


def test_the_tab_is_read_page_by_page_and_names_what_is_anothers(client, monkeypatch):
    relax()
    monkeypatch.setattr(pages, "PAGE", 3)
    monkeypatch.setattr(pages.page_of, "__kwdefaults__", {"size": 3})
    editor = make_user(role="editor")
    made = [contest(rejected(by=editor if number == 1 else None)) for number in range(5)]
    html = at_desk(client, editor)
    rows = re.findall(r'<li id="row-(\d+)"', html)
    assert [int(row) for row in rows] == [appeal.comment_id for appeal in made[:3]]
    assert html.count("For another editor") == 1
    assert 'name="seen" value="' not in html.split('id="rows"')[1].split("</ol>")[0]
    following = unescape(re.search(r'id="more" rel="next" href="([^"]+)"', html)[1])
    rows = re.findall(r'<li id="row-(\d+)"', client.get(following).content.decode())
    assert [int(row) for row in rows] == [appeal.comment_id for appeal in made[3:]]
    newest = client.get("/desk/appeals/?order=newest").content.decode()
    assert re.findall(r'<li id="row-(\d+)"', newest)[0] == str(made[-1].comment_id)


def test_the_page_hears_which_appeals_others_ruled_on(client):
    relax()
    colleague = make_user(role="editor", display_name="Ferran Fair")
    kept, upheld, overturned = (contest(rejected()) for _number in range(3))
    client.force_login(
        make_user(role="editor"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    moment = timezone.now().isoformat()
    operations.rule_on_appeal(actor=colleague, appeal=upheld, outcome="upheld")
    operations.rule_on_appeal(actor=colleague, appeal=overturned, outcome="overturned")
    contest(rejected())
    shown = ".".join(
        f"{each.comment_id}-{fresh(each.comment).latest_id}" for each in (kept, upheld, overturned)
    )
    told = client.get("/desk/changes/", {"tab": "appeals", "shown": shown, "since": moment}).json()
    assert {each["id"]: each["said"] for each in told["gone"]} == {
        upheld.comment_id: "Upheld by Ferran Fair",
        overturned.comment_id: "Overturned by Ferran Fair",
    }
    assert told["came"] == 1 and told["counts"]["appeals"] == "2"


def test_a_script_hears_that_it_was_ruled_or_why_not(client):
    appeal = contest(rejected())
    at_desk(client, make_user(role="editor"))
    address, asked = f"/desk/appeals/{appeal.pk}/rule/", {"Accept": "application/json"}
    done = client.post(address, {"outcome": "upheld"}, headers=asked)
    assert (done.status_code, done.json()) == (200, {})
    late = client.post(address, {"outcome": "overturned"}, headers=asked)
    assert late.status_code == 409 and "already ruled" in late.json()["message"]
    assert not fresh(appeal.comment).is_live
