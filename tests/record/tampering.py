"""What somebody with the database in their hands could do, and how tests do it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from record import chain
from record.models import Seal
from record.sources import covered, named

TABLES = [*(source.model._meta.db_table for source in covered()), Seal._meta.db_table]


class _Back(Exception):
    pass


@contextmanager
def hands_on() -> Iterator[None]:
    """The triggers are off within; everything that was done is undone afterwards."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET LOCAL session_replication_role = replica")
            else:
                cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                for (name,) in cursor.fetchall():
                    cursor.execute(f"DROP TRIGGER {name}")
            yield
            raise _Back
    except _Back:
        pass


def write(sql: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def remove_row(name: str, row: int) -> None:
    write(f"DELETE FROM {named(name).model._meta.db_table} WHERE id = %s", row)


def remove_link(position: int) -> None:
    write("DELETE FROM record_seal WHERE position = %s", position)


def relink() -> None:
    """Make the whole chain anew over what the rows say now, as whoever knows how would."""
    previous = chain.START
    for seal in Seal.objects.order_by("position"):
        source = named(seal.source)
        row = source.rows().filter(pk=seal.row).values(*source.columns).get()
        previous = chain.link(previous, seal.position, seal.source, chain.form(row))
        Seal.objects.filter(pk=seal.pk).update(hash=previous)
