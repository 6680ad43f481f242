"""`manage.py reset`: empty the data folder, after asking."""

import shutil
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config import startup


class Command(BaseCommand):
    help = "Deletes everything in the data folder: database, media, mail, queue and secret."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: object, **options: Any) -> None:
        folder = settings.DATA_DIR
        try:
            startup.lock_data_folder()
        except startup.CannotStart as error:
            self.stderr.write(self.style.ERROR(str(error)))
            sys.exit(1)
        if not options["yes"] and not _agreed(f"Delete everything in {folder}? [yes/NO] "):
            self.stdout.write("Nothing was deleted.")
            return
        for entry in folder.iterdir():
            if entry == startup.RUN_DIR:
                continue  # it holds the lock that keeps others out meanwhile
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        self.stdout.write(f"{folder} is empty.")


def _agreed(question: str) -> bool:
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except (EOFError, KeyboardInterrupt):
        return False
