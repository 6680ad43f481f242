"""manage.py publish_head FILE: write the head of the log down."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from record import heads
from record.sealing import seal


class Command(BaseCommand):
    help = "Seal what is written, and write the head of the log to a file, whole or not at all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        seal(seconds=60.0)
        try:
            head = heads.publish(options["file"])
        except (heads.Contradicted, OSError, ValueError) as error:
            raise CommandError(f"{options['file']} is left as it was: {error}") from error
        self.stdout.write(f"{head.position} {head.hash}")
