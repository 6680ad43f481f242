"""`manage.py move_database`: carry an SQLite site to PostgreSQL."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import moving, startup
from config.settings import database_at
from record.sealing import seal


class Command(BaseCommand):
    help = "Carries every row of this SQLite site to an empty PostgreSQL, and compares."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "target",
            metavar="TARGET_URL",
            help="postgres://user:password@host:5432/name; - reads it from standard input, so that"
            " no password stands in a list of processes",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        url = sys.stdin.readline().strip() if options["target"] == "-" else options["target"]
        try:
            startup.lock_data_folder()
            target = moving.target_at(database_at(url))
            moving.check(target)
            # What was written since the sealer last ran would count as a fault over there.
            while seal():
                pass
            target.close()
            os.environ["DATABASE_URL"] = url  # for the commands that are run on the target
            self._say("Making the tables there ...")
            moving.manage("migrate", "--verbosity", "0")
            moving.manage("createcachetable", "--verbosity", "0")
            self._say("Carrying the rows ...")
            carried = moving.move(target, tell=self._say)
            self._say("Making the search indexes there ...")
            moving.manage("rebuild_search")
            self._say("Reading the log there ...")
            moving.manage("verify_log")
        except (startup.CannotStart, moving.CannotMove) as error:
            raise CommandError(str(error)) from error
        rows = sum(table.rows for table in carried)
        self._say(
            f"Moved: {rows:,} rows in {len(carried)} tables, each with its count and checksum"
            " compared.\nThe SQLite file is as it was. Set DATABASE_URL to the target and start."
        )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
