"""What the database holds."""

import sqlite3
import time
from collections.abc import Iterator

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.utils import timezone

from config.doctor.finding import Finding
from config.health import unapplied_migrations
from record.heads import head
from record.verifying import Verification

OLDEST_SQLITE = (3, 35, 0)
OLDEST_POSTGRESQL = 15
SKEW, LARGE_SKEW = 2.0, 30.0  # seconds
LINKS_READ = 500


def _ask(question: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def reachable() -> Iterator[Finding]:
    try:
        _ask("SELECT 1")
    except DatabaseError:
        yield Finding(
            "error",
            "reachable",
            "The database does not answer.",
            "Start it, and hold DATABASE_URL against it.",
        )


def sqlite() -> Iterator[Finding]:
    if connection.vendor != "sqlite":
        return
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield Finding(
            "error",
            "sqlite",
            f"SQLite is {sqlite3.sqlite_version}, older than 3.35.",
            "Use the Python of a newer system.",
        )
    mode = _ask("PRAGMA journal_mode")
    if mode != "wal":
        yield Finding(
            "error",
            "sqlite",
            f"SQLite's journal is {mode}, not wal: readers and writers wait for each other.",
            "Keep the data folder on a local disk, and start the site again.",
        )


def postgresql() -> Iterator[Finding]:
    if connection.vendor != "postgresql":
        return
    version = connection.get_database_version()[0]
    if version < OLDEST_POSTGRESQL:
        yield Finding(
            "error",
            "postgresql",
            f"PostgreSQL is {version}, older than {OLDEST_POSTGRESQL}.",
            "Upgrade it.",
        )
    encoding = _ask("SHOW server_encoding")
    if encoding != "UTF8":
        yield Finding(
            "error",
            "postgresql",
            f"The database keeps text as {encoding}: not every comment can be stored.",
            "Make one with createdb --encoding=UTF8, and move there.",
        )
    if _ask("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        yield Finding(
            "warning",
            "postgresql",
            "The site's role is a superuser: whoever has its password can rewrite the log.",
            "Give the site a role of its own; see harden_log in docs/operations.md.",
        )
    pooled = settings.WEB_WORKERS * settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]
    most = int(str(_ask("SHOW max_connections")))
    if pooled > most:
        yield Finding(
            "warning",
            "postgresql",
            f"{settings.WEB_WORKERS} web processes may want {pooled} connections, and the server"
            f" has {most}.",
            "Raise max_connections, or lower WEB_WORKERS.",
        )


def clock() -> Iterator[Finding]:
    if connection.vendor == "postgresql":
        began = time.time()
        theirs = float(str(_ask("SELECT extract(epoch FROM clock_timestamp())")))
        skew = abs(theirs - (began + time.time()) / 2)
        where = "the database's clock"
    else:
        newest = _newest_entry()
        skew = max(newest - time.time(), 0.0) if newest else 0.0
        where = "the time of the newest decision, which lies ahead"
    if skew > SKEW:
        yield Finding(
            "error" if skew > LARGE_SKEW else "warning",
            "clock",
            f"This machine's clock is {skew:.0f} s away from {where}.",
            "Have both set by NTP.",
        )


def _newest_entry() -> float | None:
    at = _ask("SELECT max(at) FROM moderation_decisionrecord")
    if not at:
        return None
    moment = timezone.datetime.fromisoformat(str(at))
    return timezone.make_aware(moment, timezone.get_default_timezone()).timestamp()


def migrations() -> Iterator[Finding]:
    missing = unapplied_migrations()
    if missing:
        app, name = missing[0]
        yield Finding(
            "error",
            "migrations",
            f"The database lacks {len(missing)} migrations of this version, {app}.{name} first.",
            "Run manage.py prepare.",
        )


def cache_table() -> Iterator[Finding]:
    try:
        cache.get("doctor")
    except DatabaseError:
        yield Finding(
            "error",
            "cache_table",
            "The cache has no table: rate limits cannot be kept, and sign-in fails.",
            "Run manage.py prepare.",
        )


def log() -> Iterator[Finding]:
    """The newest links alone; `verify_log` reads all of them."""
    since = max(head().position - LINKS_READ, 0)
    fault = next(Verification(since=since).faults(), None)
    if fault is not None:
        yield Finding(
            "error",
            "log",
            f"The log does not hold: {fault}.",
            "Run manage.py verify_log, and see that the worker runs.",
        )
