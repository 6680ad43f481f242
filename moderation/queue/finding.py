"""Which rows a selection has, in its order, a page at a time, read along an index.

A page starts where its cursor points and follows one index. What that index does not know is looked
up row by row, over LOOKED rows at most: a page may be short and still have a next one, but it never
takes long, however much waits and however rare the combination is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from comments.models import Comment
from comments.threads import decode_cursor, encode_cursor
from fulltext import parse
from moderation.desk_words import INDEX, PLACES
from moderation.models import Appeal, QueueItem, QueueScore, Sketch
from moderation.operations.raids import cluster_of
from moderation.queue import selection as names
from moderation.queue.selection import Selection

LOOKED = 4_000  # rows that one page looks at for what its index does not know
SET = 5_000  # the most of a set without an order of its own: a raid, what was escalated
_LOOKS, _AT_ONCE = 5, 200  # steps through the words, and rows in each
Status = Comment.Status
_STATUS = {
    names.WAITING: Status.HELD,
    names.APPROVED: Status.APPROVED,
    names.REJECTED: Status.REJECTED,
}
# Filters with an index for each order, the one that leaves least first.
_COLUMNS = ("author_id", "article_id", "reason", "label", "section_id", "language")


@dataclass(frozen=True, slots=True)
class Found:
    """ids: of comments, in order. next: the cursor of what comes after them, or None."""

    ids: list[int]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Walk:
    """Rows along one index: their key, which way, the path to the item from them, that to the
    comment's number, and what else must hold of the item, by column."""

    rows: QuerySet
    key: str
    falling: bool
    to_item: str = ""
    ident: str = "comment_id"
    rest: dict[str, Any] = field(default_factory=dict)


def find(selection: Selection, *, size: int) -> Found:
    """A page of comments. A cursor of another order is the first page."""
    if selection.words:
        return _by_words(selection, size)
    walks = _walks(selection)
    order = selection.ordered_by
    place = _place(selection.after, order)
    steps = [_steps(walk, place, size) for walk in walks]
    # Beyond where one of them stopped looking, none can say what comes next.
    falling = walks[0].falling
    nearest = max if falling else min
    end = nearest((step.end for step in steps if step.end is not None), default=None)
    pairs = sorted((pair for step in steps for pair in step.pairs), reverse=falling)
    if end is not None:
        pairs = [pair for pair in pairs if (pair >= end if falling else pair <= end)]
    if len(pairs) > size:
        end = pairs[size - 1]
    pairs = pairs[:size]
    return Found([pair[1] for pair in pairs], _cursor(order, end) if end else None)


@dataclass(frozen=True, slots=True)
class _Step:
    """(key, comment) pairs in order, and where looking stopped though there may be more."""

    pairs: list[tuple[Any, int]]
    end: tuple[Any, int] | None


def _steps(walk: _Walk, place: tuple[Any, int] | None, size: int) -> _Step:
    sign = "-" if walk.falling else ""
    rows = walk.rows.order_by(f"{sign}{walk.key}", f"{sign}{walk.ident}")
    if place is not None:
        side = "lt" if walk.falling else "gt"
        key, ident = place
        # The first comparison is implied by the second; it lets the index find the place.
        rows = rows.filter(**{f"{walk.key}__{side}e": key}).filter(
            Q(**{f"{walk.key}__{side}": key}) | Q(**{walk.key: key, f"{walk.ident}__{side}": ident})
        )
    if not walk.rest:
        return _Step(list(rows.values_list(walk.key, walk.ident)[: size + 1]), None)
    # Looked through here: a database that is told of these conditions may take another way, along
    # an index of one of them, and sort what it finds.
    columns = [f"{walk.to_item}{_column(name)}" for name in walk.rest]
    window = rows.values_list(walk.key, walk.ident, *columns)[:LOOKED]
    pairs: list[tuple[Any, int]] = []
    looked = 0
    for found in window.iterator(chunk_size=_AT_ONCE):
        looked += 1
        if _fits(walk.rest, found[2:]):
            pairs.append(found[:2])
            if len(pairs) > size:
                return _Step(pairs, None)
    return _Step(pairs, found[:2] if looked == LOOKED else None)


def _column(name: str) -> str:
    return name.removesuffix("__gte").removesuffix("__lte")


def _fits(wanted: dict[str, Any], values: Sequence[Any]) -> bool:
    return all(
        value is not None and _holds(name, value, limit)
        for (name, limit), value in zip(wanted.items(), values, strict=True)
    )


def _holds(name: str, value: Any, limit: Any) -> bool:
    if name.endswith("__gte"):
        return value >= limit
    return value <= limit if name.endswith("__lte") else value == limit


def _cursor(order: str, pair: tuple[Any, int]) -> str:
    key = pair[0].isoformat() if isinstance(pair[0], datetime) else pair[0]
    return encode_cursor(order, key, pair[1])


def _place(cursor: str, order: str) -> tuple[Any, int] | None:
    try:
        key, row_id = decode_cursor(cursor, order)
        if order in (names.MOST_REPORTED, names.HIGHEST):
            return float(key), row_id
        return datetime.fromisoformat(key).astimezone(UTC), row_id
    except (ValueError, TypeError, OverflowError):
        return None


def _walks(selection: Selection) -> list[_Walk]:
    """Along which indexes a selection is read: one, or for all comments one for each status."""
    tab, order = selection.tab, selection.ordered_by
    falling = order in (names.NEWEST, names.MOST_REPORTED, names.HIGHEST)
    wanted = filters(selection)
    among = _among(selection)
    if tab == names.APPEALS:
        rows = Appeal.objects.open().filter(among("comment_id"))
        return [_Walk(rows, "created_at", falling, "comment__queue_item__", rest=wanted)]
    if order == names.HIGHEST:
        rows = scores(selection).filter(among("item_id"))
        return [_Walk(rows, "value", True, "item__", "item_id", wanted)]
    at = moment_of(tab)
    key = {names.DUE: "due_at", names.MOST_REPORTED: "report_weight"}.get(order, at)
    picked = among("pk")
    lead: dict[str, Any] = {}
    # A set is small enough to be put in order itself, and there is no index of what is reported,
    # or of how often, for each column.
    if not picked and tab != names.REPORTED and key != "report_weight":
        column = next((name for name in _COLUMNS if name in wanted), None)
        if column:
            lead[column] = wanted.pop(column)
    if key == at:
        for bound in (f"{at}__gte", f"{at}__lte"):
            if bound in wanted:
                lead[bound] = wanted.pop(bound)
    return [
        _Walk(QueueItem.objects.filter(picked, **base, **lead), key, falling, rest=wanted)
        for base in _bases(tab, key, confined=bool(picked or wanted or lead))
    ]


def _bases(tab: str, key: str, *, confined: bool) -> list[dict[str, Any]]:
    """What says that an item is on a tab, in the words of the index that is to be used."""
    if tab == names.REPORTED:
        return [{"open_reports__gt": 0}]
    if tab == names.ALL:
        return [{"status": each} for each in Status.values] if confined else [{}]
    if key == "at" or not confined and key == "due_at":
        return [{"status": _STATUS[tab]}]
    # That it is due says that it is held, and these indexes hold nothing else.
    return [{"due_at__isnull": False}]


def moment_of(tab: str) -> str:
    """The column that says since when an item is on a tab."""
    return "reported_at" if tab == names.REPORTED else "at"


def filters(selection: Selection) -> dict[str, Any]:
    """What must hold of an item's own columns, the tab, words, raid and scores apart."""
    now, at = timezone.now(), moment_of(selection.tab)
    wanted = {
        "author_id": selection.author,
        "article_id": selection.article,
        "section_id": selection.section,
        "reason": selection.reason or None,
        "label": selection.label or None,
        "language": selection.language or None,
        f"{at}__gte": now - names.AGES[selection.age] if selection.age else None,
        f"{at}__lte": now - names.AGES[selection.older] if selection.older else None,
    }
    if selection.language == "unknown":
        wanted["language"] = ""
    return {name: value for name, value in wanted.items() if value is not None}


def _among(selection: Selection) -> Callable[[str], Q]:
    """The sets without an order of their own that a selection is confined to, by a path to the
    number of the comment."""
    sets = []
    if selection.cluster is not None:
        raid = Sketch.objects.filter(cluster=cluster_of(selection.cluster)).order_by("-pk")
        sets.append(raid.values("comment_id")[:SET])
    if selection.escalated:
        raised = QueueItem.objects.filter(escalated_at__isnull=False).order_by("-escalated_at")
        sets.append(raised.values("comment_id")[:SET])

    def path(ident: str) -> Q:
        chosen = Q()
        for each in sets:
            chosen &= Q(**{f"{ident}__in": each})
        return chosen

    return path


def scores(selection: Selection) -> QuerySet[QueueScore]:
    """The scores of what waits that lie in a selection's range."""
    top = "value__lte" if selection.high >= 1.0 else "value__lt"
    return QueueScore.objects.filter(
        label=selection.score, value__gte=selection.low, **{top: selection.high}
    )


def matching(selection: Selection) -> QuerySet[QueueItem]:
    """Everything a selection has, unordered and as often as it takes: for the worker, never for a
    page. Words are not for it: a batch is a ruling on what somebody has seen the bounds of."""
    rows = QueueItem.objects.filter(_among(selection)("pk"), **filters(selection))
    if selection.tab == names.REPORTED:
        rows = rows.filter(open_reports__gt=0)
    elif selection.tab == names.APPEALS:
        rows = rows.filter(pk__in=Appeal.objects.open().values("comment_id"))
    elif selection.tab in _STATUS:
        rows = rows.filter(status=_STATUS[selection.tab])
    if selection.score:
        rows = rows.filter(pk__in=scores(selection).values("item_id"))
    return rows.order_by()


def _by_words(selection: Selection, size: int) -> Found:
    """Newest comment first, whatever the order: the index of words knows no other. Whole words:
    to gather what begins alike costs as much as there is of it."""
    query = parse(selection.words)
    query = replace(query, terms=tuple(replace(term, prefix=False) for term in query.terms))
    try:
        _key, before = decode_cursor(selection.after, "words")
    except ValueError:
        before = None
    place = PLACES.get(_STATUS.get(selection.tab, ""))
    ids: list[int] = []
    for _look in range(_LOOKS if query else 0):
        seen = INDEX.newest(query, limit=_AT_ONCE, before=before, place=place)
        ids += sorted(_chosen_of(selection, seen), reverse=True)
        if len(ids) > size:
            return Found(ids[:size], encode_cursor("words", 0, ids[size - 1]))
        if len(seen) < _AT_ONCE:
            return Found(ids, None)
        before = seen[-1]
    return Found(ids, encode_cursor("words", 0, before) if before and query else None)


def _chosen_of(selection: Selection, ids: list[int]) -> set[int]:
    """Those of a few comments that a selection has, words apart; one query, and one more for each
    of a raid, a range of scores and the tab of appeals."""
    wanted = filters(selection)
    columns = [_column(name) for name in wanted]
    facts = ("status", "open_reports", "escalated_at")
    chosen = {
        pk
        for pk, status, reports, escalated, *values in QueueItem.objects.filter(
            pk__in=ids
        ).values_list("pk", *facts, *columns)
        if status == _STATUS.get(selection.tab, status)
        and (reports or selection.tab != names.REPORTED)
        and (escalated or not selection.escalated)
        and _fits(wanted, values)
    }
    if selection.tab == names.APPEALS:
        open_appeals = Appeal.objects.open().filter(comment__in=ids)
        chosen &= set(open_appeals.values_list("comment_id", flat=True))
    if selection.cluster is not None:
        raid = Sketch.objects.filter(cluster=cluster_of(selection.cluster), comment__in=ids)
        chosen &= set(raid.values_list("comment_id", flat=True))
    if selection.score:
        chosen &= set(scores(selection).filter(item__in=ids).values_list("item_id", flat=True))
    return chosen
