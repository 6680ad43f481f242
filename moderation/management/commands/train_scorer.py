"""Learns the scorer's weights anew from a folder of labelled sets."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from moderation.scorer.weights_file import SHIPPED

try:
    from moderation.scorer_training.training import NothingToLearn, train
except ImportError as error:
    MISSING = error.name
else:
    MISSING = None


class Command(BaseCommand):
    """Writes weights; the site does not need this command, nor what it is made with."""

    help = "Learn the weights of the scorer from a folder of labelled texts."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("data", type=Path, help="the folder with the labelled sets")
        parser.add_argument("--target", type=Path, default=SHIPPED, help="where the weights go")

    def handle(self, *args: object, data: Path, target: Path, **options: object) -> None:
        if MISSING:
            raise CommandError(f"{MISSING} is not installed: pip install -r requirements-train.txt")
        try:
            trained = train(data, target, self.stdout.write)
        except NothingToLearn as error:
            raise CommandError(str(error)) from error
        for label, why in trained.left_out.items():
            self.stdout.write(f"left out: {label}, {why}")
        self.stdout.write(
            f"weights {trained.version}, {target.stat().st_size / 1e6:.1f} MB, "
            f"from {trained.rows} texts: {target}"
        )
