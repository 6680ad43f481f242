"""The dashboard as its template needs it: figures in words, and charts. Two queries."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from articles.models import Article
from comments.pages import human_wait
from moderation import reasons
from moderation.dashboard import charts, counting
from moderation.dashboard.charts import Chart
from moderation.models import Figure

LEAST = 10  # rulings, below which a share of them is not told
DAY = timedelta(hours=24)
REASONS_TOLD = 8
GROUPS_TOLD = 10
LEAST_NAMED = 5  # texts that name a group, below which nothing is told of it


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
    discussions: list[tuple[Article, int]]
    counted_at: datetime | None


def dashboard(*, now: datetime | None = None) -> Dashboard:
    """The figures as they were last counted."""
    now = now or timezone.now()
    figures = {figure.name: figure for figure in Figure.objects.filter(name__startswith="office.")}
    values = {name: figure.value for name, figure in figures.items()}
    if counting.WAITING not in values:
        return Dashboard([], [], [], None)
    hours = _by_hour(values.get(counting.HOURS, {}))
    return Dashboard(
        tiles=_tiles(values, hours, now),
        charts=[
            *_decisions(hours, now),
            _ages(values[counting.WAITING]),
            _reasons(hours),
            _sign_ups(values.get(counting.SIGN_UPS, {})),
            *_scorer(values.get(counting.SCORER, {})),
            _groups(values.get(counting.GROUPS, {})),
        ],
        discussions=_discussions(values.get(counting.DISCUSSIONS, [])),
        counted_at=min(figure.at for figure in figures.values()),
    )


# --- numbers on top -------------------------------------------------------------------------


def _tiles(values: dict[str, Any], hours: dict[datetime, Counter], now: datetime) -> list[Tile]:
    waiting = values[counting.WAITING]
    day = _sum(hours, since=now - DAY)
    week = _sum(hours, since=now - counting.WEEK)
    appeals = values.get(counting.APPEALS, {})
    rejected = week["machine reject"] + week["people reject"]
    rulings = week["people approve"] + week["people reject"]
    oldest = waiting["oldest"] and (now - datetime.fromisoformat(waiting["oldest"]))
    new = values.get(counting.SIGN_UPS, {})
    return [
        Tile(
            _("Waiting now"),
            _number(waiting["held"]),
            _("the oldest for %(time)s") % {"time": human_wait(int(oldest.total_seconds()))}
            if oldest
            else _("nothing waits"),
            reverse("desk"),
        ),
        Tile(
            _("Open reports and appeals"),
            _number(waiting["reports"] + waiting["appeals"]),
            _("reports: %(reports)s, appeals: %(appeals)s")
            % {"reports": _number(waiting["reports"]), "appeals": _number(waiting["appeals"])},
            reverse("desk_reported"),
        ),
        Tile(
            _("Decided by the machine"),
            _number(sum(many for said, many in day.items() if said.startswith("machine"))),
            _("in 24 hours; %(held)s of them held") % {"held": _number(day["machine hold"])},
        ),
        Tile(
            _("Decided by people"),
            _number(day["people approve"] + day["people reject"]),
            _("in 24 hours; %(undone)s taken back") % {"undone": _number(day["people undo"])},
        ),
        Tile(
            _("Appeal rate"),
            _share(appeals.get("week", 0), rejected),
            _("in 7 days; appeals: %(part)s, rejections: %(whole)s")
            % {"part": _number(appeals.get("week", 0)), "whole": _number(rejected)},
        ),
        Tile(
            _("Overturn rate"),
            _share(appeals.get("overturned", 0), appeals.get("decided", 0)),
            _("%(part)s of %(whole)s appeals decided in 90 days")
            % {
                "part": _number(appeals.get("overturned", 0)),
                "whole": _number(appeals.get("decided", 0)),
            },
        ),
        Tile(
            _("Rulings taken back"),
            _share(week["people undo"], rulings),
            _("%(part)s of %(whole)s rulings in 7 days")
            % {"part": _number(week["people undo"]), "whole": _number(rulings)},
        ),
        Tile(
            _("Sign-ups"),
            _number(sum(list(new.values())[-7:])),
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


# --- charts ---------------------------------------------------------------------------------


def _decisions(hours: dict[datetime, Counter], now: datetime) -> list[Chart]:
    latest = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    day = [latest - timedelta(hours=back) for back in range(23, -1, -1)]
    week = [latest - timedelta(hours=back) for back in range(7 * 24 - 1, -1, -1)]
    blocks = [week[at : at + 6] for at in range(0, len(week), 6)]
    return [
        charts.columns(
            "decisions-day",
            _("Decisions an hour, 24 hours"),
            _("For each hour how many comments the machine decided, and how many people did."),
            labels=[_clock(hour) for hour in day],
            series=_who([[hour] for hour in day], hours),
            header=_("Hour"),
        ),
        charts.columns(
            "decisions-week",
            _("Decisions in six hours, 7 days"),
            _("For every six hours how many the machine decided, and how many people did."),
            labels=[_day_and_clock(block[0]) for block in blocks],
            series=_who(blocks, hours),
            header=_("From"),
        ),
    ]


def _who(
    blocks: list[list[datetime]], hours: dict[datetime, Counter]
) -> list[tuple[str, list[int]]]:
    def counted(who: str) -> list[int]:
        names = [f"{who} {outcome}" for outcome in ("approve", "hold", "reject", "undo")]
        return [
            sum(hours[hour][name] for hour in block if hour in hours for name in names)
            for block in blocks
        ]

    return [(_("machine"), counted("machine")), (_("people"), counted("people"))]


def _ages(waiting: dict[str, Any]) -> Chart:
    labels = [
        _("up to an hour"),
        _("1 to 6 hours"),
        _("6 to 24 hours"),
        _("longer than a day"),
    ]
    return charts.rows(
        "ages",
        _("What waits, by how long"),
        _("How many comments wait for an editor, by the time since they were held."),
        values=[
            (label, many, _number(many))
            for label, many in zip(labels, waiting["ages"], strict=True)
        ],
        header=(_("Waiting"), _("Comments")),
    )


def _reasons(hours: dict[datetime, Counter]) -> Chart:
    total: Counter = Counter()
    for counts in hours.values():
        for said, many in counts.items():
            if said.startswith("for "):
                total[said.removeprefix("for ")] += many
    return charts.rows(
        "reasons",
        _("Reasons, 7 days"),
        _("Why comments were held or not published, by the machine and by people."),
        values=[
            (reasons.told(code) or code, many, _number(many))
            for code, many in total.most_common(REASONS_TOLD)
        ],
        header=(_("Reason"), _("Decisions")),
        cells=[(reasons.told(code) or code, _number(many)) for code, many in total.most_common()],
    )


def _sign_ups(days: dict[str, int]) -> Chart:
    return charts.columns(
        "sign-ups",
        _("Sign-ups, 14 days"),
        _("For each day how many accounts were made."),
        labels=[formats.date_format(datetime.fromisoformat(day), "j M") for day in days],
        series=[(_("accounts"), list(days.values()))],
        header=_("Day"),
    )


def _scorer(kinds: dict[str, Any]) -> list[Chart]:
    names = {"abuse": _("Abuse"), "spam": _("Spam")}
    return [_calibration(kind, names.get(kind, kind), found) for kind, found in kinds.items()]


def _calibration(kind: str, name: str, found: dict[str, Any]) -> Chart:
    right, wrong, missed = found["right"], found["wrong"], found["missed"]
    bins = [(said / many, so / many, many) for many, said, so in found["bins"] if many]
    return charts.calibration(
        f"calibration-{kind}",
        _("The scorer on rulings: %(kind)s") % {"kind": name.lower()},
        _(
            "Precision %(precision)s (%(right)s of %(held)s it held), recall %(recall)s"
            " (%(right)s of %(all)s that people rejected for it). Rulings: %(rulings)s. Each dot is"
            " a tenth of the score: how likely it said, across, and how often people agreed, up. On"
            " the line it says what is so. People rule mostly on what was held, so recall knows"
            " only what somebody found."
        )
        % {
            "precision": _share(right, right + wrong),
            "right": _number(right),
            "held": _number(right + wrong),
            "recall": _share(right, right + missed),
            "all": _number(right + missed),
            "rulings": _number(found["rulings"]),
        },
        bins=bins,
        header=(_("Score"), _("Rulings"), _("Mean score"), _("People agreed")),
        cells=[
            (
                f"{at / 10:.1f}–{(at + 1) / 10:.1f}",
                _number(many),
                f"{said / many:.2f}",
                f"{so / many:.2f}",
            )
            for at, (many, said, so) in enumerate(found["bins"])
            if many
        ],
    )


def _groups(found: dict[str, list[int]]) -> Chart:
    everything = found.get("", [0, 0, 0, 0])
    told = sorted(
        ((name, counts) for name, counts in found.items() if name and counts[0] >= LEAST_NAMED),
        key=lambda each: (-each[1][3] / each[1][0], -each[1][0]),
    )
    named = [(_("all comments"), everything), *told]
    return charts.rows(
        "groups",
        _("Held wrongly, by who is named"),
        _(
            "Of the newest judged comments that name a group of people, the share that the scorer"
            " held for abuse and that people then approved. Names are found in English."
        ),
        values=[
            (name, counts[3] / counts[0] if counts[0] else 0.0, _share(counts[3], counts[0], 1))
            for name, counts in named[: GROUPS_TOLD + 1]
        ],
        header=(_("Names"), _("Comments"), _("Held"), _("Ruled on"), _("Approved"), _("Share")),
        cells=[
            (name, *map(_number, counts), _share(counts[3], counts[0], 1)) for name, counts in named
        ],
    )


def _discussions(found: list[list[int]]) -> list[tuple[Article, int]]:
    articles = Article.objects.only("title", "slug").in_bulk([article for article, _many in found])
    return [(articles[article], many) for article, many in found if article in articles]


# --- words ----------------------------------------------------------------------------------


def _number(value: int) -> str:
    return formats.number_format(value, use_l10n=True, force_grouping=True)


def _share(part: int, whole: int, least: int = LEAST) -> str:
    """A share in per cent; a dash where too little is known to say."""
    if whole < least:
        return "–"
    return f"{formats.number_format(100 * part / whole, decimal_pos=1)} %"


def _clock(hour: datetime) -> str:
    return f"{hour.astimezone(_zone()):%H}"


def _day_and_clock(hour: datetime) -> str:
    return formats.date_format(hour.astimezone(_zone()), "D H:i")


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.PUBLISHER_TIME_ZONE)
