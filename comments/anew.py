"""An article's page in two parts: what moves with its discussion, and all else.

A template renders the page once, with marks for what moves; from then on, while nothing else has
changed, the marks are filled from two reads whose queries were built once.
"""

import re
from collections import namedtuple
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils.html import escape

from articles.json_ld import comments_json
from articles.models import Article, CallToAction
from comments import fragments, live, pages
from comments.models import Comment
from comments.querysets import PAGE_FIELDS, ROOTS_PER_PAGE, Page

LD_COMMENTS = 10
JUMP = "#discussion"
_MARK = "\x02{}\x03"  # control characters never survive in anybody's text
_MARKED = re.compile("\x02([a-z]+)\x03")
_NOBODY = -1
_Row = namedtuple("_Row", PAGE_FIELDS)
_LONG = 200  # characters


@dataclass(frozen=True, slots=True)
class Moving:
    """What a page shows of its discussion: `texts` by the name of their mark, safe to stand in
    HTML; and its `shape`, all that decides which elements the rest of the page has."""

    texts: dict[str, str]
    shape: tuple[Any, ...]


def mark(name: str) -> str:
    return _MARK.format(name)


def moving(
    article: Article, asked: CallToAction, page: Page, has_rows: bool, *, sort: str
) -> Moving:
    """What moves, of a page that has been read, but for the rows themselves."""
    picks = pages.picks_of(page)
    next_url = next_page(article, sort, page) or ""
    return Moving(
        {
            "heading": escape(pages.heading(asked.live_count)),
            "next": escape(next_url),
            "version": str(asked.version),
            "since": str(live.now_since()),
            "count": str(asked.live_count),
            "comments": comments_json(ld_comments(page)),
        },
        (
            has_rows,
            asked.live_count > 1,
            bool(next_url),
            asked.is_open(),
            tuple(tuple(pick.values()) for pick in picks),
            tuple(tuple(option.values()) for option in pages.options_with_share(asked)),
        ),
    )


def next_page(article: Article, sort: str, page: Page) -> str | None:
    if page.next_cursor is None:
        return None
    return f"{article.get_absolute_url()}?sort={sort}&after={page.next_cursor}{JUMP}"


def ld_comments(page: Page) -> list[dict[str, Any]]:
    """The first comments of a page, for machines."""
    return [
        {
            "url": f"/c/{row.id}/",
            "text": row.excerpt,
            "author": row.author_name,
            "created": row.live_at,
        }
        for row in page.rows[:LD_COMMENTS]
        if row.excerpt
    ]


@dataclass(frozen=True, slots=True)
class Remaker:
    """Makes the first page of a discussion anew, in UTF-8, or None once its shape has changed.

    parts: the page between its marks; every second one is the name of a mark. Joining and encoding
    a page of text anew costs more than reading it: what has been encoded once stays so.
    """

    parts: tuple[bytes, ...]
    article: Article
    asked: CallToAction
    shape: tuple[Any, ...]
    sort: str

    def without(self, text: bytes) -> "Remaker":
        """The same, of a page in which this text does not stand."""
        kept = tuple(
            part if place % 2 else part.replace(text, b"") for place, part in enumerate(self.parts)
        )
        return replace(self, parts=kept)

    def __call__(self) -> bytes | None:
        if not _read_facts(self.asked):
            return None
        page = _first_page(self.asked, self.sort)
        rows = [_encoded(piece) for piece in fragments.pieces(page.rows)]
        found = moving(self.article, self.asked, page, bool(rows), sort=self.sort)
        if found.shape != self.shape:
            return None
        texts = {name.encode(): [text.encode()] for name, text in found.texts.items()}
        texts[b"discussion"] = rows
        whole: list[bytes] = []
        for place, part in enumerate(self.parts):
            if place % 2:
                whole += texts[part]
            else:
                whole.append(part)
        return b"".join(whole)


def remaker(
    marked: str, article: Article, asked: CallToAction, found: Moving, sort: str
) -> Remaker:
    """Of a page with its marks, and what moved when it was made."""
    parts = tuple(part.encode() for part in _MARKED.split(marked))
    return Remaker(parts, article, asked, found.shape, sort)


def _encoded(piece: str) -> bytes:
    return _long_encoded(piece) if len(piece) > _LONG else piece.encode()


@lru_cache(maxsize=2048)
def _long_encoded(piece: str) -> bytes:
    return piece.encode()


def fill(marked: str, texts: dict[str, str]) -> str:
    """A page with its marks replaced."""
    return _MARKED.sub(lambda found: texts[found[1]], marked)


# --- Reads whose queries are built once ---------------------------------------------------------


def _read_facts(asked: CallToAction) -> bool:
    """Bring what moves of a question up to date; False where it is gone."""
    found = _rows(_facts_query(), {_NOBODY: asked.pk})
    if not found:
        return False
    asked.version, asked.live_count, picks = found[0]
    field = CallToAction._meta.get_field("picks")
    asked.picks = field.from_db_value(picks, None, connection)
    return True


def _first_page(asked: CallToAction, sort: str) -> Page:
    """As `page_of_discussion` answers for a first page."""
    found = _read(_roots_query(sort), {_NOBODY: asked.pk})
    page = Page(found[:ROOTS_PER_PAGE], None)
    if len(found) > ROOTS_PER_PAGE:
        page = Page(page.rows, Comment.objects.cursor_after(sort, page.rows[-1]))
    roots, room = Comment.objects.replying(page.rows)
    if not roots and not asked.picks:
        return page
    query = _replies_query(len(roots), room, len(asked.picks))
    given = dict(zip(_stand_ins(len(roots), 2), roots, strict=True))
    given |= zip(_stand_ins(len(asked.picks), 1_000), asked.picks, strict=True)
    replies, picks = Comment.objects.told_apart(_read(query, given), roots, room, asked.picks)
    return Page([*page.rows, *replies], page.next_cursor, picks)


def _stand_ins(count: int, start: int) -> list[int]:
    return [-start - number for number in range(count)]


Query = tuple[str, tuple[Any, ...]]


@lru_cache(maxsize=1)
def _facts_query() -> Query:
    rows = CallToAction.objects.filter(pk=_NOBODY).values_list("version", "live_count", "picks")
    return rows.query.sql_with_params()


@lru_cache(maxsize=8)
def _roots_query(sort: str) -> Query:
    roots = Comment.objects.filter(call_to_action=_NOBODY)
    return roots.roots_by(sort, None)[: ROOTS_PER_PAGE + 1].query.sql_with_params()


@lru_cache(maxsize=512)
def _replies_query(roots: int, room: int, picks: int) -> Query:
    asked = Comment.objects.replies_and_picks(_stand_ins(roots, 2), room, _stand_ins(picks, 1_000))
    return asked.query.sql_with_params()


def _rows(query: Query, given: dict[Any, Any]) -> list[tuple[Any, ...]]:
    sql, stand_ins = query
    with connection.cursor() as cursor:
        cursor.execute(sql, [given.get(value, value) for value in stand_ins])
        return cursor.fetchall()


def _read(query: Query, given: dict[Any, Any]) -> list[Any]:
    return list(map(_row, _rows(query, given)))


def _row(values: Iterable[Any]) -> Any:
    row = _Row._make(values)
    if row.live_at.tzinfo is not None:
        return row
    # SQLite's times are in UTC and do not say so.
    return row._replace(live_at=row.live_at.replace(tzinfo=UTC))
