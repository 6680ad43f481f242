"""Reading the whole log again, and saying what does not hold."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from record import chain, heads
from record.models import Reach, Seal
from record.sources import Source, covered, named

BOUND = timedelta(seconds=60)
CHUNK = 2_000  # seals in memory at a time


class Verification:
    """One reading of the log, in bounded memory, while the site writes on.

    kept: heads that were written down elsewhere. unsealed_for: from which age on a row without a
    seal is a fault. since: the place after which links are read; rows without a link are then
    looked for where the sealer has not been yet. `faults()` yields one line for each; `links`
    counts the links read meanwhile.
    """

    def __init__(
        self,
        *,
        kept: Iterable[heads.Head] = (),
        unsealed_for: timedelta = BOUND,
        since: int = 0,
    ) -> None:
        self.head = heads.head()
        self.links = 0
        self._since = since
        self._unsealed_for = unsealed_for
        self._kept: dict[int, set[str]] = {}
        for one in kept:
            if one.position:
                self._kept.setdefault(one.position, set()).add(one.hash)

    def faults(self) -> Iterator[str]:
        yield from self._chain()
        for position in sorted(self._kept):
            if position > self.head.position:
                yield heads.cut_off(heads.Head(position, ""), self.head)
        for source in covered():
            yield from self._unsealed(source)

    def _chain(self) -> Iterator[str]:
        expected, previous = self._since + 1, self._before()
        for seals, forms in self._chunks():
            for position, name, row, stored in seals:
                if position < 1:
                    yield f"place {position}: a link that is not part of the chain"
                    continue
                if position > expected:
                    yield _gone(expected, position - 1)
                    previous = None  # what this link holds on to is gone, so it cannot be checked
                form = forms.get((name, row))
                if named(name) is None:
                    yield f"place {position}: {name} is no table of the log"
                elif form is None:
                    yield f"place {position}: {name} {row} was removed"
                elif previous and chain.link(previous, position, name, form) != stored:
                    yield f"place {position}: {name} {row} or its link was changed"
                if stored.hex() not in self._kept.get(position, {stored.hex()}):
                    yield heads.rewritten(heads.Head(position, stored.hex()))
                expected, previous = position + 1, stored
                self.links += 1
        if expected <= self.head.position:
            yield _gone(expected, self.head.position)

    def _before(self) -> bytes | None:
        """What the first link that is read holds on to; None: it is gone."""
        if not self._since:
            return chain.START
        stored = Seal.objects.filter(position=self._since).values_list("hash", flat=True).first()
        return bytes(stored) if stored is not None else None

    def _chunks(self) -> Iterator[tuple[list[tuple], dict[tuple[str, int], bytes]]]:
        """The links up to the head in order, with the written forms of their rows."""
        links = Seal.objects.filter(position__lte=self.head.position).order_by("position")
        links = links.values_list("position", "source", "row", "hash")
        after = self._since or None
        while True:
            found = list((links.filter(position__gt=after) if after is not None else links)[:CHUNK])
            if not found:
                return
            seals = [(place, name, row, bytes(stored)) for place, name, row, stored in found]
            forms: dict[tuple[str, int], bytes] = {}
            for name in {seal[1] for seal in seals}:
                source = named(name)
                if source is not None:
                    numbers = [seal[2] for seal in seals if seal[1] == name]
                    forms |= _forms(source, numbers)
            yield seals, forms
            after = seals[-1][0]

    def _unsealed(self, source: Source) -> Iterator[str]:
        """Rows that have no seal for too long, or that claim to be of a time to come."""
        now = timezone.now()
        bound = f"{self._unsealed_for.total_seconds():.0f} s"
        strange = Q(at__lt=now - self._unsealed_for) | Q(at__gt=now + self._unsealed_for)
        rows = source.unsealed().filter(strange).values_list("pk", flat=True)
        after = None
        if self._since:
            after = Reach.objects.filter(pk=source.name).values_list("up_to", flat=True).first()
        while True:
            found = list((rows.filter(pk__gt=after) if after is not None else rows)[:CHUNK])
            for row in found:
                yield f"{source.name} {row}: not sealed within {bound}"
            if len(found) < CHUNK:
                return
            after = found[-1]


def _forms(source: Source, numbers: list[int]) -> dict[tuple[str, int], bytes]:
    key = source.model._meta.pk.attname
    rows = source.rows().filter(pk__in=numbers).values(*source.columns)
    return {(source.name, row[key]): chain.form(row) for row in rows}


def _gone(first: int, last: int) -> str:
    places = f"place {first}" if first == last else f"places {first} to {last}"
    return f"{places}: removed from the chain"
