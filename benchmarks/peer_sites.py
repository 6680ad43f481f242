"""Isso and django-comments-xtd, each a site of its own with the same discussions as ours.

Both run in the environment that `make bench-peers` has installed from peers.txt, under the same
granian with the same settings as the site, on SQLite.
"""

import http.client
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.reading import Asked, Server, ask, served
from tests.site import REPOSITORY

ORIGIN = "http://localhost"


@dataclass
class Xtd:
    """django-comments-xtd in a folder, and how its environment is asked for things."""

    python: Path
    folder: Path
    secret: str = secrets.token_hex(32)

    def environment(self, levels: int) -> dict[str, str]:
        own = {"XTD_DATA": str(self.folder), "XTD_SECRET": self.secret, "XTD_LEVELS": str(levels)}
        return {**os.environ, **own}

    def tell(self, verb: str, **arguments: Any) -> Any:
        """Have benchmarks.xtd_site do one thing; its answer."""
        done = subprocess.run(
            [str(self.python), "-m", "benchmarks.xtd_site", verb], cwd=REPOSITORY,
            input=json.dumps(arguments), env=self.environment(1), stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"xtd_site {verb} ended with {done.returncode}")
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
