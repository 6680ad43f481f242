"""The dashboard as its template needs it: figures in words, and charts. Two queries."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.pages import human_wait
from moderation.dashboard import counting, drawn
from moderation.dashboard.charts import Chart
from moderation.dashboard.words import number, share
from moderation.models import Figure

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Tile:
    """One number on top. note: what it is to be read with; url: where it is worked on."""

    label: str
    value: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """counted_at: the oldest figure shown; None before the worker has counted."""

    tiles: list[Tile]
    charts: list[Chart]
    counted_at: datetime | None


def dashboard(*, now: datetime | None = None) -> Dashboard:
    """The figures as they were last counted."""
    now = now or timezone.now()
    figures = {figure.name: figure for figure in Figure.objects.filter(name__in=counting.FIGURES)}
    values = {name: figure.value for name, figure in figures.items()}
    if counting.WAITING not in values:
        return Dashboard([], [], None)
    hours = _by_hour(values.get(counting.HOURS, {}))
    by_rule, by_model = drawn.overturned(values.get(counting.OVERTURNED, {}))
    return Dashboard(
        tiles=_tiles(values, hours, now),
        # Two stand beside each other: pairs that are read together, or are about as tall.
        charts=[
            *drawn.decisions(hours, now),
            drawn.ages(values[counting.WAITING]),
            drawn.sign_ups(values.get(counting.SIGN_UPS, {})),
            drawn.appeal_rate(values.get(counting.WEEKS, {}).get("weeks", {})),
            drawn.overturn_rate(values.get(counting.APPEALS, {})),
            drawn.why(hours),
            by_rule,
            *drawn.scorer(values.get(counting.SCORER, {})),
            by_model,
            drawn.groups(values.get(counting.GROUPS, {})),
            drawn.discussions(values.get(counting.DISCUSSIONS, [])),
        ],
        counted_at=min(figure.at for figure in figures.values()),
    )


# --- numbers on top -------------------------------------------------------------------------


def _tiles(values: dict[str, Any], hours: dict[datetime, Counter], now: datetime) -> list[Tile]:
    waiting = values[counting.WAITING]
    day = _sum(hours, since=now - DAY)
    week = _sum(hours, since=now - counting.WEEK)
    appeals = values.get(counting.APPEALS, {})
    # Upholding repeats a rejection: one comment, not published once.
    rejected = week["machine reject"] + week["people reject"] - week["for appeal_upheld"]
    rulings = week["people approve"] + week["people reject"]
    oldest = waiting["oldest"] and (now - datetime.fromisoformat(waiting["oldest"]))
    new = values.get(counting.SIGN_UPS, {})
    return [
        Tile(
            _("Waiting now"),
            number(waiting["held"]),
            _("the oldest for %(time)s") % {"time": human_wait(int(oldest.total_seconds()))}
            if oldest
            else _("nothing waits"),
            reverse("desk"),
        ),
        Tile(
            _("Open reports and appeals"),
            number(waiting["reports"] + waiting["appeals"]),
            _("reports: %(reports)s, appeals: %(appeals)s")
            % {"reports": number(waiting["reports"]), "appeals": number(waiting["appeals"])},
            reverse("desk_reported"),
        ),
        Tile(
            _("Decided by the machine"),
            number(sum(many for said, many in day.items() if said.startswith("machine"))),
            _("in 24 hours; %(held)s of them held") % {"held": number(day["machine hold"])},
        ),
        Tile(
            _("Decided by people"),
            number(day["people approve"] + day["people reject"]),
            _("in 24 hours; %(undone)s taken back") % {"undone": number(day["people undo"])},
        ),
        Tile(
            _("Appeal rate"),
            share(appeals.get("week", 0), rejected),
            _("in 7 days; appeals: %(part)s, rejections: %(whole)s")
            % {"part": number(appeals.get("week", 0)), "whole": number(rejected)},
        ),
        Tile(
            _("Overturn rate"),
            share(appeals.get("overturned", 0), appeals.get("decided", 0)),
            _("%(part)s of %(whole)s appeals decided in 90 days")
            % {
                "part": number(appeals.get("overturned", 0)),
                "whole": number(appeals.get("decided", 0)),
            },
        ),
        Tile(
            _("Rulings taken back"),
            share(week["people undo"], rulings),
            _("%(part)s of %(whole)s rulings in 7 days")
            % {"part": number(week["people undo"]), "whole": number(rulings)},
        ),
        Tile(
            _("Sign-ups"),
            number(sum(list(new.values())[-7:])),
            _("in 7 days"),
        ),
    ]


def _by_hour(kept: dict[str, dict[str, int]]) -> dict[datetime, Counter]:
    """Hour to "who outcome" and "who outcome reason" with how many, sorted."""
    found: dict[datetime, Counter] = {}
    for hour, said in sorted(kept.items()):
        counts: Counter = Counter()
        for words, many in said.items():
            who, outcome, *reason = words.split(" ", 2)
            counts[f"{who} {outcome}"] += many
            if reason and outcome in ("hold", "reject"):
                counts[f"for {reason[0]}"] += many
        found[datetime.fromisoformat(hour)] = counts
    return found


def _sum(hours: dict[datetime, Counter], *, since: datetime) -> Counter:
    total: Counter = Counter()
    for hour, counts in hours.items():
        if hour >= since:
            total += counts
    return total
