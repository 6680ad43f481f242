"""What the database, the broker and the disk say of the site at this moment, in bounded time."""

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import QuerySet
from django.utils import timezone

from comments.models import Comment
from config.celery import queue_depths
from moderation import tallies
from moderation.models import (
    Appeal,
    DecisionRecord,
    Figure,
    LegalNotice,
    PendingEffect,
    QueueItem,
    Report,
)
from moderation.operations.judging import SWEPT_FIGURE
from record.models import Reach
from record.sources import covered

MOST = 100_000  # rows that are counted; where there are more, it says so many
NEWEST = 1_000  # decisions of the machine that its share of held ones is taken of
KEPT_FOR = 5.0  # seconds
_lock = threading.Lock()
_last: tuple[float, "Facts"] | None = None

Readings = Mapping[tuple[str, ...], float]  # label values to value; one without labels under ()


@dataclass(frozen=True)
class Gauge:
    """A fact that goes up and down. read: what it is now; nothing where nobody knows."""

    name: str
    help: str
    read: Callable[[], Readings]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """One look: every gauge's readings, the sums over all decisions, and what could not be read."""

    gauges: Mapping[str, Readings]
    sums: Mapping[str, Any] | None
    unread: int


def _count(rows: QuerySet) -> Readings:
    return {(): float(rows.order_by()[:MOST].count())}


def _age(moment: datetime | None) -> Readings:
    """Seconds since then; 0 where there is nothing that is waiting."""
    age = (timezone.now() - moment).total_seconds() if moment else 0.0
    return {(): max(round(age, 3), 0.0)}


def _figure_age(name: str) -> Readings:
    at = Figure.objects.filter(pk=name).values_list("at", flat=True).first()
    return _age(at) if at else {}


def _held_share() -> Readings:
    newest = DecisionRecord.objects.order_by("-pk").values_list("actor", "outcome")[:NEWEST]
    machine = [outcome for actor, outcome in newest if actor is None]
    held = machine.count(DecisionRecord.Outcome.HOLD)
    return {(): round(held / len(machine), 4)} if machine else {}


def _unsent() -> Readings:
    found = Figure.objects.filter(pk=tallies.UNSENT).values_list("value", flat=True).first()
    return {(kind,): float(count) for kind, count in (found or {}).items()}


def _unsealed() -> Readings:
    reached = dict(Reach.objects.values_list("source", "up_to"))
    return {
        (source.name,): _count(source.unsealed().filter(pk__gt=reached.get(source.name, 0)))[()]
        for source in covered()
    }


def _oldest_unsealed() -> Readings:
    reached = dict(Reach.objects.values_list("source", "up_to"))
    oldest = [
        source.unsealed()
        .filter(pk__gt=reached.get(source.name, 0))
        .values_list("at", flat=True)
        .first()
        for source in covered()
    ]
    return _age(min((at for at in oldest if at), default=None))


def free_bytes() -> int:
    """Room on the disk of the data folder."""
    return shutil.disk_usage(settings.DATA_DIR).free


def _queues() -> Readings:
    return {(name,): float(depth) for name, depth in (queue_depths() or {}).items()}


GAUGES: tuple[Gauge, ...] = (
    Gauge(
        "rejoinder_pending_comments",
        "Comments that wait to be judged.",
        lambda: _count(Comment.objects.longest_pending()),
    ),
    Gauge(
        "rejoinder_oldest_pending_seconds",
        "How long the longest waiting text has waited to be judged.",
        lambda: _age(
            Comment.objects.longest_pending().values_list("latest__created_at", flat=True).first()
        ),
    ),
    Gauge(
        "rejoinder_held_comments",
        "Comments that wait for an editor.",
        lambda: _count(QueueItem.objects.filter(status=Comment.Status.HELD)),
    ),
    Gauge(
        "rejoinder_oldest_held_seconds",
        "How long the longest held comment has waited for an editor.",
        lambda: _age(
            QueueItem.objects.filter(status=Comment.Status.HELD)
            .order_by("at", "comment_id")
            .values_list("at", flat=True)
            .first()
        ),
    ),
    Gauge(
        "rejoinder_held_share",
        "Held among the machine's decisions, of the newest 1,000 decisions.",
        _held_share,
    ),
    Gauge(
        "rejoinder_effects_overdue",
        "Rulings whose time to be undone is over and that have not reached their readers.",
        lambda: _count(PendingEffect.objects.due()),
    ),
    Gauge(
        "rejoinder_reports_open",
        "Reports that nobody has settled.",
        lambda: _count(Report.objects.filter(settled_at__isnull=True)),
    ),
    Gauge(
        "rejoinder_appeals_open",
        "Appeals that wait for a ruling.",
        lambda: _count(Appeal.objects.open()),
    ),
    Gauge(
        "rejoinder_legal_notices_open",
        "Notices of illegal content that nobody has settled.",
        lambda: _count(LegalNotice.objects.filter(settled_at__isnull=True)),
    ),
    Gauge(
        "rejoinder_mails_unsent",
        "Mails that should have left, counted once a minute, 100 of a kind at most.",
        _unsent,
        ("kind",),
    ),
    Gauge(
        "rejoinder_unsealed_rows",
        "Rows that are not linked to the log's chain yet.",
        _unsealed,
        ("table",),
    ),
    Gauge(
        "rejoinder_oldest_unsealed_seconds",
        "How long the oldest row without a link has been there.",
        _oldest_unsealed,
    ),
    Gauge(
        "rejoinder_sweep_age_seconds",
        "Since the sweep was last through: worker and beat are at work.",
        lambda: _figure_age(SWEPT_FIGURE),
    ),
    Gauge(
        "rejoinder_tally_age_seconds",
        "Since decisions were last counted for the totals below.",
        lambda: _figure_age(tallies.DECISIONS),
    ),
    Gauge(
        "rejoinder_queue_messages",
        "Messages that wait in a queue; `unacked`: in hand.",
        _queues,
        ("queue",),
    ),
    Gauge(
        "rejoinder_disk_free_bytes",
        "Room on the disk of the data folder.",
        lambda: {(): float(free_bytes())},
    ),
)


def look() -> Facts:
    """The facts as they were at most five seconds ago, read by one thread at a time."""
    global _last
    with _lock:
        if _last is None or time.monotonic() - _last[0] > KEPT_FOR:
            _last = (time.monotonic(), _look())
        return _last[1]


def forget() -> None:
    """Look anew the next time."""
    global _last
    _last = None


def _look() -> Facts:
    gauges: dict[str, Readings] = {}
    unread, sums = 0, None
    for gauge in GAUGES:
        try:
            gauges[gauge.name] = gauge.read()
        except (DatabaseError, OSError):
            unread += 1
    try:
        sums = Figure.objects.filter(pk=tallies.DECISIONS).values_list("value", flat=True).first()
    except DatabaseError:
        unread += 1
    return Facts(gauges, sums, unread)
