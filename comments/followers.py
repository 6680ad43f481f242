"""Telling those who follow a discussion that there is something new in it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, Exists, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from accounts.models import Cadence
from comments import inbox
from comments.models import Comment, Follow, Notification

Kind = Notification.Kind
TOLD_TOGETHER = 500  # followers in one transaction
LOOKED_BACK = timedelta(days=1)  # news older than this is not told any more
MISSED_WITHIN = timedelta(hours=1)  # a lost offer is made up for so long


def tell(
    *, call_to_action_id: int, after: int = 0, now: datetime | None = None
) -> tuple[list[int], int | None]:
    """Tell followers that there is something new, by one unread row each: it counts by itself.

    after: id of the last follow seen to; TOLD_TOGETHER are seen to at once. Returns the ids of
    notifications to mail at once, and the follow to go on after, or None. Doing it twice tells
    nobody twice.
    """
    now = now or timezone.now()
    with transaction.atomic():
        # Locked before it is asked who knows already, so that two at once do not both tell.
        follows = list(
            Follow.objects.select_for_update(of=("self",))
            .filter(call_to_action=call_to_action_id, pk__gt=after, user__is_active=True)
            .order_by("pk")
            .values_list("pk", flat=True)[:TOLD_TOGETHER]
        )
        owed = _owed(follows, call_to_action_id, now)
        made = Notification.objects.bulk_create(
            Notification(user_id=user_id, kind=Kind.FOLLOWED, comment_id=comment_id)
            for user_id, _cadence, comment_id in owed
        )
    at_once = [
        row.pk for row, (_, cadence, _) in zip(made, owed, strict=True) if cadence == Cadence.NOW
    ]
    return at_once, follows[-1] if len(follows) == TOLD_TOGETHER else None


def _owed(follows: list[int], call_to_action_id: int, now: datetime) -> list[tuple]:
    """(user, cadence, first new comment) of those with news and nothing unread about them."""
    seen = (
        Notification.objects.filter(
            user=OuterRef("user"),
            kind=Kind.FOLLOWED,
            comment__call_to_action=call_to_action_id,
        )
        .order_by()
        .values("user")
        .annotate(at=Max("read_at"))
        .values("at")
    )
    earliest = Value(now - LOOKED_BACK, output_field=DateTimeField())
    first = inbox.news(
        reader=OuterRef("user"), call_to_action=call_to_action_id, since=OuterRef("since")
    ).filter(live_at__gt=OuterRef("since"))
    return list(
        Follow.objects.filter(pk__in=follows)
        .exclude(Exists(waiting(OuterRef("user"), call_to_action_id)))
        .annotate(since=Greatest("created_at", earliest, Coalesce(Subquery(seen), earliest)))
        .annotate(first=Subquery(first.values("pk")[:1]))
        .filter(first__isnull=False)
        .order_by("pk")
        .values_list("user", "user__mail_followed", "first")
    )


def waiting(user, call_to_action_id: int) -> QuerySet[Notification]:
    """What somebody has not read yet of what is new there."""
    return Notification.objects.filter(
        user=user,
        kind=Kind.FOLLOWED,
        comment__call_to_action=call_to_action_id,
        read_at__isnull=True,
    ).order_by()


def with_news(*, now: datetime | None = None) -> list[int]:
    """Ids of calls to action that somebody follows and where something went live lately: what to
    go through in case an offer was lost."""
    since = (now or timezone.now()) - MISSED_WITHIN
    return list(
        Follow.objects.filter(
            Exists(
                Comment.objects.live()
                .filter(call_to_action=OuterRef("call_to_action"), live_at__gt=since)
                .order_by()
            )
        )
        .order_by()
        .values_list("call_to_action", flat=True)
        .distinct()
    )
