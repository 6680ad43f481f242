"""Numbers, shares and times as the dashboard tells them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import formats

LEAST = 10  # of what there is, below which a share of it is not told
UNKNOWN = "–"


def number(value: int) -> str:
    return formats.number_format(value, use_l10n=True, force_grouping=True)


def share(part: int, whole: int, least: int = LEAST) -> str:
    """A share in per cent; a dash where too little is known to say."""
    if whole < max(least, 1):
        return UNKNOWN
    return f"{formats.number_format(100 * part / whole, decimal_pos=1)} %"


def part_of(part: int, whole: int, least: int = LEAST) -> float:
    """A share from 0 to 1, as long as its bar; nought where it is not told."""
    return part / whole if whole >= max(least, 1) else 0.0


def clock(hour: datetime) -> str:
    return f"{local(hour):%H}"


def day_and_clock(hour: datetime) -> str:
    return formats.date_format(local(hour), "D H:i")


def weekday(hour: datetime) -> str:
    return formats.date_format(local(hour), "D")


def local(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(settings.PUBLISHER_TIME_ZONE))
