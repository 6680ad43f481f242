"""What editors see: what waits, what was reported, what was decided, each with its context."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _

from accounts.errors import Forbidden
from accounts.models import User
from comments.models import Comment
from moderation.models import Appeal, DecisionRecord, LegalNotice, Report, Sketch
from moderation.operations.appeals import refusal_to_rule
from moderation.operations.raids import cluster_of

PAGE = 25


@dataclass(frozen=True, slots=True)
class Cluster:
    """A raid as it is known now. number: its name; articles: how many are reached."""

    number: int
    comments: int
    authors: int
    articles: int


@dataclass(frozen=True, slots=True)
class Item:
    """A comment before an editor. decision: the machine's or person's last word on it;
    reports: the open ones; author: counts by name; judged: the last record that says what the
    checks found in this very text; cluster: the raid it is in."""

    comment: Comment
    decision: DecisionRecord | None
    reports: tuple[Report, ...] = ()
    author: dict[str, int] | None = None
    judged: DecisionRecord | None = None
    cluster: Cluster | None = None


@dataclass(frozen=True, slots=True)
class QueuePage:
    items: list[Item]
    total: int
    next_id: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """A contested decision before an editor. refusal: why this editor does not rule on it."""

    appeal: Appeal
    item: Item
    refusal: Forbidden | None


@dataclass(frozen=True, slots=True)
class Cases:
    cases: list[Case]
    total: int


def _check(reader: User) -> None:
    if not (reader.is_authenticated and reader.is_editor):
        raise Forbidden(_("Only editors see the queue."), code="editors_only")


def in_context(comments: list[Comment]) -> list[Item]:
    """The comments (CONTEXT selected) with decisions, reports, authors' records and raids, in
    three queries, four where there is a raid."""
    ids = [comment.pk for comment in comments]
    latest = {comment.pk: comment.latest_id for comment in comments}
    decisions: dict[int, DecisionRecord] = {}
    judged: dict[int, DecisionRecord] = {}
    for record in DecisionRecord.objects.filter(comment__in=ids).order_by("pk"):
        decisions[record.comment_id] = record
        if record.findings and record.revision_id == latest[record.comment_id]:
            judged[record.comment_id] = record
    reports: dict[int, list[Report]] = {}
    for report in Report.objects.filter(comment__in=ids, settled_at__isnull=True).select_related(
        "reporter"
    ):
        reports.setdefault(report.comment_id, []).append(report)
    authors = {
        row["author"]: row
        for row in Comment.objects.filter(author__in={c.author_id for c in comments})
        .values("author")
        .annotate(
            live=Count("pk", filter=Q(live_revision__isnull=False, removed_at__isnull=True)),
            rejected=Count("pk", filter=Q(status=Comment.Status.REJECTED)),
        )
    }
    names = {comment.pk: _cluster_name(comment) for comment in comments}
    known = clusters(set(names.values()) - {None})
    return [
        Item(
            comment,
            decisions.get(comment.pk),
            tuple(reports.get(comment.pk, ())),
            authors.get(comment.author_id),
            judged.get(comment.pk),
            known.get(names[comment.pk]),
        )
        for comment in comments
    ]


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


def counts() -> dict[str, int]:
    """How much is on each tab, in four queries."""
    return {
        "waiting": Comment.objects.waiting().count(),
        "reported": Report.objects.filter(settled_at__isnull=True)
        .values("comment", "profile")
        .distinct()
        .count()
        + LegalNotice.objects.filter(settled_at__isnull=True).count(),
        "appeals": Appeal.objects.open().count(),
    }


def waiting(
    *, reader: User, after: int | None = None, cluster: int | None = None, size: int = PAGE
) -> QueuePage:
    """Held comments in the order they were held; after: the id of the last one seen; cluster: of
    this raid alone."""
    _check(reader)
    rows = Comment.objects.waiting()
    if cluster is not None:
        rows = rows.filter(sketch__cluster=cluster_of(cluster))
    total = rows.count()
    if after:
        last = Comment.objects.filter(pk=after).values_list("decided_at", flat=True).first()
        if last is not None:
            rows = rows.filter(Q(decided_at__gt=last) | Q(decided_at=last, pk__gt=after))
    shown = list(rows.select_related(*CONTEXT)[: size + 1])
    return QueuePage(
        in_context(shown[:size]), total, shown[size - 1].pk if len(shown) > size else None
    )


def decided_of_cluster(*, reader: User, cluster: int) -> list[Comment]:
    """The newest comments of a raid that do not wait: live, rejected, or taken back."""
    _check(reader)
    rows = Comment.objects.filter(sketch__cluster=cluster).exclude(
        pk__in=Comment.objects.waiting().values("pk")
    )
    return list(rows.select_related("author").order_by("-pk")[:PAGE])


def reported(*, reader: User) -> tuple[QueuePage, list[Report]]:
    """Comments with open reports, and open reports about people; oldest first."""
    _check(reader)
    rows = Comment.objects.filter(reports__settled_at__isnull=True, reports__isnull=False)
    total = rows.distinct().count()
    shown = list(rows.distinct().select_related(*CONTEXT).order_by("pk")[:PAGE])
    people = list(
        Report.objects.filter(profile__isnull=False, settled_at__isnull=True).select_related(
            "profile", "reporter"
        )[:PAGE]
    )
    return QueuePage(in_context(shown), total, None), people


def legal_notices(*, reader: User) -> list[tuple[LegalNotice, Item]]:
    """Open notices that a comment is illegal, oldest first, with what they are about."""
    _check(reader)
    rows = LegalNotice.objects.filter(settled_at__isnull=True).select_related(
        *(f"comment__{name}" for name in CONTEXT)
    )
    shown = list(rows.order_by("created_at", "pk")[:PAGE])
    return list(zip(shown, in_context([notice.comment for notice in shown]), strict=True))


def appeals(*, reader: User) -> Cases:
    """Open appeals, oldest first, each with the contested decision and who made it."""
    _check(reader)
    rows = Appeal.objects.open()
    shown = list(
        rows.select_related(
            "contested", "decision__revision", *(f"comment__{name}" for name in CONTEXT)
        ).order_by("created_at", "pk")[:PAGE]
    )
    items = in_context([appeal.comment for appeal in shown])
    return Cases(
        [
            Case(appeal, item, refusal_to_rule(actor=reader, appeal=appeal))
            for appeal, item in zip(shown, items, strict=True)
        ],
        rows.count(),
    )


def decided(*, reader: User) -> list[DecisionRecord]:
    """People's latest rulings, newest first, with what was ruled on."""
    _check(reader)
    return list(
        DecisionRecord.objects.filter(actor__isnull=False)
        .select_related("actor", "revision", "appeal", *(f"comment__{name}" for name in CONTEXT))
        .prefetch_related(Prefetch("undone_by"))[:PAGE]
    )


def _in_words(value: Any, told: Callable[[str], str]) -> str:
    """A finding's evidence for a person: listed phrases in quotes, comments by number, labels with
    their scores and the thresholds they reached."""
    if isinstance(value, list):
        return ", ".join(_item_in_words(item, told) for item in value)
    return str(value)


def _item_in_words(item: Any, told: Callable[[str], str]) -> str:
    match item:
        case {"text": text}:
            return f"“{text}”"
        case {"label": label, "score": score, "from": threshold}:
            return f"{told(label) or label} {score:.2f} (≥ {threshold:.2f})"
        case int():
            return f"#{item}"
    return str(item)


def findings_in_words(
    record: DecisionRecord | None, told: Callable[[str], str]
) -> list[dict[str, Any]]:
    """Each finding as a title and its evidence in figures, for a card."""
    if record is None:
        return []
    return [
        {
            "title": told(found["code"]) or found["code"],
            "code": found["code"],
            "detail": ", ".join(
                f"{name.replace('_', ' ')} {_in_words(value, told)}"
                for name, value in found["detail"].items()
                # How many phrases were found is plain from their names, unless some were left out.
                if value not in ("", None, [], {})
                and not (name == "found" and value == len(found["detail"].get("phrases", ())))
            ),
            "outcome": found["outcome"],
            "score": found["score"],
        }
        for found in record.findings
    ]
