"""A site's database, read past the site: what the ledger is held against."""

import sqlite3
from datetime import UTC, datetime
from typing import Any

import psycopg


class Database:
    """One database by its SQLite path or its psycopg connection string. Placeholders are %s."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.on_postgres = address.startswith("host=")

    def rows(self, sql: str, *values: Any) -> list[tuple]:
        """What a statement answers; each call sees what is committed now."""
        if self.on_postgres:
            with psycopg.connect(self.address, connect_timeout=5) as connection:
                return connection.execute(sql, values).fetchall()
        with sqlite3.connect(f"file:{self.address}?mode=ro", uri=True, timeout=30) as connection:
            found = connection.execute(sql.replace("%s", "?"), values).fetchall()
        connection.close()
        return found

    def one(self, sql: str, *values: Any) -> Any:
        """The first column of the first row."""
        return self.rows(sql, *values)[0][0]


def seconds(moment: str | datetime | None) -> float | None:
    """A stored moment in seconds since the epoch."""
    if moment is None:
        return None
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
