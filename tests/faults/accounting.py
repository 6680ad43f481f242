"""Holds a ledger against the database after a fault."""

import time
from collections import Counter
from dataclasses import dataclass, field

from tests.faults.database import Database, seconds
from tests.faults.ledger import Ledger
from tests.faults.lookout import Sightings
from tests.faults.sentences import HELD_WORD, REJECTED_WORD

DECIDED_WITHIN = 60.0  # seconds after recovery
_COMMENTS = """
    SELECT c.id, c.idempotency_key, c.status, c.live_at,
           c.withdrawn_at IS NOT NULL OR c.removed_at IS NOT NULL, c.live_revision_id,
           r.source, c.parent_id, c.created_at,
           (SELECT count(*) FROM moderation_queueitem q
             WHERE q.comment_id = c.id AND q.status = 'held'),
           (SELECT count(*) FROM moderation_decisionrecord d
             WHERE d.comment_id = c.id AND d.actor_id IS NULL)
      FROM comments_comment c
      JOIN comments_commentrevision r ON r.id =
           (SELECT min(id) FROM comments_commentrevision WHERE comment_id = c.id)
     WHERE c.call_to_action_id = %s
"""

_REVISIONS = """
    SELECT r.comment_id, r.source,
           (SELECT min(d.at) FROM moderation_decisionrecord d
             WHERE d.revision_id = r.id AND d.outcome = 'approve')
      FROM comments_commentrevision r JOIN comments_comment c ON c.id = r.comment_id
     WHERE c.call_to_action_id = %s
"""


@dataclass
class Row:
    """One stored comment. at_desk: is it before an editor; judged: how often a machine decided."""

    pk: int
    key: str | None
    status: str
    live_at: float | None
    gone: bool
    live: bool
    text: str
    parent: int | None
    created_at: float
    at_desk: bool
    judged: int


@dataclass
class Account:
    """What a fault did. Every list is empty when it did no harm; `wrong` gathers them."""

    posts: int = 0
    stored: int = 0  # answered 201, or 200 to a repeated key
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)  # stored with other words, or under no key
    early: list[str] = field(default_factory=list)
    undecided: list[int] = field(default_factory=list)
    unruled: list[int] = field(default_factory=list)  # held, and at no desk
    judged_twice: list[int] = field(default_factory=list)
    let_through: list[int] = field(default_factory=list)  # live against the lists
    count: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    decided_after: float | None = None  # seconds from recovery until nothing was pending
    looks: int = 0

    def wrong(self) -> dict[str, list]:
        """Everything that must not be."""
        return {
            name: value
            for name, value in vars(self).items()
            if isinstance(value, list) and value
        }  # fmt: skip


def stored(database: Database, discussion: int) -> list[Row]:
    """Every comment of a discussion as its rows say."""
    return [
        Row(
            pk=pk, key=key, status=status, live_at=seconds(live_at), gone=bool(gone),
            live=bool(revision), text=text, parent=parent, created_at=seconds(created) or 0.0,
            at_desk=bool(desk), judged=judged,
        )
        for pk, key, status, live_at, gone, revision, text, parent, created, desk, judged
        in database.rows(_COMMENTS, discussion)
    ]  # fmt: skip


def wait_decided(database: Database, discussion: int, within: float) -> float | None:
    """Seconds until nothing of a discussion is pending; None when it takes longer."""
    started = time.monotonic()
    pending = (
        "SELECT count(*) FROM comments_comment WHERE call_to_action_id = %s"
        " AND status = 'pending' AND withdrawn_at IS NULL"
    )
    while database.one(pending, discussion):
        if time.monotonic() - started > within:
            return None
        time.sleep(0.1)
    return time.monotonic() - started


def settle_unanswered(ledger: Ledger, database: Database, discussion: int) -> list[str]:
    """Repeat every submit that was never answered; what is wrong with the answers.

    What had been stored must be answered with the same comment and 200, what had not with a 201.
    """
    wrong = []
    for entry in ledger.unanswered():
        before = [row for row in stored(database, discussion) if row.key == entry.key]
        status = ledger.post(entry)
        expected = 200 if before else 201
        if status != expected or (before and entry.comment != before[0].pk):
            wrong.append(f"{entry.key}: {status} instead of {expected}")
    return wrong


def account(
    ledger: Ledger,
    database: Database,
    discussion: int,
    *,
    key: str,
    seen: Sightings | None = None,
    one_clock: bool = True,
) -> Account:
    """Hold the ledger and what was seen against the rows.

    key: what the marks of these comments hold. one_clock: were times comparable?
    """
    found = Account(posts=len(ledger.entries))
    rows = stored(database, discussion)
    by_key: dict[str | None, list[Row]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    for entry in ledger.entries.values():
        mine = by_key.pop(entry.key, [])
        found.stored += entry.taken
        if entry.taken and [row.pk for row in mine] != [entry.comment]:
            found.lost.append(entry.key)
        if any((row.text, row.parent) != (entry.text, entry.parent) for row in mine):
            found.other.append(entry.key)
        if len(mine) > 1:
            found.doubled.append(entry.key)
    found.other += [str(row.pk) for strangers in by_key.values() for row in strangers]
    found.doubled += [text for text, n in Counter(row.text for row in rows).items() if n > 1]
    for row in rows:
        if row.status == "pending" and not row.gone:
            found.undecided.append(row.pk)
        if row.status == "held" and not row.at_desk:
            found.unruled.append(row.pk)
        if row.judged > 1:
            found.judged_twice.append(row.pk)
        if row.live and (HELD_WORD in row.text or REJECTED_WORD in row.text):
            found.let_through.append(row.pk)
    _public(found, rows, database, discussion)
    if seen is not None:
        found.looks = seen.looks
        found.early = _early(rows, database.rows(_REVISIONS, discussion), seen, key, one_clock)
    return found


def _public(found: Account, rows: list[Row], database: Database, discussion: int) -> None:
    live = sum(row.live and not row.gone for row in rows)
    told = database.one("SELECT live_count FROM articles_calltoaction WHERE id = %s", discussion)
    if told != live:
        found.count.append(f"{told} told, {live} live")


def _early(
    rows: list[Row], revisions: list[tuple], seen: Sightings, key: str, one_clock: bool
) -> list[str]:
    """Whatever was seen before it was approved, or never was."""
    approved: dict[str | int, float] = {}
    for pk, text, at in revisions:
        since = seconds(at)
        if since is not None:
            approved[pk] = min(since, approved.get(pk, since))
            approved |= {word: since for word in text.split() if key in word}
    sightings = [(approved.get(word), word, *at) for word, at in seen.words.items()]
    sightings += [(approved.get(pk), f"#{pk}", *at) for pk, at in seen.numbers.items()]
    early = [
        f"{what} at {place}"
        for since, what, when, place in sightings
        if since is None or (one_clock and when < since)
    ]
    if one_clock:
        times = sorted(row.live_at for row in rows if row.live_at is not None)
        for when, count in seen.counts:
            if count > sum(at <= when for at in times):
                early.append(f"{count} counted")
    return early
