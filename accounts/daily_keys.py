"""Keyed hashes of what must not be stored: a new key each day, destroyed after KEPT_DAYS.

Whoever has the key of a day and the site's secret can tell whether a known address was seen that
day. Once the key is gone, nobody can.
"""

import hmac
import secrets
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import Allowance, DailyKey, NetworkCount, SpentProof

KEPT_DAYS = 30


def today() -> date:
    return datetime.now(tz=UTC).date()


def keyed(kind: str, value: str, *, day: date | None = None) -> str:
    """The hash of a value under the key of a day (today's), 64 hexadecimal digits.

    kind: what the value is, so that no two kinds share a hash.
    """
    message = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
    # A copy of the database alone, a backup say, opens nothing: the site's secret is no row.
    key = _key_of(day or today()) + settings.SECRET_KEY.encode()
    return hmac.digest(key, message, "sha256").hex()


# The keys of today and yesterday: in memory none may outlive its row by more than that.
_cached: dict[date, bytes] = {}


def _key_of(day: date) -> bytes:
    secret = _cached.get(day)
    if secret is None:
        found, _made = DailyKey.objects.get_or_create(
            day=day, defaults={"secret": secrets.token_bytes(32)}
        )
        secret = bytes(found.secret)
        # A row that is rolled back is no key: others would make and use another.
        transaction.on_commit(lambda: _remember(day, secret))
    return secret


def _remember(day: date, secret: bytes) -> None:
    for old in [known for known in _cached if known < today() - timedelta(days=1)]:
        del _cached[old]
    if day >= today() - timedelta(days=1):
        _cached[day] = secret


def forget_cached() -> None:
    _cached.clear()


def kept_days(most: int) -> list[date]:
    """The newest days, today included, whose keys are still there; at most so many."""
    oldest = today() - timedelta(days=min(most, KEPT_DAYS) - 1)
    return list(DailyKey.objects.filter(day__gte=oldest).values_list("day", flat=True))


def destroy_old() -> int:
    """Destroy the keys of days that are over for KEPT_DAYS, with everything hashed under them,
    and what has run out besides. Returns how many keys."""
    oldest = today() - timedelta(days=KEPT_DAYS - 1)
    now = datetime.now(tz=UTC)
    with transaction.atomic():
        NetworkCount.objects.filter(day__lt=oldest).delete()
        destroyed, _rows = DailyKey.objects.filter(day__lt=oldest).delete()
        Allowance.objects.filter(full_at__lt=int(now.timestamp() * 1_000_000)).delete()
        SpentProof.objects.filter(expires_at__lt=now).delete()
    forget_cached()
    return destroyed
