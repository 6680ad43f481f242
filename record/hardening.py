"""SQL for PostgreSQL that takes the log out of the application's hands, and gives it back."""

from record.models import Seal
from record.sources import covered

_HARDEN = """\
-- Takes the log away from the application's role: it may read and add, nothing else.
-- To be run by a superuser; running it again changes nothing.
BEGIN;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {app_text}) THEN
        RAISE EXCEPTION 'there is no role %', {app_text};
    END IF;
    IF (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = {app_text}) THEN
        RAISE EXCEPTION '% is a superuser or makes roles: nothing can be kept from it', {app_text};
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {owner_text}) THEN
        CREATE ROLE {owner} NOLOGIN;
    END IF;
    IF pg_has_role({app_text}, {owner_text}, 'MEMBER') THEN
        RAISE EXCEPTION '% may act as %', {app_text}, {owner_text};
    END IF;
    -- Who owns a schema may drop what is in it, and who owns a database owns its public schema.
    EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), {owner_text});
    EXECUTE format('REVOKE CREATE ON DATABASE %I FROM %I', current_database(), {app_text});
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', current_database(), {app_text});
END $$;
ALTER SCHEMA public OWNER TO {owner};
GRANT USAGE, CREATE ON SCHEMA public TO {app};
"""
_HARDEN_TABLE = """
ALTER TABLE public.{table} OWNER TO {owner};
ALTER FUNCTION public.{table}_frozen() OWNER TO {owner};
REVOKE ALL ON public.{table} FROM PUBLIC, {app};
GRANT SELECT, INSERT ON public.{table} TO {app};
"""
_RELEASE = """\
-- Gives the log back to the application's role, so that an upgrade can change its tables.
-- To be run by a superuser, with the site stopped; harden again afterwards.
BEGIN;
"""
_RELEASE_TABLE = """
ALTER TABLE public.{table} OWNER TO {app};
ALTER FUNCTION public.{table}_frozen() OWNER TO {app};
"""


def tables() -> list[str]:
    """Every table that nobody may rewrite."""
    return [*(source.model._meta.db_table for source in covered()), Seal._meta.db_table]


def harden(*, app: str, owner: str) -> str:
    """SQL that makes another role own the log. app: the role the site connects as."""
    return _HARDEN.format(**_names(app, owner)) + _each(_HARDEN_TABLE, app, owner) + "COMMIT;\n"


def release(*, app: str) -> str:
    """SQL that undoes it for the tables; the database and its schema stay with their new owner."""
    return _RELEASE + _each(_RELEASE_TABLE, app, app) + "COMMIT;\n"


def _each(template: str, app: str, owner: str) -> str:
    return "".join(template.format(table=table, **_names(app, owner)) for table in tables())


def _names(app: str, owner: str) -> dict[str, str]:
    return {
        "app": '"{}"'.format(app.replace('"', '""')),
        "app_text": "'{}'".format(app.replace("'", "''")),
        "owner": '"{}"'.format(owner.replace('"', '""')),
        "owner_text": "'{}'".format(owner.replace("'", "''")),
    }
