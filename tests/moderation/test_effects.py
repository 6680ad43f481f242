"""A ruling at the desk is recorded at once; its effect and its mails wait, and can be undone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import operations as accounts
from accounts.errors import Conflict
from accounts.export import as_json
from comments import operations as comments
from comments.models import Comment, CommentRevision, Notification
from moderation import operations, reasons
from moderation.models import DecisionRecord, PendingEffect, Phrase, QueueItem, Report
from moderation.operations.appeals import refusal_to_rule
from moderation.operations.effects import RULING_GRACE, carry_out, carry_out_due
from moderation.operations.reports import accuracy_of
from moderation.signals import effect_deferred
from moderation.statement import statement_of
from tests.factories import make_comment, make_user, relax
from tests.refusals import refusal

pytestmark = pytest.mark.django_db
Status = Comment.Status


@pytest.fixture
def editor():
    return make_user(role="editor")


def rule_for_later(editor, comment, outcome="approve", **ruling) -> DecisionRecord:
    if outcome == "reject":
        ruling.setdefault("reason", "off_topic")
    return operations.rule(
        actor=editor,
        comment=comment,
        revision_id=comment.latest_id,
        outcome=outcome,
        effect_after=RULING_GRACE,
        **ruling,
    )


def let_the_time_pass(record: DecisionRecord) -> None:
    PendingEffect.objects.filter(pk=record.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def take_effect(record: DecisionRecord) -> bool:
    let_the_time_pass(record)
    return carry_out(record_id=record.pk)


def now(comment: Comment) -> Comment:
    return Comment.objects.select_related("author", "latest", "call_to_action").get(pk=comment.pk)


def facts(comment: Comment) -> dict:
    """Everything about a comment that anybody could see."""
    return Comment.objects.filter(pk=comment.pk).values().get()


def told(comment: Comment) -> list[str]:
    rows = Notification.objects.filter(comment=comment, user=comment.author)
    return list(rows.order_by("pk").values_list("kind", flat=True))


# --- Until then, and then ----------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["approve", "reject"])
def test_nobody_sees_anything_of_a_ruling_before_its_effect(editor, outcome):
    comment = make_comment(status=Status.HELD)
    before, heard = facts(comment), told(comment)
    record = rule_for_later(editor, comment, outcome, note="A note.")
    assert facts(comment) == before and told(comment) == heard
    assert not carry_out(record_id=record.pk) and carry_out_due() == 0, "not before its time"
    assert facts(comment) == before


def test_an_approval_goes_live_once_its_time_has_come(editor):
    comment = make_comment(status=Status.HELD)
    record = rule_for_later(editor, comment)
    assert take_effect(record)
    assert now(comment).is_live and told(comment)[-1] == "approved"
    assert not PendingEffect.objects.exists()


def test_a_rejection_tells_its_author_why_once_its_time_has_come(editor):
    comment = make_comment(status=Status.HELD)
    record = rule_for_later(editor, comment, "reject", note="Stay with the question.")
    assert take_effect(record)
    row = now(comment)
    assert row.status == Status.REJECTED and told(comment)[-1] == "rejected"
    assert row.notice["reason"] == "off_topic" and row.notice["guideline"] == "relevance"
    assert row.notice["note"] == "Stay with the question." and not row.notice["by_machine"]


def test_what_was_live_stays_so_until_then(editor):
    comment = make_comment()
    record = rule_for_later(editor, comment, "reject")
    assert now(comment).is_live
    assert take_effect(record)
    assert not now(comment).is_live and now(comment).removed_at


def test_carrying_out_twice_changes_nothing_more(editor):
    comment = make_comment(status=Status.HELD)
    record = rule_for_later(editor, comment, "reject")
    assert take_effect(record)
    after, heard = facts(comment), told(comment)
    assert not carry_out(record_id=record.pk) and carry_out_due() == 0
    assert facts(comment) == after and told(comment) == heard


def test_an_approval_as_a_pick_is_one_when_it_goes_live(editor):
    comment = make_comment(status=Status.HELD)
    record = rule_for_later(editor, comment, picked=True)
    assert now(comment).picked_at is None
    assert take_effect(record)
    assert now(comment).picked_at and now(comment).call_to_action.picks == [comment.pk]


def test_a_message_is_sent_for_the_moment_it_is_due(editor, django_capture_on_commit_callbacks):
    heard = []

    def hear(record_id, after, **_signal):
        heard.append((record_id, after))

    effect_deferred.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            record = rule_for_later(editor, make_comment(status=Status.HELD))
    finally:
        effect_deferred.disconnect(hear)
    assert heard == [(record.pk, RULING_GRACE)]


def test_a_ruling_without_a_time_acts_at_once(editor):
    comment = make_comment(status=Status.HELD)
    operations.rule(actor=editor, comment=comment, revision_id=comment.latest_id, outcome="approve")
    assert now(comment).is_live and not PendingEffect.objects.exists()


# --- Whatever dies in between ------------------------------------------------------------------


def test_the_sweep_carries_out_what_no_message_came_for_and_only_once(editor):
    rows = [make_comment(status=Status.HELD) for _row in range(3)]
    for row in rows:
        let_the_time_pass(rule_for_later(editor, row, "reject"))
    assert carry_out_due() == 3
    assert [told(row).count("rejected") for row in rows] == [1, 1, 1]
    assert carry_out_due() == 0


def test_a_worker_that_dies_on_the_way_leaves_all_of_it_to_the_sweep(editor):
    comment = make_comment(status=Status.HELD)
    record = rule_for_later(editor, comment, "reject")
    let_the_time_pass(record)
    before, heard = facts(comment), told(comment)
    from_then = Notification.objects.count()
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        assert carry_out(record_id=record.pk)
        raise KeyboardInterrupt  # what is not committed was never done
    assert facts(comment) == before and told(comment) == heard
    assert carry_out_due() == 1
    assert Notification.objects.count() == from_then + 1


def test_one_that_cannot_be_carried_out_does_not_keep_the_others(editor):
    broken, whole = make_comment(status=Status.HELD), make_comment(status=Status.HELD)
    first = rule_for_later(editor, broken, "reject")
    let_the_time_pass(first)
    let_the_time_pass(rule_for_later(editor, whole, "reject"))
    PendingEffect.objects.filter(pk=first.pk).update(notice={"no": "notice"})
    assert carry_out_due() == 1
    assert now(whole).status == Status.REJECTED and now(broken).status == Status.HELD


# --- The desk and the machine ------------------------------------------------------------------


def test_the_desk_takes_it_for_decided_from_its_record_on(editor):
    comment = make_comment(status=Status.HELD)
    operations.escalate(actor=editor, comment=comment)
    record = rule_for_later(editor, comment)
    assert QueueItem.objects.get(pk=comment.pk).status == Status.APPROVED
    take_effect(record)
    item = QueueItem.objects.get(pk=comment.pk)
    assert item.status == Status.APPROVED and item.escalated_at is None


@pytest.mark.parametrize("outcome", ["approve", "reject"])
def test_another_editor_is_told_who_was_first(editor, outcome):
    comment = make_comment(status=Status.HELD)
    rule_for_later(editor, comment)
    with pytest.raises(Conflict) as refusal:
        rule_for_later(make_user(role="editor"), comment, outcome)
    assert refusal.value.code == "already_decided"
    assert editor.display_name in refusal.value.messages[0]
    assert comment.decisions.count() == 1


def test_who_has_not_seen_the_newest_decision_overwrites_nothing(editor):
    comment = make_comment(status=Status.HELD)
    late = make_user(role="editor")
    record = rule_for_later(editor, comment)
    take_effect(record)
    with pytest.raises(Conflict) as refusal:
        rule_for_later(late, now(comment), "reject", seen=0)
    assert refusal.value.code == "already_decided"
    assert editor.display_name in refusal.value.messages[0]
    assert rule_for_later(late, now(comment), "reject", seen=record.pk)


def test_the_machine_overrules_no_ruling_that_waits_for_its_effect(editor):
    comment = make_comment(status=Status.PENDING)
    record = rule_for_later(editor, comment, "reject")
    assert operations.judge(comment_id=comment.pk) is None
    assert operations.give_up(comment_id=comment.pk) is None
    assert comment.decisions.count() == 1
    assert take_effect(record)
    assert now(comment).status == Status.REJECTED


# --- Undone in time ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (Status.HELD, "approve"),
        (Status.HELD, "reject"),
        (Status.PENDING, "approve"),
        (Status.PENDING, "reject"),
        (Status.APPROVED, "reject"),
        (Status.REJECTED, "approve"),
    ],
)
def test_undone_in_time_it_leaves_two_records_and_no_other_trace(editor, status, outcome):
    comment = make_comment(status=status)
    before, heard = facts(comment), told(comment)
    record = rule_for_later(editor, comment, outcome)
    taken_back = operations.undo(actor=editor, record=record)
    assert taken_back.undoes == record and comment.decisions.count() == 2
    let_the_time_pass(record)
    assert not carry_out(record_id=record.pk) and carry_out_due() == 0
    assert facts(comment) == before and told(comment) == heard
    assert QueueItem.objects.get(pk=comment.pk).status == status


def test_what_was_undone_in_time_can_be_ruled_on_again(editor):
    comment = make_comment(status=Status.HELD)
    operations.undo(actor=editor, record=rule_for_later(editor, comment))
    assert take_effect(rule_for_later(make_user(role="editor"), comment, "reject"))
    assert now(comment).status == Status.REJECTED


def test_the_machine_judges_what_was_undone_before_it_had_its_turn(editor):
    comment = make_comment(status=Status.PENDING)
    operations.undo(actor=editor, record=rule_for_later(editor, comment, "reject"))
    assert operations.judge(comment_id=comment.pk) is not None
    assert now(comment).status != Status.PENDING


def test_undone_afterwards_it_is_restored_as_before(editor):
    comment = make_comment()
    record = rule_for_later(editor, comment, "reject")
    take_effect(record)
    operations.undo(actor=editor, record=record)
    assert now(comment).is_live


def test_reports_that_a_ruling_settled_are_open_again_when_it_is_undone(editor):
    comment = make_comment()
    operations.report(reporter=make_user(), comment=comment, reason="spam")
    record = rule_for_later(editor, comment, "reject")
    assert not Report.objects.filter(settled_at__isnull=True).exists()
    operations.undo(actor=editor, record=record)
    assert Report.objects.filter(settled_at__isnull=True).count() == 1


def test_a_rejection_that_an_undo_brings_back_is_the_one_that_its_author_was_told_of(editor):
    """Two rulings: the reason, the note, who decided, and when it was are all as before."""
    comment = make_comment(status=Status.HELD)
    first = rule_for_later(editor, comment, "reject", note="Stay with the question.")
    take_effect(first)
    before, statement = now(comment).notice, statement_of(now(comment))
    other = make_user(role="editor")
    for late in (False, True):
        approval = rule_for_later(other, now(comment))
        if late:
            take_effect(approval)
            assert now(comment).is_live and now(comment).notice is None
        back = operations.undo(actor=other, record=approval)
        assert (back.actor, back.outcome, back.reason) == (other, "reject", "off_topic")
        row = now(comment)
        assert row.status == Status.REJECTED and row.notice == before
        assert statement_of(row) == replace(statement, comment=row)
        assert QueueItem.objects.get(pk=comment.pk).reason == "off_topic"
    assert QueueItem.objects.get(pk=comment.pk).notice_before is None
    appeal = operations.appeal(actor=comment.author, comment=comment)
    assert (appeal.decision, appeal.contested) == (first, editor)
    assert refusal_to_rule(actor=editor, appeal=appeal).code == "own_decision"
    assert refusal_to_rule(actor=other, appeal=appeal) is None


def test_a_decision_that_was_upheld_is_not_contested_again_after_an_approval_and_its_undo(editor):
    comment, other = make_comment(status=Status.HELD), make_user(role="editor")
    take_effect(rule_for_later(editor, comment, "reject"))
    appeal = operations.appeal(actor=comment.author, comment=comment)
    operations.rule_on_appeal(actor=other, appeal=appeal, outcome="upheld")
    approval = rule_for_later(other, now(comment))
    take_effect(approval)
    operations.undo(actor=other, record=approval)
    assert now(comment).notice["contested"] == "upheld"
    assert statement_of(now(comment)).appeal == appeal
    with refusal("already_contested"):
        operations.appeal(actor=comment.author, comment=comment)


def test_the_machines_rejection_of_an_edit_stands_again_after_an_undo(editor):
    Phrase.objects.create(text="casino", effect=Phrase.Effect.REJECT)
    relax(edit_minutes=60)
    comment = make_comment()
    comments.edit_comment(actor=comment.author, comment=comment, body="My casino essay, again.")
    judged = operations.judge(comment_id=comment.pk)
    before = now(comment).notice
    assert judged.outcome == "reject" and now(comment).is_live
    record = rule_for_later(editor, now(comment), "reject")
    take_effect(record)
    assert not now(comment).is_live and now(comment).notice["reason"] == "off_topic"
    operations.undo(actor=editor, record=record)
    assert now(comment).is_live and now(comment).notice == before
    assert operations.appeal(actor=comment.author, comment=comment).decision == judged


def test_what_an_author_was_told_before_goes_in_time_and_with_the_account(editor):
    rows = [make_comment(status=Status.HELD) for _row in range(2)]
    for row in rows:
        take_effect(rule_for_later(editor, row, "reject", note="zanzibar"))
        take_effect(rule_for_later(editor, now(row)))
    kept = QueueItem.objects.filter(notice_before__note="zanzibar")
    assert kept.count() == 2
    accounts.erase_account(actor=rows[0].author, user=rows[0].author)
    assert kept.count() == 1
    operations.retain(now=timezone.now() + timedelta(days=364))
    assert kept.count() == 1
    operations.retain(now=timezone.now() + timedelta(days=366))
    assert kept.count() == 0


# --- Overtaken ---------------------------------------------------------------------------------


def test_it_lapses_when_the_author_edits_and_the_new_words_are_judged(editor):
    relax(newcomer_first_n=0)
    comment = make_comment(status=Status.HELD)
    record = rule_for_later(editor, comment, "reject")
    comments.edit_comment(actor=comment.author, comment=comment, body="Quite another thought.")
    judged = operations.judge(comment_id=comment.pk)
    assert judged.outcome == "approve" and now(comment).is_live, judged.findings
    assert not take_effect(record)
    assert now(comment).is_live and "rejected" not in told(comment)
    assert PendingEffect.objects.get(pk=record.pk).comment is None


def edited(editor, comment):
    relax(newcomer_first_n=0)
    comments.edit_comment(actor=comment.author, comment=comment, body="Quite another thought.")
    assert operations.judge(comment_id=comment.pk).outcome == "approve"


@pytest.mark.parametrize(
    "overtake",
    [edited, lambda editor, _comment: accounts.set_role(actor=None, user=editor, role="reader")],
    ids=["edited", "no editor any more"],
)
def test_reports_are_open_again_when_the_rejection_that_settled_them_lapses(editor, overtake):
    comment, reporter = make_comment(), make_user()
    operations.report(reporter=reporter, comment=comment, reason="spam")
    record = rule_for_later(editor, comment, "reject")
    assert QueueItem.objects.get(pk=comment.pk).open_reports == 0
    overtake(editor, comment)
    take_effect(record)
    assert now(comment).is_live
    assert Report.objects.filter(settled_at=None, upheld=None, decision=None).count() == 1
    assert QueueItem.objects.get(pk=comment.pk).open_reports == 1
    assert accuracy_of([reporter.pk]) == {reporter.pk: 0.5}


def test_reports_are_open_again_when_an_approval_lapses_with_a_ban(editor):
    comment = make_comment()
    operations.report(reporter=make_user(), comment=comment, reason="spam")
    relax(edit_minutes=60, mode="waits")
    comments.edit_comment(actor=comment.author, comment=comment, body="Quite another thought.")
    assert operations.judge(comment_id=comment.pk).outcome == "hold"
    record = rule_for_later(editor, now(comment))
    assert not Report.objects.filter(settled_at=None).exists()
    accounts.set_standing(actor=editor, user=comment.author, banned=True)
    assert not take_effect(record)
    assert Report.objects.filter(settled_at=None).count() == 1


def test_what_its_author_withdraws_stays_settled(editor):
    comment = make_comment()
    operations.report(reporter=make_user(), comment=comment, reason="spam")
    record = rule_for_later(editor, comment, "reject")
    comments.withdraw_comment(actor=comment.author, comment=comment)
    assert not take_effect(record)
    assert Report.objects.get().upheld


def test_the_new_words_can_be_ruled_on_before_the_old_effect_was_due(editor):
    comment = make_comment(status=Status.HELD)
    old = rule_for_later(editor, comment, "reject")
    comments.edit_comment(actor=comment.author, comment=comment, body="Quite another thought.")
    new = rule_for_later(editor, now(comment))
    assert not take_effect(old)
    assert take_effect(new)
    assert now(comment).is_live


def test_an_undo_after_an_edit_is_refused(editor):
    comment = make_comment(status=Status.HELD)
    record = rule_for_later(editor, comment, "reject")
    comments.edit_comment(actor=comment.author, comment=comment, body="Quite another thought.")
    with pytest.raises(Conflict) as refusal:
        operations.undo(actor=editor, record=record)
    assert refusal.value.code == "not_latest"


def test_it_lapses_when_the_author_withdraws(editor):
    comment = make_comment(status=Status.HELD)
    record = rule_for_later(editor, comment)
    comments.withdraw_comment(actor=comment.author, comment=comment)
    assert not take_effect(record)
    assert not now(comment).is_live and told(comment) == ["held"]


def test_it_lapses_when_who_ruled_is_no_editor_any_more(editor):
    comment = make_comment(status=Status.HELD)
    record = rule_for_later(editor, comment)
    accounts.set_role(actor=None, user=editor, role="reader")
    assert not take_effect(record)
    assert now(comment).status == Status.HELD
    assert QueueItem.objects.get(pk=comment.pk).status == Status.HELD


def test_an_approval_lapses_when_its_author_is_banned_meanwhile(editor):
    comment = make_comment(status=Status.HELD)
    record = rule_for_later(editor, comment)
    accounts.set_standing(actor=editor, user=comment.author, banned=True)
    assert not take_effect(record)
    assert not now(comment).is_live


# --- Statement, appeal, retention, export ------------------------------------------------------


def test_the_author_reads_no_statement_before_the_effect(editor):
    comment = make_comment(status=Status.HELD)
    record = rule_for_later(editor, comment, "reject")
    assert statement_of(now(comment)) is None
    take_effect(record)
    statement = statement_of(now(comment))
    assert statement.stands and statement.record == record and statement.contest_by


def test_the_author_never_reads_of_a_rejection_that_was_undone_in_time(editor):
    comment = make_comment(status=Status.HELD)
    operations.undo(actor=editor, record=rule_for_later(editor, comment, "reject"))
    assert statement_of(now(comment)) is None
    late = rule_for_later(editor, comment, "reject")
    comments.edit_comment(actor=comment.author, comment=comment, body="Quite another thought.")
    take_effect(late)
    assert statement_of(now(comment)) is None


def test_a_decision_is_not_contested_while_another_waits_for_its_effect(editor):
    comment = make_comment(status=Status.HELD)
    take_effect(rule_for_later(editor, comment, "reject"))
    record = rule_for_later(make_user(role="editor"), now(comment))
    with pytest.raises(Conflict) as refusal:
        operations.appeal(actor=comment.author, comment=comment)
    assert refusal.value.code == "being_decided"
    operations.undo(actor=editor, record=record)
    assert operations.appeal(actor=comment.author, comment=comment)


def test_words_that_a_ruling_is_about_to_show_are_not_erased(editor):
    comment = make_comment(status=Status.HELD)
    take_effect(rule_for_later(editor, comment, "reject"))
    long_ago = timezone.now() - timedelta(days=400)
    Comment.objects.filter(pk=comment.pk).update(decided_at=long_ago)
    CommentRevision.objects.filter(comment=comment).update(created_at=long_ago)
    record = rule_for_later(make_user(role="editor"), now(comment))
    operations.retain()
    assert now(comment).latest.source
    assert take_effect(record)
    assert now(comment).is_live


def test_the_export_tells_of_a_decision_from_its_effect_on(editor):
    comment = make_comment(status=Status.HELD)
    record = rule_for_later(editor, comment, "reject")
    assert b'"off_topic"' not in b"".join(as_json(comment.author))
    take_effect(record)
    assert b'"off_topic"' in b"".join(as_json(comment.author))


# --- At the desk and over the API --------------------------------------------------------------


def test_the_desk_waits_and_undoes_in_time(client, editor):
    client.force_login(editor, "allauth.account.auth_backends.AuthenticationBackend")
    comment = make_comment(status=Status.HELD)
    before = facts(comment)
    sent = client.post(
        f"/desk/comments/{comment.pk}/rule/",
        {"revision": comment.latest_id, "outcome": "reject", "reason": "spam"},
    )
    assert sent.status_code == 302
    effect = PendingEffect.objects.waiting().get(comment=comment)
    assert effect.due_at > timezone.now() and facts(comment) == before
    assert client.post(f"/desk/rulings/{effect.pk}/undo/").status_code == 302
    assert facts(comment) == before and not PendingEffect.objects.waiting().exists()


def test_a_ruling_locks_its_comment_once(django_assert_max_num_queries):
    relax()
    editor, late, at_once = make_user(role="editor"), *(make_comment(status="held") for _n in "12")
    reasons.told("spam")
    assert editor.is_editor
    ruling = {"actor": editor, "outcome": "reject", "reason": "spam"}
    with django_assert_max_num_queries(21) as asked:
        record = operations.rule(
            **ruling, comment=late, revision_id=late.latest_id, effect_after=RULING_GRACE
        )
    assert _locks(asked) == 1
    with django_assert_max_num_queries(23) as asked:
        operations.rule(**ruling, comment=at_once, revision_id=at_once.latest_id)
    assert _locks(asked) == 1
    PendingEffect.objects.update(due_at=timezone.now())
    with django_assert_max_num_queries(23) as asked:
        assert carry_out(record_id=record.pk)
    assert _locks(asked) == 1
    statuses = Comment.objects.filter(pk__in=[late.pk, at_once.pk]).values_list("status", flat=True)
    assert list(statuses) == ["rejected", "rejected"]


def _locks(asked) -> int:
    return sum(
        query["sql"].startswith('SELECT "articles_calltoaction"."id" FROM') for query in asked
    )
