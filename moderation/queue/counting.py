"""How much is on each tab: exact while it is few, counted by the worker where it is many."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import formats

from comments.models import Comment
from moderation.models import Appeal, Figure, LegalNotice, QueueItem, Report
from moderation.queue import selection as names

EXACT = 1_000
TABS_FIGURE = "desk.tabs"
_Status = Comment.Status


@dataclass(frozen=True, slots=True)
class Count:
    """is_exact: counted now. If not, it was counted within the last minute, or is the least it can
    be where nothing was counted yet."""

    count: int
    is_exact: bool

    def __str__(self) -> str:
        """As a tab shows it."""
        told = formats.number_format(self.count, use_l10n=True, force_grouping=True)
        return told if self.is_exact else f"≈ {told}"


def rows_by_tab() -> dict[str, list[QuerySet]]:
    """What is counted for each tab; of reports also those about people and legal notices."""
    items = QueueItem.objects.order_by()
    people = Report.objects.filter(profile__isnull=False, settled_at__isnull=True).order_by()
    return {
        names.WAITING: [items.filter(status=_Status.HELD)],
        names.REPORTED: [
            items.filter(open_reports__gt=0),
            people.values("profile").distinct(),
            LegalNotice.objects.filter(settled_at__isnull=True).order_by(),
        ],
        names.APPEALS: [Appeal.objects.open().order_by()],
        names.APPROVED: [items.filter(status=_Status.APPROVED)],
        names.REJECTED: [items.filter(status=_Status.REJECTED)],
        names.ALL: [items],
    }


def counts() -> dict[str, Count]:
    """How much is on each tab, in nine queries, none of which counts beyond EXACT."""
    figure = Figure.objects.filter(name=TABS_FIGURE).values_list("value", flat=True).first() or {}
    found = {}
    for tab, parts in rows_by_tab().items():
        least = sum(part[: EXACT + 1].count() for part in parts)
        found[tab] = (
            Count(least, True) if least <= EXACT else Count(max(least, figure.get(tab, 0)), False)
        )
    return found
