"""How long a held comment waits for a person: measured, never invented."""

from datetime import timedelta

from django.utils import timezone

from moderation.models import DecisionRecord

MEASURED_OVER = timedelta(days=1)


def expected_wait_seconds() -> int | None:
    """Within how many seconds half of the comments that editors decided in the last 24 hours were
    decided; None when there were none."""
    waits = DecisionRecord.objects.filter(
        at__gt=timezone.now() - MEASURED_OVER, waited_seconds__isnull=False
    ).order_by("waited_seconds")
    middle = waits.count() // 2
    return waits.values_list("waited_seconds", flat=True)[middle : middle + 1].first()
