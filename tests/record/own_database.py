"""A database of a test's own, that several processes use at once and some are killed in."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from django.db import connection

REPOSITORY = Path(__file__).resolve().parent.parent.parent
# For code that runs beside a test: rows as fast as they come, what does not hold, and processes.
ASIDE = """
import os, signal, time
from datetime import timedelta
from django.db import connections
from record import sealing
from record.models import Entry
from record.verifying import Verification

def write(count):
    rows = [Entry(verb="test", subject="test", subject_id=n) for n in range(count)]
    Entry.objects.bulk_create(rows)

def faults():
    return list(Verification(unsealed_for=timedelta(0)).faults())

def aside(work):
    for connection in connections.all():
        connection.close()
        getattr(connection, "close_pool", int)()
    pid = os.fork()
    if not pid:
        work()
        os._exit(0)
    return pid

def killed(pid, after):
    time.sleep(after)
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1] == signal.SIGKILL
"""


class OwnDatabase:
    """Where it is, and processes beside it. role: who they are on PostgreSQL."""

    def __init__(self, folder: Path, role: str, url: str) -> None:
        self.role, self.url, self.folder = role, url, folder
        self._env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "REJOINDER_DATA": str(folder),
            "DATABASE_URL": url,
            "PGUSER": role,
            "LOG_HEAD_FILE": "",
        }

    def start(self, *command: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=REPOSITORY,
            env=self._env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def begin(self, code: str) -> "subprocess.Popen[str]":
        """Start Python code in a process that has the site's apps."""
        return self.start("-c", f"import django; django.setup()\n{code}")

    def run(self, code: str) -> str:
        """What the code printed, once it has ended well."""
        process = self.begin(code)
        said, _nothing = process.communicate(timeout=300)
        assert process.returncode == 0, said
        return said.strip()

    def manage(self, *words: str) -> tuple[int, str]:
        process = self.start("manage.py", *words)
        said, _nothing = process.communicate(timeout=300)
        return process.returncode, said


@contextmanager
def own_database(folder: Path) -> Iterator[OwnDatabase]:
    """With every table, and empty. On PostgreSQL it belongs to a role of its own, as it should."""
    if connection.vendor != "postgresql":
        file = sqlite3.connect(folder / "db.sqlite3")
        connection.ensure_connection()
        connection.connection.backup(file)
        file.close()
        yield OwnDatabase(folder, "", f"sqlite:///{folder}/db.sqlite3")
        return
    name = f"log_{uuid4().hex[:12]}"
    host = connection.settings_dict["HOST"]
    with as_superuser("postgres") as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN")
        cursor.execute(f"CREATE DATABASE {name} OWNER {name}")
    try:
        made = OwnDatabase(folder, name, f"postgres:///{host}/{name}")
        code, said = made.manage("migrate", "--verbosity", "0")
        assert code == 0, said
        yield made
    finally:
        with as_superuser("postgres") as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
            cursor.execute(f"DROP ROLE {name}")


@contextmanager
def as_superuser(database: str, *, role: str = "") -> Iterator:
    """A cursor of its own in one of the cluster's databases, as its superuser or a named role."""
    given = connection.settings_dict
    own = connection.Database.connect(
        host=given["HOST"],
        dbname=database,
        user=role or given["USER"] or os.environ["PGUSER"],
        autocommit=True,
    )
    try:
        with own.cursor() as cursor:
            yield cursor
    finally:
        own.close()
