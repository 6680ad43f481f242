"""Which rows a selection has, in its order, a page at a time, read along an index.

A page starts where its cursor points and follows one index. What that index does not know is looked
up row by row, over LOOKED rows at most: a page may be short and still have a next one, but it never
takes long, however much waits and however rare the combination is.
"""

from collections.abc import Callable
from dataclasses import dataclass
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
    """Rows along one index: their key, which way, where the item is from them, and what else must
    hold of it."""

    rows: QuerySet
    key: str
    falling: bool
    to_item: str = ""
    ident: str = "comment_id"
    rest: Q | None = None


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
    pair = (walk.key, walk.ident)
    if walk.rest is None:
        return _Step(list(rows.values_list(*pair)[: size + 1]), None)
    window = rows.values("pk")[:LOOKED]
    found = walk.rows.model.objects.filter(pk__in=window).filter(walk.rest)
    pairs = list(found.order_by(*rows.query.order_by).values_list(*pair)[: size + 1])
    if len(pairs) > size:
        return _Step(pairs, None)
    # Bounded by LOOKED: the last row of the window, if it was full.
    last = list(rows.values_list(*pair)[LOOKED - 1 : LOOKED])
    return _Step(pairs, last[0] if last else None)


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


def _held(selection: Selection, order: str) -> tuple[str, dict[str, Any]]:
    """The key of an order among what waits, and what says that it waits."""
    if order == names.DUE:
        # That it is due says that it is held, and that index holds nothing else.
        return "due_at", {"due_at__isnull": False}
    if order == names.MOST_REPORTED:
        return "report_weight", {"due_at__isnull": False}
    return "at", {"status": Status.HELD}


def _walks(selection: Selection) -> list[_Walk]:
    """Along which indexes a selection is read: one, or for all comments one for each status."""
    tab, order = selection.tab, selection.ordered_by
    falling = order in (names.NEWEST, names.MOST_REPORTED, names.HIGHEST)
    wanted = filters(selection)
    among = _among(selection)
    if tab == names.APPEALS:
        rest = _joined(wanted, "comment__queue_item__") & among("comment_id")
        return [_Walk(Appeal.objects.open(), "created_at", falling, rest=rest or None)]
    if order == names.HIGHEST:
        rest = _joined(wanted, "item__") & among("item_id")
        return [_Walk(scores(selection), "value", True, ident="item_id", rest=rest or None)]
    if tab == names.WAITING:
        key, held = _held(selection, order)
        bases = [held]
    elif tab == names.REPORTED:
        key = "report_weight" if order == names.MOST_REPORTED else "at"
        bases = [{"open_reports__gt": 0}]
    elif tab == names.ALL:
        key = "at"
        bases = [{"status": each} for each in Status.values] if wanted else [{}]
    else:
        key, bases = "at", [{"status": _STATUS[tab]}]
    lead = {}
    if key == "at" and "at__gte" in wanted:
        lead["at__gte"] = wanted.pop("at__gte")
    if tab != names.REPORTED and key != "report_weight":
        column = next((name for name in _COLUMNS if name in wanted), None)
        if column:
            lead[column] = wanted.pop(column)
    picked = among("pk")
    if picked:
        # Few enough to be put in order themselves.
        whole = _joined({**lead, **wanted}) & picked
        return [_Walk(QueueItem.objects.filter(whole, **base), key, falling) for base in bases]
    rest = _joined(wanted) or None
    return [
        _Walk(QueueItem.objects.filter(**base, **lead), key, falling, rest=rest) for base in bases
    ]


def filters(selection: Selection) -> dict[str, Any]:
    """What must hold of an item's own columns, the tab, words, raid and scores apart."""
    wanted = {
        "author_id": selection.author,
        "article_id": selection.article,
        "section_id": selection.section,
        "reason": selection.reason or None,
        "label": selection.label or None,
        "language": selection.language or None,
        "at__gte": timezone.now() - names.AGES[selection.age] if selection.age else None,
    }
    if selection.language == "unknown":
        wanted["language"] = ""
    return {name: value for name, value in wanted.items() if value is not None}


def _joined(wanted: dict[str, Any], to_item: str = "") -> Q:
    return Q(**{f"{to_item}{name}": value for name, value in wanted.items()})


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
    rows = QueueItem.objects.filter(_joined(filters(selection)) & _among(selection)("pk"))
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
    """Newest comment first, whatever the order: the index of words knows no other."""
    query = parse(selection.words)
    try:
        _key, before = decode_cursor(selection.after, "words")
    except ValueError:
        before = None
    place = PLACES.get(_STATUS.get(selection.tab, ""))
    wanted = matching(selection.but(words=""))
    ids: list[int] = []
    for _look in range(_LOOKS if query else 0):
        seen = INDEX.newest(query, limit=_AT_ONCE, before=before, place=place)
        ids += wanted.filter(pk__in=seen).order_by("-pk").values_list("pk", flat=True)
        if len(ids) > size:
            return Found(ids[:size], encode_cursor("words", 0, ids[size - 1]))
        if len(seen) < _AT_ONCE:
            return Found(ids, None)
        before = seen[-1]
    return Found(ids, encode_cursor("words", 0, before) if before and query else None)
