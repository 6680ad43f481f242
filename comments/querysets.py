"""How comments are read. Visibility is decided here and nowhere else."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from articles.models import Article
from comments.threads import decode_cursor, encode_cursor

ROOTS_PER_PAGE = 25
ROWS_PER_PAGE = 200
# With more, words alone would bring an article's first view over its weight of 60 kB.
ROWS_BELOW_ARTICLE = 80
ANCESTORS_SHOWN = 3
LEVELS_BELOW = 3  # of a linked comment; each is one bounded query

# Sort -> the key it descends or ascends by; the id breaks ties the same way.
SORTS = {
    "newest": "-live_at",
    "oldest": "live_at",
    "replies": "-thread_count",
    "best": "-score",
}
DEFAULT_SORT = "newest"

PAGE_FIELDS = (
    "id",
    "parent_id",
    "root_id",
    "author_id",
    "depth",
    "number",
    "live_at",
    "reply_count",
    "thread_count",
    "ups",
    "downs",
    "score",
    "fragment",
    "excerpt",
    "author_name",
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a discussion: rows of PAGE_FIELDS, parents first, and the next page's cursor.

    picks: rows of the editors' picks, newest pick first; on a first page alone."""

    rows: list[Any]
    next_cursor: str | None
    picks: list[Any] = field(default_factory=list)


def _key_of(name: str, key: Any) -> Any:
    """A cursor's key as its column holds it. Raises ValueError, TypeError or OverflowError for
    what no row can have."""
    if name == "live_at":
        moment = datetime.fromisoformat(key).astimezone(UTC)
        if not 2000 <= moment.year < 3000:
            raise ValueError("no comment was live then")
        return moment
    if name == "score":
        if not 0.0 <= float(key) <= 1.0:
            raise ValueError("not a score")
        return float(key)
    if not 0 <= int(key) < 2**31:
        raise ValueError("not a count")
    return int(key)


class CommentQuerySet(models.QuerySet):
    def live(self) -> "CommentQuerySet":
        """Whose words everyone may read."""
        return self.filter(
            live_revision__isnull=False, withdrawn_at__isnull=True, removed_at__isnull=True
        )

    def listed(self) -> "CommentQuerySet":
        """On public pages: live ones, and tombstones that hold a thread together."""
        return self.filter(listed=True)

    def visible_to(self, user) -> "CommentQuerySet":
        """Live and listed ones, and this reader's own; an editor sees all."""
        if user.is_authenticated and user.is_editor:
            return self
        public = Q(listed=True, call_to_action__article__in=Article.objects.live())
        return (
            self.filter(public | Q(author=user)) if user.is_authenticated else self.filter(public)
        )

    def undecided(self) -> "CommentQuerySet":
        return self.filter(status__in=["pending", "held"], withdrawn_at__isnull=True)

    def not_plainly_live(self) -> "CommentQuerySet":
        """Those whose author is owed a word: undecided, not published, or edited since."""
        return self.filter(withdrawn_at__isnull=True).exclude(status="approved")

    def waiting(self) -> "CommentQuerySet":
        """Held for an editor, longest wait first."""
        return self.filter(status="held", withdrawn_at__isnull=True).order_by("decided_at", "id")

    def to_judge(self) -> "CommentQuerySet":
        return self.filter(status="pending", withdrawn_at__isnull=True)

    def longest_pending(self) -> "CommentQuerySet":
        """What is to be judged, the text that has waited longest first: an edit waits anew."""
        return self.to_judge().order_by("latest_id")

    def in_discussion(self, call_to_action) -> "CommentQuerySet":
        return self.filter(call_to_action=call_to_action)

    def for_page(self) -> "CommentQuerySet":
        """Rows ready to be joined, without model objects."""
        return self.annotate(author_name=F("author__display_name")).values_list(
            *PAGE_FIELDS, named=True
        )

    def _after(self, sort: str, cursor: str | None) -> "CommentQuerySet":
        order = SORTS[sort]
        name, descending = order.lstrip("-"), order.startswith("-")
        rows = self.order_by(order, "-id" if descending else "id")
        if not cursor:
            return rows
        try:
            key, row_id = decode_cursor(cursor, sort)
            key = _key_of(name, key)
        except (ValueError, TypeError, OverflowError) as error:
            raise ValidationError(_("This page does not exist."), code="bad_cursor") from error
        side = "lt" if descending else "gt"
        # The first comparison is implied by the rest; it lets the index find the place.
        return rows.filter(**{f"{name}__{side}e": key}).filter(
            Q(**{f"{name}__{side}": key}) | Q(**{name: key, f"id__{side}": row_id})
        )

    def cursor_after(self, sort: str, last: Any) -> str:
        """The cursor of the page that follows this row."""
        key = getattr(last, SORTS[sort].lstrip("-"))
        key = key.isoformat() if isinstance(key, datetime) else key
        return encode_cursor(sort, key, last.id)

    def roots_by(self, sort: str, cursor: str | None) -> "CommentQuerySet":
        """Listed top-level comments after a cursor, in order. Raises ValidationError (bad_sort,
        bad_cursor)."""
        return self.listed().filter(parent__isnull=True)._in_order(sort, cursor)

    def _in_order(self, sort: str, cursor: str | None) -> "CommentQuerySet":
        if sort not in SORTS:
            raise ValidationError(_("Unknown order."), code="bad_sort")
        return self._after(sort, cursor).for_page()

    def page_by(self, sort: str, cursor: str | None, size: int) -> Page:
        """A page of these rows in one query, by keyset, `size` at most."""
        rows = list(self._in_order(sort, cursor)[: size + 1])
        if len(rows) <= size:
            return Page(rows, None)
        return Page(rows[:size], self.cursor_after(sort, rows[size - 1]))

    def page_of_discussion(self, call_to_action, *, sort: str, cursor: str | None = None) -> Page:
        """Roots in order with their first replies, two queries, ROWS_BELOW_ARTICLE at most.

        The replies share what room is left fairly: every thread shows its first ones before any
        thread shows more. The first page has the editors' picks as well, in the same queries.
        """
        roots = self.in_discussion(call_to_action).listed().filter(parent__isnull=True)
        page = roots.page_by(sort, cursor, ROOTS_PER_PAGE)
        roots, room = self.replying(page.rows)
        picked = [] if cursor else call_to_action.picks
        if not roots and not picked:
            return page
        found = list(self.replies_and_picks(roots, room, picked))
        replies, picks = self.told_apart(found, roots, room, picked)
        return Page([*page.rows, *replies], page.next_cursor, picks)

    def replying(self, rows: list[Any]) -> tuple[list[int], int]:
        """Those of a page's roots that have replies, and the room that is left for them."""
        return [row.id for row in rows if row.thread_count], ROWS_BELOW_ARTICLE - len(rows)

    def replies_and_picks(
        self, roots: list[int], room: int, picked: list[int]
    ) -> "CommentQuerySet":
        """The first replies of these roots and the editors' picks, in one query."""
        replying = Q(root__in=roots, number__lte=room)
        rows = self.listed()
        if picked:
            # Picks come first, so that the limit never cuts one off.
            first = Case(When(pk__in=picked, then=Value(0)), default=Value(1))
            rows = rows.filter(replying | Q(pk__in=picked)).order_by(first, "number", "id")
        else:
            rows = rows.filter(replying).order_by("number", "id")
        return rows.for_page()[: room + len(picked)]

    def told_apart(
        self, found: list[Any], roots: list[int], room: int, picked: list[int]
    ) -> tuple[list[Any], list[Any]]:
        """Replies in order, and picks, of what `replies_and_picks` found."""
        by_id = {row.id: row for row in found}
        among = set(roots)
        replies = [row for row in found if row.root_id in among and row.number <= room]
        if picked:
            replies.sort(key=lambda row: (row.number, row.id))
        return replies[:room], [by_id[pk] for pk in picked if pk in by_id]

    def page_of_thread(self, root_id: int, *, after: int = 0) -> Page:
        """The replies of one thread in the order they went live, after number `after`."""
        rows = list(
            self.listed()
            .filter(root=root_id, number__gt=after)
            .order_by("number")
            .for_page()[:ROWS_PER_PAGE]
        )
        more = rows[-1].number if len(rows) == ROWS_PER_PAGE else None
        return Page(rows, str(more) if more else None)

    def below(self, comment_id: int) -> list[Any]:
        """Listed replies under one comment, level by level, in few and bounded queries."""
        rows: list[Any] = []
        parents = [comment_id]
        for _level in range(LEVELS_BELOW):
            room = ROWS_PER_PAGE - ANCESTORS_SHOWN - 1 - len(rows)
            if not parents or room <= 0:
                break
            level = list(
                self.listed().filter(parent__in=parents).order_by("number", "id").for_page()[:room]
            )
            rows += level
            parents = [row.id for row in level if row.reply_count]
        return rows

    def up_to(self, comment) -> list[Any]:
        """A comment after its nearest listed ancestors, outermost first, in one query."""
        table = self.model._meta.db_table
        lineage = RawSQL(
            f"WITH RECURSIVE up(id, parent_id, step) AS ("
            f" SELECT id, parent_id, 0 FROM {table} WHERE id = %s"
            f" UNION ALL SELECT c.id, c.parent_id, step + 1 FROM {table} c"
            f" JOIN up ON c.id = up.parent_id WHERE step < {ANCESTORS_SHOWN})"
            f" SELECT id FROM up",
            [comment.pk],
        )
        return list(self.listed().filter(pk__in=lineage).order_by("depth").for_page())

    def in_hand(self, *, now: datetime, lease: timedelta) -> "CommentQuerySet":
        """Pending rows that were offered, or begun, less than a lease ago.

        A time to come was written by a clock that was wrong, and is no lease.
        """
        return self.to_judge().filter(enqueued_at__range=(now - lease, now + lease))

    def to_offer(self, *, now: datetime, new: timedelta, lease: timedelta) -> "CommentQuerySet":
        """Pending rows whose offer was lost or whose lease ran out, oldest first.

        new: how long a fresh row's first offer may be under way. lease: as for in_hand.
        """
        fresh = Q(enqueued_at__isnull=True, created_at__range=(now - new, now + new))
        return (
            self.to_judge()
            .exclude(fresh)
            .filter(
                Q(enqueued_at__isnull=True)
                | Q(enqueued_at__lt=now - lease)
                | Q(enqueued_at__gt=now + lease)
            )
            .order_by(F("enqueued_at").asc(nulls_first=True), "id")
        )
