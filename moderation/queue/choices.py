"""What the waiting can be filtered by."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from articles.models import Article, Section
from comments.models import Comment
from moderation.models import Figure, QueueItem
from moderation.queue.counting import EXACT

ARTICLES = 50  # in the form; any other can be asked for by its number
FACETS_FIGURE = "desk.facets"
_COLUMNS = ("article_id", "section_id", "reason", "label", "language")


@dataclass(frozen=True, slots=True)
class Facet:
    """A choice of a filter: its value in a Selection, its name where it has one, and how many wait
    with it."""

    value: int | str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What the waiting can be filtered by, the most first. reasons, labels and languages are codes
    without names."""

    articles: tuple[Facet, ...]
    sections: tuple[Facet, ...]
    reasons: tuple[Facet, ...]
    labels: tuple[Facet, ...]
    languages: tuple[Facet, ...]


def latest_articles() -> list[Facet]:
    """The newest articles that have been published, uncounted; one query."""
    rows = Article.objects.filter(published_at__isnull=False).order_by("-published_at", "-pk")
    return [Facet(pk, title, 0) for pk, title in rows.values_list("pk", "title")[:ARTICLES]]


def _waiting() -> QuerySet[QueueItem]:
    return QueueItem.objects.filter(status=Comment.Status.HELD).order_by()


def facets() -> Facets:
    """The choices of the filter form: of what waits now while that is little, else as of the last
    minute; three queries, four where much waits."""
    rows = list(_waiting().values_list(*_COLUMNS)[: EXACT + 1])
    if len(rows) <= EXACT:
        return _named(_counted(rows))
    known = Figure.objects.filter(name=FACETS_FIGURE).values_list("value", flat=True).first()
    return _named(known or _counted(rows))


def _counted(rows: list[tuple]) -> dict[str, list[list[Any]]]:
    counters = {name: Counter() for name in _COLUMNS}
    for row in rows:
        for name, value in zip(_COLUMNS, row, strict=True):
            counters[name][value] += 1
    return {
        name: [list(pair) for pair in counter.most_common(ARTICLES)]
        for name, counter in counters.items()
    }


def counted_in_full() -> dict[str, list[list[Any]]]:
    """For the worker: values and counts of each column over all that waits."""
    return {
        name: [
            list(pair)
            for pair in _waiting()
            .values_list(name)
            .annotate(found=Count("pk"))
            .order_by("-found")[:ARTICLES]
        ]
        for name in _COLUMNS
    }


def _named(counted: dict[str, list[list[Any]]]) -> Facets:
    titles = dict(
        Article.objects.filter(pk__in=[value for value, _count in counted["article_id"]])
        .order_by()
        .values_list("pk", "title")
    )
    names = dict(Section.objects.order_by().values_list("pk", "name"))

    def listed(column: str, known: dict[int, str]) -> tuple[Facet, ...]:
        return tuple(
            Facet(value, known[value], count) for value, count in counted[column] if value in known
        )

    def coded(column: str, blank: str = "") -> tuple[Facet, ...]:
        return tuple(
            Facet(value or blank, "", count) for value, count in counted[column] if value or blank
        )

    return Facets(
        articles=listed("article_id", titles),
        sections=listed("section_id", names),
        reasons=coded("reason"),
        labels=coded("label"),
        languages=coded("language", blank="unknown"),
    )
