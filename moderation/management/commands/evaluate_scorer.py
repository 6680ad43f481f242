"""Measures the scorer on labelled sets and writes the figures into the model card."""

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from moderation.scorer import WeightsError, load
from moderation.scorer.weights_file import SHIPPED

try:
    from moderation.scorer_training.card import fill
    from moderation.scorer_training.evaluation import evaluate
    from moderation.scorer_training.floors import floors_missed
except ImportError as error:
    MISSING = error.name
else:
    MISSING = None

CARD = settings.BASE_DIR / "docs" / "model-card.md"
REPORT = SHIPPED.with_name("report.json")


class Command(BaseCommand):
    """Writes weights/report.json and the tables of docs/model-card.md."""

    help = "Measure the scorer on a folder of labelled texts; fails below the floors."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("data", type=Path, help="the folder with the labelled sets")
        parser.add_argument("--weights", type=Path, default=SHIPPED, help="which weights")
        parser.add_argument("--report", type=Path, default=REPORT, help="where the figures go")
        parser.add_argument("--card", type=Path, default=CARD, help="whose tables are filled")

    def handle(
        self, *args: object, data: Path, weights: Path, report: Path, card: Path, **options: object
    ) -> None:
        if MISSING:
            raise CommandError(f"{MISSING} is not installed: pip install -r requirements-train.txt")
        try:
            scorer = load(weights)
        except WeightsError as error:
            raise CommandError(str(error)) from error
        figures = evaluate(data, scorer, self.stdout.write)
        report.write_text(
            json.dumps(figures, indent=1, sort_keys=True, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )
        card.write_text(fill(card.read_text(encoding="utf-8"), figures), encoding="utf-8")
        self.stdout.write(f"{report}\n{card}")
        missed = floors_missed(figures)
        if missed:
            raise CommandError("Below the floors: " + "; ".join(missed))
