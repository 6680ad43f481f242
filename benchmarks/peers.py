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
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import quote, urljoin

from benchmarks import peer_posts
from benchmarks.discussion import THREAD, held, said
from benchmarks.html_page import parts
from benchmarks.peer_sites import FLAT, Sides, members, opened
from benchmarks.reading import Asked, Server, ask, changing, measure
from benchmarks.report import machine, table
from tests.supplies import pins

OURS, ISSO, XTD = "Rejoinder", "Isso", "django-comments-xtd"
PINNED = Path(__file__).with_name("peers.txt")
PAGE = 80  # comments at most that our page shows below an article
LIST = 50  # of our API's page: so many top-level comments
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
    """Raise unless every last answer holds as many comments as it should."""
    for kind in kinds:
        found = len(held(kind.asked.body))
        if found != kind.holds:
            raise RuntimeError(f"{kind.product}, {kind.what}: {found} comments, not {kind.holds}")


def ours_read(sides: Sides, size: int) -> list[Kind]:
    path, shown = f"/articles/of-{size}/", min(size, PAGE)
    after = changing(sides.database, f"of-{size}")
    listed = Asked(sides.ours, f"/api/v1/articles/of-{size}/comments", share=0.3)
    changed = Asked(sides.asking, path, before=after, share=0.3)
    return [
        Kind("read", OURS, "the page, warm", Asked(sides.ours, path), size, shown),
        Kind("read", OURS, "the page, right after a change", changed, size, shown),
        Kind("read", OURS, "API, top-level comments", listed, size, min(-(-size // THREAD), LIST)),
    ]


def _isso_asked(uri: str) -> str:
    """As its script asks out of the box: every top-level comment, and five replies to each."""
    return f"/?uri={quote(uri)}&sort=oldest&offset=0&nested_limit=5"


def peers_read(sides: Sides, size: int) -> list[Kind]:
    share = min(1.0, 10 / size)
    uri, isso = f"/of-{size}/", sides.isso.server
    asked = [
        (ISSO, "JSON, as its script asks", isso, _isso_asked(uri)),
        (ISSO, "JSON, all", isso, f"/?uri={quote(uri)}"),
        (XTD, "the page, by visitors", sides.xtd, f"/articles/of-{size}/"),
        (XTD, "the page, by members", sides.xtd, f"/articles/{members(f'of-{size}')}/"),
        (XTD, "API, all", sides.xtd, sides.listed(f"of-{size}")),
    ]
    return [
        Kind("read", product, what, Asked(server, path, share=share), size, size)
        for product, what, server, path in asked
    ]


def polls(sides: Sides, size: int) -> list[Kind]:
    """What an open page asks to learn whether there is news."""
    page = _answer(sides.ours, f"/articles/of-{size}/")
    [polled] = re.findall(r'data-poll="([^"]+)"', page.decode())
    named = json.dumps([f"/of-{size}/"]).encode()
    counted = Asked(
        sides.isso.server, "/count", method="POST", compose=lambda: (named, peer_posts.JSON)
    )
    count = Asked(sides.xtd, f"{sides.listed(f'of-{size}')}count/")
    return [
        Kind("poll", OURS, "the version of the discussion", Asked(sides.ours, polled)),
        Kind("poll", ISSO, "POST /count", counted),
        Kind("poll", XTD, "GET the count", count),
    ]


def _answer(server: Server, path: str, **headers: str) -> bytes:
    asked = Asked(server, path, headers)
    ask(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60), asked)
    return asked.body


def whole_pages(sides: Sides, size: int) -> str:
    """The table of all that a browser asks for to show one page, as it is out of the box."""
    script = ["/js/embed.min.js", "/css/isso.css", "/config", _isso_asked(f"/of-{size}/")]
    rows = [
        (OURS, *_weighed(sides.ours, *_parts_of(sides.ours, f"/articles/of-{size}/"))),
        (ISSO, *_weighed(sides.isso.server, ["the publisher's page", *script], 0)),
        (XTD, *_weighed(sides.flat, *_parts_of(sides.flat, f"/articles/{FLAT}/"))),
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


def kinds_of(sides: Sides, judging: peer_posts.Judging, sizes: list[int]) -> list[Kind]:
    """Every kind of request, in the order of the tables."""
    usual = usual_of(sizes)
    kinds = [kind for size in sizes for kind in [*ours_read(sides, size), *peers_read(sides, size)]]
    out_of_the_box = Asked(sides.flat, f"/articles/{FLAT}/", share=0.1)
    last = max(place for place, kind in enumerate(kinds) if kind.size == usual)
    kinds.insert(last + 1, Kind("read", XTD, "the page, no replies", out_of_the_box, usual, usual))
    called, submitted = peer_posts.ours(sides, TALK, judging)
    xtd_called, xtd_submitted = peer_posts.xtd(sides.xtd, TALK, sides.cookies)
    kinds += [
        Kind("post", OURS, "API, with a token", called),
        Kind("post", OURS, "the form, signed in", submitted),
        Kind("post", ISSO, "POST /new", peer_posts.isso(sides.isso, f"/{TALK}/")),
        Kind("post", XTD, "API, signed in", xtd_called),
        Kind("post", XTD, "the form, signed in", xtd_submitted),
    ]
    return [*kinds, *polls(sides, usual)]


def usual_of(sizes: list[int]) -> int:
    """The size at which the products are shown as they are out of the box."""
    return min(sizes, key=lambda size: abs(size - 100))


def compare(folder: Path, options: argparse.Namespace) -> int:
    """Tell every product the discussions, ask them all, print. 1 when something is too dear."""
    load, usual = os.getloadavg()[0], usual_of(options.sizes)
    discussions = {f"of-{size}": said(size) for size in options.sizes}
    discussions[TALK] = said(TALKED)
    with opened(folder, options.python, discussions, flat=said(usual, flat=True)) as sides:
        judging = peer_posts.Judging(sides.worker, sides.database)
        kinds = kinds_of(sides, judging, options.sizes)
        reads, posts, asks = (
            [kind for kind in kinds if kind.table == name] for name in ("read", "post", "poll")
        )
        judging.wait()
        for kind in reads:
            port = kind.asked.server.port
            ask(http.client.HTTPConnection("127.0.0.1", port, timeout=60), kind.asked)
        check(reads)
        every = {f"{number}": kind.asked for number, kind in enumerate(kinds)}
        measure(every, rounds=options.rounds, requests=options.requests)
        check(reads)
        check_stored(posts, sides)
        whole = whole_pages(sides, usual)
        became = ", ".join(f"{count} {status}" for status, count in judging.became().items())
    print(machine(load), end="\n\n")
    pinned = dict(pins(PINNED.read_text()))
    print(
        f"Isso {pinned['isso']}, django-comments-xtd {pinned['django-comments-xtd']} on Django"
        f" {pinned['django']}; all behind granian {pinned['granian']}, one process, four threads;"
        f" {options.rounds} rounds. What was posted to ours is {became}.\n"
    )
    judged = median(judging.costs[2:])  # the first round of both ways warms
    afterwards = (OURS, "judging one comment afterwards, in the worker", f"{judged:.3f} ms", "")
    print(reading_table(reads))
    print("\n" + plain_table(posts, afterwards))
    print("\n" + plain_table(asks))
    print(f"\n{usual} comments, out of the box:\n\n{whole}")
    faults = over(kinds, options.cheaper)
    for fault in faults:
        print(f"OVER: {fault}", file=sys.stderr)
    return 1 if faults else 0


def check_stored(posts: list[Kind], sides: Sides) -> None:
    """Raise unless every product has every comment that it said it had taken."""
    (ours,) = sides.database.execute(
        "SELECT count(*) FROM comments_comment c JOIN articles_calltoaction q"
        " ON q.id = c.call_to_action_id JOIN articles_article a ON a.id = q.article_id"
        " WHERE a.slug = ?", [TALK]
    ).fetchone()  # fmt: skip
    listed = json.loads(_answer(sides.isso.server, f"/?uri=/{TALK}/"))
    theirs = json.loads(_answer(sides.xtd, f"{sides.listed(TALK)}count/"))
    found = {OURS: ours, ISSO: listed["total_replies"], XTD: theirs["count"]}
    for product, number in found.items():
        taken = sum(kind.asked.answered for kind in posts if kind.product == product)
        if number != TALKED + taken:
            raise RuntimeError(f"{product}: {taken} comments taken, {number - TALKED} there")


if __name__ == "__main__":
    sys.exit(main())
