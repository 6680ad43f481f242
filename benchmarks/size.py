"""Measure what a site takes: the memory of each of its processes, and the disk for its comments.

    python -m benchmarks.size [--comments 200000] [--seed 500]

Starts a whole site as `manage.py up` does, on SQLite or on the empty database of DATABASE_URL, and
weighs its processes at rest, and again once `seed` comments were posted, judged and read. Then the
site is stopped and those comments are copied, with all their rows in every table, until there are
`comments` of them; what each table and index has grown by is told for a million. Memory is the PSS
of each process: what it shares is divided among those who share it. Prints tables; exits 1 when all
processes together are over the design's budget.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable
from time import sleep

from benchmarks import processes
from benchmarks.client import Client
from benchmarks.houses import inhabited, site_to_measure, staged
from benchmarks.report import machine, table
from tests.faults.house import LOOKOUT, House
from tests.faults.sentences import sentence
from tests.site import wait_until

BUDGET = 350e6  # bytes of all processes; the design's
AT_REST = 20.0  # seconds after the start
SENTENCES = 3  # in a comment: about 400 characters
PARTS_TOLD = 0.01  # of the whole: smaller tables and indexes are told as one line
MILLION = 1_000_000


def weigh(house: House) -> dict[str, int]:
    """Bytes of each process by what it is."""
    found: Counter[str] = Counter()
    children = house.in_worker()
    for name, leader in house.site.pids().items():
        # All are the supervisor's.
        for pid in [leader] if name == "supervisor" else processes.tree(leader):
            below = {"web": "the site", "worker": children.get(pid, "more")}.get(name, "more")
            found[name if pid == leader else f"{name}: {below}"] += processes.memory(pid)
    return dict(found)


def load(house: House, comments: int) -> None:
    """Post, have judged and read."""
    talk = house.discussion("size", timeout=60.0)
    entries = talk.entries(range(1, comments + 1), plain=True)
    for n, entry in enumerate(entries):
        numbers = range(n * SENTENCES, (n + 1) * SENTENCES)
        entry.text = " ".join(sentence("size", number, plain=True) for number in numbers)
    talk.ledger.post_all(entries)
    if refused := talk.ledger.unanswered():
        raise RuntimeError(f"{len(refused)} posts were refused: {refused[0].answers}")
    client, signed_in = Client(house.url), {"Cookie": house.cookies[LOOKOUT]}
    for path in (f"/articles/{talk.slug}/", f"/articles/{talk.slug}/?sort=oldest", "/"):
        for _n in range(20):
            client.text(path)
            client.text(path, signed_in)
    pending = "SELECT count(*) FROM comments_comment WHERE status = 'pending'"
    wait_until(lambda: not house.database.one(pending), 300, "judging the seed")


def grown(before: Iterable[list], after: Iterable[list]) -> dict[tuple[str, str], int]:
    """Bytes by (table, index or "") that came in between, largest first."""
    sizes = {(name, index): size for name, index, size in after}
    for name, index, size in before:
        sizes[name, index] = sizes.get((name, index), 0) - size
    return dict(sorted(sizes.items(), key=lambda one: -one[1]))


def _weighed(rest: dict[str, int], after: dict[str, int]) -> str:
    rows = [
        (name, f"{rest.get(name, 0) / 1e6:.1f} MB", f"{size / 1e6:.1f} MB",
         f"{size / rest[name]:.2f}" if name in rest else "")
        for name, size in after.items()
    ]  # fmt: skip
    one, other = sum(rest.values()), sum(after.values())
    whole = (f"{one / 1e6:.1f} MB", f"{other / 1e6:.1f} MB", f"{other / one:.2f}")
    rows += [("all", *whole), ("all, at most", *[f"{BUDGET / 1e6:.0f} MB"] * 2, "")]
    return table(("Process", "At rest", "After load", "Times"), rows)


def _told(parts: dict[tuple[str, str], int], comments: int) -> str:
    whole = sum(parts.values())
    million = MILLION / comments / 1e6
    rows = [
        (name, index or "the rows", f"{size * million:,.0f} MB", f"{size / whole:.1%}")
        for (name, index), size in parts.items()
        if size >= whole * PARTS_TOLD
    ]
    small = sum(size for size in parts.values() if size < whole * PARTS_TOLD)
    indexes = sum(size for (_name, index), size in parts.items() if index)
    rows += [
        ("all smaller ones", "", f"{small * million:,.0f} MB", f"{small / whole:.1%}"),
        ("all", "", f"{whole * million:,.0f} MB", "100%"),
        ("of it indexes", "", f"{indexes * million:,.0f} MB", f"{indexes / whole:.1%}"),
    ]
    return table(("Table", "What", "A million comments", "Share"), rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--comments", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=500, help="posted and judged for real")
    options = parser.parse_args()
    before = os.getloadavg()[0]
    with site_to_measure() as site:
        house = inhabited(site)
        empty = staged(site, "sizes", of="size_rows")
        site.start()
        sleep(AT_REST)
        rest = weigh(house)
        load(house, options.seed)
        after = weigh(house)
        wait_until(lambda: staged(site, "unsealed", of="size_rows") == 0, 120, "sealing the seed")
        site.stop()
        comments = staged(site, "multiply", of="size_rows", comments=options.comments)
        parts = grown(empty, staged(site, "sizes", of="size_rows"))
        print(machine(before, staged(site, "database")["is"]), _weighed(rest, after), sep="\n\n")
        print(f"\nMeasured with {comments:,} comments, told for a million:\n")
        print(_told(parts, comments))
    over = [each for each in (rest, after) if sum(each.values()) > BUDGET]
    if over:
        print(
            f"OVER: all processes together, {sum(over[-1].values()) / 1e6:.0f} MB", file=sys.stderr
        )
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
