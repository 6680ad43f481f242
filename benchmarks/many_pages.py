"""Measure what ten thousand open pages cost, and how soon all of them know of one comment.

    python -m benchmarks.many_pages [--pages 10000] [--seconds 60]

Starts a whole site as `manage.py up` does, on SQLite or on the empty database of DATABASE_URL, and
opens so many pages of one article, each over a connection of its own, as benchmarks/open_pages.py
says. For `seconds` nothing moves and the questions are counted; then an editor approves one
comment, and every page asks what is new. CPU and memory are those of the web server's whole tree.
Beside it one client asks the same question over one connection. Prints tables; exits 1 when a
question fails, or a page is never told.
"""

import argparse
import os
import resource
import sys
from dataclasses import dataclass
from statistics import median
from time import monotonic, sleep

from benchmarks import processes
from benchmarks.client import Client
from benchmarks.houses import inhabited, site_to_measure, staged
from benchmarks.open_pages import FIRST, OpenPages
from benchmarks.replay import percentile
from benchmarks.report import machine, ms, table
from tests.faults.database import seconds
from tests.faults.house import Discussion, House

ALONE = 500  # questions of the one client
SPARE = 500  # files that a process has open beside its connections
TOLD_WITHIN = 120.0
HELD = 7  # the number of a comment that the lists hold; see tests/faults/sentences.py


@dataclass
class Quiet:
    """What the pages asked while nothing moved: (status, seconds) of each question."""

    answers: list[tuple[int, float]]
    failed: int
    lasted: float
    cpu: float
    memory: int

    def share(self, status: int) -> str:
        return f"{sum(said == status for said, _s in self.answers) / len(self.answers):.1%}"


def room_for(pages: int) -> bool:
    """Take leave to open so many connections, for this process and those it starts."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < pages + SPARE:
        print(f"No leave for {pages:,} connections: the limit here is {hard:,}.", file=sys.stderr)
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return True


def alone(house: House, talk: Discussion, pid: int) -> float:
    """Seconds of CPU for one question, by one client over one connection."""
    client = Client(house.url)
    path = f"/live/{talk.number}"
    tag = {"If-None-Match": f'"{client.text(path)}"'}
    before = processes.cpu(pid)
    for _n in range(ALONE):
        if client.text(path, tag):
            raise RuntimeError("the discussion moved")
    return (processes.cpu(pid) - before) / ALONE / 1e9


def memory(pid: int) -> int:
    return sum(processes.memory(each) for each in processes.tree(pid))


def quiet(pages: OpenPages, pid: int, lasting: float) -> Quiet:
    """Let nothing happen for so long, and count."""
    had = [(len(page.took), page.failed) for page in pages.pages]
    used, began = processes.cpu(pid), monotonic()
    sleep(lasting)
    lasted, used = monotonic() - began, processes.cpu(pid) - used
    answers = [
        each
        for page, (before, _f) in zip(pages.pages, had, strict=True)
        for each in page.took[before:]
    ]
    failed = sum(page.failed - before for page, (_t, before) in zip(pages.pages, had, strict=True))
    return Quiet(answers, failed, lasted, used / 1e9, memory(pid))


def held(talk: Discussion) -> int:
    """A comment that waits for an editor, by its number."""
    [entry] = talk.entries(range(HELD, HELD + 1))
    if talk.ledger.post(entry) != 201 or talk.wait_decided() is None or entry.comment is None:
        raise RuntimeError("nothing to approve")
    return entry.comment


def approve(house: House, comment: int) -> float:
    """Have the editor approve it, and say when it went live, in seconds since the epoch."""
    own = house.call("GET", f"/comments/{comment}", "editor").body["own"]
    ruling = {"revision": own["revision"], "outcome": "approve"}
    answer = house.call("POST", f"/comments/{comment}/rulings", "editor", ruling)
    if answer.status != 201:
        raise RuntimeError(f"the ruling was answered {answer.status}")
    when = house.database.one("SELECT live_at FROM comments_comment WHERE id = %s", comment)
    return seconds(when)


def _asked(count: int, one: Quiet, least: float, before: int) -> str:
    times = [took for _status, took in one.answers]
    wanted, reached = count / FIRST, len(times) / one.lasted
    each = one.cpu / len(times)
    rows = [
        ("questions a second, wanted", f"{wanted:,.0f}"),
        ("questions a second, answered", f"{reached:,.0f} ({reached / wanted:.0%} of them)"),
        ("answered 304 / 200", f"{one.share(304)} / {one.share(200)}"),
        ("failed", f"{one.failed:,}"),
        (
            "answered in: median / 99th percentile / slowest",
            f"{ms(median(times))} / {ms(percentile(times, 99))} / {ms(max(times))}",
        ),
        ("CPU of the web server, of one core", f"{one.cpu / one.lasted:.0%}"),
        ("CPU of one question", f"{each * 1000:.3f} ms"),
        ("CPU of one question by one client alone", f"{least * 1000:.3f} ms"),
        ("times", f"{each / least:.2f}"),
        (
            "memory of the web server before / with the pages open",
            f"{before / 1e6:,.0f} MB / {one.memory / 1e6:,.0f} MB",
        ),
        ("memory of one open page", f"{(one.memory - before) / count / 1e3:,.1f} kB"),
    ]
    return table((f"{count:,} pages for {one.lasted:,.0f} s, nothing moves", "Measured"), rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    if not room_for(options.pages):
        return 2
    load, faults = os.getloadavg()[0], []
    with site_to_measure() as site:
        site.start()
        house = inhabited(site)
        talk, pid = house.discussion("pages"), site.pids()["web"]
        talk.open()
        waiting = held(talk)
        least, before = alone(house, talk, pid), memory(pid)
        # By number: looking a name up ten thousand times would be measured too.
        address = f"http://127.0.0.1:{site.port}"
        with OpenPages(address, f"/articles/{talk.slug}/", options.pages) as pages:
            one = quiet(pages, pid, options.seconds)
            failed, used = sum(page.failed for page in pages.pages), processes.cpu(pid)
            went_live = approve(house, waiting)
            pages.wait_told([waiting], TOLD_WITHIN)
            used = (processes.cpu(pid) - used) / 1e9
            told, never = pages.delays({waiting: went_live})
            failed = sum(page.failed for page in pages.pages) - failed
        rows = [
            ("pages told / never", f"{len(told):,} / {never:,}"),
            ("half of the pages know after", f"{median(told):.2f} s"),
            ("99 of 100 know after", f"{percentile(told, 99):.2f} s"),
            ("the last one knows after", f"{max(told):.2f} s"),
            ("the least that asking every so often allows", f"{FIRST:.2f} s"),
            ("times", f"{max(told) / FIRST:.2f}"),
            ("requests that failed and were repeated", f"{failed:,}"),
            ("CPU of the web server for each page", ms(used / options.pages)),
        ]
        learnt = table(("One comment is approved", "Measured"), rows)
        print(machine(load, staged(site, "database")["is"]))
        print()
        print(_asked(options.pages, one, least, before), learnt, sep="\n\n")
    if one.failed:
        faults.append(f"{one.failed:,} questions failed")
    if never:
        faults.append(f"{never:,} pages were never told")
    for fault in faults:
        print(f"WRONG: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
