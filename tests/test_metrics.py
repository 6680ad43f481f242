"""The metrics mean what they say, cost the same whatever there is, and are the sum of processes."""

import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.models import Comment, CommentRevision
from config import facts, metrics
from moderation import pipeline, tallies
from moderation.models import DecisionRecord, Figure, PendingEffect
from moderation.operations import judging, ruling
from record.models import Seal
from record.sealing import seal
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Status = Comment.Status


@pytest.fixture(autouse=True)
def _looked_anew():
    facts.forget()


def scraped() -> dict[str, float]:
    """What is exposed: a sample with its labels to its value."""
    facts.forget()
    lines = metrics.exposition().decode().splitlines()
    return {
        sample: float(value)
        for sample, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    }


def aged(comment: Comment, seconds: float) -> None:
    written = timezone.now() - timedelta(seconds=seconds)
    CommentRevision.objects.filter(pk=comment.latest_id).update(created_at=written)


def test_the_oldest_pending_text_is_told_and_an_edit_waits_anew():
    assert scraped()["rejoinder_oldest_pending_seconds"] == 0
    older, newer = (make_comment(status=Status.PENDING) for _ in range(2))
    aged(older, 400)
    aged(newer, 40)
    found = scraped()
    assert found["rejoinder_pending_comments"] == 2
    assert 400 <= found["rejoinder_oldest_pending_seconds"] < 460
    # Its author edits the older one: what waits now is the new text.
    Comment.objects.filter(pk=older.pk).update(
        latest=CommentRevision.objects.create(comment=older, source="Anew.", html="Anew.")
    )
    assert 40 <= scraped()["rejoinder_oldest_pending_seconds"] < 100
    Comment.objects.filter(pk=newer.pk).update(withdrawn_at=timezone.now())
    found = scraped()
    assert found["rejoinder_pending_comments"] == 1
    assert found["rejoinder_oldest_pending_seconds"] < 40


def test_what_waits_for_people_is_told():
    held = make_comment(status=Status.HELD)
    Comment.objects.filter(pk=held.pk).update(decided_at=timezone.now() - timedelta(hours=2))
    held.refresh_from_db()
    found = scraped()
    assert found["rejoinder_held_comments"] == 1
    assert found["rejoinder_reports_open"] == found["rejoinder_appeals_open"] == 0
    assert found["rejoinder_oldest_held_seconds"] < 60  # the desk's row is of when it was held


def judged(*bodies: str) -> list[DecisionRecord]:
    article = make_article()
    posted = [
        make_comment(article=article, author=make_user(), status=Status.PENDING, body=body)
        for body in bodies
    ]
    return [judging.judge(comment_id=comment.pk) for comment in posted]


SHOUTED = "THIS IS WHAT I HAVE BEEN SAYING ALL ALONG AND NOBODY HAS LISTENED TO ANY OF IT"
CALM = "A fair point about the harbour, calmly made."


def test_decisions_are_counted_once_with_how_long_they_took():
    relax()
    first, second = judged(CALM, SHOUTED)
    assert (first.outcome, second.outcome) == ("approve", "hold")
    seal()
    assert tallies.tally() == 2
    assert tallies.tally() == 0
    found = scraped()
    assert found['rejoinder_decisions_total{by="machine",outcome="approve"}'] == 1
    assert found['rejoinder_decisions_total{by="machine",outcome="hold"}'] == 1
    assert found["rejoinder_decision_seconds_count"] == 2
    assert found['rejoinder_decision_seconds_bucket{le="3600"}'] == 2
    assert found["rejoinder_held_share"] == 0.5
    ruling.rule(
        actor=make_user(role="editor"),
        comment=second.comment,
        revision_id=second.revision_id,
        outcome="approve",
    )
    assert tallies.tally() == 0, "a decision that is not sealed is not counted yet"
    seal()
    assert tallies.tally() == 1
    found = scraped()
    assert found['rejoinder_decisions_total{by="editor",outcome="approve"}'] == 1
    assert found["rejoinder_decision_seconds_count"] == 2, "a ruling is no judgement"
    assert found["rejoinder_ruling_wait_seconds_count"] == 1


def test_buckets_are_cumulative_and_hold_what_is_on_their_edge():
    sums = tallies.empty()
    for seconds in (0.05, 0.1, 0.3, 7_200):
        tallies._observe(sums["judged"], tallies.JUDGED_WITHIN, seconds)
    family = metrics._histogram("rejoinder_decision_seconds", tallies.JUDGED_WITHIN, sums["judged"])
    found = {sample.labels.get("le"): sample.value for sample in family.samples}
    assert (found["0.1"], found["0.25"], found["0.5"]) == (2, 2, 3)
    assert (found["3600"], found["+Inf"]) == (3, 4)


def test_a_check_that_fails_is_counted(monkeypatch):
    relax()
    monkeypatch.setattr("moderation.pipeline.checks.shouting.shouting", lambda *_: 1 / 0)
    pipeline._resolve.cache_clear()
    try:
        [record] = judged(CALM)
    finally:
        pipeline._resolve.cache_clear()
    assert record.outcome == "hold"
    seal()
    tallies.tally()
    found = scraped()
    assert found['rejoinder_failed_checks_total{reason="check_failed"}'] == 1
    assert found['rejoinder_failed_checks_total{reason="check_slow"}'] == 0


def test_the_totals_go_on_from_where_they_were_in_batches(monkeypatch):
    relax()
    judged(CALM)
    seal()
    tallies.tally()
    monkeypatch.setattr(tallies, "BATCH", 2)
    judged(*(f"{CALM} For the {n}th time of many." for n in range(5)))
    seal()
    assert tallies.tally() == 5
    assert Figure.objects.get(pk=tallies.DECISIONS).value["position"] == Seal.objects.count()
    assert scraped()["rejoinder_decision_seconds_count"] == 6


def test_the_sweep_says_when_it_was_through():
    assert "rejoinder_sweep_age_seconds" not in scraped()
    judging.sweep(offer=lambda pk: True)
    assert scraped()["rejoinder_sweep_age_seconds"] < 60
    Figure.objects.filter(pk=judging.SWEPT_FIGURE).update(
        at=timezone.now() - timedelta(seconds=500)
    )
    assert scraped()["rejoinder_sweep_age_seconds"] >= 500
    judging.sweep(offer=lambda pk: True)
    assert scraped()["rejoinder_sweep_age_seconds"] < 60


def test_a_ruling_that_does_not_reach_its_readers_is_overdue():
    relax()
    [record] = judged(SHOUTED)
    editor = make_user(role="editor")
    ruled = ruling.rule(
        actor=editor,
        comment=record.comment,
        revision_id=record.revision_id,
        outcome="approve",
        effect_after=timedelta(seconds=6),
    )
    assert scraped()["rejoinder_effects_overdue"] == 0
    PendingEffect.objects.filter(pk=ruled.pk).update(due_at=timezone.now() - timedelta(minutes=2))
    assert scraped()["rejoinder_effects_overdue"] == 1


def test_rows_that_are_not_sealed_are_told_by_table():
    relax()
    judged(CALM)
    found = scraped()
    assert found['rejoinder_unsealed_rows{table="decision"}'] == 1
    seal()
    found = scraped()
    assert found['rejoinder_unsealed_rows{table="decision"}'] == 0
    assert found["rejoinder_oldest_unsealed_seconds"] == 0


def test_a_broker_that_is_away_is_told_and_hides_nothing_else():
    found = scraped()
    assert found["rejoinder_broker_up"] == 0
    assert not [name for name in found if name.startswith("rejoinder_queue_messages")]
    assert found["rejoinder_unread_facts"] == 0


def test_a_look_costs_the_same_queries_whatever_there_is():
    def look() -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            scraped()
        return [query["sql"] for query in asked]

    few = look()
    article = make_article()
    for status in (Status.PENDING, Status.HELD, Status.REJECTED, Status.APPROVED):
        for _ in range(3):
            make_comment(article=article, status=status)
    assert len(look()) == len(few) <= 24


def test_a_second_look_within_five_seconds_costs_nothing(django_assert_num_queries):
    metrics.exposition()
    with django_assert_num_queries(0):
        metrics.exposition()


# Partial indexes, which hold nothing but what waits; and a row for each of two tables.
ONLY_WHAT_WAITS = ("comment_pending_since", "report_open", "appeal_open", "legal_notice_open")
SMALL = ("record_reach",)


def plans_of(queries: list[str]) -> list[tuple[str, str]]:
    """Each step of each query's plan, with the query."""
    found = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # So few rows are read through whatever indexes there are; only what has none is left.
            cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in queries:
            explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
            cursor.execute(f"{explain} {sql}")
            found += [(row[-1], sql) for row in cursor.fetchall()]
    return found


def test_no_look_reads_through_a_table_that_grows():
    with CaptureQueriesContext(connection) as asked:
        scraped()
    plans = plans_of([query["sql"] for query in asked if query["sql"].startswith("SELECT")])
    assert len(plans) > 10
    walking = re.compile(r"SCAN (\w+)|.*Seq Scan on (\w+)")
    walked = []
    for step, sql in plans:
        found = walking.match(step)
        if found is None or any(index in step for index in ONLY_WHAT_WAITS):
            continue
        if (found[1] or found[2]) not in SMALL and f"LIMIT {facts.NEWEST}" not in sql:
            walked.append(f"{step}: {sql}")
    assert walked == []
    assert [sql for step, sql in plans if "TEMP B-TREE" in step] == [], "nothing is sorted"


COUNTING = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from config import counters
counters.share()
import django
django.setup()
from config import metrics
for _ in range(int(sys.argv[1])):
    metrics.count_request(method="GET", view="article", status="200", seconds=0.02)
print(counters.shared)
"""


def test_the_requests_of_several_processes_are_added_up(tmp_path):
    """Both are children of this process, as the workers of a server are of theirs."""

    def serve(times: int) -> str:
        done = subprocess.run(
            [sys.executable, "-c", COUNTING, str(times)],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip().splitlines()[-1]

    one, two = serve(3), serve(4)
    assert one == two
    registry = metrics.CollectorRegistry()
    metrics.MultiProcessCollector(registry, one)
    said = metrics.generate_latest(registry).decode()
    assert 'rejoinder_requests_total{method="GET",status="200",view="article"} 7.0' in said, (
        "the dead count too"
    )
    assert re.search(r'rejoinder_request_seconds_bucket\{le="0.025",view="article"\} 7', said)
