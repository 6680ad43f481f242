"""What runs beside the web server."""

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from config.celery import broker_facts
from config.doctor.finding import Finding
from moderation.models import Figure
from moderation.operations.judging import SWEPT_FIGURE

OLDEST_REDIS = (6, 0)
SWEPT_WITHIN = 60.0  # seconds; the beat offers a sweep every five


def broker() -> Iterator[Finding]:
    facts = broker_facts()
    if facts is None:
        yield Finding(
            "error",
            "broker",
            "Redis does not answer: comments are taken, and nobody judges them.",
            "Start the site." if settings.EMBEDDED_REDIS else "Start it, and look at REDIS_URL.",
        )
        return
    version = str(facts.get("redis_version", ""))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers and numbers < OLDEST_REDIS:
        yield Finding("error", "broker", f"Redis is {version}, older than 6.0.", "Upgrade it.")
    policy = facts.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        yield Finding(
            "error",
            "broker",
            f"Redis throws messages away when it is full (maxmemory-policy {policy}).",
            "Set maxmemory-policy noeviction.",
        )
    if not facts.get("aof_enabled", 1):
        yield Finding(
            "warning",
            "broker",
            "Redis forgets its messages when it ends: what was under way is offered again, later.",
            "Set appendonly yes.",
        )


def worker() -> Iterator[Finding]:
    at = Figure.objects.filter(pk=SWEPT_FIGURE).values_list("at", flat=True).first()
    if at is None:
        yield Finding(
            "error",
            "worker",
            "No sweep has ever run: worker or beat has not been started.",
            "Start the site, or its worker and its beat.",
        )
        return
    age = (timezone.now() - at).total_seconds()
    if age > SWEPT_WITHIN:
        yield Finding(
            "error",
            "worker",
            f"The last sweep was {age:.0f} s ago: worker or beat does not run.",
            "Start them; there is one beat, and any number of workers.",
        )
