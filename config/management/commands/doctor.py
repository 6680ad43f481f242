"""`manage.py doctor`: what is misconfigured, one line each."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config import doctor


class Command(BaseCommand):
    help = "Names what is misconfigured, with severity and fix; exit code 1 if there is an error."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="the findings as a JSON list")

    def handle(self, *args: Any, **options: Any) -> None:
        found = doctor.examine()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in found], indent=1))
        else:
            for finding in found:
                style = self.style.ERROR if finding.severity == "error" else self.style.WARNING
                self.stdout.write(style(finding.line()))
            asked = len(doctor.CHECKS)
            self.stdout.write(f"{asked} checks, {len(found)} findings.")
        if any(finding.severity == "error" for finding in found):
            sys.exit(1)
