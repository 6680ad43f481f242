"""The database's full text: FTS5 in SQLite, `tsvector` with GIN in PostgreSQL, one face for both.

What goes in has been folded and cut into words by `fulltext`, and so has every query; the databases
match whole words and beginnings of words, and agree on all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from fulltext import Query, as_fts5, as_tsquery, as_tsvector, as_words

WEIGHTS = (8.0, 4.0, 1.0)  # of a word in the first, second and third field
# The same, of D, C, B and A; PostgreSQL takes none above 1.
_POSTGRES_WEIGHTS = "{0.0125, 0.125, 0.5, 1}"
_BATCH = 500  # ids in one statement
_STEP = 200  # pages that one step of tidying writes
# Below this many changed rows a merge has found nothing to do; so FTS5's documentation.
_IDLE = 2


@dataclass(frozen=True, slots=True)
class WordIndex:
    """One table of words. Rows have an id, a place that they belong to (0: none), and `fields`
    texts, the one with the weightiest words first, three at most."""

    table: str
    fields: int

    def _columns(self) -> list[str]:
        return [f"words{number}" for number in range(self.fields)]

    def create(self, schema_editor) -> None:
        """For a migration."""
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TABLE {self.table} (id bigint PRIMARY KEY, place bigint NOT NULL,"
                f" words tsvector NOT NULL)"
            )
            schema_editor.execute(f"CREATE INDEX {self.table}_gin ON {self.table} USING gin(words)")
            schema_editor.execute(f"CREATE INDEX {self.table}_at ON {self.table} (place, id)")
            return
        # `ascii` takes every other character for a letter, so words stay as `fulltext` cut them.
        schema_editor.execute(
            f"CREATE VIRTUAL TABLE {self.table} USING fts5("
            f"place, {', '.join(self._columns())}, tokenize='ascii', prefix='3')"
        )

    def drop(self, schema_editor) -> None:
        """For a migration taken back."""
        schema_editor.execute(f"DROP TABLE {self.table}")

    def put(self, row_id: int, texts: Sequence[str], *, place: int = 0) -> None:
        """Have a row found by these texts alone, from now on."""
        self.remove([row_id])
        if connection.vendor == "postgresql":
            columns, values = "id, place, words", [row_id, place, as_tsvector(list(texts))]
        else:
            columns = ", ".join(["rowid", "place", *self._columns()])
            values = [row_id, f"p{place}", *(as_words(text) for text in texts)]
        marks = ", ".join(["%s"] * len(values))
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {self.table} ({columns}) VALUES ({marks})", values)

    def remove(self, ids: Iterable[int]) -> None:
        """Have these rows found no more."""
        ids = list(ids)
        with connection.cursor() as cursor:
            for at in range(0, len(ids), _BATCH):
                some = ids[at : at + _BATCH]
                marks = ", ".join(["%s"] * len(some))
                cursor.execute(f"DELETE FROM {self.table} WHERE {_key()} IN ({marks})", some)

    def clear(self) -> None:
        """Have nothing found."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.table}")

    def ids_at(self, place: int) -> list[int]:
        """The rows of a place."""
        if connection.vendor == "postgresql":
            sql, values = f"SELECT id FROM {self.table} WHERE place = %s", [place]
        else:
            sql = f"SELECT rowid FROM {self.table} WHERE {self.table} MATCH %s"
            values = [f'place : "p{place}"']
        return self._ids(sql, values)

    def is_empty(self) -> bool:
        return not self._ids(f"SELECT {_key()} FROM {self.table} LIMIT 1", [])

    def newest(
        self, query: Query, *, limit: int, before: int | None = None, place: int | None = None
    ) -> list[int]:
        """Rows that have what is looked for, by falling id, below `before`, in `place` alone."""
        if connection.vendor == "postgresql":
            sql, values = "words @@ %s::tsquery", [as_tsquery(query)]
            if place is not None:
                sql, values = f"{sql} AND place = %s", [*values, place]
        else:
            wanted = self._fts5(query)
            if place is not None:
                wanted = f'place : "p{place}" AND {wanted}'
            sql, values = f"{self.table} MATCH %s", [wanted]
        if before is not None:
            sql, values = f"{sql} AND {_key()} < %s", [*values, before]
        return self._ids(
            f"SELECT {_key()} FROM {self.table} WHERE {sql} ORDER BY {_key()} DESC LIMIT %s",
            [*values, limit],
        )

    def best(self, query: Query, *, limit: int) -> list[int]:
        """Rows that have what is looked for, those first that say it most and in weightier
        fields; of equals the newer."""
        if connection.vendor == "postgresql":
            rank = f"ts_rank('{_POSTGRES_WEIGHTS}', words, wanted, 1)"  # 1: short texts say more
            return self._ids(
                f"SELECT id FROM {self.table}, CAST(%s AS tsquery) AS wanted"
                f" WHERE words @@ wanted ORDER BY {rank} DESC, id DESC LIMIT %s",
                [as_tsquery(query), limit],
            )
        weights = ", ".join(["0", *(str(weight) for weight in WEIGHTS[: self.fields])])
        return self._ids(
            f"SELECT rowid FROM {self.table} WHERE {self.table} MATCH %s"
            f" ORDER BY bm25({self.table}, {weights}), rowid DESC LIMIT %s",
            [self._fts5(query), limit],
        )

    def _fts5(self, query: Query) -> str:
        return f"{{{' '.join(self._columns())}}} : ({as_fts5(query)})"

    def _ids(self, sql: str, values: list) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return [row[0] for row in cursor.fetchall()]

    def tidy(self) -> bool:
        """One short step towards a file without the words of rows that were removed: SQLite keeps
        them beside a mark of their removal until parts of the index are merged. Says whether it
        had anything to do."""
        if connection.vendor != "sqlite":
            return False
        with connection.cursor() as cursor:
            raw = connection.connection
            before = raw.total_changes
            cursor.execute(
                f"INSERT INTO {self.table} ({self.table}, rank) VALUES ('merge', %s)", [-_STEP]
            )
            return raw.total_changes - before >= _IDLE


def _key() -> str:
    return "id" if connection.vendor == "postgresql" else "rowid"
