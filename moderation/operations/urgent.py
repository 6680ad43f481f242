"""Noticing what cannot wait until somebody looks at the desk: once for each time it becomes so."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from comments.models import Comment
from moderation import intake
from moderation.models import LegalNotice, Policy, QueueItem, QueueScore, Urgent
from moderation.pipeline.scores import recommended

MOST = 50  # of each kind in one turn
LOOKS_BACK = timedelta(days=1)  # what became urgent before is no news
KEPT = timedelta(days=30)
Why = Urgent.Why
_STILL_WAITS = Q(
    why__in=[Why.THREAT, Why.LONG_WAIT],
    comment__queue_item__status=Comment.Status.HELD,
    comment__queue_item__at=F("since"),
)
_STILL_ESCALATED = Q(why=Why.ESCALATED, comment__queue_item__escalated_at=F("since"))


def notice_urgent(*, now: datetime | None = None) -> int:
    """Write down what has become urgent by the policy in force. Returns how many.

    Four queries of a bounded number of rows. Running it twice changes nothing more.
    """
    now = now or timezone.now()
    policy = intake.current_policy()
    found = [
        Urgent(comment_id=comment, why=why, since=since)
        for why, rows in (
            (Why.THREAT, _threats(policy, now)),
            (Why.ESCALATED, _escalated(now)),
            (Why.LEGAL_NOTICE, _said_illegal(now)),
            (Why.LONG_WAIT, _waiting_long(policy, now)),
        )
        for comment, since in rows
    ]
    Urgent.objects.bulk_create(found, ignore_conflicts=True)
    Urgent.objects.filter(at__lt=now - KEPT).delete()
    return len(found)


def still_urgent() -> QuerySet[Urgent]:
    """Those that nobody has dealt with since, oldest first."""
    about = LegalNotice.objects.filter(comment=OuterRef("comment"), settled_at__isnull=True)
    said_illegal = Q(why=Why.LEGAL_NOTICE) & Exists(about.filter(created_at=OuterRef("since")))
    return Urgent.objects.filter(_STILL_WAITS | _STILL_ESCALATED | said_illegal).order_by("pk")


def _threats(policy: Policy, now: datetime) -> Iterable[tuple[int, datetime]]:
    least = policy.urgent_threat or recommended().get("threat", 1.0)
    if least >= 1.0:
        return []
    scores = QueueScore.objects.filter(
        label="threat",
        value__gte=least,
        item__status=Comment.Status.HELD,
        item__at__gt=now - LOOKS_BACK,
    )
    return _news(scores.order_by("-value"), Why.THREAT, "item_id", "item__at")


def _escalated(now: datetime) -> Iterable[tuple[int, datetime]]:
    items = QueueItem.objects.filter(escalated_at__gt=now - LOOKS_BACK)
    return _news(items.order_by("escalated_at"), Why.ESCALATED, "comment_id", "escalated_at")


def _said_illegal(now: datetime) -> Iterable[tuple[int, datetime]]:
    notices = LegalNotice.objects.filter(settled_at__isnull=True, created_at__gt=now - LOOKS_BACK)
    return _news(notices.order_by("created_at"), Why.LEGAL_NOTICE, "comment_id", "created_at")


def _waiting_long(policy: Policy, now: datetime) -> Iterable[tuple[int, datetime]]:
    if not policy.urgent_minutes:
        return []
    since = now - timedelta(minutes=policy.urgent_minutes)
    items = QueueItem.objects.filter(
        status=Comment.Status.HELD, at__lte=since, at__gt=since - LOOKS_BACK
    )
    return _news(items.order_by("at"), Why.LONG_WAIT, "comment_id", "at")


def _news(rows: QuerySet, why: str, comment: str, since: str) -> Iterable[tuple[int, datetime]]:
    """The comment and the moment of each row that was not written down before."""
    known = Urgent.objects.filter(comment=OuterRef(comment), why=why, since=OuterRef(since))
    return rows.filter(~Exists(known)).values_list(comment, since)[:MOST]
