"""The question that every open page asks every few seconds, answered before Django's stack."""

import logging
import re
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import DatabaseError

from comments.live import VERSION_PATH, public_version
from config.access import LIVE, ROUTE

Environ = dict[str, Any]
Answer = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_ASKED = re.compile(re.escape(VERSION_PATH) + r"([0-9]{1,18})")
_KEPT_AT_ONCE = 10_000  # discussions
_log = logging.getLogger("rejoinder.poll")
# The number of a question to its version and when it was read, in monotonic seconds.
_read: dict[int, tuple[int | None, float]] = {}


def answered_first(django: Answer) -> Answer:
    """A WSGI application that answers `/live/ID` itself and leaves everything else to Django.

    GET: 200 with a discussion's version and its ETag, 304 when the asker knows it, 404 where the
    public may read no discussion. It reads no cookie and sets none, and it says nothing of the
    reader, so neither the session nor the host is looked at.
    """

    def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked = _ASKED.fullmatch(environ.get("PATH_INFO", ""))
        if asked is None:
            return django(environ, start_response)
        environ[ROUTE] = LIVE
        status, headers, body = _answer(environ, int(asked[1]))
        start_response(
            status,
            [
                ("Cache-Control", "no-cache"),
                ("Content-Type", "text/plain; charset=utf-8"),
                *([] if status.startswith("304") else [("Content-Length", str(len(body)))]),
                *headers,
            ],
        )
        return [body]

    return application


def _answer(environ: Environ, call_to_action_id: int) -> tuple[str, list[tuple[str, str]], bytes]:
    if environ["REQUEST_METHOD"] != "GET":
        return "405 Method Not Allowed", [("Allow", "GET")], b""
    try:
        version = _version(call_to_action_id)
    except DatabaseError:
        _log.exception("a discussion's version could not be read")
        return "503 Service Unavailable", [("Retry-After", "5")], b""
    if version is None:
        return "404 Not Found", [], b""
    tag = f'"{version}"'
    if tag in environ.get("HTTP_IF_NONE_MATCH", ""):
        return "304 Not Modified", [("ETag", tag)], b""
    return "200 OK", [("ETag", tag)], str(version).encode()


def _version(call_to_action_id: int) -> int | None:
    """The version, read from the database once in VERSION_KEPT seconds for all who ask."""
    now = monotonic()
    version, read_at = _read.get(call_to_action_id, (None, 0.0))
    if read_at and now - read_at < settings.VERSION_KEPT:
        return version
    # Upon these, Django gives connections back, and closes those that are old or broken.
    request_started.send(sender=answered_first, environ={})
    try:
        version = public_version(call_to_action_id)
    finally:
        request_finished.send(sender=answered_first)
    if len(_read) >= _KEPT_AT_ONCE:
        _read.clear()
    _read[call_to_action_id] = version, now
    return version
