"""What editors see: what waits, what was reported, what was decided, each with its context."""

from moderation.queue.cases import (
    Case,
    Cases,
    Listing,
    appeals,
    decided_of_cluster,
    legal_notices,
    waiting,
)
from moderation.queue.choices import Facet, Facets, facets, latest_articles
from moderation.queue.context import CONTEXT, Cluster, Item, clusters, in_context
from moderation.queue.counting import EXACT, Count, counts
from moderation.queue.evidence import findings_in_words
from moderation.queue.finding import matching
from moderation.queue.pages import PAGE, QueuePage, item, page_of
from moderation.queue.people import Reported, reported_people, reports_about
from moderation.queue.selection import Selection
from moderation.queue.views import saved_views
from moderation.waiting import last_measured as expected_wait

__all__ = [
    "CONTEXT",
    "EXACT",
    "PAGE",
    "Case",
    "Cases",
    "Cluster",
    "Count",
    "Facet",
    "Facets",
    "Item",
    "Listing",
    "QueuePage",
    "Reported",
    "Selection",
    "appeals",
    "clusters",
    "counts",
    "decided_of_cluster",
    "expected_wait",
    "facets",
    "findings_in_words",
    "in_context",
    "item",
    "latest_articles",
    "legal_notices",
    "matching",
    "page_of",
    "reported_people",
    "reports_about",
    "saved_views",
    "waiting",
]
