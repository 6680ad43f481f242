"""The metrics, in the form that Prometheus reads.

What is a fact of the database is read there when somebody asks. What the web processes count is
kept by each in a file (config/counters.py) and added up.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import Any

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.multiprocess import MultiProcessCollector

from config import counters, facts
from moderation import tallies

CONTENT_TYPE = CONTENT_TYPE_LATEST
_counted = CollectorRegistry()
REQUESTS = Counter(
    "rejoinder_requests",
    "Requests answered.",
    ("method", "view", "status"),
    registry=_counted,
)
REQUEST_SECONDS = Histogram(
    "rejoinder_request_seconds",
    "How long requests took until their answer began.",
    ("view",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0),
    registry=_counted,
)


def count_request(*, method: str, view: str, status: str, seconds: float) -> None:
    """Count one answered request. view: its name, of which there are few."""
    requests, duration = _counting(method, view, status)
    requests.inc()
    duration.observe(seconds)


@cache
def _counting(method: str, view: str, status: str) -> tuple[Counter, Histogram]:
    """Kept, for to look a metric up by its labels costs more than to count."""
    return REQUESTS.labels(method, view, status), REQUEST_SECONDS.labels(view)


def exposition() -> bytes:
    """Every metric of the site, as text."""
    registry = CollectorRegistry()
    if counters.shared is not None:
        MultiProcessCollector(registry, counters.shared)
    else:
        registry.register(REQUESTS)
        registry.register(REQUEST_SECONDS)
    registry.register(Site())
    return generate_latest(registry)


class Site:
    """The facts of the site as metrics."""

    def collect(self) -> Iterator[Metric]:
        found = facts.look()
        yield GaugeMetricFamily(
            "rejoinder_unread_facts", HELP["rejoinder_unread_facts"], found.unread
        )
        version = GaugeMetricFamily(
            "rejoinder_version", HELP["rejoinder_version"], labels=["version"]
        )
        version.add_metric([settings.VERSION], 1)
        yield version
        broker = bool(found.gauges.get("rejoinder_queue_messages"))
        yield GaugeMetricFamily("rejoinder_broker_up", HELP["rejoinder_broker_up"], float(broker))
        for gauge in facts.GAUGES:
            family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
            for labels, value in found.gauges.get(gauge.name, {}).items():
                family.add_metric(labels, value)
            yield family
        if found.sums is not None:
            yield from _sums(found.sums)


HELP = {
    "rejoinder_unread_facts": "Facts of the site that could not be read just now.",
    "rejoinder_version": "1, for the version that runs.",
    "rejoinder_broker_up": "1 while the broker answers.",
    "rejoinder_decisions_total": "Decisions, by whom and with what outcome.",
    "rejoinder_failed_checks_total": "Comments held because a check or the scorer failed.",
    "rejoinder_decision_seconds": "From a text's being posted to the machine's decision.",
    "rejoinder_ruling_wait_seconds": "How long a comment had been held when a person ruled.",
}


def _gauge(name: str, value: float, **labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, HELP[name], labels=list(labels))
    family.add_metric(list(labels.values()), value)
    return family


def _sums(sums: Any) -> Iterator[Metric]:
    name = "rejoinder_decisions_total"
    decisions = CounterMetricFamily(name, HELP[name], labels=["by", "outcome"])
    for said, count in sorted(sums["decisions"].items()):
        decisions.add_metric(said.split(" "), count)
    yield decisions
    name = "rejoinder_failed_checks_total"
    failures = CounterMetricFamily(name, HELP[name], labels=["reason"])
    for code, count in sorted(sums["failures"].items()):
        failures.add_metric([code], count)
    yield failures
    yield _histogram("rejoinder_decision_seconds", tallies.JUDGED_WITHIN, sums["judged"])
    yield _histogram("rejoinder_ruling_wait_seconds", tallies.RULED_WITHIN, sums["ruled"])


def _histogram(name: str, bounds: Sequence[float], found: Any) -> HistogramMetricFamily:
    names = [*(f"{bound:g}" for bound in bounds), "+Inf"]
    buckets = list(zip(names, accumulate(found["counts"]), strict=True))
    return HistogramMetricFamily(name, HELP[name], buckets=buckets, sum_value=found["seconds"])


def names() -> set[str]:
    """Every metric there is, as it is asked for; `tests/test_docs.py` holds the documents to it."""
    return {
        *("rejoinder_requests_total", "rejoinder_request_seconds"),
        *(gauge.name for gauge in facts.GAUGES),
        *HELP,
    }
