"""What must hold before a site is carried, and what tells two tables apart."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection

from config import moving
from config.moving_tables import Json, Sum, tables
from tests.factories import make_comment


def checksum(*rows) -> str:
    total = Sum()
    for row in rows:
        total.add(row)
    return total.checksum


NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "one, other",
    [
        ((1, "a"), (1, "b")),
        ((1, ""), (1, None)),
        ((1,), ("1",)),
        ((1,), (1.0,)),
        ((1,), (True,)),
        ((0.1,), (0.1 + 1e-17 * 8,)),
        (("a", "b"), ("ab", "")),
        ((Json("null"),), (None,)),
        ((Json('{"a": 1}'),), (Json('{"a": 1.0}'),)),
        ((Json('"a"'),), ("a",)),
        ((b"a",), ("a",)),
        ((NOON,), (NOON + timedelta(microseconds=1),)),
    ],
    ids=repr,
)
def test_a_checksum_tells_rows_apart(one, other):
    assert checksum(one) != checksum(other)
    assert checksum(one, one) != checksum(one), "a row that is there twice"


@pytest.mark.parametrize(
    "one, other",
    [
        (Json('{"a":1,"b":[2]}'), Json('{"b": [2], "a": 1}')),
        (b"\0\xff", memoryview(b"\0\xff")),
        (NOON, NOON.astimezone(timezone(timedelta(hours=5)))),
    ],
    ids=["JSON", "bytes", "a time in another zone"],
)
def test_what_the_two_databases_write_differently_is_the_same(one, other):
    assert checksum((one,)) == checksum((other,))


def test_the_order_of_rows_does_not_matter():
    assert checksum((1,), (2,), (3,)) == checksum((3,), (1,), (2,))


@pytest.mark.django_db
def test_every_table_of_the_database_is_carried_or_made_anew():
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    parts_of_fts5 = {
        f"{name}_{part}"
        for name in moving.MADE_ANEW
        for part in ("data", "idx", "content", "docsize", "config")
    }
    carried = {table.name for table in tables()}
    assert there - parts_of_fts5 - {"sqlite_sequence"} == carried | (there & set(moving.MADE_ANEW))
    assert carried.isdisjoint(moving.MADE_ANEW)
    assert set(moving.USED) <= carried


@pytest.mark.django_db
def test_rows_are_read_whole_and_in_the_types_that_models_have():
    comment = make_comment(body="Grüße 🌊")
    [table] = [table for table in tables() if table.name == "comments_comment"]
    [row] = table.rows(connection)
    values = dict(zip([field.column for field in table.fields], row, strict=True))
    assert values["id"] == comment.pk and values["listed"] is True
    assert values["live_at"] == comment.live_at and values["notice"] is None
    assert table.sum(connection).rows == 1


def test_the_target_must_be_a_postgresql(settings):
    with pytest.raises(moving.CannotMove, match="not a PostgreSQL"):
        moving.target_at(settings.DATABASES["default"] | {"ENGINE": "django.db.backends.sqlite3"})
