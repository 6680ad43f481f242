"""`manage.py check_migrations`: can the version before go on running while the database changes?"""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config import migration_rules


class Command(BaseCommand):
    help = "Names every migration that old code cannot live with; exit code 1 if there is any."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--due",
            action="store_true",
            help="before an upgrade: those that this database still lacks and that the site must"
            " be stopped for, instead of those that do not say so",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["due"]:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            found = migration_rules.stops(migration for migration, _backwards in plan)
            advice = (
                "Stop every process before prepare." if found else "The site can go on running."
            )
        else:
            found = migration_rules.checked()
            advice = f"A migration may say why in {migration_rules.MARK}." if found else ""
        for fault in found:
            self.stdout.write(f"{fault.migration}: {fault.why}")
        if advice:
            self.stdout.write(advice)
        if found:
            sys.exit(1)
