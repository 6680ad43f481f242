"""What machines ask about this process: does it live, is it ready, and its metrics."""

import hmac
import ipaddress
import threading
import time
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.core.cache import cache as rate_limits
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from config import errors, metrics
from config.celery import broker_answers
from config.facts import free_bytes

KEPT_FOR = 2.0  # seconds: anybody may ask, and every answer costs four queries
ROOM = 50_000_000  # bytes; with less nothing can be stored soon
Answer = Callable[[HttpRequest], HttpResponse]
_lock = threading.Lock()
_last: tuple[float, dict[str, str]] | None = None


def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers. The database is not asked: a restart would not mend it."""
    return _plain(HttpResponse("ok\n", content_type="text/plain"))


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when readers and writers can be served, else 503; each part with one word."""
    parts = _state()
    ready = all(state == "ok" for name, state in parts.items() if name not in NOT_NEEDED)
    answer = {"ready": ready, "parts": parts}
    return _plain(JsonResponse(answer, status=200 if ready else 503))


def scraped(request: HttpRequest) -> HttpResponse:
    """The metrics, for this machine and for who has METRICS_TOKEN; for others there is nothing."""
    if not _may_read_metrics(request):
        return errors.not_found(request, Http404())
    return _plain(HttpResponse(metrics.exposition(), content_type=metrics.CONTENT_TYPE))


PROBES: dict[str, Answer] = {"/healthz": healthz, "/readyz": readyz, "/metrics": scraped}


def _plain(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


# --- Ready --------------------------------------------------------------------------------------


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Every migration of this version, as app and name."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def unapplied_migrations() -> list[tuple[str, str]]:
    """Those of this version that the database lacks. It may have more: a newer version's."""
    return sorted(known_migrations() - set(MigrationRecorder(connection).applied_migrations()))


def _migrations() -> str:
    return "missing" if unapplied_migrations() else "ok"


def _rate_limits() -> str:
    rate_limits.get("readyz")  # raises where its table is not there
    return "ok"


def _broker() -> str:
    return "ok" if broker_answers() else "away"


def _disk() -> str:
    return "ok" if free_bytes() >= ROOM else "full"


PARTS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "cache": _rate_limits,
    "broker": _broker,
    "disk": _disk,
}
# Without it comments are taken all the same: their rows are the queue.
NOT_NEEDED = frozenset(("broker",))


def _state() -> dict[str, str]:
    global _last
    with _lock:
        if _last is None or time.monotonic() - _last[0] > KEPT_FOR:
            _last = (time.monotonic(), {name: _one(part) for name, part in PARTS.items()})
        return _last[1]


def _one(part: Callable[[], str]) -> str:
    try:
        return part()
    except (DatabaseError, OSError):
        return "away"


def forget() -> None:
    """Ask anew the next time."""
    global _last
    _last = None


# --- Metrics ------------------------------------------------------------------------------------


def _may_read_metrics(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if settings.METRICS_TOKEN and hmac.compare_digest(given.encode(), wanted.encode()):
        return True
    return _is_from_here(request)


def _is_from_here(request: HttpRequest) -> bool:
    """From this machine, and not passed on by a proxy on it or a browser that was led astray."""
    passed_on = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Via")
    if any(name in request.headers for name in passed_on):
        return False
    host = request.META.get("HTTP_HOST", "").rpartition(":")[0] or request.META.get("HTTP_HOST", "")
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and (
        host in ("localhost", "") or _is_loopback(host.strip("[]"))
    )


def _is_loopback(address: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
