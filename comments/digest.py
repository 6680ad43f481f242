"""Once a day, what is new for a reader, as one mail: only what is still true and still unread."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.mail import letter, speaking_to
from accounts.models import DIGEST, Cadence, User
from articles.models import Article
from comments import inbox, mail
from comments.models import Comment, Notification

Kind = Notification.Kind
logger = logging.getLogger(__name__)

HOUR = time(7)  # where the reader is
GIVEN_UP = timedelta(days=3)  # after this, it would only surprise
ASKED = 1_000  # readers looked at in one go
LISTED = 50  # things told in one digest, and discussions followed; the rest is on the site
QUOTED = 3  # new comments shown of a followed discussion


@dataclass(frozen=True, slots=True)
class Quote:
    """A live comment's first words, and where the rest is. name: empty where the headline has
    said it."""

    name: str
    words: str
    url: str

    @property
    def as_text(self) -> str:
        return mail.quoted(self.words)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened; url: where."""

    headline: str
    url: str
    quotes: Sequence[Quote]


@dataclass(frozen=True, slots=True)
class Part:
    """What happened below one article."""

    title: str
    url: str
    told: list[Told]


def due(*, now: datetime | None = None, after: int = 0) -> tuple[list[int], int | None]:
    """Ids of readers whose hour has come today, whose digest has not been seen to, and for whom
    something may wait; and the reader to go on after, or None when these were the last."""
    now = now or timezone.now()
    daily = (
        Q(kind=Kind.REPLY, user__mail_replies=Cadence.DAILY)
        | Q(kind=Kind.MENTION, user__mail_mentions=Cadence.DAILY)
        | Q(kind__in=inbox.DECIDED, user__mail_decisions=Cadence.DAILY)
    )
    fresh = Q(mailed_at=None, created_at__gt=now - GIVEN_UP)
    followed = Q(kind=Kind.FOLLOWED, user__mail_followed=Cadence.DAILY)
    waiting = (
        Notification.objects.filter(
            daily & fresh | followed, read_at=None, user__gt=after, user__is_active=True
        )
        .order_by("user")
        .values_list("user", flat=True)
        .distinct()
    )
    asked = list(waiting[:ASKED])
    people = User.objects.filter(pk__in=asked).only("time_zone", "digested_on").order_by("pk")
    return (
        [person.pk for person in people if _hour_of(person, now) is not None],
        asked[-1] if len(asked) == ASKED else None,
    )


def _hour_of(reader: User, now: datetime) -> datetime | None:
    """The hour of today's digest if it is still to be seen to, else None."""
    here = now.astimezone(reader.zone)
    hour = _at(here.date(), reader)
    done = reader.digested_on is not None and reader.digested_on >= here.date()
    return None if here < hour or done else hour


def _at(day: date, reader: User) -> datetime:
    return datetime.combine(day, HOUR, tzinfo=reader.zone)


def send(*, user_id: int, now: datetime | None = None) -> bool:
    """Mail a reader's digest of today, once, if there is something to tell. Says whether.

    What came after the hour waits for tomorrow. A digest that the mail server refuses is made
    again by the next round of the same day.
    """
    now = now or timezone.now()
    with transaction.atomic():
        reader = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
        hour = _hour_of(reader, now) if reader and reader.erased_at is None else None
        if hour is None:
            return False
        before = reader.digested_on
        # Claimed before it leaves: a crash in between loses one digest, never doubles it.
        reader.digested_on = hour.astimezone(reader.zone).date()
        reader.save(update_fields=["digested_on"])
        last = _at(before, reader) if before else hour - GIVEN_UP
        with speaking_to(reader):
            parts, told, left_out = _gathered(reader, since=max(last, hour - GIVEN_UP), until=hour)
        Notification.objects.filter(pk__in=told).update(mailed_at=now)
    if not parts:
        return False
    try:
        with speaking_to(reader):
            _letter(reader, parts, left_out).send()
    except (OSError, SMTPException) as error:
        Notification.objects.filter(pk__in=told).update(mailed_at=None)
        User.objects.filter(pk=user_id).update(digested_on=before)
        logger.warning("mail server away (%s): the next round tries again", type(error).__name__)
        return False
    return True


def _gathered(
    reader: User, *, since: datetime, until: datetime
) -> tuple[list[Part], list[int], int]:
    """What to tell by article, the notifications it tells of, and how many more there were."""
    waiting = (
        mail.wanted(Cadence.DAILY)
        .filter(user=reader)
        .select_related("comment__call_to_action__article", "comment__author")
        .order_by("-pk")
    )
    single = list(
        waiting.exclude(kind=Kind.FOLLOWED).filter(
            created_at__gt=until - GIVEN_UP, created_at__lt=until
        )
    )
    found = [(row, _single(row)) for row in single[:LISTED]]
    for row in waiting.filter(kind=Kind.FOLLOWED)[:LISTED]:
        told = _news(row, since=max(since, row.comment.live_at), until=until)
        if told is not None:
            found.append((row, told))
    parts: dict[int, Part] = {}
    for row, told in found:
        article = row.comment.call_to_action.article
        part = parts.setdefault(article.pk, Part(article.title, _absolute(article), []))
        part.told.append(told)
    rows = [*single, *(row for row, _told in found[len(single[:LISTED]) :])]
    return list(parts.values()), [row.pk for row in rows], len(single[LISTED:])


def _absolute(thing: Article | Comment) -> str:
    return settings.SITE_URL + thing.get_absolute_url()


def _single(row: Notification) -> Told:
    comment = row.comment
    name = comment.author.display_name
    url = mail.address(row.kind, comment)
    quotes = [Quote("", comment.excerpt, url)] if row.kind in inbox.ADDRESSED else []
    return Told(inbox.headline(row.kind, name=name), url, quotes)


def _news(row: Notification, *, since: datetime, until: datetime) -> Told | None:
    """What went live in a followed discussion since the last digest, newest first."""
    comment = row.comment
    fresh = inbox.news(
        reader=row.user_id, call_to_action=comment.call_to_action_id, since=since
    ).filter(live_at__lt=until)
    news = fresh.values("pk")[: inbox.COUNTED].count()
    if not news:
        return None
    newest = fresh.select_related("author").order_by("-live_at", "-pk")[:QUOTED]
    return Told(
        inbox.headline(row.kind, name="", news=news),
        f"{_absolute(comment.call_to_action.article)}#discussion",
        [Quote(found.author.display_name, found.excerpt, _absolute(found)) for found in newest],
    )


def _letter(reader: User, parts: list[Part], left_out: int) -> EmailMultiAlternatives:
    return letter(
        reader,
        subject="comments/mail/digest_subject.txt",
        body="comments/mail/digest.txt",
        page="comments/mail/digest.html",
        context={"parts": parts, "left_out": left_out},
        stops=DIGEST,
    )
