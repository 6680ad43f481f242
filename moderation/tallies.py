"""Sums over every decision there has been, kept by the worker for those who watch over the site.

They are counted along the chain of the log: a place in it comes once and leaves no gap, so each
decision is counted once, whoever decided it and however often a process was started again.
"""

import time
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import sanction_mail
from comments import mail as comment_mail
from comments.models import Comment
from moderation import mail as notice_mail
from moderation.models import DecisionRecord, Figure
from record.models import Seal

DECISIONS = "tally.decisions"
UNSENT = "tally.unsent"
BATCH = 1_000  # links at a time
# Upper bounds in seconds; what took longer is counted beyond the last.
JUDGED_WITHIN = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0)
RULED_WITHIN = (60.0, 300.0, 900.0, 3_600.0, 14_400.0, 43_200.0, 86_400.0, 259_200.0, 604_800.0)
FAILURES = ("check_missing", "check_failed", "check_slow", "not_judged")
_COLUMNS = (
    *("actor_id", "outcome", "undoes_id", "status_before", "at", "revision__created_at"),
    *("waited_seconds", "findings"),
)


def tally(*, seconds: float = 2.0) -> int:
    """Count the decisions that were sealed since the last time. Returns how many.

    It may run any number of times at once; it stops at a whole batch after so many seconds, and
    the next call goes on. Each call notes that it was there.
    """
    until, counted = time.monotonic() + seconds, 0
    while True:
        before = Figure.objects.filter(pk=DECISIONS).values_list("value", flat=True).first()
        sums = before or empty()
        links = Seal.objects.filter(position__gt=sums["position"]).order_by("position")
        found = list(links.values_list("position", "source", "row")[:BATCH])
        rows = [row for _place, source, row in found if source == "decision"]
        position = found[-1][0] if found else sums["position"]
        add(sums, DecisionRecord.objects.filter(pk__in=rows).order_by().values_list(*_COLUMNS))
        if not _write({**sums, "position": position}, before):
            return counted  # another tally was quicker
        counted += len(rows)
        if len(found) < BATCH or time.monotonic() > until:
            return counted


def _write(sums: dict[str, Any], before: dict[str, Any] | None) -> bool:
    with transaction.atomic():
        now = Figure.objects.select_for_update().filter(pk=DECISIONS).first()
        if (now.value["position"] if now else 0) != (before["position"] if before else 0):
            return False
        Figure.objects.update_or_create(
            pk=DECISIONS, defaults={"value": sums, "at": timezone.now()}
        )
    return True


def empty() -> dict[str, Any]:
    """Sums over nothing."""
    return {
        "position": 0,
        "decisions": {},
        "judged": {"counts": [0] * (len(JUDGED_WITHIN) + 1), "seconds": 0.0},
        "ruled": {"counts": [0] * (len(RULED_WITHIN) + 1), "seconds": 0.0},
        "failures": dict.fromkeys(FAILURES, 0),
    }


def add(sums: dict[str, Any], decisions: Iterable[tuple]) -> None:
    """Add decisions, as rows of _COLUMNS, to sums."""
    for actor, outcome, undoes, before, at, written, waited, findings in decisions:
        by = "machine" if actor is None else "editor"
        said = f"{by} {'undo' if undoes is not None else outcome}"
        sums["decisions"][said] = sums["decisions"].get(said, 0) + 1
        if actor is None and before == Comment.Status.PENDING:
            _observe(sums["judged"], JUDGED_WITHIN, max((at - written).total_seconds(), 0.0))
        if waited is not None:
            _observe(sums["ruled"], RULED_WITHIN, float(waited))
        for code in {finding["code"] for finding in findings} & set(FAILURES):
            sums["failures"][code] = sums["failures"].get(code, 0) + 1


def _observe(histogram: dict[str, Any], bounds: tuple[float, ...], seconds: float) -> None:
    histogram["counts"][bisect_left(bounds, seconds)] += 1
    histogram["seconds"] = round(histogram["seconds"] + seconds, 3)


def count_unsent() -> None:
    """Note how many mails should have left by now, up to what a sweep takes at a time."""
    unsent = {
        "comments": len(comment_mail.unsent()),
        "notices": len(notice_mail.unsent()),
        "sanctions": len(sanction_mail.unsent()),
    }
    Figure.objects.update_or_create(pk=UNSENT, defaults={"value": unsent, "at": timezone.now()})
