"""How one comment is posted to each product: what a request says, each time with other words."""

import http.client
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from itertools import count, cycle
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from benchmarks.discussion import AUTHORS, marked
from benchmarks.html_page import hidden_fields
from benchmarks.peer_sites import ORIGIN, Isso, Sides, isso_comment
from benchmarks.reading import Asked, Server, ask
from tests.site import wait_until

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SHARE = 0.2  # of the requests of a round
FIRST = 50_000  # the number of the first comment that is posted: no discussion is so long


def words() -> Iterator[str]:
    """Comments that nobody has posted yet."""
    random = Random(FIRST)
    return (marked(random, number) for number in count(FIRST))


@dataclass
class Judging:
    """What the worker spends on the comments of a round, until none is left."""

    worker: Server
    database: sqlite3.Connection
    costs: list[float] = field(default_factory=list)
    _began: int | None = None

    def begin(self) -> None:
        if self._began is None:
            self._began = self.worker.cpu()

    def end(self, posted: int) -> None:
        self.wait()
        assert self._began is not None
        self.costs.append((self.worker.cpu() - self._began) / posted / 1e6)
        self._began = None

    def wait(self) -> None:
        """Until nothing is left to judge."""
        found = "SELECT EXISTS (SELECT 1 FROM comments_comment WHERE status = 'pending')"
        wait_until(lambda: self.database.execute(found).fetchone() == (0,), 120, "judging")

    def became(self) -> dict[str, int]:
        """What became of all that was posted here, by status."""
        found = (
            "SELECT c.status, count(*) FROM comments_comment c JOIN comments_commentrevision r"
            " ON r.id = c.latest_id WHERE r.source LIKE ? GROUP BY 1"
        )
        return dict(self.database.execute(found, [f"%mark{FIRST // 10_000}____"]).fetchall())


def _answered(asked: Asked) -> tuple[str, dict[str, str]]:
    """A page, and the cookies that a browser sends from then on."""
    connection = http.client.HTTPConnection("127.0.0.1", asked.server.port, timeout=60)
    answer = ask(connection, asked)
    cookies: dict[str, str] = {}
    for line in answer.headers.get_all("Set-Cookie", []):
        cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
    return asked.body.decode(), cookies


@dataclass(frozen=True)
class _Poster:
    """A reader who has the page open: what the form holds, and what the browser sends along."""

    fields: dict[str, str]
    headers: dict[str, str]
    csrf: str


def _poster(page: Asked, cookie: str, action: str, csrf: str) -> _Poster:
    text, given = _answered(replace(page, headers={**page.headers, "Cookie": cookie}))
    kept = "; ".join([cookie, *(f"{name}={value}" for name, value in given.items())])
    sent = {**page.headers, "Cookie": kept}
    return _Poster(hidden_fields(text, action), sent, given[csrf])


def ours(sides: Sides, slug: str, judging: Judging) -> tuple[Asked, Asked]:
    """Through the API with a token, and by the form of a reader who is signed in."""
    server, posters, site = sides.queueing, sides.posters, sides.url
    texts = words()
    own = {"Host": site.partition("://")[2]}
    tokens = cycle([each["token"] for each in posters])
    action = f"/articles/{slug}/comments/"
    page = Asked(server, f"/articles/{slug}/", own)
    forms = cycle([_poster(page, each["cookie"], action, "csrf") for each in posters])

    def call() -> tuple[bytes, dict[str, str]]:
        sent = {**own, **JSON, "Authorization": f"Bearer {next(tokens)}"}
        return json.dumps({"body": next(texts)}).encode(), sent

    def submit() -> tuple[bytes, dict[str, str]]:
        poster = next(forms)
        # A key for each submit, as each page that is opened has its own.
        filled = {**poster.fields, "idempotency_key": str(uuid4()), "website": ""}
        sent = {**poster.headers, **FORM, "Origin": site}
        return urlencode({**filled, "body": next(texts)}).encode(), sent

    def posting(
        path: str, status: int, compose: Callable[[], tuple[bytes, dict[str, str]]]
    ) -> Asked:
        return Asked(
            server, path, status=status, method="POST", compose=compose,
            before=judging.begin, after=judging.end, share=SHARE,
        )  # fmt: skip

    return posting(f"/api/v1/articles/{slug}/comments", 201, call), posting(action, 302, submit)


def isso(site: Isso, uri: str) -> Asked:
    """As Isso's script posts; readers have no accounts there."""
    texts, authors = words(), cycle(range(AUTHORS))
    asked = site.posting(uri, {})
    return replace(
        asked, share=SHARE, compose=lambda: site.composed(isso_comment(next(authors), next(texts)))
    )


def xtd(server: Server, slug: str, cookies: list[str]) -> tuple[Asked, Asked]:
    """Through its API with a session, and by its form, with the hash and the time of its page."""
    texts = words()
    page = Asked(server, f"/articles/{slug}/")
    action = "/comments/post/"
    opened = [_poster(page, cookie, action, "csrftoken") for cookie in cookies]
    forms, calls = cycle(opened), cycle(opened)

    def submit() -> tuple[bytes, dict[str, str]]:
        poster = next(forms)
        typed = {"comment": next(texts), "honeypot": "", "post": "send"}
        sent = {**poster.headers, **FORM, "Origin": ORIGIN}
        return urlencode({**poster.fields, **typed}).encode(), sent

    def call() -> tuple[bytes, dict[str, str]]:
        poster = next(calls)
        names = ("content_type", "object_pk", "timestamp", "security_hash", "reply_to")
        said: dict[str, Any] = {name: poster.fields[name] for name in names}
        said |= {"comment": next(texts), "honeypot": "", "name": "", "email": ""}
        # Without a full name an account has none for the API.
        said["name"] = "reader"
        sent = {**poster.headers, **JSON, "Origin": ORIGIN, "X-CSRFToken": poster.csrf}
        return json.dumps(said).encode(), sent

    return (
        Asked(
            server, "/comments/api/comment/", status=201, method="POST", compose=call, share=SHARE
        ),
        Asked(server, action, status=302, method="POST", compose=submit, share=SHARE),
    )
