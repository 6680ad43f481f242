"""The charts of the dashboard, each from a figure as it was counted, without a query."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.models import Article
from moderation import reasons
from moderation.dashboard import charts
from moderation.dashboard.charts import Chart, Fact
from moderation.dashboard.words import (
    LEAST,
    clock,
    day_and_clock,
    local,
    number,
    part_of,
    share,
    weekday,
)

REASONS_TOLD = 8
RULES_TOLD = 10
GROUPS_TOLD = 10
LEAST_NAMED = 5  # texts that name a group, below which nothing is told of it
BLOCK = 6  # hours that one column of a week holds
_KINDS = {"abuse": gettext_lazy("Abuse"), "spam": gettext_lazy("Spam")}


def decisions(hours: dict[datetime, Counter], now: datetime) -> list[Chart]:
    latest = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    day = [latest - timedelta(hours=back) for back in range(23, -1, -1)]
    week = [latest - timedelta(hours=back) for back in range(7 * 24 - 1, -1, -1)]
    blocks = [week[at : at + BLOCK] for at in range(0, len(week), BLOCK)]
    return [
        charts.columns(
            "decisions-day",
            _("Decisions an hour, 24 hours"),
            _("For each hour how many comments the machine decided, and how many people did."),
            labels=[clock(hour) for hour in day],
            series=_who([[hour] for hour in day], hours),
            header=_("Hour"),
        ),
        charts.columns(
            "decisions-week",
            _("Decisions in six hours, 7 days"),
            _("For every six hours how many the machine decided, and how many people did."),
            labels=[day_and_clock(block[0]) for block in blocks],
            # A day is named once, below the first column that begins in it.
            marks=[weekday(block[0]) if local(block[0]).hour < BLOCK else "" for block in blocks],
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


def ages(waiting: dict[str, Any]) -> Chart:
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
            (label, many, number(many)) for label, many in zip(labels, waiting["ages"], strict=True)
        ],
        header=(_("Waiting"), _("Comments")),
    )


def why(hours: dict[datetime, Counter]) -> Chart:
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
            (reasons.told(code) or code, many, number(many))
            for code, many in total.most_common(REASONS_TOLD)
        ],
        header=(_("Reason"), _("Decisions")),
        cells=[(reasons.told(code) or code, number(many)) for code, many in total.most_common()],
    )


def sign_ups(days: dict[str, int]) -> Chart:
    return charts.columns(
        "sign-ups",
        _("Sign-ups, 14 days"),
        _("For each day how many accounts were made."),
        labels=[_day(day) for day in days],
        series=[(_("accounts"), list(days.values()))],
        header=_("Day"),
    )


# --- appeals --------------------------------------------------------------------------------


def appeal_rate(weeks: dict[str, list[int]]) -> Chart:
    return charts.columns(
        "appeal-rate",
        _("Appeal rate, 12 weeks"),
        _(
            "For each week, from Monday on, how many appeals came in for a hundred comments that"
            " were not published. A week with fewer than %(least)s of these has no column."
        )
        % {"least": LEAST},
        labels=[_day(week) for week in weeks],
        series=[
            (
                _("appeals for 100 rejections"),
                [
                    round(100 * part_of(filed, rejected), 1)
                    for rejected, filed, *_ended in weeks.values()
                ],
            )
        ],
        unit=" %",
        header=_("Week from"),
        head=(_("Not published"), _("Appeals"), _("Appeal rate"), _("Decided"), _("Overturned")),
        cells=[
            (
                number(rejected),
                number(filed),
                share(filed, rejected),
                number(decided),
                number(overturned),
            )
            for rejected, filed, decided, overturned in weeks.values()
        ],
    )


def overturn_rate(appeals: dict[str, int]) -> Chart:
    decided, wrong = appeals.get("decided", 0), appeals.get("overturned", 0)
    machine = appeals.get("against_machine", 0), appeals.get("machine_overturned", 0)
    known = [
        (_("all decisions"), decided, wrong),
        (_("the machine’s"), *machine),
        (_("people’s"), decided - machine[0], wrong - machine[1]),
    ]
    return charts.rows(
        "overturn-rate",
        _("Overturn rate, 90 days"),
        _("Of the appeals that were decided, the share that was overturned, by whose decision.")
        + " "
        + _("A share of fewer than %(least)s is not told.") % {"least": LEAST},
        values=[(label, part_of(part, whole), share(part, whole)) for label, whole, part in known]
        if decided
        else [],
        most=1.0,
        header=(_("Contested"), _("Decided"), _("Overturned"), _("Share")),
        cells=[
            (label, number(whole), number(part), share(part, whole))
            for label, whole, part in known
            if decided
        ],
    )


def overturned(found: dict[str, Any]) -> tuple[Chart, Chart]:
    """What appeals proved wrong, by rule and by the weights that a learned check used."""
    return (
        _charged(
            "overturned-rules",
            _("Overturned on appeal, by rule"),
            _(
                "Against which checks and phrases appeals were overturned: how often, of how often"
                " each fired among the machine’s newest judgements."
            ),
            [
                (_rule(code, phrase, text), *many)
                for code, phrase, text, *many in found.get("rules", [])
            ],
            _("Rule"),
        ),
        _charged(
            "overturned-models",
            _("Overturned on appeal, by model version"),
            _(
                "Against which versions of the scorer’s weights appeals were overturned: how often,"
                " of how often each made a check fire among the machine’s newest judgements."
            ),
            [
                (f"{_KINDS.get(code, code)}: {version}", *many)
                for code, version, *many in found.get("models", [])
            ],
            _("Check and version"),
        ),
    )


def _charged(
    name: str, title: str, about: str, rules: Sequence[tuple[str, int, int]], header: str
) -> Chart:
    told = [
        (
            label,
            _("%(part)s of %(whole)s") % {"part": number(wrong), "whole": number(fired)},
            share(min(wrong, fired), fired),
            fired,
            wrong,
        )
        for label, fired, wrong in rules
    ]
    return charts.rows(
        name,
        title,
        about,
        values=[(label, wrong, words) for label, words, _s, _f, wrong in told if wrong][
            :RULES_TOLD
        ],
        header=(header, _("Fired"), _("Overturned"), _("Share")),
        cells=[
            (label, number(fired), number(wrong), rate)
            for label, _words, rate, fired, wrong in told
        ],
    )


def _rule(code: str, phrase: int | None, text: str) -> str:
    if phrase is None:
        return reasons.told(code) or code
    return f"“{text}”" if text else _("phrase %(number)s, which is gone") % {"number": phrase}


# --- the scorer -----------------------------------------------------------------------------


def scorer(kinds: dict[str, Any]) -> list[Chart]:
    return [_calibration(kind, str(_KINDS.get(kind, kind)), found) for kind, found in kinds.items()]


def _calibration(kind: str, name: str, found: dict[str, Any]) -> Chart:
    right, wrong, missed = found["right"], found["wrong"], found["missed"]
    bins = [(said / many, so / many, many) for many, said, so in found["bins"] if many]
    return charts.calibration(
        f"calibration-{kind}",
        _("The scorer on rulings: %(kind)s") % {"kind": name.lower()},
        _(
            "Each dot is a tenth of the score: how likely it said, across, and how often people"
            " agreed, up. On the line it says what is so. People rule mostly on what was held, so"
            " recall knows only what somebody found."
        ),
        facts=(
            Fact(
                _("Precision"),
                share(right, right + wrong),
                _("%(part)s of %(whole)s it held")
                % {"part": number(right), "whole": number(right + wrong)},
            ),
            Fact(
                _("Recall"),
                share(right, right + missed),
                _("%(part)s of %(whole)s rejected for it")
                % {"part": number(right), "whole": number(right + missed)},
            ),
            Fact(_("Rulings"), number(found["rulings"]), _("read one by one")),
        ),
        bins=bins,
        header=(_("Score"), _("Rulings"), _("Mean score"), _("People agreed")),
        cells=[
            (
                f"{at / 10:.1f}–{(at + 1) / 10:.1f}",
                number(many),
                f"{said / many:.2f}",
                f"{so / many:.2f}",
            )
            for at, (many, said, so) in enumerate(found["bins"])
            if many
        ],
    )


def groups(found: dict[str, list[int]]) -> Chart:
    everything = found.get("", [0, 0, 0, 0, 0, 0])
    told = sorted(
        ((name, counts) for name, counts in found.items() if name and counts[0] >= LEAST_NAMED),
        key=lambda each: (-each[1][3] / each[1][0], -each[1][0]),
    )
    named = [(_("all comments"), everything), *told]
    return charts.rows(
        "groups",
        _("The scorer’s errors, by who is named"),
        _(
            "Of the newest judged comments that name a group of people: the share that the scorer"
            " held for abuse and that people then approved; and of those that people rejected as"
            " abuse, the share that it had not held. Fewer than %(least)s are not told. Names are"
            " found in English."
        )
        % {"least": LEAST_NAMED},
        values=[
            (name, part_of(wrong, all_, LEAST_NAMED), share(wrong, all_, LEAST_NAMED))
            for name, (all_, _held, _ruled, wrong, _deserving, _missed) in named[: GROUPS_TOLD + 1]
        ],
        second=[
            (part_of(missed, deserving, LEAST_NAMED), share(missed, deserving, LEAST_NAMED))
            for _name, (*_facts, deserving, missed) in named[: GROUPS_TOLD + 1]
        ],
        series=(_("held wrongly"), _("missed")),
        header=(
            _("Names"),
            _("Comments"),
            _("Held"),
            _("Ruled on"),
            _("Approved though held"),
            _("Held wrongly"),
            _("Abuse"),
            _("Not held"),
            _("Missed"),
        ),
        cells=[
            (
                name,
                *map(number, counts[:4]),
                share(counts[3], counts[0], LEAST_NAMED),
                *map(number, counts[4:]),
                share(counts[5], counts[4], LEAST_NAMED),
            )
            for name, counts in named
        ],
    )


# --- discussions ----------------------------------------------------------------------------


def discussions(found: list[list[int]]) -> Chart:
    """Where most is said. One query."""
    articles = Article.objects.only("title", "slug").in_bulk([article for article, _many in found])
    known = [(articles[article], many) for article, many in found if article in articles]
    return charts.rows(
        "discussions",
        _("Most discussed, 24 hours"),
        _("How many comments were written below each article."),
        values=[(article.title, many, number(many)) for article, many in known],
        header=(_("Article"), _("Comments")),
        links=[article.get_absolute_url() for article, _many in known],
    )


def _day(day: str) -> str:
    return formats.date_format(date.fromisoformat(day), "j M")
