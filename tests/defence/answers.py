"""Asking the server's own WSGI application, without a server."""

import io
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.core.handlers.wsgi import WSGIHandler

from config.access import observed
from config.headers import with_headers
from config.policy_reports import reports_taken
from config.poll import answered_first


def whole_site() -> Any:
    """As config/wsgi.py puts it together, under the settings of now."""
    return with_headers(observed(answered_first(reports_taken(WSGIHandler()))))


def ask(
    site: Any, path: str, *, method: str = "GET", body: bytes = b"", **environ: Any
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in lower case, body. environ: as WSGI names what a request says."""
    query = path.partition("?")
    said: list[tuple[int, dict[str, str]]] = []
    asked: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": query[0],
        "QUERY_STRING": query[2],
        "HTTP_HOST": "localhost",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **environ,
    }
    setup_testing_defaults(asked)

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        names = [name.lower() for name, _value in headers]
        twice = {name for name in names if names.count(name) > 1} - {"set-cookie", "vary"}
        assert not twice, twice
        said.append((int(status[:3]), {name.lower(): value for name, value in headers}))

    pieces = site(asked, start)
    answer = b"".join(pieces)
    if hasattr(pieces, "close"):
        pieces.close()
    return (*said[0], answer)
