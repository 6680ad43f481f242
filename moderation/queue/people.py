"""People whose name or bio readers report: one entry for a person, however many report them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Min, QuerySet, Window
from django.db.models.functions import RowNumber

from accounts.models import User
from moderation.models import Report
from moderation.queue.context import records_of
from moderation.queue.pages import check_reader

PEOPLE = 3  # on a page, above the comments
REPORTS = 3  # of each of them, the newest that are open
ALL_REPORTS = 50  # on the page of one person


@dataclass(frozen=True, slots=True)
class Reported:
    """reports: the newest that are open; open_reports: how many are; newest: the number of the
    newest; record: as records_of counts."""

    person: User
    reports: tuple[Report, ...]
    open_reports: int
    newest: int
    record: dict[str, int]


def reported_people(*, reader: User, after: int | None = None) -> tuple[list[Reported], int | None]:
    """A page of people, the one whose open reports are oldest first, and where the next begins;
    after: where this one does. Four queries."""
    check_reader(reader)
    rows = _by_person(_open()).order_by("first")
    if after is not None:
        rows = rows.filter(first__gt=after)
    found = list(rows[: PEOPLE + 1])
    shown = found[:PEOPLE]
    return _in_context(shown, REPORTS), shown[-1]["first"] if len(found) > PEOPLE else None


def reports_about(*, reader: User, person: User) -> Reported | None:
    """What is open about one person's name or bio."""
    check_reader(reader)
    found = _in_context(list(_by_person(_open().filter(profile=person))), ALL_REPORTS)
    return found[0] if found else None


def _open() -> QuerySet[Report]:
    return Report.objects.filter(profile__isnull=False, settled_at__isnull=True).order_by()


def _by_person(reports: QuerySet[Report]) -> QuerySet[Report, dict[str, Any]]:
    return reports.values("profile").annotate(
        first=Min("pk"), newest=Max("pk"), open_reports=Count("pk")
    )


def _in_context(rows: list[dict[str, Any]], most: int) -> list[Reported]:
    ids = [row["profile"] for row in rows]
    if not ids:
        return []
    place = Window(RowNumber(), partition_by="profile", order_by=F("pk").desc())
    newest = _open().filter(profile__in=ids).annotate(place=place).filter(place__lte=most)
    reports: dict[int, list[Report]] = {}
    for report in newest.select_related("reporter").order_by("-pk"):
        reports.setdefault(report.profile_id, []).append(report)
    people, records = User.objects.in_bulk(ids), records_of(set(ids))
    return [
        Reported(
            people[row["profile"]],
            tuple(reports.get(row["profile"], ())),
            row["open_reports"],
            row["newest"],
            records[row["profile"]],
        )
        for row in rows
    ]
