"""`manage.py rebuild_search`: make the index of words anew."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from articles import search as articles
from comments import search as comments


class Command(BaseCommand):
    help = "Makes the search index anew from the articles and comments that are live."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            told, said = articles.rebuild(), comments.rebuild()
        self.stdout.write(f"In the search index: {told} articles, {said} comments.")
