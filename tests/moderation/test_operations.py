"""Judging, ruling, undoing, reporting and retaining."""

from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, TooMany
from accounts.limits import LIMITS
from articles.models import Guideline
from comments import operations as comments
from comments.models import Comment, Notification
from moderation import intake, operations, pipeline, reasons
from moderation.models import ArticlePolicy, DecisionRecord, LinkDomain, Phrase, Policy, Report
from moderation.operations import judging
from moderation.waiting import expected_wait_seconds
from record.models import Entry
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Status = Comment.Status


def pending(**fields):
    return make_comment(status=Status.PENDING, **fields)


def judged(comment):
    operations.judge(comment_id=comment.pk)
    return Comment.objects.get(pk=comment.pk)


def test_a_fair_comment_goes_live_and_the_record_says_by_what():
    comment = judged(pending())
    record = comment.decisions.get()
    assert comment.is_live
    assert record.by_machine and record.outcome == "approve" and record.findings == []
    assert record.policy == Policy.objects.first() and record.software


def test_a_suspect_phrase_holds_and_its_author_is_told_the_words():
    Phrase.objects.create(text="miracle cure", effect=Phrase.Effect.HOLD)
    comment = judged(pending(body="Try this miracle cure today."))
    assert comment.status == Status.HELD and not comment.is_live
    (span,) = comment.notice["spans"]
    assert comment.latest.source[slice(*span)] == "miracle cure"
    assert comment.notice["guideline"] == "respect" and comment.notice["by_machine"]


def test_a_phrase_cites_the_guideline_its_list_names():
    no_ads = Guideline.objects.create(code="no_ads", title="No ads", text="Sell elsewhere.")
    Phrase.objects.create(text="bargain", effect=Phrase.Effect.HOLD, guideline=no_ads)
    comment = judged(pending(body="What a bargain this is."))
    assert comment.notice["guideline"] == "no_ads"


def test_a_banned_phrase_is_rejected_with_every_finding_kept():
    Phrase.objects.create(text="casino", effect=Phrase.Effect.REJECT)
    Phrase.objects.create(text="bonus", effect=Phrase.Effect.HOLD)
    comment = judged(pending(body="C4SINO bonus for all of you here"))
    assert comment.status == Status.REJECTED
    codes = {found["code"] for found in comment.decisions.get().findings}
    assert {"banned_phrases", "suspect_phrases"} <= codes
    assert comment.notice["reason"] == "banned_phrases"


def test_no_word_of_the_comment_is_in_the_record():
    Phrase.objects.create(text="snake*", effect=Phrase.Effect.HOLD)
    comment = judged(pending(body="snakeoilish zanzibar"))
    assert "zanzibar" not in str(comment.decisions.get().findings)
    assert "snakeoilish" not in str(comment.decisions.get().findings)


def test_a_blocked_domain_is_rejected_and_an_allowed_one_never_counted():
    LinkDomain.objects.create(domain="bad.example", effect=LinkDomain.Effect.BLOCK)
    LinkDomain.objects.create(domain="good.example", effect=LinkDomain.Effect.ALLOW)
    author = make_comment().author
    bad = pending(author=author, body="See https://www.bad.example/x for more")
    good = pending(
        author=author,
        body=" ".join(f"https://good.example/{n}" for n in range(9)) + " are all worth reading",
    )
    assert judged(bad).status == Status.REJECTED
    assert judged(good).is_live


def test_a_premoderated_article_holds_everything_but_an_editors_own():
    article = make_article()
    ArticlePolicy.objects.create(article=article, mode="waits")
    assert judged(pending(article=article)).status == Status.HELD
    assert judged(pending(article=article, author=make_user(role="editor"))).is_live


def test_a_newcomer_waits_until_enough_were_approved():
    relax(newcomer_first_n=1)
    author = make_user()
    first = judged(pending(author=author, body="My first words here."))
    assert first.status == Status.HELD
    operations.rule(
        actor=make_user(role="editor"),
        comment=first,
        revision_id=first.latest_id,
        outcome="approve",
    )
    assert judged(pending(author=author, body="A second, other thought.")).is_live


def test_a_restricted_reader_waits_for_an_editor():
    assert judged(pending(author=make_user(restricted=True))).status == Status.HELD


def test_the_same_text_from_several_accounts_waits():
    article = make_article()
    text = "This product changed my life and it can change yours as well, believe me."
    assert judged(pending(article=article, body=text)).is_live
    assert judged(pending(article=article, body=text.upper().lower())).status == Status.HELD


def test_a_discussion_that_closed_meanwhile_holds_what_was_accepted():
    comment = pending()
    call = comment.call_to_action
    call.state = call.State.CLOSED
    call.save()
    assert judged(comment).status == Status.HELD


def test_judging_twice_leaves_one_decision():
    comment = pending()
    operations.judge(comment_id=comment.pk)
    assert operations.judge(comment_id=comment.pk) is None
    assert comment.decisions.count() == 1


def test_judging_what_is_gone_or_unknown_does_nothing():
    comment = pending()
    comments.withdraw_comment(actor=comment.author, comment=comment)
    assert operations.judge(comment_id=comment.pk) is None
    assert operations.judge(comment_id=2**62) is None
    assert not DecisionRecord.objects.exists()


def test_a_persons_ruling_stands_when_a_late_judgement_lands():
    comment = pending()
    operations.rule(
        actor=make_user(role="editor"),
        comment=comment,
        revision_id=comment.latest_id,
        outcome="reject",
        reason="off_topic",
    )
    assert operations.judge(comment_id=comment.pk) is None
    assert Comment.objects.get(pk=comment.pk).status == Status.REJECTED


@pytest.fixture
def broken_check(monkeypatch):
    def set_checks(*names):
        monkeypatch.setattr(judging, "judge_submission", lambda s, p: pipeline.judge(s, p, names))

    return set_checks


def test_a_check_that_is_missing_holds(broken_check):
    broken_check(*pipeline.CHECKS, "no_such_check")
    comment = judged(pending())
    assert comment.status == Status.HELD
    assert comment.notice["reason"] == "check_missing"


def test_a_judgement_that_keeps_failing_ends_with_a_person(monkeypatch):
    comment = pending()
    monkeypatch.setattr(intake, "submission_from", lambda *_: 1 / 0)
    for _attempt in range(judging.ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            operations.judge(comment_id=comment.pk)
    stale = timezone.now() - judging.LEASE - timedelta(seconds=1)
    Comment.objects.update(enqueued_at=stale)
    offered = []
    operations.sweep(offer=offered.append)
    comment.refresh_from_db()
    assert offered == []
    assert comment.status == Status.HELD and comment.notice["reason"] == "not_judged"


def test_the_sweep_offers_what_was_lost_and_leaves_what_is_under_way():
    lost, _fresh, leased = pending(), pending(), pending()
    now = timezone.now()
    Comment.objects.filter(pk=lost.pk).update(created_at=now - timedelta(minutes=1))
    Comment.objects.filter(pk=leased.pk).update(enqueued_at=now)
    offered = []
    operations.sweep(offer=lambda pk: offered.append(pk) or True)
    assert offered == [lost.pk]
    operations.sweep(offer=lambda pk: offered.append(pk) or True)
    assert offered == [lost.pk]


def test_the_sweep_does_not_wait_for_an_hour_that_a_wrong_clock_wrote():
    posted_tomorrow, offered_tomorrow = pending(), pending()
    tomorrow = timezone.now() + timedelta(days=1)
    Comment.objects.filter(pk=posted_tomorrow.pk).update(created_at=tomorrow)
    Comment.objects.filter(pk=offered_tomorrow.pk).update(enqueued_at=tomorrow)
    offered = []
    operations.sweep(offer=lambda pk: offered.append(pk) or True)
    assert offered == [posted_tomorrow.pk, offered_tomorrow.pk]


def test_the_sweep_offers_no_more_than_is_judged_within_a_lease(monkeypatch):
    monkeypatch.setattr(judging, "SWEEP_BATCH", 3)
    waiting = [pending().pk for _ in range(5)]
    Comment.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    offered = []
    for _sweep in range(2):
        operations.sweep(offer=lambda pk: offered.append(pk) or True)
    assert offered == waiting[:3]
    Comment.objects.filter(pk=waiting[0]).update(status=Status.APPROVED)
    operations.sweep(offer=lambda pk: offered.append(pk) or True)
    assert offered == waiting[:4]


def test_the_sweep_stops_at_a_broker_that_is_away_and_loses_nothing():
    lost = [pending() for _ in range(3)]
    Comment.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    tried = []
    operations.sweep(offer=lambda pk: tried.append(pk))
    assert tried == [lost[0].pk]
    assert Comment.objects.filter(enqueued_at__isnull=True).count() == 3


# --- people ------------------------------------------------------------------------------------


def rule(comment, actor=None, **ruling):
    ruling.setdefault("outcome", "approve")
    return operations.rule(
        actor=actor or make_user(role="editor"),
        comment=comment,
        revision_id=comment.latest_id,
        **ruling,
    )


@pytest.mark.parametrize(("role", "may"), [("reader", False), ("editor", True), ("admin", True)])
def test_who_may_rule(role, may):
    comment = make_comment(status=Status.HELD)
    if not may:
        with pytest.raises(Forbidden):
            rule(comment, make_user(role=role))
        assert not DecisionRecord.objects.exists()
        return
    record = rule(comment, make_user(role=role))
    assert record.actor.role_names == {role}
    assert Comment.objects.get(pk=comment.pk).is_live


def test_an_editor_does_not_rule_on_their_own_comment():
    editor = make_user(role="editor")
    with pytest.raises(Forbidden) as refused:
        rule(make_comment(status=Status.HELD, author=editor), editor)
    assert refused.value.code == "own_comment"


@pytest.mark.parametrize(
    "ruling",
    [
        {"outcome": "reject"},
        {"outcome": "reject", "reason": "shouting"},
        {"outcome": "hold"},
        {"outcome": ""},
        {"outcome": "reject", "reason": "spam", "note": "x" * 1_001},
    ],
)
def test_a_ruling_that_cannot_be_is_refused(ruling):
    with pytest.raises(ValidationError):
        rule(make_comment(status=Status.HELD), **ruling)
    assert not DecisionRecord.objects.exists()


def test_a_rejection_tells_its_author_why_and_by_whom():
    comment = make_comment(status=Status.HELD)
    rule(comment, outcome="reject", reason="off_topic", note="Ask under the other article.")
    comment.refresh_from_db()
    assert comment.notice["reason"] == "off_topic"
    assert comment.notice["note"] == "Ask under the other article."
    assert comment.notice["by_machine"] is False
    assert Notification.objects.filter(user=comment.author, kind="rejected").exists()


def test_the_second_of_two_equal_rulings_is_a_conflict():
    comment = make_comment(status=Status.HELD)
    rule(comment)
    with pytest.raises(Conflict) as refused:
        rule(comment)
    assert refused.value.code == "already_so"


def test_undo_returns_a_comment_to_the_queue_with_its_reasons_as_a_second_record():
    Phrase.objects.create(text="wonder", effect=Phrase.Effect.HOLD)
    comment = judged(pending(body="A wonder of a text."))
    editor = make_user(role="editor")
    record = rule(comment, editor)
    undone = operations.undo(actor=editor, record=record)
    comment.refresh_from_db()
    assert comment.status == Status.HELD and not comment.is_live and not comment.listed
    assert comment.notice["reason"] == "suspect_phrases" and comment.notice["spans"]
    assert undone.undoes == record and comment.decisions.count() == 3
    with pytest.raises(Conflict):
        operations.undo(actor=editor, record=record)


def test_undoing_a_removal_brings_the_comment_back_in_its_place():
    comment = make_comment()
    reply = make_comment(parent=comment)
    record = rule(comment, outcome="reject", reason="abusive")
    assert not Comment.objects.get(pk=comment.pk).is_live
    operations.undo(actor=make_user(role="editor"), record=record)
    comment.refresh_from_db()
    assert comment.is_live and comment.reply_count == 1
    assert Comment.objects.get(pk=reply.pk).listed


def test_an_editor_can_take_down_words_that_outlived_a_rejected_edit():
    Phrase.objects.create(text="casino", effect=Phrase.Effect.REJECT)
    comment = make_comment(body="The earlier words")
    comments.edit_comment(actor=comment.author, comment=comment, body="Casino for all")
    comment = judged(comment)
    assert comment.status == Status.REJECTED and comment.is_live
    rule(comment, outcome="reject", reason="abusive")
    comment = Comment.objects.get(pk=comment.pk)
    assert not comment.is_live and comment.removed_at
    with pytest.raises(Conflict):
        rule(comment, outcome="reject", reason="abusive")


def test_undoing_the_approval_of_an_edit_brings_the_earlier_words_back():
    comment = make_comment(body="The earlier words")
    edited = comments.edit_comment(actor=comment.author, comment=comment, body="The later words")
    editor = make_user(role="editor")
    record = rule(edited, editor)
    assert "The later words" in Comment.objects.get(pk=comment.pk).fragment
    operations.undo(actor=editor, record=record)
    comment = Comment.objects.get(pk=comment.pk)
    assert comment.is_live and "The earlier words" in comment.fragment
    assert comment.status == Status.HELD


def test_withdrawn_and_replaced_words_are_erased_in_time():
    gone, edited = make_comment(), make_comment(body="The earlier words")
    comments.withdraw_comment(actor=gone.author, comment=gone)
    later = comments.edit_comment(actor=edited.author, comment=edited, body="The later words")
    rule(later)
    year_on = timezone.now() + timedelta(days=200)
    assert operations.retain(now=year_on)["texts"] == 2
    edited = Comment.objects.get(pk=edited.pk)
    assert edited.latest.source == "The later words"
    assert edited.revisions.first().source == ""
    assert Comment.objects.get(pk=gone.pk).latest.source == ""


def test_nothing_is_undone_when_something_followed():
    comment = make_comment(status=Status.HELD)
    editor = make_user(role="editor")
    first = rule(comment, editor)
    rule(comment, editor, outcome="reject", reason="spam")
    with pytest.raises(Conflict):
        operations.undo(actor=editor, record=first)


def test_the_machines_decision_is_not_undone_but_ruled_on():
    record = judged(pending()).decisions.get()
    with pytest.raises(Conflict):
        operations.undo(actor=make_user(role="editor"), record=record)


def test_the_wait_is_measured_from_rulings():
    assert expected_wait_seconds() is None
    comment = make_comment(status=Status.HELD)
    Comment.objects.filter(pk=comment.pk).update(decided_at=timezone.now() - timedelta(minutes=30))
    rule(Comment.objects.get(pk=comment.pk))
    assert expected_wait_seconds() == pytest.approx(1_800, abs=5)


def test_the_record_cannot_be_changed_or_removed():
    record = judged(pending()).decisions.get()
    for attempt in (
        lambda: DecisionRecord.objects.filter(pk=record.pk).update(outcome="reject"),
        lambda: DecisionRecord.objects.filter(pk=record.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    record.refresh_from_db()
    assert record.outcome == "approve"


# --- reports -----------------------------------------------------------------------------------


def test_a_report_is_kept_once_and_settled_by_a_ruling():
    comment, reader = make_comment(), make_user()
    first = operations.report(reporter=reader, comment=comment, reason="spam")
    assert operations.report(reporter=reader, comment=comment, reason="abuse") == first
    rule(comment, outcome="reject", reason="spam")
    first.refresh_from_db()
    assert first.settled_at and first.settled_by.is_editor


def test_disagreement_is_heard_and_goes_nowhere():
    assert (
        operations.report(reporter=make_user(), comment=make_comment(), reason="disagree") is None
    )
    assert not Report.objects.exists()


def test_a_profile_can_be_reported_and_what_is_not_public_cannot():
    assert operations.report(reporter=make_user(), profile=make_user(), reason="name").profile
    with pytest.raises(ObjectDoesNotExist):
        operations.report(
            reporter=make_user(), comment=make_comment(status=Status.HELD), reason="spam"
        )


# --- policy and retention ----------------------------------------------------------------------


def test_a_changed_policy_is_a_new_row_with_its_author_in_the_log():
    admin = make_user(role="admin")
    before = intake.current_policy()
    after = operations.change_policy(actor=admin, changes={"links_allowed": 5})
    assert after.pk > before.pk and after.created_by == admin
    entry = Entry.objects.about(after).get()
    assert entry.actor == admin and entry.detail == {"changed": {"links_allowed": [2, 5]}}
    assert operations.change_policy(actor=admin, changes={"links_allowed": 5}) == after


@pytest.mark.parametrize("changes", [{"links_allowed": -1}, {"no_such": 1}, {"shouting_share": 9}])
def test_a_policy_that_cannot_be_is_refused(changes):
    with pytest.raises(ValidationError):
        operations.change_policy(actor=make_user(role="admin"), changes=changes)


def test_a_changed_list_is_in_force_at_once_under_a_new_policy():
    admin = make_user(role="admin")
    assert judged(pending(body="A perfectly quiet sentence.")).is_live
    before = Policy.objects.first()
    phrase = Phrase(text="quiet", effect="hold")
    after = operations.save_rules(actor=admin, rows=[phrase])
    assert after.pk > before.pk
    assert judged(pending(body="Another quiet sentence, I say.")).status == Status.HELD
    operations.delete_rule(actor=admin, row=phrase)
    assert judged(pending(body="One more quiet sentence for you.")).is_live


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_only_admins_change_the_rules(role):
    actor = make_user(role=role)
    with pytest.raises(Forbidden):
        operations.change_policy(actor=actor, changes={"links_allowed": 5})
    with pytest.raises(Forbidden):
        operations.save_rules(actor=actor, rows=[Phrase(text="x", effect="hold")])


def test_every_finding_and_ruling_has_words_for_its_author():
    assert set(pipeline.REASONS) | {"not_judged"} == set(reasons.MACHINE)
    assert all(reasons.told(code) for code in reasons.ALL)


def test_policy_fields_reach_the_pipeline_with_its_defaults():
    from_row = intake.policy_from(Policy())
    assert from_row.version is None
    defaults = pipeline.Policy()
    for name in (
        "links_allowed",
        "repeat_limit",
        "flood_limit",
        "flood_seconds",
        "near_repeat_similarity",
        "shouting_share",
        "check_budget_ms",
    ):
        assert getattr(from_row, name) == getattr(defaults, name), name


def test_retention_erases_what_is_old_and_keeps_the_rest():
    old, new = make_comment(status=Status.HELD), make_comment(status=Status.HELD)
    live = make_comment()
    for comment in (old, new):
        rule(comment, outcome="reject", reason="spam")
    long_ago = timezone.now() - timedelta(days=185)
    Comment.objects.filter(pk__in=[old.pk, live.pk]).update(decided_at=long_ago)
    Report.objects.create(
        comment=live,
        reporter=make_user(),
        reason="spam",
        settled_at=timezone.now() - timedelta(days=366),
    )
    counts = operations.retain()
    assert counts["texts"] == 1 and counts["reports"] == 1
    assert Comment.objects.get(pk=old.pk).latest.source == ""
    assert Comment.objects.get(pk=new.pk).latest.source
    assert Comment.objects.get(pk=live.pk).latest.source
    assert operations.retain()["texts"] == 0


def test_facts_are_gathered_in_a_fixed_number_of_queries(django_assert_num_queries):
    author, article = make_user(), make_article()
    relax()
    for n in range(5):
        pending(author=author, article=article, body=f"Thought number {n}, quite its own.")
    comment = Comment.objects.select_related("author", "latest", "call_to_action__article").last()
    policy = intake.current_policy()
    # Too short for near-copies to be looked for: test_raids.py counts what these cost.
    with django_assert_num_queries(6):
        intake.submission_from(comment, policy)


def test_nobody_but_an_admin_undoes_or_settles_what_is_about_themselves():
    first, second = make_user(role="editor"), make_user(role="editor")
    comment = make_comment(author=second)
    report = operations.report(reporter=make_user(), comment=comment, reason="spam")
    with pytest.raises(Forbidden):
        operations.settle_reports(actor=second, comment=comment)
    record = rule(comment, first, outcome="reject", reason="spam")
    with pytest.raises(Forbidden):
        operations.undo(actor=second, record=record)
    report.refresh_from_db()
    assert report.settled_by == first
    assert not Comment.objects.get(pk=comment.pk).is_live


def test_words_that_were_erased_cannot_go_live():
    comment = make_comment(status=Status.HELD)
    record = rule(comment, outcome="reject", reason="spam")
    operations.retain(now=timezone.now() + timedelta(days=400))
    for attempt in (
        lambda: rule(comment),
        lambda: operations.undo(actor=make_user(role="editor"), record=record),
    ):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.code == "erased"


def test_a_note_that_cannot_be_stored_is_refused():
    comment = make_comment(status=Status.HELD)
    with pytest.raises(ValidationError):
        rule(comment, outcome="reject", reason="spam", note="a\x00b")
    with pytest.raises(ValidationError):
        operations.report(
            reporter=make_user(), comment=make_comment(), reason="spam", note="a\x00b"
        )


def test_an_edited_first_comment_is_still_the_first():
    relax(newcomer_first_n=1)
    comment = judged(pending(body="My first words here."))
    rule(comment)
    edited = comments.edit_comment(
        actor=comment.author, comment=comment, body="Quite other words now."
    )
    assert judged(edited).status == Status.HELD


def test_one_row_that_cannot_be_held_does_not_stop_the_sweep(monkeypatch):
    stuck, waiting = pending(), pending()
    ago = timezone.now() - timedelta(minutes=5)
    Comment.objects.update(enqueued_at=ago)
    Comment.objects.filter(pk=stuck.pk).update(attempts=judging.ATTEMPTS)
    monkeypatch.setattr(judging, "give_up", lambda **_: 1 / 0)
    offered = []
    operations.sweep(offer=lambda pk: offered.append(pk) or True)
    assert offered == [waiting.pk]


def test_reporting_has_a_pace_and_needs_a_good_standing():
    reader = make_user()
    for _n in range(LIMITS["report"].account):
        operations.report(reporter=reader, comment=make_comment(), reason="spam")
    with pytest.raises(TooMany):
        operations.report(reporter=reader, comment=make_comment(), reason="spam")
    with pytest.raises(Forbidden):
        operations.report(reporter=make_user(banned=True), comment=make_comment(), reason="spam")
