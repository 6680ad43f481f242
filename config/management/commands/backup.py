"""`manage.py backup DEST`: the whole site in one file, also while it runs."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import archive, dumping


class Command(BaseCommand):
    help = "Writes database, pictures, secret and a manifest to one file; the site may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dest", help="a file that is not there yet, or a folder for one")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["dest"])
        if path.is_dir():
            path /= f"rejoinder-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz"
        secret = settings.DATA_DIR / "secret_key"
        try:
            with dumping.dumped() as (database, manifest):
                archive.write(path, manifest, database, secret, Path(settings.MEDIA_ROOT))
        except (dumping.Unable, sqlite3.Error, OSError) as error:
            raise CommandError(f"Nothing was written: {error}") from error
        pictures = sum(name.startswith(archive.MEDIA) for name in manifest.members)
        rows = sum(manifest.counts.values())
        size = path.stat().st_size / 1e6
        self.stdout.write(
            f"{path}: {rows} rows of {len(manifest.counts)} tables, {pictures} pictures, "
            f"{size:.1f} MB; the log's head is {manifest.head[0]} {manifest.head[1]}"
        )
        if archive.SECRET not in manifest.members:
            self.stdout.write("SECRET_KEY is in the environment, not in the file: keep it as well.")
        self.stdout.write("It holds everything readers have told the site. Keep it as safe.")
