"""The least that a server of the site's kind can do: the bytes of two files and their headers.

BARE_PAGE names the page, BARE_POLL the answer to a question for a version.
"""

import os
from pathlib import Path

_POLL = Path(os.environ["BARE_POLL"]).read_bytes()
_PAGE = Path(os.environ["BARE_PAGE"]).read_bytes()


def _headers(body: bytes, kind: str) -> list[tuple[str, str]]:
    return [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body)))]


_ANSWERS = {
    "/poll": (_headers(_POLL, "text/plain"), [_POLL]),
    "/page": (_headers(_PAGE, "text/html"), [_PAGE]),
}


def application(environ, start_response):
    headers, body = _ANSWERS[environ["PATH_INFO"]]
    start_response("200 OK", headers)
    return body
