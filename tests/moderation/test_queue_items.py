"""What the desk keeps of each comment: its row, its scores and its words."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from accounts import operations as accounts
from comments import operations as comments
from comments.models import Comment, CommentRevision
from fulltext import parse
from moderation import desk_words, operations
from moderation.models import Figure, QueueItem, QueueScore
from moderation.operations.landing import land
from moderation.operations.queueing import follow
from moderation.operations.ruling import rule
from moderation.pipeline.decision import Finding, Outcome
from moderation.pipeline.risk import riskiest
from moderation.waiting import FIGURE, PATIENCE, UNMEASURED
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Status = Comment.Status


def scored(label: str, score: float, threshold: float, outcome: Outcome = Outcome.HOLD) -> Finding:
    detail = {"labels": [{"label": label, "score": score, "from": threshold}], "model": "m"}
    return Finding("abuse", outcome, score=score, detail=detail)


def landed(*findings: Finding, outcome: str = "hold", scores=None, **made) -> Comment:
    comment = make_comment(status=Status.PENDING, **made)
    land(
        actor=None,
        comment=comment,
        revision_id=comment.latest_id,
        outcome=outcome,
        findings=findings,
        scores=scores or {},
    )
    return Comment.objects.get(pk=comment.pk)


def entry(comment: Comment) -> QueueItem:
    return QueueItem.objects.get(pk=comment.pk)


def found(words: str) -> list[int]:
    return desk_words.INDEX.newest(parse(words), limit=10)


def test_a_held_comment_has_a_row_with_what_it_can_be_sorted_and_filtered_by():
    article = make_article()
    comment = landed(
        scored("threat", 0.9, 0.6),
        article=article,
        body="You and all of them will be sorry for what you have done to this town.",
        scores={"threat": 0.9, "insult": 0.2},
    )
    row = entry(comment)
    assert (row.status, row.reason, row.label, row.language) == ("held", "abuse", "threat", "en")
    assert (row.article_id, row.section_id) == (article.pk, article.section_id)
    assert row.author_id == comment.author_id
    assert row.at == comment.decided_at
    assert row.risk == pytest.approx(0.5 + 0.5 * (0.9 - 0.6) / (1 - 0.6))
    assert dict(row.scores.values_list("label", "value")) == {"threat": 0.9, "insult": 0.2}


def test_what_asks_to_reject_without_a_score_is_the_riskiest_and_other_holds_are_midway():
    assert riskiest([]) == ("", 0.0)
    hold = Finding("shouting", Outcome.HOLD).as_json()
    assert riskiest([hold]) == ("", 0.5)
    assert riskiest([hold, Finding("banned_phrases", Outcome.REJECT).as_json()]) == ("", 1.0)
    assert riskiest([scored("insult", 0.7, 0.7).as_json()]) == ("insult", 0.5)
    both = [scored("insult", 0.95, 0.9).as_json(), scored("threat", 0.5, 0.2).as_json()]
    assert riskiest(both) == ("insult", 0.75)
    # A threshold of one leaves no room to reach into.
    assert riskiest([scored("spam", 1.0, 1.0).as_json()]) == ("spam", 1.0)


def test_the_riskier_a_comment_the_sooner_it_is_due_and_none_later_than_its_patience():
    Figure.objects.create(name=FIGURE, value=600)
    harmless = entry(landed(Finding("premoderated", Outcome.HOLD)))
    risky = entry(landed(Finding("banned_phrases", Outcome.REJECT)))
    patience = PATIENCE * timedelta(seconds=600)
    assert risky.due_at == risky.at
    assert harmless.due_at == harmless.at + patience / 2
    assert harmless.due_at <= harmless.at + patience


def test_nothing_measured_yet_an_hour_counts_as_the_median():
    row = entry(landed(Finding("shouting", Outcome.HOLD)))
    assert row.due_at == row.at + PATIENCE * UNMEASURED / 2


def test_a_ruling_takes_a_comment_from_what_waits_with_its_scores_and_undoing_brings_it_back():
    comment = landed(scored("insult", 0.8, 0.5), scores={"insult": 0.8})
    editor = make_user(role="editor")
    record = rule(
        actor=editor,
        comment=comment,
        revision_id=comment.latest_id,
        outcome="reject",
        reason="off_topic",
    )
    row = entry(comment)
    assert (row.status, row.reason, row.label, row.due_at) == (
        "rejected",
        "off_topic",
        "insult",
        None,
    )
    assert not QueueScore.objects.exists()
    operations.undo(actor=editor, record=record)
    row = entry(comment)
    assert (row.status, row.reason) == ("held", "abuse") and row.due_at is not None
    assert dict(row.scores.values_list("label", "value")) == {"insult": 0.8}


def test_a_ruling_counts_at_the_desk_while_its_effect_on_readers_still_waits():
    comment = landed(Finding("shouting", Outcome.HOLD))
    rule(
        actor=make_user(role="editor"),
        comment=comment,
        revision_id=comment.latest_id,
        outcome="approve",
        effect_after=timedelta(seconds=6),
    )
    assert Comment.objects.get(pk=comment.pk).status == Status.HELD
    assert entry(comment).status == "approved" and entry(comment).due_at is None


def test_following_changes_neither_a_claim_nor_an_escalation_nor_what_reports_weigh():
    comment = landed(Finding("shouting", Outcome.HOLD))
    editor, now = make_user(role="editor"), timezone.now()
    QueueItem.objects.filter(pk=comment.pk).update(
        claimed_by=editor, claimed_until=now, escalated_at=now, open_reports=2, report_weight=1.5
    )
    follow(comment)
    row = entry(comment)
    assert (row.claimed_by, row.claimed_until, row.escalated_at) == (editor, now, now)
    assert (row.open_reports, row.report_weight) == (2, 1.5)


def test_an_edit_is_pending_until_it_is_judged_and_found_by_its_new_words_alone():
    relax()
    comment = make_comment(status=Status.HELD, body="About the harbour and its tides.")
    assert found("harbour") == [comment.pk]
    comments.edit_comment(actor=comment.author, comment=comment, body="About the lighthouse now.")
    assert entry(comment).status == "pending" and entry(comment).due_at is None
    assert found("harbour") == [] and found("lighthouse") == [comment.pk]


def test_an_edit_of_a_live_comment_is_found_by_what_readers_see_too():
    relax()
    comment = make_comment(body="About the harbour and its tides.")
    comments.edit_comment(actor=comment.author, comment=comment, body="About the lighthouse now.")
    assert found("harbour") == found("lighthouse") == [comment.pk]


def test_what_its_author_takes_back_leaves_the_desk():
    comment = landed(
        scored("insult", 0.8, 0.5), body="Only about harbours.", scores={"insult": 0.8}
    )
    comments.withdraw_comment(actor=comment.author, comment=comment)
    assert not QueueItem.objects.exists() and not QueueScore.objects.exists()
    assert found("harbours") == []


@pytest.mark.parametrize("words", [True, False])
def test_an_erased_account_leaves_no_word_that_readers_do_not_see(words):
    author = make_user()
    live = make_comment(author=author, body="A live word: marigold.")
    held = make_comment(author=author, status=Status.HELD, body="A held word: nettle.")
    refused = make_comment(author=author, status=Status.REJECTED, body="A refused word: thistle.")
    QueueItem.objects.filter(pk=live.pk).update(escalation_note="Says nettle, I think.")
    accounts.erase_account(actor=None, user=author, words=words)
    assert found("nettle") == found("thistle") == []
    assert found("marigold") == ([] if words else [live.pk])
    there = set(QueueItem.objects.values_list("pk", flat=True))
    assert there == (set() if words else {live.pk})
    assert not QueueItem.objects.exclude(escalation_note="").exists()
    assert held.pk not in there and refused.pk not in there


def test_words_that_were_kept_long_enough_are_found_no_more_while_their_row_stays():
    comment = make_comment(status=Status.REJECTED, body="A refused word: thistle.")
    kept = make_comment(status=Status.REJECTED, body="A newer word: thistle.")
    Comment.objects.filter(pk=comment.pk).update(decided_at=timezone.now() - timedelta(days=400))
    operations.retain()
    assert CommentRevision.objects.get(pk=comment.latest_id).erased_at is not None
    assert found("thistle") == [kept.pk]
    assert QueueItem.objects.filter(pk=comment.pk).exists()


def test_reports_are_counted_and_weighed_as_they_come_and_when_an_editor_has_looked():
    comment = make_comment()
    for _reader in range(2):
        operations.report(reporter=make_user(), comment=comment, reason="abuse")
    assert (entry(comment).open_reports, entry(comment).report_weight) == (2, 1.0)
    operations.settle_reports(actor=make_user(role="editor"), comment=comment)
    assert (entry(comment).open_reports, entry(comment).report_weight) == (0, 0.0)


def test_comments_from_before_the_desk_get_the_row_that_following_would_have_written():
    made = [
        landed(scored("threat", 0.9, 0.6), body="A word of nettles.", scores={"threat": 0.9}),
        landed(outcome="approve", body="Marigold is a word."),
        landed(Finding("banned_phrases", Outcome.REJECT), outcome="reject"),
        make_comment(status=Status.PENDING),
    ]
    withdrawn = make_comment(status=Status.HELD, body="A word of thistles.")
    comments.withdraw_comment(actor=withdrawn.author, comment=withdrawn)
    reported = made[1]
    operations.report(
        reporter=make_user(), comment=Comment.objects.get(pk=reported.pk), reason="abuse"
    )
    follow(made[3])
    columns = [field.attname for field in QueueItem._meta.fields]
    expected = list(QueueItem.objects.order_by("pk").values(*columns))
    scores = list(QueueScore.objects.values_list("item", "label", "value"))
    QueueScore.objects.all().delete()
    QueueItem.objects.all().delete()
    desk_words.INDEX.clear()
    import_module("moderation.migrations.0014_desk_items").describe_all(apps, None)
    editor = SimpleNamespace(connection=connection)
    import_module("moderation.migrations.0017_reported_at").fill(apps, editor)
    assert list(QueueItem.objects.order_by("pk").values(*columns)) == expected
    assert list(QueueScore.objects.values_list("item", "label", "value")) == scores
    assert found("nettles") == [made[0].pk] and found("marigold") == [reported.pk]
    assert found("thistles") == []
    # Interrupted and run again, it goes on with what is missing.
    QueueItem.objects.filter(pk=made[2].pk).delete()
    import_module("moderation.migrations.0014_desk_items").describe_all(apps, None)
    assert list(QueueItem.objects.order_by("pk").values(*columns)) == expected
