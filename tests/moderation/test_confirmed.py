"""What waited for an address alone, once its author has confirmed one."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from accounts.models import User
from comments import operations as comments
from comments.models import Comment, Notification
from moderation import operations, tasks
from moderation.models import Phrase, QueueItem
from moderation.operations import judging
from tests.factories import make_comment, make_user, relax

pytestmark = pytest.mark.django_db
PLAIN = "The new timetable works well for everybody who starts before eight."
OTHER = "My grandmother walked to the market with two baskets."


@pytest.fixture(autouse=True)
def _unhurried(db):
    relax(repeat_limit=100)


def held(author: User, body: str = PLAIN) -> Comment:
    comment = make_comment(author=author, body=body, status="pending")
    operations.judge(comment_id=comment.pk)
    comment.refresh_from_db()
    assert comment.status == "held"
    return comment


def confirm(author: User) -> None:
    EmailAddress.objects.filter(user=author).update(verified=True)


def told(author: User) -> list[str]:
    return list(Notification.objects.filter(user=author).order_by("pk").values_list("kind", flat=1))


def test_what_waited_for_nothing_else_goes_live_and_its_author_hears_of_it():
    author, other = make_user(verified=False), make_user(verified=False)
    comment, theirs = held(author), held(other, OTHER)
    operations.judge_confirmed(author_id=author.pk)
    comment.refresh_from_db()
    assert comment.status == "held"  # not confirmed so far
    confirm(author)
    operations.judge_confirmed(author_id=author.pk)
    comment.refresh_from_db()
    theirs.refresh_from_db()
    assert (comment.status, theirs.status) == ("approved", "held")
    assert comment.is_live
    assert comment.notice is None
    assert told(author) == ["held", "approved"]
    assert QueueItem.objects.get(comment=comment).due_at is None
    operations.judge_confirmed(author_id=author.pk)
    assert comment.decisions.count() == 2
    assert told(author) == ["held", "approved"]


def test_what_a_phrase_speaks_against_waits_on_and_its_author_is_told_so():
    Phrase.objects.create(text="timetable", effect="hold")
    relax(links_allowed=2)  # a new policy, with the list as it is now
    author = make_user(verified=False)
    comment = held(author)
    assert comment.notice["reason"] == "unverified"
    confirm(author)
    operations.judge_confirmed(author_id=author.pk)
    comment.refresh_from_db()
    assert comment.status == "held"
    assert comment.notice["reason"] == "suspect_phrases"
    assert QueueItem.objects.get(comment=comment).reason == "suspect_phrases"
    assert comment.decisions.first().by_machine
    operations.judge_confirmed(author_id=author.pk)
    assert comment.decisions.count() == 2


def test_what_an_editor_has_taken_in_hand_is_left_to_them():
    author, editor = make_user(verified=False), make_user(role="editor")
    ruled, escalated, refused = held(author), held(author), held(author)
    operations.escalate(actor=editor, comment=escalated, note="Have a look")
    record = operations.rule(
        actor=editor,
        comment=ruled,
        revision_id=ruled.latest_id,
        outcome="reject",
        reason="off_topic",
    )
    operations.undo(actor=editor, record=record)
    operations.rule(
        actor=editor,
        comment=refused,
        revision_id=refused.latest_id,
        outcome="reject",
        reason="off_topic",
    )
    confirm(author)
    before = {each.pk: each.decisions.count() for each in (ruled, escalated, refused)}
    operations.judge_confirmed(author_id=author.pk)
    for each in (ruled, escalated, refused):
        status = each.status
        each.refresh_from_db()
        assert each.decisions.count() == before[each.pk]
        assert each.status in (status, "rejected")
        assert not each.is_live


def test_what_was_taken_back_stays_so():
    author = make_user(verified=False)
    comment = held(author)
    comments.withdraw_comment(actor=author, comment=comment)
    confirm(author)
    operations.judge_confirmed(author_id=author.pk)
    assert operations.judge_anew(comment_id=comment.pk) is None
    comment.refresh_from_db()
    assert not comment.is_live
    assert comment.decisions.count() == 1


def test_what_an_editor_rules_on_meanwhile_is_theirs(monkeypatch):
    author, editor = make_user(verified=False), make_user(role="editor")
    comment = held(author)
    confirm(author)
    judge = judging.judge_submission

    def meanwhile(*given):
        operations.rule(
            actor=editor, comment=comment, revision_id=comment.latest_id, outcome="reject",
            reason="off_topic",
        )  # fmt: skip
        return judge(*given)

    monkeypatch.setattr(judging, "judge_submission", meanwhile)
    assert operations.judge_anew(comment_id=comment.pk) is None
    assert [each.outcome for each in comment.decisions.all()] == ["reject", "hold"]


def test_many_are_dealt_with_a_batch_at_a_time(monkeypatch):
    monkeypatch.setattr(judging, "CONFIRMED_BATCH", 2)
    author = make_user(verified=False)
    made = [held(author, f"{PLAIN} It is number {n}.") for n in range(3)]
    confirm(author)
    rung = []
    monkeypatch.setattr(tasks.judge_confirmed, "ring", lambda *given: rung.append(given))
    tasks.judge_confirmed(author.pk)
    assert rung == [(author.pk, made[1].pk)]
    assert [Comment.objects.get(pk=each.pk).status for each in made] == [
        *["approved"] * 2,
        "held",
    ]
    tasks.judge_confirmed(*rung.pop())
    assert not rung
    assert Comment.objects.get(pk=made[2].pk).is_live


def test_whoever_confirms_by_code_sees_it_live(
    client, monkeypatch, django_capture_on_commit_callbacks
):
    cache.clear()
    form = {"email": "wren@example.org", "display_name": "Wren Ashby", "password1": ""}
    client.post(reverse("account_signup"), form)
    comment = held(User.objects.get(email="wren@example.org"))
    monkeypatch.setattr(tasks.judge_confirmed, "ring", tasks.judge_confirmed.run)
    code = re.search(r"^([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})$", mail.outbox[0].body, re.MULTILINE)[1]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_email_verification_sent"), {"code": code})
    comment.refresh_from_db()
    assert comment.is_live
    page = client.get(comment.call_to_action.article.get_absolute_url()).content.decode()
    assert f'id="c{comment.pk}"' in page
