"""What a public page says of itself to whoever may keep it: what it depends on, and until when.

An answer whose view says nothing is never kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db.models import Min
from django.http import HttpRequest
from django.utils import timezone

from articles.models import Article, CallToAction

# In the environment of a request: that its answer may be kept; and what its view says of it.
KEEPING, SAID = "rejoinder.keeping", "rejoinder.said"


class Remaker(Protocol):
    """Makes a page anew from its discussion as it is then, in UTF-8, while nothing else has
    changed; answers None where that takes a whole new page."""

    def __call__(self) -> bytes | None: ...

    def without(self, text: bytes) -> "Remaker":
        """The same, of a page in which this text does not stand."""


@dataclass(frozen=True, slots=True)
class Shown:
    """discussions: the numbers of the questions whose discussions or counts the page shows.
    until: the moment when it will say something else though nobody changes anything; or None.
    """

    discussions: frozenset[int]
    until: datetime | None
    anew: Remaker | None


def says(
    request: HttpRequest,
    *,
    discussions: Iterable[int] = (),
    until: datetime | None = None,
    anew: Remaker | None = None,
) -> None:
    """Declare the page that answers this request to be the same for every anonymous reader."""
    request.META[SAID] = Shown(frozenset(discussions), until, anew)


def next_publication(request: HttpRequest) -> datetime | None:
    """When the next scheduled article will be public, by itself. Ask before reading articles.

    One query, made only where the answer may be kept."""
    if KEEPING not in request.META:
        return None
    waiting = Article.objects.exclude(status="draft").filter(published_at__gt=timezone.now())
    return waiting.aggregate(next=Min("published_at"))["next"]


def closing(call_to_action: CallToAction) -> datetime | None:
    """When an open question will be closed, by itself. Ask before asking whether it is open."""
    return call_to_action.closes_at if call_to_action.is_open() else None
