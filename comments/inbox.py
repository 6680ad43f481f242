"""What a reader was told, as it reads now: nothing that is gone, nothing from whom they ignore."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Ignored, User
from comments.models import Comment, Notification

Kind = Notification.Kind
ADDRESSED = (Kind.REPLY, Kind.MENTION)  # what another reader wrote to this one
DECIDED = (Kind.HELD, Kind.APPROVED, Kind.REJECTED, Kind.UPHELD)
PAGE = 50
COUNTED = 100  # more news than this are not counted one by one


class _Count(Subquery):
    """How many rows a bounded query finds."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a reader was told. words: of a comment that may be read, else empty. gone: what
    it was about is no longer to be read. url: opens it, and marks it read."""

    told: Notification
    headline: str
    words: str
    gone: bool
    url: str


@dataclass(frozen=True, slots=True)
class Day:
    """The lines of one day, newest first. date: where the reader is."""

    date: date
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Page:
    """before: the place of the next page, or None."""

    days: list[Day]
    before: int | None


def of(reader: User) -> QuerySet[Notification]:
    """Everything this reader was told, but for what people whom they ignore wrote to them."""
    return reader.notifications.exclude(
        kind__in=ADDRESSED, comment__author__in=reader.ignoring.values("person")
    )


def unread(reader: User) -> int:
    """How many of them wait."""
    return of(reader).filter(read_at__isnull=True).count()


def news(*, reader, call_to_action, since) -> QuerySet[Comment]:
    """What went live in a discussion since then, for a reader who follows it: by others, whom they
    do not ignore, and not told them otherwise.

    Each argument is a value, or an OuterRef.
    """
    inner = OuterRef(reader) if isinstance(reader, OuterRef) else reader
    addressed = Notification.objects.filter(
        user=inner, comment=OuterRef("pk"), kind__in=ADDRESSED
    ).order_by()
    return (
        Comment.objects.live()
        .filter(call_to_action=call_to_action, live_at__gte=since)
        .exclude(author=reader)
        .exclude(Exists(Ignored.objects.filter(user=inner, person=OuterRef("author")).order_by()))
        .exclude(Exists(addressed))
        .order_by("live_at", "pk")
    )


def counted(rows: QuerySet[Notification], *, now: datetime | None = None) -> QuerySet[Notification]:
    """The rows with `news`: how much a FOLLOWED one stands for, up to the time it was read, and
    at most COUNTED."""
    found = news(
        reader=OuterRef("user"),
        call_to_action=OuterRef("comment__call_to_action"),
        since=OuterRef("comment__live_at"),
    ).filter(live_at__lte=OuterRef("until"))
    return rows.annotate(
        until=Coalesce("read_at", Value(now or timezone.now(), output_field=DateTimeField())),
        news=Case(
            When(kind=Kind.FOLLOWED, then=_Count(found.values("pk")[:COUNTED])),
            default=Value(0),
            output_field=IntegerField(),
        ),
    )


def page(reader: User, *, before: int | None = None) -> Page:
    """A page of what this reader was told, newest first, in one query."""
    rows = counted(of(reader)).select_related("comment__call_to_action__article", "comment__author")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    days = groupby(found[:PAGE], key=lambda told: timezone.localdate(told.created_at))
    return Page(
        days=[Day(day, [_line(told) for told in lines]) for day, lines in days],
        before=found[PAGE - 1].pk if len(found) > PAGE else None,
    )


def _line(told: Notification) -> Line:
    comment = told.comment
    readable = comment.is_live and comment.call_to_action.article.is_live()
    addressed = told.kind in ADDRESSED
    return Line(
        told=told,
        # Isolated: a name that runs the other way must not turn the sentence around.
        headline=headline(
            told.kind, name=f"\u2068{comment.author.display_name}\u2069", news=told.news
        ),
        words=comment.excerpt if addressed and readable else "",
        gone=not told.news if told.kind == Kind.FOLLOWED else addressed and not readable,
        url=reverse("open_notification", args=[told.pk]),
    )


def headline(kind: str, *, name: str, news: int = 0) -> str:
    """What happened, in a few words, on the site and in a digest.

    name: of the comment's author. news: of FOLLOWED, how many; COUNTED means as many or more.
    """
    if kind == Kind.REPLY:
        return _("%(name)s replied to you") % {"name": name}
    if kind == Kind.MENTION:
        return _("%(name)s mentioned you") % {"name": name}
    if kind == Kind.FOLLOWED:
        if news >= COUNTED:
            return _("More than %(n)d new comments in the discussion") % {"n": COUNTED - 1}
        return ngettext(
            "%(n)d new comment in the discussion", "%(n)d new comments in the discussion", news
        ) % {"n": news}
    return {
        Kind.HELD: _("Your comment is waiting for an editor"),
        Kind.APPROVED: _("Your comment is live"),
        Kind.REJECTED: _("Your comment was not published"),
        Kind.UPHELD: _("The decision on your comment stands"),
    }[kind]


def place(told: Notification) -> str:
    """Where a notification leads: to the comment, to one's own words, or to the discussion.

    told: from `counted`.
    """
    comment = told.comment
    article = comment.call_to_action.article
    mine = told.user_id == comment.author_id
    if not article.is_live():
        return reverse("my_comments" if mine else "notifications")
    if told.kind == Kind.FOLLOWED:
        first = news(
            reader=told.user_id, call_to_action=comment.call_to_action_id, since=comment.live_at
        ).first()
        if told.news == 1 and first is not None:
            return first.get_absolute_url()
    elif comment.is_live:
        return comment.get_absolute_url()
    anchor = f"own-{comment.pk}" if mine else "discussion"
    return f"{article.get_absolute_url()}#{anchor}"
