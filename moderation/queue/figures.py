"""What the worker counts once a minute, because a page must not count what is many."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from articles.models import Article
from moderation.models import Figure, QueueItem
from moderation.queue.choices import FACETS_FIGURE, counted_in_full
from moderation.queue.counting import TABS_FIGURE, rows_by_tab
from moderation.waiting import FIGURE as WAIT_FIGURE
from moderation.waiting import expected_wait_seconds

OVERLAP = timedelta(minutes=1)  # of two counts, so that nothing falls between them


def count() -> None:
    """Write every figure of the desk anew. Takes a second or two where a million comments are."""
    _follow_sections()
    median = expected_wait_seconds()
    if median is None:
        Figure.objects.filter(name=WAIT_FIGURE).delete()
    else:
        _write(WAIT_FIGURE, median)
    _write(
        TABS_FIGURE,
        {tab: sum(part.count() for part in parts) for tab, parts in rows_by_tab().items()},
    )
    _write(FACETS_FIGURE, counted_in_full())


def _follow_sections() -> None:
    """An article that has moved takes its comments along, at the latest a minute later."""
    counted = Figure.objects.filter(name=TABS_FIGURE).values_list("at", flat=True).first()
    moved = Article.objects.order_by()
    if counted is not None:
        moved = moved.filter(updated_at__gt=counted - OVERLAP)
    for article_id, section_id in moved.values_list("pk", "section_id"):
        stale = QueueItem.objects.filter(article=article_id).exclude(section=section_id)
        stale.update(section=section_id)


def _write(name: str, value: Any) -> None:
    Figure.objects.update_or_create(name=name, defaults={"value": value, "at": timezone.now()})
