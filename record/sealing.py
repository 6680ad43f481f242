"""The sealer: links what was written since to the chain."""

import time
from dataclasses import dataclass

from django.db import transaction

import failpoints
from record import chain, in_flight
from record.models import Reach, Seal
from record.sources import Source, covered

BATCH = 1_000  # rows a transaction: SQLite's one writer waits some tens of milliseconds for it
PATIENCE = 0.3  # seconds for which writers are waited for, without holding anything


@dataclass(frozen=True)
class _Haul:
    """What one look at a table found: rows in their written form, and how far it then reaches."""

    source: Source
    rows: list[tuple[int, bytes]]
    reaches: int
    full: bool = False
    empty: bool = False


def seal(*, seconds: float = 4.0) -> int:
    """Link every committed row of the chained tables that is not linked yet. Returns how many.

    It may run any number of times at once: one at a time links, the others find nothing left. A
    row whose transaction commits later than others with higher numbers is linked when it is there.
    It stops at a whole batch after so many seconds.
    """
    until = time.monotonic() + seconds
    linked, waiting = 0, covered()
    for source in waiting:
        Reach.objects.get_or_create(source=source.name)
    # A batch of each in turn, so that a table with a million rows to catch up on delays no other.
    while waiting:
        for source in list(waiting):
            before = _head()
            haul = _haul(source)
            if haul.empty:
                waiting.remove(source)
            elif _link(haul, before):
                linked += len(haul.rows)
                if not haul.full:
                    waiting.remove(source)
        if time.monotonic() > until:
            break
    return linked


def _head() -> tuple[int, bytes]:
    last = Seal.objects.order_by("-position").values_list("position", "hash").first()
    return (last[0], bytes(last[1])) if last else (0, chain.START)


def _haul(source: Source) -> _Haul:
    """Read outside of any transaction: nothing slow while others wait to write."""
    reach = Reach.objects.get(pk=source.name).up_to
    top = source.rows().filter(pk__gt=reach).order_by("-pk").values_list("pk", flat=True).first()
    if top is None:
        return _Haul(source, [], reach, empty=True)
    # Those who write now may hold numbers below the top. The rows are read once they have ended.
    settled = in_flight.ended(in_flight.writers(source.model._meta.db_table), within=PATIENCE)
    found = list(source.unsealed().filter(pk__gt=reach).values(*source.columns)[:BATCH])
    key = source.model._meta.pk.attname
    rows = [(row[key], chain.form(row)) for row in found]
    full = len(rows) == BATCH
    if settled:
        reach = min(top, rows[-1][0]) if full else top
    return _Haul(source, rows, reach, full)


def _link(haul: _Haul, head: tuple[int, bytes]) -> bool:
    """Whether it was linked; False: another sealer has moved the head since it was read."""
    with transaction.atomic():
        reach = Reach.objects.select_for_update().order_by("source")
        known = {row.source: row.up_to for row in reach}
        if _head() != head:
            return False
        position, previous = head
        seals = []
        for row, form in haul.rows:
            position += 1
            previous = chain.link(previous, position, haul.source.name, form)
            seals.append(Seal(position=position, source=haul.source.name, row=row, hash=previous))
        Seal.objects.bulk_create(seals)
        failpoints.reached("rows_sealed")
        if haul.reaches > known[haul.source.name]:
            Reach.objects.filter(pk=haul.source.name).update(up_to=haul.reaches)
    return True
