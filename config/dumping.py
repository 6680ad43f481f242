"""The database into a file and back, at one moment, with PostgreSQL's own tools where it is one."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from config.archive import Manifest
from config.backup import copy_sqlite
from record import heads
from record.models import Reach
from record.sources import covered

# What says where it is; newer libraries know options that older tools refuse.
_WHERE = ("host", "hostaddr", "port", "dbname", "user")
_WHERE += ("sslmode", "sslrootcert", "sslcert", "sslkey", "passfile")
_TOOLS = Path("/usr/lib/postgresql")  # where Debian keeps those of each version


class Unable(Exception):
    """Why it cannot be done here, and what would help; one line."""


@contextmanager
def dumped() -> Iterator[tuple[Path, Manifest]]:
    """The database as a file, and what it holds, both of one moment; the site may run on.

    The file is gone afterwards. Raises Unable, sqlite3.Error, OSError.
    """
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix="backup-") as folder:
        target = Path(folder) / "database"
        if connection.vendor == "sqlite":
            copy_sqlite(Path(settings.DATABASES["default"]["NAME"]), target)
            with _looking_at(target):
                manifest = described()
        else:
            tool = _tool("pg_dump")
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SELECT pg_export_snapshot()")
                [snapshot] = cursor.fetchone()
                options = ("--format=custom", "--no-owner", "--no-privileges")
                _run(tool, *options, f"--snapshot={snapshot}", f"--file={target}", *_place())
                manifest = described()
        yield target, manifest


@contextmanager
def _looking_at(path: Path) -> Iterator[None]:
    """Have the models read another SQLite file for a while."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def described() -> Manifest:
    """What the database holds now, for a manifest or to be held against one."""
    reached = dict(Reach.objects.values_list("source", "up_to"))
    head = heads.head()
    return Manifest(
        version=settings.VERSION,
        made_at=timezone.now().isoformat(timespec="seconds"),
        vendor=connection.vendor,
        server=".".join(str(part) for part in connection.get_database_version()),
        migrations=sorted(
            f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()
        ),
        counts={model._meta.db_table: model._base_manager.count() for model in _models()},
        head=(head.position, head.hash),
        unsealed={
            source.name: source.unsealed().filter(pk__gt=reached.get(source.name, 0)).count()
            for source in covered()
        },
    )


def _models() -> list:
    there = set(connection.introspection.table_names())
    found = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table in there
    }
    return [found[name] for name in sorted(found)]


def is_empty() -> bool:
    """Whether the database has no table yet."""
    if connection.vendor == "sqlite":
        path = Path(settings.DATABASES["default"]["NAME"])
        return not path.exists() or path.stat().st_size == 0
    return not connection.introspection.table_names()


def check_can_load(manifest: Manifest, dump: Path) -> None:
    """Raises Unable where an archive's database is not of this kind, no tool is here for it, or
    what is here has tables that would stay behind."""
    if manifest.vendor != connection.vendor:
        raise Unable(
            f"The archive is of {manifest.vendor}, and DATABASE_URL names {connection.vendor}: "
            "restore it to the kind it is of, and move it then."
        )
    if connection.vendor == "sqlite":
        return
    listed = _run(_tool("pg_restore"), "--list", str(dump))
    known = set(re.findall(r" TABLE \S+ (\S+) ", listed))
    left = sorted(set(connection.introspection.table_names()) - known)
    if left:
        raise Unable(
            f"the database has tables that the archive has not, {left[0]} for one: make an empty "
            "one (dropdb, createdb)."
        )


def load(dump: Path) -> None:
    """Put a dump in the place of the database. Raises Unable, OSError."""
    connection.close()
    if connection.vendor == "sqlite":
        target = Path(settings.DATABASES["default"]["NAME"])
        for beside in ("-wal", "-shm"):
            target.with_name(target.name + beside).unlink(missing_ok=True)
        os.replace(dump, target)
        return
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    clean = () if is_empty() else ("--clean", "--if-exists")
    _run(_tool("pg_restore"), *options, *clean, *_place(), str(dump))
    connection.close()


def _tool(name: str) -> str:
    """The newest one on this machine. Raises Unable where it is older than the server."""
    wanted = connection.get_database_version()[0]
    numbered = [path for path in _TOOLS.glob(f"*/bin/{name}") if path.parts[-3].isdigit()]
    found = [str(path) for path in sorted(numbered, key=lambda path: int(path.parts[-3]))]
    found = [*([plain] if (plain := shutil.which(name)) else []), *found]
    for tool in reversed(found):
        said = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False)
        version = re.search(r"(\d+)", said.stdout)
        if version and int(version[1]) >= wanted:
            return tool
    raise Unable(
        f"The server is PostgreSQL {wanted}, and no {name} of that version or a later one is "
        f"here. Install it: sudo apt-get install postgresql-client-{wanted}"
    )


def _place() -> tuple[str, ...]:
    """Where the database is, as the tools are told, without its password."""
    connection.ensure_connection()
    known = connection.connection.info.get_parameters()
    known = {name: value for name, value in known.items() if name in _WHERE}
    quoted = {
        name: str(value).replace("\\", "\\\\").replace("'", "\\'") for name, value in known.items()
    }
    return ("--dbname=" + " ".join(f"{name}='{value}'" for name, value in quoted.items()),)


def _run(tool: str, *options: str) -> str:
    # Not on the command line, which every user of the machine can read.
    password = connection.connection.info.password if connection.connection else ""
    environment = {"LC_ALL": "C", **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run(
        [tool, *options], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise Unable(f"{Path(tool).name} failed: {last}")
    return done.stdout
