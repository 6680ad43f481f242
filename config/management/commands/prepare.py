"""`manage.py prepare`: bring the data folder to where this version can start from it."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from articles import search as article_search
from articles.models import Article
from comments import search as comment_search
from comments.models import Comment
from config import defaults, demo, public_versions
from config.backup import back_up_sqlite
from moderation import desk_words
from moderation.models import QueueItem

BACKUPS = settings.DATA_DIR / "backups"
STATIC_STAMP = "collected.sha256"


class Command(BaseCommand):
    help = "Prepares database and static files; with --demo also fills an empty development site."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="write demo content if there is no article yet"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["demo"] and not settings.DEVELOPMENT:
            raise CommandError("Demo content and its passwords are for development only.")
        self._migrate()
        if not settings.DEVELOPMENT and (known := demo.open_to_anybody()):
            raise CommandError(
                "Anybody can sign in to these accounts of the demo: "
                f"{', '.join(known)}. Start from an empty database, or change their passwords."
            )
        call_command("createcachetable", verbosity=0)
        public_versions.install()
        self._collect_static()
        defaults.write_defaults()
        if options["demo"] and not Article.objects.exists():
            self.stdout.write("Writing the demo publication ...")
            for difference in demo.load():
                self.stderr.write(f"demo: {difference}")
        self._fill_search()

    def _migrate(self) -> None:
        path = Path(settings.DATABASES["default"]["NAME"])
        is_sqlite = connection.vendor == "sqlite"
        in_use = is_sqlite and path.exists() and path.stat().st_size > 0
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return
        if in_use:
            copy = back_up_sqlite(path, BACKUPS)
            self.stdout.write(f"The database changes with this version; a copy is in {copy}")
        else:
            self.stdout.write("Making the database ...")
        call_command("migrate", interactive=False, verbosity=0)

    def _fill_search(self) -> None:
        """Make the index where a version without one, or a moved database, left it empty."""
        missing = article_search.INDEX.is_empty() and Article.objects.live().exists()
        missing |= comment_search.INDEX.is_empty() and Comment.objects.live().exists()
        missing |= desk_words.INDEX.is_empty() and QueueItem.objects.exists()
        if missing:
            self.stdout.write("Making the search index ...")
            call_command("rebuild_search", stdout=self.stdout)

    def _collect_static(self) -> None:
        """Collect, hash and compress static files, unless none has changed since the last time."""
        root = Path(settings.STATIC_ROOT)
        stamp, wanted = root / STATIC_STAMP, _static_fingerprint()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        self.stdout.write("Collecting static files ...")
        call_command(
            "collectstatic",
            interactive=False,
            verbosity=0,
            ignore_patterns=settings.STATIC_IGNORED,
        )
        stamp.write_text(wanted)


def _static_fingerprint() -> str:
    """Of every static file's name, size and time of change."""
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            found.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return found.hexdigest()
