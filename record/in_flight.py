"""Which transactions may still bring a row with a number that is lower than one already there.

PostgreSQL gives numbers out before it commits, so a lower one may commit last. Whoever inserts
holds a lock on the table from before it takes a number until it ends: when those who held it have
ended, every number up to the highest that was seen before has come or never will. SQLite has one
writer.
"""

import time

from django.db import connection

_POLL = 0.02  # seconds


def writers(table: str) -> list[str]:
    """Transactions of others that write to the table at this moment, by PostgreSQL's own names."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT virtualtransaction FROM pg_locks"
            " WHERE locktype = 'relation' AND relation = %s::regclass AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


def ended(transactions: list[str], *, within: float) -> bool:
    """Whether all of them have ended; waits for it, at most so many seconds."""
    until = time.monotonic() + within
    while transactions:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'virtualxid'"
                " AND virtualxid = ANY(%s))",
                [transactions],
            )
            if not cursor.fetchone()[0]:
                return True
        if time.monotonic() > until:
            return False
        time.sleep(_POLL)
    return True
