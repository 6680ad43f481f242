"""How often something may be done: per account, mail address, network address and network.

Counted in the database, always: a limit that lived in Redis would be gone with it. One row and one
statement a key, in the transaction of the deed where there is one, and nothing is written for what
is refused, so an attack costs a lookup. Reading pages asks nothing here.
"""

import math
import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.addresses import UNKNOWN, Origin
from accounts.daily_keys import keyed, today
from accounts.errors import TooMany
from accounts.models import Allowance, User
from folding import fold, normalise, skeleton

HOUR = 3_600
RELAXED = 1_000  # times as many, where settings ask for it: load tests


@dataclass(frozen=True, slots=True)
class Limit:
    """So many within so many seconds: all at once, or evenly; then one each time that a share of
    the seconds has passed. 0: not limited by that key."""

    seconds: int
    account: int = 0
    subject: int = 0  # a mail address or a name that the deed is about, folded
    address: int = 0
    network: int = 0  # /24 or /64


# docs/operations.md has this table; a test holds it against this one.
LIMITS = {
    "sign_up": Limit(HOUR, subject=5, address=20, network=60),
    "sign_in": Limit(600, subject=20, address=60, network=240),
    "code": Limit(900, subject=5, address=20, network=80),
    "post": Limit(HOUR, address=120, network=600),  # an account's pace is the policy's
    "react": Limit(HOUR, account=300, address=600, network=2_400),
    "report": Limit(HOUR, account=30, address=60, network=240),
    "appeal": Limit(HOUR, account=20, address=40, network=160),
    "legal_notice": Limit(HOUR, account=10, subject=10, address=10, network=40),
    "token": Limit(HOUR, account=30, address=60, network=240),
    "bad_token": Limit(600, address=60, network=240),
    "search": Limit(60, account=60, address=60, network=240),
}

# Generic cell rate algorithm: a row holds the moment, in microseconds, at which its key has its
# whole allowance back. It may run ahead of the clock by the limit's seconds. The insert takes over
# from the key's hash of yesterday, so that midnight forgives nothing.
_SPEND = """
INSERT INTO accounts_allowance (key, full_at)
SELECT %(key)s, earlier.full_at + %(step)s FROM (
    SELECT COALESCE(MAX(CASE WHEN full_at > %(now)s THEN full_at ELSE %(now)s END), %(now)s)
        AS full_at
    FROM accounts_allowance WHERE key = %(before)s
) AS earlier
WHERE earlier.full_at <= %(latest)s
ON CONFLICT (key) DO UPDATE SET full_at = %(step)s + CASE
    WHEN accounts_allowance.full_at > %(now)s THEN accounts_allowance.full_at ELSE %(now)s END
WHERE accounts_allowance.full_at <= %(latest)s
RETURNING full_at
"""


@dataclass(frozen=True, slots=True, order=True)
class Share:
    """What one key of a deed may cost; in the order in which everybody locks them."""

    key: str
    before: str  # the key's hash of yesterday
    times: int
    seconds: int

    def pace(self, now: int) -> tuple[int, int]:
        """What one deed costs in microseconds, and how far ahead a row may be that takes one."""
        step = self.seconds * 1_000_000 // self.times
        return step, now + step * (self.times - 1)


def spend(
    action: str,
    *,
    actor: User | None = None,
    origin: Origin | None = None,
    subjects: tuple[str, ...] = (),
    account: tuple[int, int] | None = None,
) -> None:
    """Count one deed against everything that limits it; all of them or, refused, none.

    action: of LIMITS. subjects: mail addresses or names, as typed. account: (times, seconds) for
    the account, instead of the table's. origin None: not over the network. Raises TooMany
    (too_fast) with the seconds to wait.
    """
    shares = _shares(action, actor, origin, subjects, account)
    now = time.time_ns() // 1_000
    _check(shares, now)  # so that what is refused takes no writer's lock
    with transaction.atomic(), connection.cursor() as cursor:
        for share in shares:
            step, latest = share.pace(now)
            values = {"key": share.key, "before": share.before}
            cursor.execute(_SPEND, {**values, "step": step, "now": now, "latest": latest})
            if cursor.fetchone() is None:  # somebody else was quicker
                _check(shares, now)
                raise _refusal(1)


def _check(shares: list[Share], now: int) -> None:
    keys = [key for share in shares for key in (share.key, share.before)]
    full_at = dict(Allowance.objects.filter(key__in=keys).values_list("key", "full_at"))
    ahead = (
        max(full_at.get(share.key, 0), full_at.get(share.before, 0)) - share.pace(now)[1]
        for share in shares
    )
    longest = max(ahead, default=0)
    if longest > 0:
        raise _refusal(math.ceil(longest / 1_000_000))


def _refusal(retry_after: int) -> TooMany:
    return TooMany(
        _("That is a lot in a short time. Wait a little, then try again."),
        code="too_fast",
        retry_after=retry_after,
    )


def _shares(
    action: str,
    actor: User | None,
    origin: Origin | None,
    subjects: tuple[str, ...],
    account: tuple[int, int] | None,
) -> list[Share]:
    limit = LIMITS[action]
    wanted: list[tuple[str, str, int, int]] = []
    known = actor is not None and actor.pk
    if known:
        wanted.append(("account", str(actor.pk), *(account or (limit.account, limit.seconds))))
    for subject in filter(None, subjects):
        wanted.append(("subject", folded(subject), limit.subject, limit.seconds))
    if origin is not None and not (known and origin.is_developers_machine):
        # An IPv6 address is its network already, and an unknown one is everybody's.
        if origin.address != origin.network:
            wanted.append(("address", origin.address, limit.address, limit.seconds))
            wanted.append(("network", origin.network, limit.network, limit.seconds))
        else:
            times = limit.network if origin.address == UNKNOWN else limit.address
            wanted.append(("network", origin.network, times, limit.seconds))
    day = today()
    yesterday = day - timedelta(days=1)
    factor = RELAXED if settings.RELAXED_LIMITS else 1
    return sorted(
        {
            Share(
                keyed(f"{action} {kind}", value, day=day),
                keyed(f"{action} {kind}", value, day=yesterday),
                times * factor,
                seconds,
            )
            for kind, value, times, seconds in wanted
            if times
        }
    )


def folded(subject: str) -> str:
    """What stands for all ways to write one mail address or name: without case, accents,
    look-alikes and, in an address, what follows a plus."""
    local, at, domain = normalise(subject[:320]).strip().rpartition("@")
    if not at:
        return skeleton(domain)
    return f"{fold(local.partition('+')[0] or local).text}@{fold(domain).text.rstrip('.')}"
