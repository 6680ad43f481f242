"""How articles are read."""

from datetime import datetime

from django.db import models
from django.utils import timezone


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

    def due(self, now: datetime | None = None) -> "ArticleQuerySet":
        return self.filter(status="scheduled", published_at__lte=now or timezone.now())
