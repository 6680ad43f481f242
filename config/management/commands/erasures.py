"""`manage.py erasures`: whose accounts were erased, to be kept for the day of a restore."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config import erased_since


class Command(BaseCommand):
    help = "Prints a line for each erased account: number, time, and whether its words went too."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", metavar="TIME", help="in ISO form; without it, all of them")

    def handle(self, *args: Any, **options: Any) -> None:
        since = None
        if options["since"]:
            try:
                since = datetime.fromisoformat(options["since"])
            except ValueError as error:
                raise CommandError(f"{options['since']} is no time: 2026-11-23T18:00") from error
            since = since if since.tzinfo else timezone.make_aware(since)
        for line in erased_since.lines(since):
            self.stdout.write(line)
