"""A site of SQLite is carried to PostgreSQL whole, or not at all. On a real PostgreSQL alone."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connection

from tests.record.own_database import OwnDatabase, as_superuser

pytestmark = pytest.mark.django_db
# An author with a name that is not ASCII, comments decided on and waiting, more rows than a chunk
# holds, some of them not sealed yet, and a number that was given out to somebody who has gone.
FILL = """
from django.core.management import call_command
from accounts.models import User
from comments.models import Comment
from moderation import operations as moderation
from record.models import Entry
from record.sealing import seal
from tests.factories import make_comment, make_user

call_command("migrate", verbosity=0)
call_command("createcachetable")
author = make_user(display_name="Zoë 🌊")
judged = make_comment(author=author, body="A harbour at dawn, said *she*.", status="pending")
moderation.judge(comment_id=judged.pk)
make_comment(author=author, body="Low tide at dawn.", status="held")
Entry.objects.bulk_create(Entry(verb="test", subject="test", detail={"n": n}) for n in range(2_500))
seal()
Entry.objects.create(verb="test", subject="test", detail={"late": [0.25, None, {}]})
gone = make_user()
number = gone.pk
gone.delete()
print(Comment.objects.get(pk=judged.pk).status, number)
"""
# Each refusal undoes all of it; one process, since what they share is being refused.
REFUSED = """
from django.db import connection
from config import moving
from config.settings import database_at

target = moving.target_at(database_at(URL))

def attempt():
    try:
        moving.check(target)
        moving.move(target, tell=lambda line: None)
    except moving.CannotMove as refusal:
        return str(refusal).splitlines()[0].partition(" constraint")[0].partition(": 3 rows")[0]
    return "moved"

def there(sql):
    with target.cursor() as cursor:
        cursor.execute(sql)

def here(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)

there("CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS"
      " $$ BEGIN NEW.bio = 'other'; RETURN NEW; END $$")
there("CREATE TRIGGER other BEFORE INSERT ON accounts_user"
      " FOR EACH ROW EXECUTE FUNCTION other()")
print(attempt())
there("DROP FUNCTION other() CASCADE")

here("UPDATE accounts_user SET display_name = printf('%.*c', 999, 'x') WHERE id = 1")
print(attempt())
here("UPDATE accounts_user SET display_name = 'Zoë 🌊' WHERE id = 1")

here("PRAGMA foreign_keys = OFF")
here("UPDATE comments_comment SET author_id = 4711 WHERE id = 1")
print(attempt())
here("UPDATE comments_comment SET author_id = 1 WHERE id = 1")

there("CREATE TABLE strange (id int)")
print(attempt())
there("DROP TABLE strange")
"""


SEEN = """
from django.db import connection
from accounts.models import User
from comments import search
from comments.models import Comment
from fulltext import parse
from moderation import desk_words
from record.models import Entry

print(User.objects.get(pk=1).display_name)
print(Entry.objects.count(), Entry.objects.first().detail)
print([comment.pk for comment in search.find(parse("harbour")).comments])
print(len(desk_words.INDEX.newest(parse("dawn"), limit=5)))
print(User.objects.create_user("new@example.org", None).pk)
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated")
    print(cursor.fetchone()[0] > 50)
    cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'")
    print(cursor.fetchone()[0])
    for change in ("UPDATE record_entry SET verb = ''", "DELETE FROM record_seal"):
        try:
            cursor.execute(change)
        except Exception as refusal:
            print(str(refusal).splitlines()[0])
"""


@pytest.fixture(scope="module")
def target(tmp_path_factory, django_db_setup, django_db_blocker) -> Iterator[OwnDatabase]:
    """A copy of the tests' database, which saves making every table once more."""
    name = f"moved_{uuid4().hex[:12]}"
    given = connection.settings_dict
    with django_db_blocker.unblock():
        connection.close()
        connection.close_pool()
        with as_superuser("postgres") as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {given['NAME']}")
        yield OwnDatabase(
            tmp_path_factory.mktemp("target"),
            given["USER"] or os.environ["PGUSER"],
            f"postgres:///{given['HOST']}/{name}",
        )
        with as_superuser("postgres") as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def source(tmp_path_factory, target: OwnDatabase) -> OwnDatabase:
    folder = tmp_path_factory.mktemp("source")
    site = OwnDatabase(folder, target.role, f"sqlite:///{folder}/db.sqlite3")
    status, gone = site.run(FILL).splitlines()[-1].split()
    assert (status, gone) == ("approved", "4")
    return site


def test_a_site_is_carried_whole_or_not_at_all(source: OwnDatabase, target: OwnDatabase):
    assert source.run(f"URL = {target.url!r}\n{REFUSED}").splitlines() == [
        "accounts_user did not arrive as it left",
        "PostgreSQL refuses: value too long for type character varying(40)",
        'PostgreSQL refuses: insert or update on table "comments_comment" violates foreign key',
        "The target holds tables of something else: strange",
    ]
    assert target.run("from accounts.models import User; print(User.objects.count())") == "0"

    # A process that has the file open and does nothing is enough to be in the way.
    with contextlib.closing(sqlite3.connect(source.folder / "db.sqlite3")) as somebody:
        somebody.execute("SELECT count(*) FROM record_entry").fetchone()
        code, said = source.manage("move_database", target.url)
        assert code == 1 and "Something else has the site's database open" in said

    code, said = source.manage("move_database", target.url)
    assert code == 0, said
    assert "record_entry: 2,501 rows" in said and "0 faults" in said
    assert target.run(SEEN).splitlines() == [
        "Zoë 🌊",
        "2501 {'late': [0.25, None, {}]}",
        "[1]",
        "2",
        "5",  # not 4, which was somebody's
        "True",
        "0",  # no trigger has stayed switched off
        "this table is append-only",
        "this table is append-only",
    ]
    code, said = source.manage("move_database", target.url)
    assert code == 1 and "The target is not empty: there are rows in accounts_user" in said
