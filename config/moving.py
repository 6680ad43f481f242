"""Carrying a whole site from SQLite to PostgreSQL: all of it, or nothing."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import ConnectionHandler

from config.moving_tables import Json, Row, Sum, Table, tables

LEAST_VERSION = 150_000
TELL_EVERY = 5.0  # seconds between two lines about one table
# What a person did is in one of these; the rest of a new database is written by migrations.
USED = ("accounts_user", "articles_article", "comments_comment", "record_entry")
# Made anew in the target, not carried: words of the search, limits counted within hours.
MADE_ANEW = (
    *("articles_words", "comments_words", "desk_words", "cache", "django_migrations"),
    "public_versions",
)

Tell = Callable[[str], None]


class CannotMove(Exception):
    """One line for the person at the console. Nothing has been carried."""


@dataclass(frozen=True)
class Carried:
    """One table, as it was and is."""

    name: str
    rows: int
    checksum: str


def target_at(config: dict[str, Any]) -> BaseDatabaseWrapper:
    """A connection to the database that a configuration names, which must be PostgreSQL."""
    if config.get("ENGINE") != "django.db.backends.postgresql":
        raise CannotMove("The target is not a PostgreSQL: postgres://user:password@host/name")
    return ConnectionHandler({"default": config})["default"]


def check(target: BaseDatabaseWrapper) -> None:
    """Refuse what cannot be carried, or where something is already. Changes nothing."""
    if connection.vendor != "sqlite":
        raise CannotMove("This site is not on SQLite: DATABASE_URL names another database.")
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CannotMove("The site's database is of an older version: run manage.py prepare first.")
    try:
        with target.cursor() as cursor:
            _check_target(cursor)
    except DatabaseError as error:
        raise CannotMove(f"The target does not answer: {error}".strip()) from error


def _check_target(cursor: Any) -> None:
    cursor.execute("SELECT current_setting('server_version_num')::int, version()")
    number, named = cursor.fetchone()
    if number < LEAST_VERSION:
        raise CannotMove(f"The target is {named.split(' on ')[0]}: 15 or later is needed.")
    cursor.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        " AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    if others := cursor.fetchone()[0]:
        raise CannotMove(f"Something else uses the target ({others} connections): end it first.")
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    found = {name for (name,) in cursor.fetchall()}
    if strange := found - {table.name for table in tables()} - set(MADE_ANEW):
        raise CannotMove(f"The target holds tables of something else: {', '.join(sorted(strange))}")
    for name in (table for table in USED if table in found):
        cursor.execute(f"SELECT EXISTS (SELECT FROM {name})")
        if cursor.fetchone()[0]:
            raise CannotMove(f"The target is not empty: there are rows in {name}.")


@contextmanager
def standing_still() -> Iterator[None]:
    """The source as it is now, with nobody else in it; who wants to write waits or gives up."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 1000")
            # SQLite leaves its write-ahead mode only for the one who has the file alone.
            cursor.execute("PRAGMA journal_mode = DELETE")
            alone = cursor.fetchone()[0] in ("delete", "memory")
    except DatabaseError:
        alone = False
    if not alone:
        raise CannotMove("Something else has the site's database open: stop every process of it.")
    try:
        with transaction.atomic():  # IMMEDIATE: no other writer from here on
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode = WAL")


def move(target: BaseDatabaseWrapper, *, tell: Tell) -> list[Carried]:
    """Carry every row and compare; what differs undoes all of it. The target has its tables."""
    carried = []
    with standing_still(), _at_once(target), target.cursor() as cursor:
        there = tables()
        names = ", ".join(target.ops.quote_name(table.name) for table in there)
        # Migrations wrote a policy, reasons, content types: the site brings its own.
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY")
        bonds = _loosen(cursor)
        for table in there:
            carried.append(_carry(table, target, tell))
        tell("Checking the bonds between the tables ...")
        for bond in bonds:
            cursor.execute(bond)
    return carried


@contextmanager
def _at_once(target: BaseDatabaseWrapper) -> Iterator[None]:
    """All of it in one transaction of the target, or none."""
    target.set_autocommit(False)
    try:
        yield
        target.commit()
    except (DatabaseError, target.Database.Error) as error:  # COPY speaks past Django
        target.rollback()
        raise CannotMove(f"PostgreSQL refuses: {error}".strip()) from error
    except BaseException:
        target.rollback()
        raise
    finally:
        target.set_autocommit(True)


def _loosen(cursor: Any) -> list[str]:
    """Drop the foreign keys and switch deferred triggers off; returns what undoes it. Either would
    keep a note of each row in the server's memory until the end, and no table could be altered."""
    cursor.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    )
    bonds = cursor.fetchall()
    cursor.execute(
        "SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger"
        " JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE tgdeferrable AND NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
    )
    later = cursor.fetchall()
    for table, name, _definition in bonds:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for table, name in later:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    return [
        *(f"ALTER TABLE {table} ADD CONSTRAINT {name} {how}" for table, name, how in bonds),
        *(f"ALTER TABLE {table} ENABLE TRIGGER {name}" for table, name in later),
    ]


def _carry(table: Table, target: BaseDatabaseWrapper, tell: Tell) -> Carried:
    written = Sum()
    told = time.monotonic()
    name = target.ops.quote_name
    columns = ", ".join(name(field.column) for field in table.fields)
    with target.cursor() as cursor:
        with cursor.copy(f"COPY {name(table.name)} ({columns}) FROM STDIN") as copy:
            for row in table.rows(connection):
                written.add(row)
                copy.write_row(_for_postgres(row))
                if time.monotonic() - told > TELL_EVERY:
                    told = time.monotonic()
                    tell(f"  {table.name}: {written.rows:,} rows so far")
        if table.serial is not None and (last := _last_number(table)):
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                [name(table.name), table.serial, last],
            )
    read = table.sum(target)
    if read != written:
        raise CannotMove(
            f"{table.name} did not arrive as it left: {written.rows} rows, {written.checksum};"
            f" there {read.rows} rows, {read.checksum}"
        )
    tell(f"  {table.name}: {read.rows:,} rows, {read.checksum[:16]}")
    return Carried(table.name, read.rows, read.checksum)


def _for_postgres(row: Row) -> Row:
    return tuple(value.text if isinstance(value, Json) else value for value in row)


def _last_number(table: Table) -> int:
    """The highest number ever given out, also to a row that is gone: the log names people and
    comments by number, and a new one must not answer to an old one's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table.name])
        found = cursor.fetchone()
    return found[0] if found else 0


def manage(*words: str) -> None:
    """Run another command of ours to its end, in the environment as it is by now."""
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *words]
    sys.stdout.flush()
    if subprocess.run(command, check=False).returncode:
        raise CannotMove(f"manage.py {' '.join(words)} failed on the target.")
