"""How long a held comment waits for a person: measured, never invented."""

from datetime import timedelta

from django.utils import timezone

from moderation.models import DecisionRecord, Figure

MEASURED_OVER = timedelta(days=1)
FIGURE = "desk.wait"
# How many median waits a comment may be passed over for riskier ones. Of waits that chance spreads,
# seven in eight are over after three: a harmless one joins the slowest eighth at worst.
PATIENCE = 3
UNMEASURED = timedelta(hours=1)


def expected_wait_seconds() -> int | None:
    """Within how many seconds half of the comments that editors decided in the last 24 hours were
    decided; None when there were none."""
    waits = DecisionRecord.objects.filter(
        at__gt=timezone.now() - MEASURED_OVER, waited_seconds__isnull=False
    ).order_by("waited_seconds")
    middle = waits.count() // 2
    return waits.values_list("waited_seconds", flat=True)[middle : middle + 1].first()


def last_measured() -> int | None:
    """The same, as the worker measured it within the last minute; None too before it has."""
    return Figure.objects.filter(name=FIGURE).values_list("value", flat=True).first()


def patience() -> timedelta:
    """For how long a comment may be passed over because others are riskier; one query."""
    median = last_measured()
    return PATIENCE * (UNMEASURED if median is None else timedelta(seconds=median))
