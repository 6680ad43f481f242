"""The database side of the size benchmark: copies of comments with all that hangs on them, and
what every table and index takes on the disk.

    python -m benchmarks.size_rows VERB < arguments.json > answer.json

A process of its own, on the data folder and database that the environment names, while no site
runs on it.
"""

import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.apps import apps  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402

from comments import search  # noqa: E402
from comments.models import Comment  # noqa: E402
from moderation import desk_words  # noqa: E402
from moderation.models import DecisionRecord  # noqa: E402
from record.models import Entry, Seal  # noqa: E402

ROWS_AT_ONCE = 20_000  # comments in one transaction
# What differs from comment to comment in an index; equal values would be stored once.
_VARIED = {
    ("moderation_sketchvalue", "value"): '"value" + k * 7919',
    ("comments_commentrevision", "fingerprint"): (
        "substr(fingerprint, 1, 8) || k || substr(fingerprint, 20)"
    ),
    ("comments_comment", "idempotency_key"): "idempotency_key || '-' || k",
    ("record_seal", "position"): '"position" + k * {step}',
    ("record_seal", "row"): '"row" + k * {step}',
}


def unsealed() -> int:
    """How many rows of the log have no link yet."""
    return Entry.objects.count() + DecisionRecord.objects.count() - Seal.objects.count()


def multiply(comments: int) -> int:
    """Copy every comment with its rows in all tables until there are so many; how many there are.

    A copy is a minute younger than what it copies, by a person who exists, and has the same words.
    """
    seed = Comment.objects.count()
    copies = max(0, comments // seed - 1)
    hanging = _hanging()
    step = 10 ** len(str(max(_highest(model) for model in hanging)))
    statements = [_rows_of(model, hanging, step) for model in hanging] + _words(step)
    for first in range(1, copies + 1, max(1, ROWS_AT_ONCE // seed)):
        last = min(copies, first + max(1, ROWS_AT_ONCE // seed) - 1)
        with transaction.atomic(), connection.cursor() as cursor:
            for sql in statements:
                numbers = (
                    f"WITH RECURSIVE copies(k) AS (SELECT {first} UNION ALL"
                    f" SELECT k + 1 FROM copies WHERE k < {last})"
                )
                cursor.execute(sql.format(numbers=numbers))
        print(f"  {seed * (last + 1):,} comments", file=sys.stderr, flush=True)
    return Comment.objects.count()


def _hanging() -> list[type[models.Model]]:
    """Comments, and every model whose rows name one of them, directly or not; and their links."""
    found: list[type[models.Model]] = [Comment]
    for model in found:
        found += [
            other
            for other in apps.get_models()
            if other not in found
            and any(field.related_model is model for field in other._meta.concrete_fields)
        ]
    return [model for model in [*found, Seal] if model.objects.exists()]


def _highest(model: type[models.Model]) -> int:
    return model.objects.aggregate(most=models.Max("pk"))["most"] or 0


def _rows_of(model: type[models.Model], hanging: list, step: int) -> str:
    table, key = model._meta.db_table, model._meta.pk.column
    columns = [field.column for field in model._meta.concrete_fields]
    values = []
    for field in model._meta.concrete_fields:
        column = f'"{field.column}"'
        if varied := _VARIED.get((table, field.column)):
            values.append(varied.format(step=step))
        elif field.related_model in hanging or (field.primary_key and not field.is_relation):
            values.append(f"{column} + k * {step}")
        elif isinstance(field, models.DateTimeField):
            values.append(_later(column))
        else:
            values.append(column)
    named = ", ".join(f'"{column}"' for column in columns)
    picked = f'"{table}"."{key}" < {step}'
    if model is Seal:
        picked += " AND source = 'decision'"  # the site's own deeds are no comment's
    return (
        f'{{numbers}} INSERT INTO "{table}" ({named}) SELECT {", ".join(values)} FROM copies'
        f' CROSS JOIN "{table}" WHERE {picked} ORDER BY k, "{key}"'
    )


def _later(column: str) -> str:
    if connection.vendor == "postgresql":
        return f"{column} + k * interval '1 minute'"
    return f"strftime('%Y-%m-%d %H:%M:%f', {column}, '+' || k || ' minutes') || '000'"


def _words(step: int) -> list[str]:
    """The same for the words that comments are found by."""
    if connection.vendor == "postgresql":
        key, columns = "id", "place, words"
    else:
        key, columns = "rowid", "place, words0"
    return [
        f"{{numbers}} INSERT INTO {index.table} ({key}, {columns}) SELECT {key} + k * {step},"
        f" {columns} FROM copies CROSS JOIN (SELECT {key}, {columns} FROM {index.table}"
        f" WHERE {key} < {step}) AS seed ORDER BY k, {key}"
        for index in (search.INDEX, desk_words.INDEX)
    ]


def sizes() -> list[list[Any]]:
    """[table, index or "", bytes] of everything in the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT relname, '', pg_table_size(oid) FROM pg_class WHERE relkind = 'r'"
                " AND relnamespace = 'public'::regnamespace UNION ALL SELECT t.relname, i.relname,"
                " pg_relation_size(i.oid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid"
                " JOIN pg_class t ON t.oid = x.indrelid"
                " WHERE t.relnamespace = 'public'::regnamespace"
            )
        else:
            cursor.execute(
                "SELECT coalesce(m.tbl_name, d.name), CASE m.type WHEN 'index' THEN d.name ELSE ''"
                " END, d.bytes FROM (SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name)"
                " AS d LEFT JOIN sqlite_master AS m ON m.name = d.name"
            )
        return [list(row) for row in cursor.fetchall()]


VERBS = {verb.__name__: verb for verb in (unsealed, multiply, sizes)}

if __name__ == "__main__":
    print(json.dumps(VERBS[sys.argv[1]](**json.load(sys.stdin))))
