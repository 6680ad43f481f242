"""Tables, read alike from either database: row by row, and as a count with a checksum."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col

CHUNK = 2_000  # rows in memory at once

Row = tuple[Any, ...]


@dataclass
class Sum:
    """How many rows there are, and what they say, whatever their order."""

    rows: int = 0
    _total: int = field(default=0)

    def add(self, row: Row) -> None:
        said = json.dumps([_plain(value) for value in row], separators=(",", ":")).encode()
        # Added up, not chained: two databases need not agree on an order of texts.
        self._total += int.from_bytes(hashlib.sha256(said).digest())
        self.rows += 1

    @property
    def checksum(self) -> str:
        return f"{self._total % 2**256:064x}"


def _plain(value: Any) -> Any:
    """What tells two values apart, as JSON."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Json):
        return {"json": json.dumps(json.loads(value.text), sort_keys=True)}
    if isinstance(value, datetime):
        return {"at": value.astimezone(UTC).isoformat(timespec="microseconds")}
    if isinstance(value, bytes | bytearray | memoryview):
        return {"bytes": bytes(value).hex()}
    return {type(value).__name__: repr(value)}


@dataclass(frozen=True, slots=True)
class Json:
    """A document as its database wrote it. Read as text: null in a document is not an empty cell,
    and a number keeps its digits."""

    text: str


class Table:
    """One table of the site's."""

    def __init__(self, model: type[models.Model]) -> None:
        self.name: str = model._meta.db_table
        self.fields: Sequence[models.Field] = model._meta.local_concrete_fields
        own = model._meta.pk
        self.serial = own.column if isinstance(own, models.AutoField) else None

    def rows(self, database: BaseDatabaseWrapper) -> Iterator[Row]:
        """Every row, a chunk in memory at a time."""
        name = database.ops.quote_name
        columns = ", ".join(self._read(field, database) for field in self.fields)
        convert = [self._converters(field, database) for field in self.fields]
        with database.chunked_cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {name(self.name)}")
            while some := cursor.fetchmany(CHUNK):
                for row in some:
                    yield tuple(
                        _converted(value, steps) for value, steps in zip(row, convert, strict=True)
                    )

    def sum(self, database: BaseDatabaseWrapper) -> Sum:
        total = Sum()
        for row in self.rows(database):
            total.add(row)
        return total

    def _read(self, field: models.Field, database: BaseDatabaseWrapper) -> str:
        column = database.ops.quote_name(field.column)
        is_document = isinstance(field, models.JSONField) and database.vendor == "postgresql"
        return f"{column}::text" if is_document else column

    def _converters(self, field: models.Field, database: BaseDatabaseWrapper) -> list[Any]:
        if isinstance(field, models.JSONField):
            return [lambda value: value if value is None else Json(value)]
        column = Col(self.name, field)
        steps = [
            *database.ops.get_db_converters(column),
            *column.get_db_converters(database),
        ]
        return [_step(each, column, database) for each in steps]


def _step(convert: Any, column: Col, database: BaseDatabaseWrapper) -> Any:
    return lambda value: convert(value, column, database)


def _converted(value: Any, steps: list[Any]) -> Any:
    for step in steps:
        value = step(value)
    return value


def tables() -> list[Table]:
    """Every table that the site's models have, and those between them."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            found[model._meta.db_table] = model
    return [Table(found[name]) for name in sorted(found)]
