"""Numbers that move with what the public can read, kept by the database itself.

One row for each discussion, under the number of its question, and one for all else, under HOUSE.
Triggers move them in the transaction that changes a public column of a public row, so whatever
writes (an operation, a bulk update, a command, SQL by hand) cannot forget to.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections, transaction

TABLE = "public_versions"
HOUSE = 0
_PREFIX = "public_version_of_"
# Ends the name of a trigger that stands in while tables change; PostgreSQL cuts names at 63.
_AT_ONCE = "_on"


@dataclass(frozen=True, slots=True)
class Source:
    """A table with something public in it.

    scope: the column with the number of the discussion that a row belongs to; empty: the house.
    private: columns whose change no reader sees, all others are public; or shown: the only public
    ones, and then only an UPDATE counts. when: SQL for which rows are public at all, {row} before
    its columns.
    """

    table: str
    scope: str = ""
    private: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    when: str = ""

    def name(self) -> str:
        return f"{self.table}_{'discussion' if self.scope else 'house'}"

    def number(self, row: str) -> str:
        return f"{row}.{self.scope}" if self.scope else str(HOUSE)

    def is_public(self, row: str) -> str:
        return f"({self.when.format(row=row)})" if self.when else "(1 = 1)"

    def counted(self, existing: Iterable[str]) -> list[str]:
        return sorted(self.shown or set(existing) - set(self.private))


# An editor at work on a draft changes nothing that is public.
_OF_PUBLIC_ARTICLE = (
    "EXISTS (SELECT 1 FROM articles_article WHERE articles_article.id = {row}.article_id"
    " AND articles_article.status <> 'draft')"
)
# A policy is a row for each version: what shows of it is that discussions close, or open again.
_CLOSES_OR_OPENS = (
    "({row}.mode = 'closed') <> EXISTS (SELECT 1 FROM moderation_policy AS other"
    " WHERE other.mode = 'closed' AND other.id ="
    " (SELECT MAX(id) FROM moderation_policy AS earlier WHERE earlier.id < {row}.id))"
)
SOURCES = (
    Source(
        "comments_comment",
        scope="call_to_action_id",
        when="{row}.listed",
        private=(
            "status", "latest_id", "notice", "created_at", "decided_at", "edited_at",
            "fragment_stale", "last_number", "idempotency_key", "enqueued_at", "attempts",
        ),
    ),
    Source("articles_calltoaction", scope="id"),
    Source("articles_choiceoption", scope="call_to_action_id"),
    # What its discussion does to a question shows on pages that show the discussion.
    Source(
        "articles_calltoaction",
        private=("version", "live_count", "picks"),
        when=_OF_PUBLIC_ARTICLE,
    ),
    Source("articles_article", when="{row}.status <> 'draft'", private=("share_token",)),
    Source("articles_article_tags", when=_OF_PUBLIC_ARTICLE),
    Source("articles_byline", when=_OF_PUBLIC_ARTICLE),
    Source("articles_formerslug"),
    Source("articles_guideline"),
    Source("articles_housepage"),
    Source("articles_leadimage"),
    Source("articles_section"),
    Source("articles_tag"),
    Source("moderation_policy", when=_CLOSES_OR_OPENS),
    Source(
        "moderation_articlepolicy",
        when="{row}.mode IS NOT NULL",
        private=(
            "auto_close_days", "reading_from", "reading_until", "newcomer_first_n",
            "links_allowed", "toxicity_hold", "severe_toxicity_hold", "insult_hold",
            "threat_hold", "identity_attack_hold", "profanity_hold", "sexually_explicit_hold",
            "spam_hold",
        ),
    ),
    Source("accounts_user", shown=("display_name", "erased_at")),
)  # fmt: skip


def read(scopes: Iterable[int]) -> dict[int, int]:
    """The version of each scope that has one, in one read by primary key."""
    wanted = list(scopes)
    marks = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT scope, version FROM {TABLE} WHERE scope IN ({marks})", wanted)
        return dict(cursor.fetchall())


def install(using: str = "default") -> None:
    """Make the table and every trigger that is missing, and remove those of other versions.

    Called after every migration and before a site starts; where nothing is to do, it reads only.
    """
    database = connections[using]
    dialect = _dialect(database)
    with database.cursor() as cursor:
        tables = set(database.introspection.table_names(cursor))
        wanted: dict[str, tuple[str, list[str]]] = {}
        for source in SOURCES:
            if source.table in tables:
                columns = database.introspection.get_table_description(cursor, source.table)
                existing = [column.name for column in columns]
                for name, statements in dialect.triggers(source, existing).items():
                    wanted[name] = (source.table, statements)
        present = dict(_present(cursor, dialect))
        if TABLE in tables and present.keys() == wanted.keys():
            return
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {TABLE}"
            f" (scope bigint NOT NULL PRIMARY KEY, version bigint NOT NULL)"
        )
        for name, table in present.items():
            if name not in wanted:
                for statement in dialect.drop:
                    cursor.execute(statement.format(name=name, table=table))
        for name, (_table, statements) in wanted.items():
            if name not in present:
                for statement in statements:
                    cursor.execute(statement)
        # What was written while a trigger was missing is not known.
        cursor.execute(f"UPDATE {TABLE} SET version = version + 1")
        _move_house(cursor)


def step_aside(using: str = "default") -> None:
    """Make way for a change of tables; `install` sets all right again.

    SQLite refuses to touch a column that a trigger names, so there they go. PostgreSQL refuses to
    alter a table with deferred events that the same migration caused, so there they stay on guard
    and fire at once.
    """
    database = connections[using]
    dialect = _dialect(database)
    with transaction.atomic(using=using), database.cursor() as cursor:
        for name, table in _present(cursor, dialect):
            if name.endswith(_AT_ONCE):
                continue
            if database.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER {name} ON {table}")
                cursor.execute(
                    f"CREATE TRIGGER {name}{_AT_ONCE} AFTER INSERT OR UPDATE OR DELETE ON {table}"
                    f" FOR EACH ROW EXECUTE FUNCTION {name}()"
                )
            else:
                for statement in dialect.drop:
                    cursor.execute(statement.format(name=name, table=table))


def before_migrating(*, using: str, plan: list[Any], **_rest: Any) -> None:
    """A receiver of `pre_migrate`."""
    if plan:
        step_aside(using)


def after_migrating(*, using: str, **_rest: Any) -> None:
    """A receiver of `post_migrate`."""
    install(using)


def _move_house(cursor: Any) -> None:
    cursor.execute(
        f"INSERT INTO {TABLE} AS kept (scope, version) VALUES ({HOUSE}, 1)"
        f" ON CONFLICT (scope) DO UPDATE SET version = kept.version + 1"
    )


def _dialect(database: Any) -> "_Dialect":
    return _POSTGRES if database.vendor == "postgresql" else _SQLITE


def _present(cursor: Any, dialect: "_Dialect") -> list[tuple[str, str]]:
    cursor.execute(dialect.present)
    return cursor.fetchall()


def _fingerprint(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class _Dialect:
    present: str
    drop: tuple[str, ...]
    triggers: Any


def _sqlite_triggers(source: Source, existing: list[str]) -> Mapping[str, list[str]]:
    """By name: one for each verb, each one statement. A name changes with what it does."""
    columns = source.counted(existing)
    differ = " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in columns)
    either = f"({source.is_public('OLD')} OR {source.is_public('NEW')})"
    whens = {"UPDATE": ("NEW", f"{either} AND ({differ})")}
    if not source.shown:
        whens["INSERT"] = ("NEW", source.is_public("NEW"))
        whens["DELETE"] = ("OLD", source.is_public("OLD"))
    made = {}
    for verb, (row, when) in whens.items():
        rest = (
            f"AFTER {verb} ON {source.table} WHEN {when} BEGIN"
            f" INSERT INTO {TABLE} (scope, version) VALUES ({source.number(row)}, 1)"
            f" ON CONFLICT (scope) DO UPDATE SET version = version + 1; END"
        )
        name = f"{_PREFIX}{source.name()}_{verb.lower()}_{_fingerprint(rest)}"
        made[name] = [f"CREATE TRIGGER {name} {rest}"]
    return made


def _postgres_triggers(source: Source, _existing: list[str]) -> Mapping[str, list[str]]:
    """By name: one for all verbs, deferred to the commit, with its function.

    Deferred, because a row of versions is locked by whoever moves it: taken last and held for the
    commit alone, it makes no two transactions wait for each other in a circle. A transaction moves
    a row once, however many of its rows changed.
    """
    if source.shown:
        pairs = [f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in source.shown]
        differ = " OR ".join(pairs)
    else:
        private = "ARRAY[" + ", ".join(f"'{name}'" for name in source.private) + "]::text[]"
        differ = f"to_jsonb(OLD) - {private} IS DISTINCT FROM to_jsonb(NEW) - {private}"
    old, new = source.is_public("OLD"), source.is_public("NEW")
    body = (
        f"DECLARE number bigint; BEGIN"
        f" IF TG_OP = 'INSERT' THEN IF NOT {new} THEN RETURN NULL; END IF;"
        f" number := {source.number('NEW')};"
        f" ELSIF TG_OP = 'DELETE' THEN IF NOT {old} THEN RETURN NULL; END IF;"
        f" number := {source.number('OLD')};"
        f" ELSE IF NOT (({old} OR {new}) AND ({differ})) THEN RETURN NULL; END IF;"
        f" number := {source.number('NEW')}; END IF;"
        f" INSERT INTO {TABLE} AS kept (scope, version) VALUES (number, 1)"
        f" ON CONFLICT (scope) DO UPDATE SET version = kept.version + 1"
        f" WHERE kept.xmin <> pg_current_xact_id()::xid;"
        f" RETURN NULL; END"
    )
    verbs = "UPDATE" if source.shown else "INSERT OR UPDATE OR DELETE"
    name = f"{_PREFIX}{source.name()}_{_fingerprint(body, verbs)}"
    return {
        name: [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
            f"CREATE CONSTRAINT TRIGGER {name} AFTER {verbs} ON {source.table}"
            f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    }


_SQLITE = _Dialect(
    present=f"SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    f" AND substr(name, 1, {len(_PREFIX)}) = '{_PREFIX}'",
    drop=("DROP TRIGGER {name}",),
    triggers=_sqlite_triggers,
)
_POSTGRES = _Dialect(
    present=f"SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
    f" WHERE NOT tgisinternal AND left(tgname, {len(_PREFIX)}) = '{_PREFIX}'"
    f" AND pg_table_is_visible(pg_class.oid)",
    # A function goes with its trigger; one that stands in has none of its own.
    drop=("DROP TRIGGER IF EXISTS {name} ON {table}", "DROP FUNCTION IF EXISTS {name}() CASCADE"),
    triggers=_postgres_triggers,
)
