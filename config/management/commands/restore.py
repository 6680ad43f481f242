"""`manage.py restore SRC`: a site from one file, on a host that holds none."""

import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.sign_ins import end_all_sign_ins
from config import archive, dumping, erased_since, health, startup
from record import heads
from record.sealing import seal
from record.verifying import Verification

MEDIA = Path(settings.MEDIA_ROOT)


class Command(BaseCommand):
    help = "Puts a site back from a file that `backup` wrote; refuses where there is one already."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("src", help="a file that `manage.py backup` wrote")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="set aside what is there: files are kept in the data folder,"
            " tables of PostgreSQL are replaced",
        )
        parser.add_argument(
            "--erasures",
            metavar="FILE",
            help="lines of `manage.py erasures`: accounts erased since, to be erased again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        lock = None
        try:
            lock = startup.lock_data_folder()
            again = _erasures(options["erasures"])
            if not options["replace"]:
                _check_nothing_there()
            with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix="restore-") as folder:
                unpacked = Path(folder)
                manifest = archive.unpack(Path(options["src"]), unpacked)
                dumping.check_can_load(manifest, unpacked / archive.DATABASE)
                _check_known(manifest)
                if options["replace"]:
                    self._set_aside()
                dumping.load(unpacked / archive.DATABASE)
                _put_in_place(unpacked)
        except (
            startup.CannotStart, archive.Damaged, dumping.Unable, OSError, ValueError
        ) as error:  # fmt: skip
            raise CommandError(f"Not restored: {error}") from error
        else:
            faults = self._finish(manifest, again)
        finally:
            if lock is not None:
                os.close(lock)
        for fault in faults:
            self.stderr.write(self.style.ERROR(fault))
        if faults:
            sys.exit(1)

    def _finish(
        self, manifest: archive.Manifest, again: list[tuple[int, bool]] | None
    ) -> list[str]:
        """Check what is in place now, and bring it up to date; the faults that were found."""
        self.stdout.write(f"The site as it was at {manifest.made_at}, version {manifest.version}.")
        faults = [*_differences(manifest), *self._bring_up_to_date(manifest)]
        self._erase_again(again)
        self._tell_the_rest(manifest)
        return faults

    def _set_aside(self) -> None:
        aside = settings.DATA_DIR / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        there = [MEDIA, settings.DATA_DIR / "secret_key"]
        if connection.vendor == "sqlite":
            name = Path(settings.DATABASES["default"]["NAME"])
            there += [name.with_name(name.name + end) for end in ("", "-wal", "-shm")]
        connection.close()
        for path in there:
            if path.exists():
                aside.mkdir(mode=0o700, exist_ok=True)
                shutil.move(path, aside / path.name)
        if aside.exists():
            self.stdout.write(f"What was here before is in {aside}")

    def _bring_up_to_date(self, manifest: archive.Manifest) -> list[str]:
        """Migrate, index, and read all of the log again; the faults that it has."""
        if health.unapplied_migrations():
            self.stdout.write("Bringing the database to this version ...")
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        end_all_sign_ins()
        call_command("rebuild_search", stdout=self.stdout)
        seal(seconds=3_600)
        kept = [heads.Head(*manifest.head)]
        verification = Verification(kept=kept)
        faults = list(verification.faults())
        self.stdout.write(f"The log: {verification.links} links read, {len(faults)} faults.")
        return faults

    def _erase_again(self, again: list[tuple[int, bool]] | None) -> None:
        if again is None:
            self.stdout.write(
                "Accounts that were erased since are back: erase them again, see --erasures."
            )
            return
        done, refused = erased_since.repeat(again)
        self.stdout.write(f"Erased again: {done} accounts.")
        for number in refused:
            self.stdout.write(f"Account {number} is an admin's: make it a reader's first.")

    def _tell_the_rest(self, manifest: archive.Manifest) -> None:
        if archive.SECRET not in manifest.members:
            self.stdout.write("The archive holds no secret: SECRET_KEY must be what it was.")
        if settings.LOG_HEAD_FILE and settings.LOG_HEAD_FILE.exists():
            kept = heads.read(settings.LOG_HEAD_FILE.read_text().splitlines())
            current = heads.head()
            if any(heads.contradicts(one, current) for one in kept):
                self.stdout.write(
                    f"{settings.LOG_HEAD_FILE} knows what came later: move it away, and keep it."
                )
        self.stdout.write("Redis needs nothing: what waits to be judged is offered again.")


def _erasures(name: str | None) -> list[tuple[int, bool]] | None:
    return erased_since.read(Path(name).read_text().splitlines()) if name else None


def _check_nothing_there() -> None:
    there = []
    if not dumping.is_empty():
        there.append("a database")
    if MEDIA.exists() and any(MEDIA.iterdir()):
        there.append("pictures")
    if there:
        raise dumping.Unable(
            f"there is {' and '.join(there)} already. Restore onto an empty host, or use --replace."
        )


def _check_known(manifest: archive.Manifest) -> None:
    known = {f"{app}.{name}" for app, name in health.known_migrations()}
    newer = [name for name in manifest.migrations if name not in known]
    if newer:
        raise dumping.Unable(
            f"the archive is of version {manifest.version} and has {newer[0]}, which this version "
            "does not know: install that version."
        )


def _put_in_place(unpacked: Path) -> None:
    if (unpacked / archive.SECRET).exists():
        (unpacked / archive.SECRET).replace(settings.DATA_DIR / "secret_key")
    if (unpacked / "media").exists():
        if MEDIA.exists():
            MEDIA.rmdir()  # empty, or it was set aside
        MEDIA.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(unpacked / "media", MEDIA)


def _differences(manifest: archive.Manifest) -> list[str]:
    """How the database differs from what the archive says of it, before it is changed."""
    now = dumping.described()
    found = [
        f"{table}: {now.counts.get(table, 0)} rows, and the archive says {count}"
        for table, count in manifest.counts.items()
        if now.counts.get(table, 0) != count
    ]
    if now.head != manifest.head:
        found.append("the head of the log is not the one in the archive")
    return found
