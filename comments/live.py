"""What an open page learns of its discussion: that something moved, and what went live since."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from articles.models import Article, CallToAction
from comments.facts import facts_about
from comments.models import Comment
from comments.threads import SHOWN_DEPTH

VERSION_PATH = "/live/"  # answered by config.poll, before Django's stack
NEWS_LIMIT = 200
# A comment is public a moment after its own live_at, when its transaction commits. A page that was
# read in between must still hear of it; what it shows already, it knows by id.
OVERLAP = timedelta(seconds=10)
# A number of each of CLDR's plural categories, the same in every language offered.
SAMPLES = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}
# Where a page puts new top-level answers: above what it shows, below it, or on another page.
TOP, END, ELSEWHERE = "top", "end", "elsewhere"

_THEN, _NOBODY = datetime(2000, 1, 1, tzinfo=UTC), -1


@cache
def _version_query() -> tuple[str, tuple[Any, ...]]:
    """The read of a version with stand-ins for the hour and the id.

    Building a query costs thirty times what this one costs to run, so it is built once.
    """
    public = CallToAction.objects.filter(article__in=Article.objects.live(now=_THEN), pk=_NOBODY)
    return public.values_list("version").query.sql_with_params()


def public_version(call_to_action_id: int) -> int | None:
    """The version of a discussion, in one read by primary key; None where readers may see none."""
    sql, stand_ins = _version_query()
    hour = connection.ops.adapt_datetimefield_value
    given = {_NOBODY: call_to_action_id, hour(_THEN): hour(timezone.now())}
    with connection.cursor() as cursor:
        cursor.execute(sql, [given.get(value, value) for value in stand_ins])
        found = cursor.fetchone()
    return found[0] if found else None


def discussions_at(*, slug: str | None, comment_id: int) -> list[int]:
    """The number of the question that an article ends in or, without a slug, a comment answers."""
    if slug is not None:
        return list(CallToAction.objects.filter(article__slug=slug).values_list("pk", flat=True))
    return list(Comment.objects.filter(pk=comment_id).values_list("call_to_action_id", flat=True))


@dataclass(frozen=True, slots=True)
class News:
    """rows: (id, parent id, root id) of what went live, oldest first, NEWS_LIMIT at most, the
    newest of them if there is `more`. since: what to ask with after this answer."""

    rows: list[tuple[int, int | None, int | None]]
    more: bool
    since: int


def now_since() -> int:
    """What a page asks with that is read now, in milliseconds since the epoch."""
    return int((timezone.now() - OVERLAP).timestamp() * 1000)


def news_since(call_to_action: CallToAction, moment: datetime, *, reader=None) -> News:
    """What went live in a discussion after a moment, in one query and one about the reader.

    reader: whose own comments, and those of people they ignore, are no news; or None.
    """
    since = now_since()
    rows = Comment.objects.in_discussion(call_to_action).live().filter(live_at__gt=moment)
    if reader is not None:
        facts = facts_about(reader, call_to_action)
        rows = rows.exclude(author_id__in=[reader.pk, *facts.ignored])
    newest = rows.order_by("-live_at", "-id").values_list("id", "parent_id", "root_id")
    found = list(newest[: NEWS_LIMIT + 1])
    return News(found[NEWS_LIMIT - 1 :: -1], len(found) > NEWS_LIMIT, since)


def rows_of(call_to_action: CallToAction, ids: list[int]) -> list[Any]:
    """The listed ones among these comments, ready to be joined: newest thread first, replies as
    they went live. Parents come before their replies."""
    listed = Comment.objects.in_discussion(call_to_action).listed().filter(pk__in=ids)
    rows = list(listed.order_by("live_at", "id").for_page())
    roots = [row for row in rows if row.parent_id is None]
    replies = [row for row in rows if row.parent_id is not None]
    return [*reversed(roots), *sorted(replies, key=lambda row: row.number)]


def place_of_answers(sort: str, *, first: bool, last: bool) -> str:
    """Where new top-level answers belong on a page of a discussion in this order."""
    if sort == "newest" and first:
        return TOP
    return END if sort == "oldest" and last else ELSEWHERE


@dataclass(frozen=True, slots=True)
class Opened:
    """What a page of a discussion is given to ask with; see static/js/live.js."""

    version_url: str
    news_url: str
    fragments_url: str
    whole_url: str
    version: int
    since: int
    answers: str
    depth: int
    new_answers: str
    new_replies: str


def opened(
    article: Article, call_to_action: CallToAction, *, answers: str, depth: int = SHOWN_DEPTH
) -> Opened:
    """What a page that is read now asks with, without a query.

    answers: TOP, END or ELSEWHERE, or empty where a page shows no top-level answers but its own;
    depth: levels shown.
    """
    return Opened(
        version_url=f"{VERSION_PATH}{call_to_action.pk}",
        news_url=reverse("discussion_news", args=[article.slug]),
        fragments_url=reverse("discussion_fragments", args=[article.slug]),
        whole_url=f"{article.get_absolute_url()}#discussion",
        version=call_to_action.version,
        since=now_since(),
        answers=answers,
        depth=depth,
        new_answers=_forms(
            {
                name: ngettext("%(n)s new answer", "%(n)s new answers", sample)
                for name, sample in SAMPLES.items()
            }
        ),
        new_replies=_forms(
            {
                name: ngettext("%(n)s new reply", "%(n)s new replies", sample)
                for name, sample in SAMPLES.items()
            }
        ),
    )


def _forms(by_category: dict[str, str]) -> str:
    """Plural forms as JSON by category, for a script that counts; %s stands for the number."""
    return json.dumps(
        {name: form % {"n": "%s"} for name, form in by_category.items()}, ensure_ascii=False
    )
