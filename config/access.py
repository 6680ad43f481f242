"""Around every request of a web process, also those that are answered before Django: its id, its
line in the log, and its place in the metrics."""

import logging
import re
import time
from collections.abc import Callable, Iterable
from random import getrandbits
from typing import Any

from django.conf import settings

from config import metrics
from config.logs import request_id

ROUTE = "rejoinder.route"  # where whoever answers writes down the name of the view
LIVE = "live"  # the name of the question that every open page asks every few seconds
_WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_log = logging.getLogger("rejoinder.requests")

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def observed(application: Application) -> Application:
    """A WSGI application that names, times, counts and notes the requests of another.

    The line holds method, view, status and milliseconds: no address, no path, no query. What is
    raised beyond Django is noted, and answered with an empty 500.
    """

    def outer(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        began = time.perf_counter()
        name = identity(environ)
        request_id.set(name)
        answered = "500"

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            nonlocal answered
            answered = status[:3]
            return start_response(status, [*headers, ("X-Request-ID", name)], *error)

        try:
            return application(environ, start)
        except Exception:
            _log.exception("a request was not answered")
            start("500 Internal Server Error", [("Content-Length", "0")])
            return [b""]
        finally:
            _note(environ, answered, time.perf_counter() - began)

    return outer


def identity(environ: Environ) -> str:
    """The proxy's name for the request, where one is trusted and it gave a usable one, or ours."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    if settings.TRUSTED_PROXIES and _WELL_FORMED.fullmatch(given):
        return str(given)
    return f"{getrandbits(64):016x}"  # a name, no secret


def _note(environ: Environ, status: str, seconds: float) -> None:
    method = environ["REQUEST_METHOD"]
    method = method if method in _METHODS else "OTHER"
    view = environ.get(ROUTE) or "unmatched"
    metrics.count_request(method=method, view=view, status=status, seconds=seconds)
    if settings.ACCESS_LOG == "off":
        return
    # Ten thousand open pages ask three thousand times a second whether something is new.
    if settings.ACCESS_LOG == "all" or view != LIVE or status not in ("200", "304"):
        fields = {
            "method": method, "view": view, "status": int(status), "ms": round(seconds * 1000, 1)
        }  # fmt: skip
        _log.info("request", extra={"fields": fields})
