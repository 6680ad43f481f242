"""The figures of the dashboard, counted by the worker within fixed windows.

A page reads them and counts nothing. Each is a row of Figure under one of the names below; what is
over is not counted again.
"""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.db.models.functions import TruncDate, TruncHour
from django.utils import timezone

from accounts.models import User
from comments.models import Comment
from moderation.dashboard import quality
from moderation.models import Appeal, DecisionRecord, Figure, Report

WAITING = "office.waiting"
HOURS = "office.hours"
APPEALS = "office.appeals"
SIGN_UPS = "office.sign_ups"
DISCUSSIONS = "office.discussions"
SCORER = "office.scorer"
GROUPS = "office.groups"

WEEK = timedelta(days=7)
AGES = (1, 6, 24)  # hours
APPEALS_OVER = timedelta(days=90)
SIGN_UP_DAYS = 14
NEWEST_PEOPLE = 20_000
TALK_OVER = timedelta(hours=24)
NEWEST_COMMENTS = 20_000
DISCUSSIONS_TOLD = 10


def count_all(*, now: datetime | None = None) -> None:
    """Write every figure of the dashboard anew."""
    now = now or timezone.now()
    for name, figure in (
        (WAITING, waiting),
        (HOURS, hours),
        (APPEALS, appeals),
        (SIGN_UPS, sign_ups),
        (DISCUSSIONS, discussions),
        (SCORER, quality.scorer),
        (GROUPS, quality.groups),
    ):
        Figure.objects.update_or_create(name=name, defaults={"value": figure(now), "at": now})


def waiting(now: datetime) -> dict[str, Any]:
    """What waits for a person, by how long in hours, and what else is open."""
    held = Comment.objects.waiting().order_by()
    edges = [now, *(now - timedelta(hours=hours) for hours in AGES)]
    ages = [
        held.filter(decided_at__gt=older, decided_at__lte=newer).count()
        for newer, older in zip(edges, edges[1:], strict=False)
    ]
    ages.append(held.filter(decided_at__lte=edges[-1]).count())
    oldest = held.order_by("decided_at").values_list("decided_at", flat=True).first()
    return {
        "held": sum(ages),
        "ages": ages,
        "oldest": oldest.isoformat() if oldest else None,
        "pending": Comment.objects.to_judge().order_by().count(),
        "reports": Report.objects.filter(settled_at=None).order_by().count(),
        "appeals": Appeal.objects.open().order_by().count(),
    }


def hours(now: datetime) -> dict[str, Any]:
    """Decisions of the last seven days by hour in UTC: "who outcome reason" to how many.

    Hours that are over and were counted are kept; a second record that takes one back is "undo".
    """
    first = _hour(now) - WEEK
    kept = Figure.objects.filter(name=HOURS).first()
    known: dict[str, Any] = {}
    since = first
    if kept is not None:
        since = max(first, _hour(kept.at) - timedelta(hours=1))
        known = {
            hour: found
            for hour, found in kept.value.items()
            if first <= datetime.fromisoformat(hour) < since
        }
    rows = (
        DecisionRecord.objects.filter(at__gte=since, at__lte=now)
        .order_by()
        .annotate(
            hour=TruncHour("at", tzinfo=UTC),
            machine=ExpressionWrapper(Q(actor=None), output_field=BooleanField()),
            back=ExpressionWrapper(Q(undoes__isnull=False), output_field=BooleanField()),
        )
        .values("hour", "machine", "back", "outcome", "reason")
        .annotate(many=Count("pk"))
    )
    for row in rows:
        who = "machine" if row["machine"] else "people"
        outcome = "undo" if row["back"] else row["outcome"]
        said = f"{who} {outcome} {row['reason']}".strip()
        found = known.setdefault(row["hour"].isoformat(), {})
        found[said] = found.get(said, 0) + row["many"]
    return known


def appeals(now: datetime) -> dict[str, int]:
    """Appeals of the last ninety days, and how those that were ruled on ended."""
    recent = Appeal.objects.filter(created_at__gt=now - APPEALS_OVER).order_by()
    return recent.aggregate(
        filed=Count("pk"),
        week=Count("pk", filter=Q(created_at__gt=now - WEEK)),
        decided=Count("pk", filter=Q(decided_at__isnull=False)),
        overturned=Count("pk", filter=Q(outcome=Appeal.Outcome.OVERTURNED)),
        against_machine=Count("pk", filter=Q(contested=None, decided_at__isnull=False)),
        machine_overturned=Count("pk", filter=Q(contested=None, outcome=Appeal.Outcome.OVERTURNED)),
    )


def sign_ups(now: datetime) -> dict[str, int]:
    """New accounts by day in UTC, of the newest NEWEST_PEOPLE."""
    first = now.astimezone(UTC).date() - timedelta(days=SIGN_UP_DAYS - 1)
    since = datetime.combine(first, time(), UTC)
    newest = User.objects.order_by("-pk").values("pk")[:NEWEST_PEOPLE]
    rows = (
        User.objects.filter(pk__in=newest, date_joined__gte=since)
        .order_by()
        .annotate(day=TruncDate("date_joined", tzinfo=UTC))
        .values_list("day")
        .annotate(many=Count("pk"))
    )
    found = dict(rows)
    days = [first + timedelta(days=each) for each in range(SIGN_UP_DAYS)]
    return {day.isoformat(): found.get(day, 0) for day in days}


def discussions(now: datetime) -> list[list[int]]:
    """Where most was written in the last 24 hours: article and how many, the newest comments."""
    newest = (
        Comment.objects.filter(created_at__gt=now - TALK_OVER)
        .order_by("-created_at")
        .values_list("call_to_action__article", flat=True)[:NEWEST_COMMENTS]
    )
    return [list(found) for found in Counter(newest).most_common(DISCUSSIONS_TOLD)]


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
