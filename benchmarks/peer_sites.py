"""Our site, Isso and django-comments-xtd, side by side and told the same discussions.

The peers run in the environment that `make bench-peers` has installed from peers.txt, under the
same granian with the same settings as ours, on SQLite.
"""

import http.client
import json
import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.discussion import AUTHORS
from benchmarks.page import stage
from benchmarks.reading import Asked, Server, ask, granian, served
from tests.site import REPOSITORY, RunningSite

ORIGIN = "http://localhost"
POSTERS = 10  # people who post in turn
FLAT = "flat"


@dataclass
class Xtd:
    """django-comments-xtd in a folder, and how its environment is asked for things."""

    python: Path
    folder: Path
    secret: str = secrets.token_hex(32)

    def environment(self, levels: int) -> dict[str, str]:
        own = {"XTD_DATA": str(self.folder), "XTD_SECRET": self.secret, "XTD_LEVELS": str(levels)}
        return {**os.environ, **own}

    def fill(self, **arguments: Any) -> Any:
        """Have benchmarks.xtd_site make its database; its answer."""
        done = subprocess.run(
            [str(self.python), "-m", "benchmarks.xtd_site"], cwd=REPOSITORY,
            input=json.dumps(arguments), env=self.environment(1), stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"xtd_site ended with {done.returncode}")
        return json.loads(done.stdout)

    @contextmanager
    def served(self, levels: int) -> Iterator[Server]:
        """levels: how deep replies may go; its own default is 0, which is none at all."""
        target = "benchmarks.xtd_site:application"
        with served(target, self.environment(levels), self.python) as server:
            yield server


@dataclass
class Isso:
    """Isso with its defaults, told apart its readers by the address that a proxy in front names."""

    server: Server
    _number = count()

    def posting(self, uri: str, comment: dict[str, Any]) -> Asked:
        """A request that posts one comment, as Isso's own script does."""
        return Asked(
            self.server, f"/new?uri={quote(uri)}", status=201, method="POST",
            compose=lambda: self.composed(comment),
        )  # fmt: skip

    def composed(self, comment: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """A body and its headers. Each comes from another network: Isso takes two comments a minute
        from one, and looks up what it has of it."""
        number = next(self._number)
        network = f"10.{number >> 8 & 255}.{number & 255}.1"
        sent = {"Content-Type": "application/json", "Origin": ORIGIN, "X-Forwarded-For": network}
        return json.dumps(comment).encode(), sent

    def fill(self, discussions: dict[str, list[dict[str, Any]]]) -> None:
        """Post every comment of the discussions, which are named by their address."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        for uri, said in discussions.items():
            made: list[int] = []
            for one in said:
                parent = None if one["parent"] is None else made[one["parent"]]
                asked = self.posting(uri, isso_comment(one["author"], one["body"], parent))
                ask(connection, asked)
                made.append(json.loads(asked.body)["id"])
            print(f"  {len(made):,} in {uri} of Isso", file=sys.stderr, flush=True)


def isso_comment(author: int, body: str, parent: int | None = None) -> dict[str, Any]:
    """What Isso's script sends. title: it fetches a page to learn it otherwise."""
    name = f"reader{author}"
    mail = f"{name}@example.org"
    return {"text": body, "author": name, "email": mail, "parent": parent, "title": "A discussion"}


@contextmanager
def isso_served(python: Path, folder: Path) -> Iterator[Isso]:
    """An empty Isso, told the host and where its database is; the rest is its defaults."""
    settings = folder / "isso.cfg"
    settings.write_text(f"[general]\ndbpath = {folder}/isso.sqlite3\nhost = {ORIGIN}/\n")
    environment = {**os.environ, "ISSO_SETTINGS": str(settings)}
    with served("isso.run:application", environment, python) as server:
        yield Isso(server)


@dataclass(frozen=True)
class Sides:
    """Everything that runs. asking: our site, reading versions on every request; flat:
    django-comments-xtd as it is out of the box; posters, cookies: who posts to ours, and to it."""

    ours: Server
    queueing: Server  # ours, with the Redis that it tells of each comment
    asking: Server
    worker: Server
    url: str
    database: sqlite3.Connection
    posters: list[dict[str, str]]
    isso: Isso
    xtd: Server
    flat: Server
    numbers: dict[str, int]
    cookies: list[str]

    def listed(self, slug: str) -> str:
        """The address of a discussion in django-comments-xtd's API."""
        return f"/comments/api/benchmarks-article/{self.numbers[slug]}/"


def members(slug: str) -> str:
    """The same discussion among people with accounts, which django-comments-xtd looks up."""
    return f"members-{slug}"


@contextmanager
def opened(
    folder: Path, python: Path, discussions: dict[str, list[dict[str, Any]]], *, flat: list[Any]
) -> Iterator[Sides]:
    """All of them with the discussions, by slug. flat: one without replies."""
    data_dir, xtd = folder / "data", Xtd(python, folder)
    quiet = {"ACCESS_LOG": "off"}  # as the peers' granian
    with ExitStack() as stack:
        site = RunningSite(data_dir=data_dir, environment="production", env=quiet)
        stack.enter_context(site)
        ours = stage(
            data_dir, "tell", discussions=discussions, authors=AUTHORS, posters=POSTERS
        )  # fmt: skip
        told = {
            slug: {"body": ours["bodies"][slug], "comments": said, "members": False}
            for slug, said in discussions.items()
        }
        told |= {members(slug): {**given, "members": True} for slug, given in told.items()}
        told[FLAT] = {"body": next(iter(ours["bodies"].values())), "comments": flat, "members": 0}
        theirs = xtd.fill(articles=told, authors=AUTHORS, posters=POSTERS)
        isso = stack.enter_context(isso_served(python, folder))
        isso.fill({f"/{slug}/": said for slug, said in discussions.items()})
        pids = site.pids()
        yield Sides(
            ours=Server(site.port, pids["web"]),
            queueing=Server(site.port, pids["web"], (pids["redis"],)),
            asking=stack.enter_context(granian(data_dir, "benchmarks.reading_site:application")),
            worker=Server(0, pids["worker"]),
            url=site.url,
            database=sqlite3.connect(data_dir / "db.sqlite3", timeout=60, isolation_level=None),
            posters=ours["posters"],
            isso=isso,
            xtd=stack.enter_context(xtd.served(levels=1)),
            flat=stack.enter_context(xtd.served(levels=0)),
            numbers=theirs["numbers"],
            cookies=theirs["posters"],
        )
