"""The figures of the dashboard, counted by the worker within fixed windows.

A page reads them and counts nothing. Each is a row of Figure under one of the names below; what is
over is not counted again.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.db.models.functions import TruncDate, TruncHour
from django.utils import timezone

from accounts.models import User
from comments.models import Comment
from moderation.dashboard import quality
from moderation.models import Appeal, DecisionRecord, Figure, Phrase, Report
from moderation.overturned import overturned_by_rule

WAITING = "office.waiting"
HOURS = "office.hours"
APPEALS = "office.appeals"
SIGN_UPS = "office.sign_ups"
DISCUSSIONS = "office.discussions"
SCORER = "office.scorer"
GROUPS = "office.errors"
WEEKS = "office.weeks"
OVERTURNED = "office.overturned"

WEEK = timedelta(days=7)
AGES = (1, 6, 24)  # hours
APPEALS_OVER = timedelta(days=90)
SIGN_UP_DAYS = 14
NEWEST_PEOPLE = 20_000
TALK_OVER = timedelta(hours=24)
NEWEST_COMMENTS = 20_000
DISCUSSIONS_TOLD = 10
WEEKS_TOLD = 12
NEWEST_APPEALS = 20_000
RULES_KEPT = 50


def count_all(*, now: datetime | None = None) -> None:
    """Write every figure of the dashboard anew."""
    now = now or timezone.now()
    for name, figure in FIGURES.items():
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


def weeks(now: datetime) -> dict[str, dict[str, Any]]:
    """What was not published and what was contested, by week in UTC, each from its Monday: how many
    comments were rejected, how many appeals came in, were decided and were overturned.

    Beside it the rejections by day: days that are over and were counted are kept. Of appeals the
    newest NEWEST_APPEALS are counted.
    """
    first = _monday(now) - (WEEKS_TOLD - 1) * WEEK
    days = _rejections(now, first)
    found = {(first + each * WEEK).date().isoformat(): [0] * 4 for each in range(WEEKS_TOLD)}

    def count(place: int, moment: datetime | None, many: int = 1) -> None:
        week = moment and found.get(_monday(moment).date().isoformat())
        if week:
            week[place] += many

    for day, many in days.items():
        count(0, datetime.fromisoformat(day).replace(tzinfo=UTC), many)
    rows = Appeal.objects.filter(Q(created_at__gte=first) | Q(decided_at__gte=first))
    told = rows.order_by("-pk").values_list("created_at", "decided_at", "outcome")
    for filed, decided, outcome in told[:NEWEST_APPEALS]:
        count(1, filed)
        count(2, decided)
        count(3, decided if outcome == Appeal.Outcome.OVERTURNED else None)
    return {"weeks": found, "days": days}


def _rejections(now: datetime, first: datetime) -> dict[str, int]:
    kept = Figure.objects.filter(name=WEEKS).first()
    known: dict[str, int] = {}
    since = first
    if kept is not None:
        since = max(first, _midnight(kept.at - timedelta(hours=1)))
        known = {
            day: many
            for day, many in kept.value["days"].items()
            if first.date().isoformat() <= day < since.date().isoformat()
        }
    rows = (
        DecisionRecord.objects.filter(
            at__gte=since, at__lte=now, outcome=DecisionRecord.Outcome.REJECT, undoes=None
        )
        # Upholding repeats a rejection: one comment, not published once.
        .exclude(reason="appeal_upheld")
        .order_by()
        .annotate(day=TruncDate("at", tzinfo=UTC))
        .values_list("day")
        .annotate(many=Count("pk"))
    )
    return known | {day.isoformat(): many for day, many in rows}


def overturned(now: datetime) -> dict[str, Any]:
    """How often what fired lately did so, and how often appeals proved it wrong, the latter first:
    rules as [code, phrase, its words], models as [code, version], each with both numbers; and
    every phrase by its number."""
    _since, standings = overturned_by_rule()
    rules: dict[tuple[str, int | None], list[int]] = {}
    for each in standings:
        both = rules.setdefault((each.rule.code, each.rule.phrase), [0, 0])
        both[0] += each.fired
        both[1] += each.overturned
    told = sorted(rules.items(), key=lambda each: (-each[1][1], -each[1][0], each[0][0]))
    told = told[:RULES_KEPT]
    numbers = [phrase for (_code, phrase), _both in told if phrase is not None]
    words = dict(Phrase.objects.filter(pk__in=numbers).values_list("pk", "text"))
    return {
        "rules": [[code, phrase, words.get(phrase, ""), *both] for (code, phrase), both in told],
        "models": [
            [each.rule.code, each.rule.scorer, each.fired, each.overturned]
            for each in standings
            if each.rule.scorer
        ][:RULES_KEPT],
        "phrases": {
            str(phrase): both for (_code, phrase), both in rules.items() if phrase is not None
        },
    }


def phrases_stand() -> dict[int, list[int]]:
    """How often each phrase that fired lately did so, and how often appeals proved it wrong."""
    kept = Figure.objects.filter(name=OVERTURNED).values_list("value", flat=True).first()
    return {int(phrase): both for phrase, both in (kept or {}).get("phrases", {}).items()}


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


FIGURES: dict[str, Callable[[datetime], Any]] = {
    WAITING: waiting,
    HOURS: hours,
    APPEALS: appeals,
    WEEKS: weeks,
    OVERTURNED: overturned,
    SIGN_UPS: sign_ups,
    DISCUSSIONS: discussions,
    SCORER: quality.scorer,
    GROUPS: quality.groups,
}


def _midnight(moment: datetime) -> datetime:
    return _hour(moment).replace(hour=0)


def _monday(moment: datetime) -> datetime:
    midnight = _midnight(moment)
    return midnight - timedelta(days=midnight.weekday())


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
