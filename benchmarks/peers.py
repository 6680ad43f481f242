"""Measure reading and posting beside Isso and django-comments-xtd, in one run.

    python -m benchmarks.peers --python PEERS/bin/python [--sizes 10 100 1000] [--rounds 7]
        [--requests 100] [--cheaper 10]

`make bench-peers` installs both from the package index into an environment of their own and calls
this. Every product is told the same discussions and is served by the same granian with the same
settings, on SQLite; ours has its worker and its queue beside it. Every kind of request is asked in
turn, round by round, on one kept connection. CPU is that of the whole process tree, in nanoseconds
from /proc. An answer counts for the comments whose words are in it: every one ends in a number, and
a page that does not hold what it should stops the run. Prints tables; exits 1 when a page of ours
costs more than a tenth (--cheaper) of a peer's for each comment that it holds, or a comment that is
posted to us more than with the best peer.
"""

import argparse
import http.client
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import quote, urljoin

from benchmarks import peer_posts
from benchmarks.discussion import AUTHORS, THREAD, held, said
from benchmarks.html_page import parts
from benchmarks.machine import described
from benchmarks.page import stage, table
from benchmarks.peer_sites import Isso, Xtd, isso_served
from benchmarks.reading import Asked, Server, ask, changing, granian, measure
from tests.site import REPOSITORY, RunningSite
from tests.supplies import pins

OURS, ISSO, XTD = "Rejoinder", "Isso", "django-comments-xtd"
PINNED = Path(__file__).with_name("peers.txt")
PAGE = 25 * THREAD  # of our page: 25 threads
LIST = 50  # of our API's page: so many top-level comments
POSTERS = 10
TALK = "talk"  # the discussion that is posted to
TALKED = 100
ZIPPED = {"Accept-Encoding": "gzip, br"}


@dataclass
class Kind:
    """A request of a product in a table. holds: the comments that its answer must hold."""

    table: str
    product: str
    what: str
    asked: Asked
    size: int = 0
    holds: int = 0

    def each(self) -> list[float]:
        """What every round cost, for each comment in the answer where there should be some."""
        return [cost / max(self.holds, 1) for cost in self.asked.costs]


def times(kind: Kind, ours: Kind) -> float:
    """Round by round, so that what disturbed both disturbs neither."""
    return median(a / b for a, b in zip(kind.each(), ours.each(), strict=True))


def check(kinds: list[Kind]) -> None:
    """Raise unless every last answer holds the comments that it should, and no others."""
    for kind in kinds:
        found = len(held(kind.asked.body))
        if kind.table == "read" and found != kind.holds:
            raise RuntimeError(f"{kind.product}, {kind.what}: {found} comments, not {kind.holds}")


def ours_read(site: Server, asking: Server, database: sqlite3.Connection, size: int) -> list[Kind]:
    path, shown = f"/articles/of-{size}/", min(size, PAGE)
    tops = min(-(-size // THREAD), LIST)
    after = changing(database, f"of-{size}")
    return [
        Kind("read", OURS, "the page, warm", Asked(site, path), size, shown),
        Kind(
            "read", OURS, "the page, right after a change",
            Asked(asking, path, before=after, share=0.3), size, shown,
        ),
        Kind(
            "read", OURS, "API, top-level comments",
            Asked(site, f"/api/v1/articles/of-{size}/comments", share=0.3), size, tops,
        ),
    ]  # fmt: skip


def _isso_asked(uri: str) -> str:
    """As its script asks out of the box: every top-level comment, and five replies to each."""
    return f"/?uri={quote(uri)}&sort=oldest&offset=0&nested_limit=5"


def peers_read(isso: Isso, xtd: Server, numbers: dict[str, int], size: int) -> list[Kind]:
    share = min(1.0, 10 / size)
    uri = f"/of-{size}/"
    listed = f"/comments/api/benchmarks-article/{numbers[f'of-{size}']}/"
    asked = [
        (ISSO, "JSON, as its script asks", isso.server, _isso_asked(uri)),
        (ISSO, "JSON, all", isso.server, f"/?uri={quote(uri)}"),
        (XTD, "the page, by visitors", xtd, f"/articles/of-{size}/"),
        (XTD, "the page, by members", xtd, f"/articles/members-{size}/"),
        (XTD, "API, all", xtd, listed),
    ]
    return [
        Kind("read", product, what, Asked(server, path, share=share), size, size)
        for product, what, server, path in asked
    ]


def polls(site: Server, isso: Isso, xtd: Server, numbers: dict[str, int], size: int) -> list[Kind]:
    path = f"/articles/of-{size}/"
    page = _answer(site, path)
    polled = re.search(rb'data-poll="([^"]+)"', page)[1].decode()
    counted = json.dumps([f"/of-{size}/"]).encode()
    post = Asked(
        isso.server, "/count", method="POST", compose=lambda: (counted, peer_posts.JSON)
    )  # fmt: skip
    number = numbers[f"of-{size}"]
    return [
        Kind("poll", OURS, "the version of the discussion", Asked(site, polled)),
        Kind("poll", ISSO, "POST /count", post),
        Kind("poll", XTD, "count", Asked(xtd, f"/comments/api/benchmarks-article/{number}/count/")),
    ]


def _answer(server: Server, path: str, **headers: str) -> bytes:
    asked = Asked(server, path, headers)
    ask(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60), asked)
    return asked.body


def whole_pages(site: Server, isso: Isso, flat: Server, size: int) -> str:
    """The table of all that a browser asks for to show one page, as it is out of the box."""
    script = ["/js/embed.min.js", "/css/isso.css", "/config", _isso_asked(f"/of-{size}/")]
    rows = [
        (OURS, *_weighed(site, *_parts_of(site, f"/articles/of-{size}/"))),
        (ISSO, *_weighed(isso.server, ["the publisher's page", *script], 0)),
        (XTD, *_weighed(flat, *_parts_of(flat, "/articles/flat/"))),
    ]
    head = ("Product", "Requests", "To other hosts", "Bytes sent", "Bytes, not compressed")
    return table(head, rows)


def _parts_of(server: Server, path: str) -> tuple[list[str], int]:
    """A page and all that its markup loads from its own host, and how much from others."""
    here = "http://localhost"
    found = [urljoin(here + path, part) for part in parts(_answer(server, path).decode())]
    own = [url.removeprefix(here) for url in found if url.startswith(f"{here}/")]
    return [path, *own], len(found) - len(own)


def _weighed(server: Server, paths: list[str], foreign: int) -> tuple[str, str, str, str]:
    # Isso's page is the publisher's own, whatever that weighs.
    served = [path for path in paths if path.startswith("/")]
    sent = sum(len(_answer(server, path, **ZIPPED)) for path in served)
    plain = sum(len(_answer(server, path)) for path in served)
    return f"{len(paths)}", f"{foreign}", f"{sent:,}", f"{plain:,}"


def reading_table(kinds: list[Kind]) -> str:
    rows = []
    for kind in kinds:
        ours = next(other for other in kinds if other.size == kind.size)
        rows.append((
            f"{kind.size:,}", kind.product, kind.what, f"{median(kind.asked.costs):.3f} ms",
            f"{kind.asked.size:,}", f"{kind.holds:,}", f"{median(kind.each()) * 1000:,.1f} µs",
            f"{times(kind, ours):,.1f}",
        ))  # fmt: skip
    head = (
        "Discussion", "Product", "Answer", "CPU", "Bytes", "Comments in it", "CPU a comment",
        "A comment, times ours",
    )  # fmt: skip
    return table(head, rows)


def plain_table(kinds: list[Kind], *more: tuple[str, ...]) -> str:
    rows = [
        (
            kind.product,
            kind.what,
            f"{median(kind.asked.costs):.3f} ms",
            f"{times(kind, kinds[0]):.2f}",
        )
        for kind in kinds
    ]
    return table(("Product", "Request", "CPU", "Times ours"), [*rows, *more])


def over(kinds: list[Kind], cheaper: float) -> list[str]:
    """What is dearer than it may be."""
    faults = []
    reads = [kind for kind in kinds if kind.table == "read"]
    for kind in reads:
        ours = next(other for other in reads if other.size == kind.size)
        if kind.product != OURS and times(kind, ours) < cheaper:
            faults.append(
                f"{kind.product}, {kind.what}, {kind.size:,} comments: {times(kind, ours):.1f}"
                f" times ours for each comment, {cheaper:g} wanted"
            )
    posts = [kind for kind in kinds if kind.table == "post"]
    best = min(
        (kind for kind in posts if kind.product != OURS), key=lambda kind: median(kind.asked.costs)
    )
    for kind in posts:
        if kind.product == OURS and (dearer := times(kind, best)) >= 1:
            faults.append(f"{kind.what}: {dearer:.2f} times {best.product}, {best.what}")
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", type=Path, required=True, help="where the peers are installed")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1_000])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=100, help="of the cheap kinds in a round")
    parser.add_argument("--cheaper", type=float, default=10, help="than any peer a page must be")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rejoinder-peers-") as folder:
        return compare(Path(folder), options)


def compare(folder: Path, options: argparse.Namespace) -> int:
    """Tell every product the discussions, ask them all, print. 1 when something is too dear."""
    load = os.getloadavg()[0]
    sizes = options.sizes
    usual = min(sizes, key=lambda size: abs(size - 100))
    discussions = {f"of-{size}": said(size) for size in sizes}
    discussions[TALK] = said(TALKED)
    data_dir = folder / "data"
    environment = {**os.environ, "REJOINDER_DATA": str(data_dir), "REJOINDER_ENV": "production"}
    prepare = [sys.executable, "manage.py", "prepare"]
    subprocess.run(prepare, cwd=REPOSITORY, env=environment, check=True, stdout=sys.stderr)
    bodies = stage(data_dir, "tell", discussions=discussions, authors=AUTHORS)
    posters = stage(data_dir, "posters", number=POSTERS)
    xtd = Xtd(options.python, folder)
    told = {
        slug: {"body": bodies[slug], "comments": comments, "members": False}
        for slug, comments in discussions.items()
    }
    told |= {f"members-{size}": {**told[f"of-{size}"], "members": True} for size in sizes}
    told["flat"] = {**told[f"of-{usual}"], "comments": said(usual, flat=True)}
    numbers = xtd.tell("fill", articles=told, authors=AUTHORS)
    cookies = xtd.tell("posters", number=POSTERS)
    with ExitStack() as stack:
        isso = stack.enter_context(isso_served(options.python, folder))
        isso.fill({f"/{slug}/": comments for slug, comments in discussions.items()})
        theirs = stack.enter_context(xtd.served(levels=1))
        flat = stack.enter_context(xtd.served(levels=0))
        running = stack.enter_context(
            RunningSite(data_dir=data_dir, environment="production", env={"ACCESS_LOG": "off"})
        )
        asking = stack.enter_context(granian(data_dir, "benchmarks.reading_site:application"))
        database = sqlite3.connect(data_dir / "db.sqlite3", timeout=60, isolation_level=None)
        pids = running.pids()
        site = Server(running.port, pids["web"])
        # What it costs Redis to take a comment in belongs to taking it in.
        queueing = Server(running.port, pids["web"], (pids["redis"],))
        judging = peer_posts.Judging(Server(0, pids["worker"]), database)
        called, submitted = peer_posts.ours(queueing, TALK, posters, running.url, judging)
        xtd_called, xtd_submitted = peer_posts.xtd(theirs, TALK, cookies)
        kinds = [
            kind
            for size in sizes
            for kind in [
                *ours_read(site, asking, database, size),
                *peers_read(isso, theirs, numbers, size),
            ]
        ]
        kinds += [
            Kind("post", OURS, "API, with a token", called),
            Kind("post", OURS, "the form, signed in", submitted),
            Kind("post", ISSO, "POST /new", peer_posts.isso(isso, f"/{TALK}/")),
            Kind("post", XTD, "API, signed in", xtd_called),
            Kind("post", XTD, "the form, signed in", xtd_submitted),
            *polls(site, isso, theirs, numbers, usual),
        ]
        flat_page = Asked(flat, "/articles/flat/", share=0.1)
        last = max(place for place, kind in enumerate(kinds) if kind.size == usual)
        kinds.insert(last + 1, Kind("read", XTD, "the page, no replies", flat_page, usual, usual))
        by_table = {
            name: [kind for kind in kinds if kind.table == name]
            for name in ("read", "post", "poll")
        }
        for kind in by_table["post"]:
            kind.asked.share = 0.2
        measure(
            {f"{number}": kind.asked for number, kind in enumerate(kinds)},
            rounds=options.rounds, requests=options.requests,
        )  # fmt: skip
        check(kinds)
        check_stored(by_table["post"], database, isso, theirs, numbers)
        whole = whole_pages(site, isso, flat, usual)
        outcomes = dict(
            database.execute(
                "SELECT c.status, count(*) FROM comments_comment c JOIN comments_commentrevision r"
                " ON r.id = c.latest_id WHERE r.source LIKE ? GROUP BY 1", ["%mark5____"]
            ).fetchall()
        )  # fmt: skip
    print(described(load))
    pinned = dict(pins(PINNED.read_text()))
    print(
        f"Isso {pinned['isso']}, django-comments-xtd {pinned['django-comments-xtd']} on Django"
        f" {pinned['django']}; all behind granian {pinned['granian']}, one process, four threads;"
        f" {options.rounds} rounds. Comments posted to ours: {outcomes}.\n"
    )
    judged = median(judging.costs[2:])  # the first round of both ways warms
    print(reading_table(by_table["read"]))
    afterwards = (OURS, "judging one comment afterwards, in the worker", f"{judged:.3f} ms", "")
    print("\n" + plain_table(by_table["post"], afterwards))
    print("\n" + plain_table(by_table["poll"]))
    print(f"\n{usual} comments, out of the box:\n\n{whole}")
    faults = over(kinds, options.cheaper)
    for fault in faults:
        print(f"OVER: {fault}", file=sys.stderr)
    return 1 if faults else 0


def check_stored(
    posts: list[Kind],
    database: sqlite3.Connection,
    isso: Isso,
    xtd: Server,
    numbers: dict[str, int],
) -> None:
    """Raise unless every product has every comment that it said it had taken."""
    (ours,) = database.execute(
        "SELECT count(*) FROM comments_comment c JOIN articles_calltoaction q"
        " ON q.id = c.call_to_action_id JOIN articles_article a ON a.id = q.article_id"
        " WHERE a.slug = ?", [TALK]
    ).fetchone()  # fmt: skip
    listed = json.loads(_answer(isso.server, f"/?uri=/{TALK}/"))
    counted = f"/comments/api/benchmarks-article/{numbers[TALK]}/count/"
    theirs = json.loads(_answer(xtd, counted))
    found = {OURS: ours, ISSO: listed["total_replies"], XTD: theirs["count"]}
    for product, number in found.items():
        taken = sum(kind.asked.answered for kind in posts if kind.product == product)
        if number != TALKED + taken:
            raise RuntimeError(f"{product}: {taken} comments taken, {number - TALKED} there")


if __name__ == "__main__":
    sys.exit(main())
