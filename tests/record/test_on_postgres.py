"""What only PostgreSQL has: several writers at once, and roles."""

import pytest
from psycopg.errors import InsufficientPrivilege, RaiseException

from record.hardening import harden, release, tables
from tests.record.own_database import as_superuser, own_database

SEAL = "from record.sealing import seal; print(seal())"
INSERT = (
    "INSERT INTO record_entry (at, verb, subject, subject_id, detail)"
    " VALUES (now(), 'test', 'test', 1, '{}') RETURNING id"
)
# A role may try whatever its connection lets it say.
REFUSED = [
    "UPDATE {table} SET {key} = {key}",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "TRUNCATE comments_comment CASCADE",
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE TRIGGER {table}_frozen",
    "DROP TRIGGER {table}_frozen ON {table}",
    "DROP FUNCTION {table}_frozen() CASCADE",
    "CREATE OR REPLACE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RETURN NEW; END $$",
    "DROP TABLE {table}",
    "DROP TABLE {table} CASCADE",
    "ALTER TABLE {table} RENAME TO away",
    "ALTER TABLE {table} ADD COLUMN more int",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "CREATE RULE aside AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "CREATE TRIGGER aside BEFORE INSERT ON {table} EXECUTE FUNCTION {table}_frozen()",
    "GRANT UPDATE ON {table} TO CURRENT_USER; UPDATE {table} SET {key} = {key}",
    "SELECT 1 FROM {table} FOR UPDATE",
    "SET session_replication_role = replica",
    "SET ROLE {owner}",
    "DROP SCHEMA public CASCADE",
    "CREATE SCHEMA AUTHORIZATION CURRENT_USER",
    "ALTER ROLE CURRENT_USER SUPERUSER",
]


@pytest.fixture(scope="module")
def database(tmp_path_factory, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), own_database(tmp_path_factory.mktemp("log")) as found:
        yield found


def open_as(database):
    return as_superuser(database.role, role=database.role)


def verified(database) -> None:
    code, said = database.manage("verify_log", "--unsealed-for", "0")
    assert code == 0, said


def test_an_entry_that_is_committed_late_is_sealed_later_and_one_rolled_back_never_missed(database):
    with open_as(database) as slow, open_as(database) as failing, open_as(database) as quick:
        slow.execute("BEGIN")
        late = slow.execute(INSERT).fetchone()[0]
        failing.execute("BEGIN")
        failing.execute(INSERT)
        early = quick.execute(INSERT).fetchone()[0]
        assert early > late
        assert database.run(SEAL) == "1", "nobody waits for the slow one"
        failing.execute("ROLLBACK")
        assert database.run(SEAL) == "0"
        quick.execute(INSERT)
        assert database.run(SEAL) == "1"
        slow.execute("COMMIT")
        assert database.run(SEAL) == "1", "the late one"
        order = quick.execute("SELECT row FROM record_seal ORDER BY position").fetchall()
        assert [row for (row,) in order][-1] == late
        reach = quick.execute("SELECT up_to FROM record_reach WHERE source = 'entry'").fetchone()
        assert reach[0] > early, "what nobody can fill any more is not looked at again"
    verified(database)


def test_the_sealer_waits_for_a_writer_that_is_about_to_commit(database):
    """So that its reach moves on however busy the site is."""
    with open_as(database) as cursor:
        cursor.execute("BEGIN")
        number = cursor.execute(INSERT).fetchone()[0]
        process = database.begin(
            "import record.sealing as s; s.PATIENCE = 60\n"
            "print('begun', flush=True); print(s.seal())"
        )
        assert process.stdout.readline() == "begun\n"
        with open_as(database) as other:
            other.execute(INSERT)
            cursor.execute("COMMIT")
            assert process.stdout.readline().strip() in ("1", "2", "0")
            process.communicate(timeout=60)
            database.run(SEAL)
            reach = other.execute("SELECT up_to FROM record_reach WHERE source = 'entry'")
            assert reach.fetchone()[0] > number
    verified(database)


@pytest.fixture(scope="module")
def hardened(database):
    owner = f"{database.role}_owner"
    with as_superuser(database.role) as cursor:
        for _twice in range(2):
            cursor.execute(harden(app=database.role, owner=owner))
    yield owner
    with as_superuser(database.role) as cursor:
        cursor.execute(release(app=database.role))
        cursor.execute("ALTER SCHEMA public OWNER TO pg_database_owner")
        cursor.execute(f"ALTER DATABASE {database.role} OWNER TO {database.role}")
        cursor.execute(f"DROP ROLE {owner}")


@pytest.mark.parametrize("table", tables())
@pytest.mark.parametrize("deed", REFUSED)
def test_the_sites_role_cannot_rewrite_a_hardened_log(database, hardened, table, deed):
    key = "position" if table == "record_seal" else "id"
    with open_as(database) as cursor, pytest.raises(InsufficientPrivilege):
        cursor.execute(deed.format(table=table, key=key, owner=hardened))


def test_the_site_goes_on_under_a_hardened_log(database, hardened):
    """Rulings, seals and erasures as before; only the log is out of reach."""
    database.run(
        "import os; os.environ['REJOINDER_ENV'] = 'development'\n"
        "from tests.factories import make_article, make_comment, make_user, relax\n"
        "from moderation.operations import judge, rule\n"
        "from accounts.operations import erase_account\n"
        "relax()\n"
        "comment = make_comment(status='pending')\n"
        "assert judge(comment_id=comment.pk)\n"
        "held = make_comment(status='held', article=comment.call_to_action.article)\n"
        "rule(actor=make_user(role='editor'), comment=held, revision_id=held.latest_id,"
        " outcome='approve')\n"
        "erase_account(actor=None, user=held.author, words=True)\n"
    )
    assert int(database.run(SEAL)) >= 4
    verified(database)


def test_a_role_that_could_take_the_log_back_is_not_hardened_against(database):
    with as_superuser(database.role) as cursor:
        cursor.execute(f"ALTER ROLE {database.role} CREATEROLE")
        try:
            with pytest.raises(RaiseException, match="makes roles"):
                cursor.execute(harden(app=database.role, owner="nobody_yet"))
        finally:
            cursor.execute("ROLLBACK")
            cursor.execute(f"ALTER ROLE {database.role} NOCREATEROLE")


def test_a_released_log_can_be_upgraded_and_still_refuses_changes(database):
    owner = f"{database.role}_second"
    with as_superuser(database.role) as cursor:
        cursor.execute(harden(app=database.role, owner=owner))
        cursor.execute(release(app=database.role))
    with open_as(database) as cursor:
        cursor.execute("ALTER TABLE record_entry ADD COLUMN more int")
        cursor.execute("ALTER TABLE record_entry DROP COLUMN more")
        cursor.execute(INSERT)
        with pytest.raises(RaiseException, match="append-only"):
            cursor.execute("UPDATE record_entry SET verb = 'forged'")
    with as_superuser(database.role) as cursor:
        cursor.execute("ALTER SCHEMA public OWNER TO pg_database_owner")
        cursor.execute(f"ALTER DATABASE {database.role} OWNER TO {database.role}")
        cursor.execute(f"DROP ROLE {owner}")
