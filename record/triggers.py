"""SQL that makes a table append-only, for migrations."""

FORBIDDEN = "this table is append-only"


def forbid_changes(table: str):
    """A migration function that adds triggers refusing UPDATE and DELETE on a table.

    Call it again after every change of the table's columns: SQLite may make a table anew for one,
    and its triggers go with the old one.
    """

    def forwards(apps, schema_editor) -> None:
        execute = schema_editor.execute
        if schema_editor.connection.vendor == "postgresql":
            execute(f"DROP TRIGGER IF EXISTS {table}_frozen ON {table}")
            execute(
                f"CREATE OR REPLACE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{FORBIDDEN}'; END $$"
            )
            execute(
                f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {table}_frozen()"
            )
            return
        for verb in ("UPDATE", "DELETE"):
            execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb.lower()}")
            execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{FORBIDDEN}'); END"
            )

    return forwards


def allow_changes(table: str):
    """The reverse of forbid_changes."""

    def backwards(apps, schema_editor) -> None:
        execute = schema_editor.execute
        if schema_editor.connection.vendor == "postgresql":
            execute(f"DROP TRIGGER {table}_frozen ON {table}")
            execute(f"DROP FUNCTION {table}_frozen()")
            return
        for verb in ("UPDATE", "DELETE"):
            execute(f"DROP TRIGGER {table}_no_{verb.lower()}")

    return backwards
