"""A comment as an editor needs to see it: with its decisions, its reports and who wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import RowNumber

from accounts.models import User
from comments.models import Comment
from moderation.models import Appeal, DecisionRecord, QueueItem, Report, Sketch

REPORTS = 50  # open ones of a comment, the newest
MANY = 500  # comments of an author, of which no more are counted
CONTEXT = (
    "author",
    "sketch",
    "latest",
    "live_revision",
    "choice",
    "parent__author",
    "parent__live_revision",
    "call_to_action__article",
)
# What a card shows none of, and what would be most of the bytes read.
UNSHOWN = (
    "fragment",
    "parent__fragment",
    "call_to_action__article__body",
    "call_to_action__article__body_html",
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A raid as it is known now. number: its name; articles: how many are reached."""

    number: int
    comments: int
    authors: int
    articles: int


@dataclass(frozen=True, slots=True)
class Item:
    """A comment before an editor. decision: the machine's or person's last word on it; reports:
    the newest REPORTS that are open, open_reports: how many are; author: counts by name, up to MANY
    (live, rejected, overturned: decisions that another editor took back); judged: the last record
    that says what the checks found in this very text; cluster: the raid it is in; entry: as the
    desk keeps it (risk, due_at, claim, escalation); appeal: the open one."""

    comment: Comment
    decision: DecisionRecord | None
    reports: tuple[Report, ...] = ()
    open_reports: int = 0
    author: dict[str, int] | None = None
    judged: DecisionRecord | None = None
    cluster: Cluster | None = None
    entry: QueueItem | None = None
    appeal: Appeal | None = None


def in_context(comments: list[Comment]) -> list[Item]:
    """The comments (CONTEXT selected) with all that an Item has, in five queries, six where there
    is a raid."""
    ids = [comment.pk for comment in comments]
    latest = {comment.pk: comment.latest_id for comment in comments}
    decisions: dict[int, DecisionRecord] = {}
    judged: dict[int, DecisionRecord] = {}
    records = DecisionRecord.objects.filter(comment__in=ids).select_related("actor")
    for record in records.order_by("pk"):
        decisions[record.comment_id] = record
        if record.findings and record.revision_id == latest[record.comment_id]:
            judged[record.comment_id] = record
    reports: dict[int, list[Report]] = {}
    for report in _newest_reports(ids):
        reports.setdefault(report.comment_id, []).append(report)
    authors = records_of({comment.author_id for comment in comments})
    entries = QueueItem.objects.select_related("claimed_by", "escalated_by").in_bulk(ids)
    appeals = {
        appeal.comment_id: appeal
        for appeal in Appeal.objects.open()
        .filter(comment__in=ids)
        .select_related("contested", "comment", "decision")
    }
    names = {comment.pk: _cluster_name(comment) for comment in comments}
    known = clusters(set(names.values()) - {None})
    return [
        Item(
            comment,
            decisions.get(comment.pk),
            tuple(reports.get(comment.pk, ())),
            entries[comment.pk].open_reports if comment.pk in entries else 0,
            authors[comment.author_id],
            judged.get(comment.pk),
            known.get(names[comment.pk]),
            entries.get(comment.pk),
            appeals.get(comment.pk),
        )
        for comment in comments
    ]


def _newest_reports(ids: list[int]) -> QuerySet[Report]:
    """The newest REPORTS of each comment that are open: somebody may have set hundreds on one."""
    place = Window(RowNumber(), partition_by="comment", order_by=F("pk").desc())
    open_ones = Report.objects.filter(comment__in=ids, settled_at__isnull=True)
    numbered = open_ones.annotate(place=place).filter(place__lte=REPORTS)
    return numbered.select_related("reporter").order_by("-pk")


def records_of(author_ids: set[int]) -> dict[int, dict[str, int]]:
    """What became of these people's comments, from the desk's indexes alone; one query."""
    found = User.objects.filter(pk__in=author_ids).annotate(
        **{name: _at_most(condition) for name, condition in _COUNTED.items()}
    )
    return {row["pk"]: row for row in found.order_by().values("pk", *_COUNTED)}


def counts_told(record: Mapping[str, int]) -> dict[str, str]:
    """The counts of an author as they are shown: at MANY, nobody has looked for more."""
    return {
        name: f"{record[name]}+" if record[name] >= MANY else str(record[name]) for name in _COUNTED
    }


_COUNTED = {
    "live": "status = 'approved'",
    "rejected": "status = 'rejected'",
    "overturned": "reason = 'appeal_overturned'",
}


def _at_most(condition: str) -> RawSQL:
    """How many of an author's rows there are, MANY at most: someone may have written for years."""
    people, items = User._meta.db_table, QueueItem._meta.db_table
    return RawSQL(
        f"(SELECT COUNT(*) FROM (SELECT 1 FROM {items} WHERE {condition}"
        f" AND author_id = {people}.id LIMIT %s) AS counted)",
        [MANY],
    )


def _cluster_name(comment: Comment) -> int | None:
    return comment.sketch.cluster if hasattr(comment, "sketch") else None


def clusters(names: set[int]) -> dict[int, Cluster]:
    """Raids by name, as large as they are now, in one query; none for no name."""
    if not names:
        return {}
    rows = (
        Sketch.objects.filter(cluster__in=names)
        .values("cluster")
        .annotate(
            comments=Count("pk"),
            authors=Count("comment__author", distinct=True),
            articles=Count("comment__call_to_action__article", distinct=True),
        )
    )
    return {
        row["cluster"]: Cluster(row["cluster"], row["comments"], row["authors"], row["articles"])
        for row in rows
    }


def loaded(ids: list[int]) -> list[Comment]:
    """These comments in this order, with what in_context needs; one query."""
    rows = Comment.objects.select_related(*CONTEXT).defer(*UNSHOWN).in_bulk(ids)
    return [rows[pk] for pk in ids if pk in rows]
