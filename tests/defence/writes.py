"""What a request changes in the database, read from the statements that it sends."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

_WRITING = re.compile(
    r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|REPLACE INTO) "?(\w+)', re.I
)
# Upkeep of the machine, not a decision: limits of pace, and sessions that are touched.
UPKEEP = frozenset({"cache", "django_session", "accounts_allowance", "accounts_dailykey"})


@dataclass
class Writes:
    """tables: those of which rows were changed."""

    tables: set[str] = field(default_factory=set)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        found = _WRITING.match(sql)
        # What returns its new rows tells of none until they are fetched.
        if found and ("RETURNING" in sql or context["cursor"].rowcount != 0):
            self.tables.add(found[1])
        return result

    @property
    def decided(self) -> set[str]:
        return self.tables - UPKEEP


@contextmanager
def undone() -> Iterator[Writes]:
    """Everything inside is taken back; what it changed is told."""
    writes = Writes()
    with transaction.atomic(), connection.execute_wrapper(writes):
        yield writes
        transaction.set_rollback(True)
