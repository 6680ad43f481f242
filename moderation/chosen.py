"""What a batch would rule on: the comments, some of them to read first, and where their scores
lie."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from heapq import nsmallest

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.models import Comment, CommentRevision
from moderation.models import Figure, QueueScore
from moderation.operations.raids import cluster_of
from moderation.queue.finding import find
from moderation.queue.selection import APPROVED, WAITING, Selection

AT_ONCE = 5_000  # comments of one batch, and scores that a page counts itself
SAMPLE = 10
BARS = 20
RECOUNT_AFTER = timedelta(seconds=60)
_PAGES = 5  # in which that many are found, each of a bounded number of rows

Seen = tuple[int, int]  # the number of a comment, and of the revision that was read


@dataclass(frozen=True, slots=True)
class Chosen:
    """members: comments with their revisions, in the selection's order, AT_ONCE at most. is_all:
    whether that is everything the selection has."""

    members: list[Seen]
    is_all: bool


@dataclass(frozen=True, slots=True)
class Histogram:
    """bars: how many comments that wait have a score in each of BARS equal parts from 0 to 1. at:
    when it was counted; None where there are too many to count here and nobody has yet. is_of_all:
    everything that waits was counted, whatever else the selection says."""

    bars: list[int]
    at: datetime | None
    is_of_all: bool = True

    @property
    def is_old(self) -> bool:
        return self.at is None or self.at < timezone.now() - RECOUNT_AFTER


def check_selection(selection: Selection) -> None:
    """Raises ValidationError (bad_selection) for what no batch is ruled on by: words, which bound
    nothing that an editor could have read, and what is not of one raid or one author unless it
    waits."""
    bounded = selection.author is not None or selection.cluster is not None
    if selection.words or not (selection.tab == WAITING or (selection.tab == APPROVED and bounded)):
        raise ValidationError(
            _("Choose a range of scores, a cluster or an author, or tick comments."),
            code="bad_selection",
        )


def chosen(
    selection: Selection, *, seen: Sequence[Seen] = (), until: datetime | None = None
) -> Chosen:
    """The comments that a selection has, or those that were ticked instead.

    seen: pairs that were ticked; what does not belong together is left out, and so is what does not
    wait in the selection's raid, if it has one. until: leave out what
    came to be there later than this. A fixed number of queries over a bounded number of rows.
    Raises ValidationError (bad_selection).
    """
    if seen:
        pairs = dict(seen[:AT_ONCE])
        rows = CommentRevision.objects.filter(pk__in=pairs.values(), comment__in=pairs)
        if selection.cluster is not None:
            # A form about a raid is about what waits of it, not about what was decided meanwhile.
            raid = cluster_of(selection.cluster)
            rows = rows.filter(
                comment__sketch__cluster=raid, comment__queue_item__status=Comment.Status.HELD
            )
        whole = set(rows.values_list("comment", "pk"))
        return Chosen([pair for pair in pairs.items() if pair in whole], len(seen) <= AT_ONCE)
    check_selection(selection)
    ids, is_all = _ids(selection)
    rows = Comment.objects.filter(pk__in=ids)
    if until is not None:
        rows = rows.filter(decided_at__lte=until)
    latest = dict(rows.values_list("pk", "latest"))
    return Chosen([(pk, latest[pk]) for pk in ids if pk in latest], is_all)


def _ids(selection: Selection) -> tuple[list[int], bool]:
    """AT_ONCE comments of a selection, in its order, and whether these are all that were found
    within so many pages."""
    ids: list[int] = []
    place = selection.but()
    for _page in range(_PAGES):
        found = find(place, size=AT_ONCE - len(ids))
        ids += found.ids
        if found.next is None or len(ids) >= AT_ONCE:
            break
        place = selection.but(after=found.next)
    return ids, found.next is None


def sample_of(members: Iterable[Seen], seed: str) -> list[int]:
    """SAMPLE comments by chance: the same for the same seed, and those that stay stay in it when
    others are decided."""

    def lot(pk: int) -> bytes:
        return blake2b(f"{seed}:{pk}".encode(), digest_size=8).digest()

    return nsmallest(SAMPLE, (pk for pk, _revision in members), key=lot)


def is_narrowed(selection: Selection) -> bool:
    """Is anything chosen beside a range of scores?"""
    return selection.but(order="", low=0.0, high=1.0) != Selection(score=selection.score)


def histogram(selection: Selection) -> Histogram:
    """Where the scores of what a selection has lie for its label, the range apart. Where that is
    too much to be counted here, of all that waits, which the worker counts if it must be."""
    label = selection.score
    if is_narrowed(selection):
        ids, is_all = _ids(selection.but(low=0.0, high=1.0))
        if is_all:
            return Histogram(_bars(_values(label).filter(item__in=ids)), timezone.now(), False)
    values = list(_values(label)[: AT_ONCE + 1])
    if len(values) <= AT_ONCE:
        return Histogram(_bars(values), timezone.now())
    figure = Figure.objects.filter(pk=_figure(label)).first()
    return Histogram(figure.value, figure.at) if figure else Histogram([0] * BARS, None)


def count_histogram(label: str) -> None:
    """Count them all and keep the figure: for the worker."""
    Figure.objects.update_or_create(
        pk=_figure(label),
        defaults={"value": _bars(_values(label).iterator()), "at": timezone.now()},
    )


def _values(label: str):
    return QueueScore.objects.filter(label=label).values_list("value", flat=True)


def _bars(values: Iterable[float]) -> list[int]:
    bars = [0] * BARS
    for value in values:
        bars[min(BARS - 1, int(value * BARS))] += 1
    return bars


def _figure(label: str) -> str:
    return f"desk.histogram.{label}"
