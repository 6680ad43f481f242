"""How articles are read."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """Articles, newest first, and the cursor of those before them."""

    articles: list[Any]
    next_cursor: str | None


def _encode(article: Any) -> str:
    return f"{(article.published_at - EPOCH) // MICROSECOND}-{article.pk}"


def _decode(cursor: str) -> tuple[datetime, int]:
    at, dash, pk = cursor.partition("-")
    if not (dash and at.isdecimal() and pk.isdecimal() and len(at) <= 17 and len(pk) <= 18):
        raise ValidationError(_("This page does not exist."), code="bad_cursor")
    return EPOCH + int(at) * MICROSECOND, int(pk)


class ArticleQuerySet(models.QuerySet):
    def live(self, now: datetime | None = None) -> "ArticleQuerySet":
        """Readable by the public: also one whose scheduled hour has come before any task ran."""
        return self.filter(
            status__in=["published", "scheduled", "archived"],
            published_at__lte=now or timezone.now(),
        )

    def listed(self, now: datetime | None = None) -> "ArticleQuerySet":
        """Live and on front and section pages; an archived article keeps its own page only."""
        return self.live(now).exclude(status="archived")

    def for_listing(self) -> "ArticleQuerySet":
        return self.select_related("section", "call_to_action", "lead_image").defer(
            "body", "body_html"
        )

    def with_bylines(self) -> "ArticleQuerySet":
        """With authors in order, in one further query."""
        byline = self.model.bylines.field.model
        return self.prefetch_related(
            Prefetch("bylines", queryset=byline.objects.select_related("author"))
        )

    def for_page(self) -> "ArticleQuerySet":
        """With what an article's own page shows."""
        return self.select_related("section", "call_to_action", "lead_image")

    def due(self, now: datetime | None = None) -> "ArticleQuerySet":
        return self.filter(status="scheduled", published_at__lte=now or timezone.now())

    def page_before(self, cursor: str | None, size: int) -> ArticlePage:
        """One page, newest first, in one query whatever the page, and one for the bylines.

        Raises ValidationError (bad_cursor).
        """
        rows = self.for_listing().order_by("-published_at", "-pk")
        if cursor:
            at, pk = _decode(cursor)
            rows = rows.filter(published_at__lte=at).filter(
                Q(published_at__lt=at) | Q(published_at=at, pk__lt=pk)
            )
        found = list(rows.with_bylines()[: size + 1])
        more = len(found) > size
        return ArticlePage(found[:size], _encode(found[size - 1]) if more else None)
