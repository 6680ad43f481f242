"""manage.py harden_log ROLE: print the SQL that keeps the log from the application's role."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from record import hardening


class Command(BaseCommand):
    help = (
        "Print SQL for a PostgreSQL superuser after which the role that the site connects as may"
        " read the log and add to it, and nothing else. Pipe it into psql."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="the role in DATABASE_URL")
        parser.add_argument(
            "--owner",
            default="rejoinder_log",
            help="the role that owns the log from then on; made if need be (default %(default)s)",
        )
        parser.add_argument(
            "--release", action="store_true", help="print what undoes it, for an upgrade"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(
            hardening.release(app=options["role"])
            if options["release"]
            else hardening.harden(app=options["role"], owner=options["owner"])
        )
