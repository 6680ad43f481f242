"""How long a held comment waits for a person: measured, never invented."""

from datetime import timedelta
from statistics import median

from django.utils import timezone

from moderation.models import DecisionRecord

MEASURED_OVER = timedelta(days=1)
SAMPLE = 200


def expected_wait_seconds() -> int | None:
    """Median wait of the last day's rulings on held comments; None when there was none."""
    waits = DecisionRecord.objects.filter(
        at__gt=timezone.now() - MEASURED_OVER, waited_seconds__isnull=False
    ).values_list("waited_seconds", flat=True)[:SAMPLE]
    return round(median(waits)) if waits else None
