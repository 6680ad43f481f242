"""What browsers report of the content policies: a line in the log now and then, nothing kept."""

import json
import logging
import re
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from config.access import ROUTE

Environ = dict[str, Any]
Answer = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

LONGEST = 8_000  # bytes of a report that are read
LINES = 10  # in the log, a minute and process; what comes on top is dropped
_DIRECTIVE = re.compile(r"[a-z-]{1,40}")
# Only files of ours are named: any other address could be somebody's, or somebody's words.
_OUR_FILE = re.compile(r"/static/[A-Za-z0-9_./-]{1,120}")
_log = logging.getLogger("rejoinder.policy")


def reports_taken(application: Answer) -> Answer:
    """A WSGI application that takes reports at `POLICY_REPORTS` and answers 204, whatever they say.

    It reads no cookie and keeps nothing. The log gets the directive and which script of ours, or
    `elsewhere`: no page's address, no sample and no reader.
    """
    minute, lines = 0, 0

    def answering(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        nonlocal minute, lines
        if environ.get("PATH_INFO") != settings.POLICY_REPORTS:
            return application(environ, start_response)
        environ[ROUTE] = "policy_reports"
        now = int(time.monotonic()) // 60
        if now != minute:
            minute, lines = now, 0
        if environ["REQUEST_METHOD"] != "POST":
            start_response("405 Method Not Allowed", [("Allow", "POST"), ("Content-Length", "0")])
            return [b""]
        if lines < LINES and (said := _said(environ)):
            lines += 1
            _log.warning("a browser reports %s in %s", *said)
        start_response("204 No Content", [("Cache-Control", "no-store")])
        return [b""]

    return answering


def _said(environ: Environ) -> tuple[str, str] | None:
    """The directive of a report and where it was broken; None of what is no report from a page
    of ours."""
    if environ.get("HTTP_SEC_FETCH_SITE", "same-origin") != "same-origin":
        return None
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()) or not 0 < int(length[:9]) <= LONGEST:
        return None
    try:
        report = json.loads(environ["wsgi.input"].read(int(length)))["csp-report"]
        directive, source = report["effective-directive"], report.get("source-file") or ""
        path = urlsplit(source).path
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not isinstance(directive, str) or not _DIRECTIVE.fullmatch(directive):
        return None
    return directive, path if _OUR_FILE.fullmatch(path) else "elsewhere"
