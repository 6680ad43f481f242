"""What pages carry for whoever is signed in."""

from functools import partial

from django.http import HttpRequest

from comments import inbox, pages


def waiting(request: HttpRequest) -> dict[str, object]:
    """How many notifications wait: one query, made only by a page that shows it and does not know
    it already."""
    return {"unread": partial(_unread, request)}


def _unread(request: HttpRequest) -> int:
    reader = pages.viewer(request)
    return inbox.unread(reader) if reader is not None else 0
