"""A small JSON client over one kept connection, for benchmarks and tests of the whole site."""

import http.client
import json
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Answer:
    """status, the JSON body (None when it is none) and seconds until it was read."""

    status: int
    body: Any
    seconds: float


@dataclass
class Client:
    """Calls one server under one bearer token at a time."""

    url: str
    timeout: float = 30.0
    _connection: http.client.HTTPConnection | None = field(default=None, init=False)

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request. Raises OSError when no answer came; it may have been carried out."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        data = json.dumps(body).encode() if body is not None else None
        started = monotonic()
        status, raw = self.send(method, path, data, sent)
        try:
            parsed = json.loads(raw) if raw else None
        except ValueError:
            parsed = None
        return Answer(status, parsed, monotonic() - started)

    def text(self, path: str, headers: dict[str, str] | None = None) -> str:
        """What a GET of a path answers, as text. Raises OSError as call does."""
        return self.send("GET", path, None, headers or {})[1].decode(errors="replace")

    def send(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Status and body of one request as it is given. Raises OSError as call does."""
        if self._connection is None:
            parts = urlsplit(self.url)
            self._connection = http.client.HTTPConnection(
                parts.hostname, parts.port, timeout=self.timeout
            )
        try:
            self._connection.request(method, path, data, headers)
            response = self._connection.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            self._connection = None
            raise OSError(f"{method} {path}: {error!r}") from error
        return response.status, raw
