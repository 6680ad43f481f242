"""manage.py verify_log: is the log as it was written?"""

import sys
import time
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from record import heads
from record.verifying import BOUND, Verification


class Command(BaseCommand):
    help = "Read the whole log again; one line for each fault, and exit code 1 if there is any."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="FILE",
            help="heads that were kept elsewhere, one a line; - reads them from standard input;"
            " without it the file that LOG_HEAD_FILE names, if there is one",
        )
        parser.add_argument(
            "--unsealed-for",
            type=int,
            default=int(BOUND.total_seconds()),
            metavar="SECONDS",
            help="from which age on an entry that is not sealed is a fault (default %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        names = options["head"]
        if not names and settings.LOG_HEAD_FILE and settings.LOG_HEAD_FILE.exists():
            names = [str(settings.LOG_HEAD_FILE)]
        kept = [one for name in names for one in _heads(name)]
        bound = timedelta(seconds=options["unsealed_for"])
        verification = Verification(kept=kept, unsealed_for=bound)
        faults = 0
        for fault in verification.faults():
            faults += 1
            self.stdout.write(fault)
        spent = time.monotonic() - started
        self.stdout.write(
            f"{verification.links} links read in {spent:.1f} s,"
            f" {verification.links / max(spent, 0.001):.0f} a second; {faults} faults;"
            f" head {verification.head.position} {verification.head.hash}"
        )
        if faults:
            sys.exit(1)


def _heads(name: str) -> list[heads.Head]:
    try:
        lines = sys.stdin if name == "-" else Path(name).read_text().splitlines()
        found = heads.read(lines)
    except (OSError, ValueError) as error:
        raise CommandError(f"{name}: {error}") from error
    if not found:
        raise CommandError(f"{name} holds no head")
    return found
