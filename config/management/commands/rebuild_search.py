"""`manage.py rebuild_search`: make the indexes of words anew."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from articles import search as articles
from comments import search as comments
from moderation import desk_words


class Command(BaseCommand):
    help = (
        "Makes the readers' search index anew from what is live, and the desk's from all there is."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            told, said = articles.rebuild(), comments.rebuild()
            known = desk_words.rebuild()
        self.stdout.write(
            f"In the search index: {told} articles, {said} comments; at the desk: {known} comments."
        )
