"""Measure the judge: alone in one process, and with a backlog that a real worker drains.

    python -m benchmarks.judging [--pending 100000] [--here 1000] [--processes N] [--within 7200]

On SQLite, or on the empty database of DATABASE_URL. First comments are judged in one process, and
its CPU is counted. Then a whole site is started as `manage.py up` does, and drains a tenth of
`pending` with the one process of its worker, and `pending` with N, through sweep, broker and queue,
while somebody posts in another discussion every few seconds. CPU is that of the judging side; the
database's own is in it on SQLite alone. Prints tables; exits 1 when a judgement is over the
design's budget, a comment is not decided exactly once, a fresh one waits for longer than a minute,
or the log does not verify.
"""

import argparse
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from time import monotonic, sleep

from benchmarks.houses import inhabited, site_to_measure, staged
from benchmarks.replay import cpu_seconds, percentile
from benchmarks.report import machine, ms, table
from tests.faults.database import seconds
from tests.faults.house import Discussion, House

BUDGET = {"median": 0.005, "99th": 0.020}  # seconds for rules and scorer, the design's
FRESH_WITHIN = 60.0  # seconds until what is posted meanwhile is decided
EVERY = 5.0  # seconds between two posts meanwhile
QUARTERS = 4
_PENDING = (
    "SELECT count(*) FROM comments_comment WHERE call_to_action_id = %s AND status = 'pending'"
)
_NOT_ONCE = (
    "SELECT count(*) FROM comments_comment c WHERE c.call_to_action_id = %s AND (c.status ="
    " 'pending' OR (SELECT count(*) FROM moderation_decisionrecord d WHERE d.comment_id = c.id)"
    " <> 1)"
)
_DECIDED = "SELECT decided_at FROM comments_comment WHERE call_to_action_id = %s ORDER BY 1"


@dataclass
class Drain:
    """A backlog that was decided: by how many processes, when each comment was, and their CPU."""

    processes: int
    times: list[float]
    cpu: float

    @property
    def rate(self) -> float:
        return _rate(self.times)

    def quarters(self) -> list[float]:
        """Comments a second of each quarter of the backlog."""
        size = len(self.times) // QUARTERS
        return [_rate(self.times[n * size : (n + 1) * size + 1]) for n in range(QUARTERS)]


def _rate(times: list[float]) -> float:
    return (len(times) - 1) / (times[-1] - times[0])


def drain(
    house: House, backlog: Discussion, fresh: Discussion, workers: dict[int, int], *, within: float
) -> Drain:
    """Let a backlog go and post now and then until it is decided. workers: session to processes."""
    used = sum(cpu_seconds(session) for session in workers)
    staged(house.site, "let_go", discussion=backlog.number)
    began = posted = monotonic()
    numbers = iter(range(len(fresh.ledger.entries) + 1, 1_000_000))
    while left := house.database.one(_PENDING, backlog.number):
        if monotonic() - began > within:
            raise TimeoutError(f"{left:,} still pending after {within:.0f} s")
        if monotonic() - posted > EVERY:
            number = next(numbers)
            [entry] = fresh.entries(range(number, number + 1), plain=True)
            if (status := fresh.ledger.post(entry)) != 201:
                raise RuntimeError(f"a post was answered {status}")
            posted = monotonic()
            print(f"  {left:,} pending", file=sys.stderr, flush=True)
        sleep(0.5)
    used = sum(cpu_seconds(session) for session in workers) - used
    times = [seconds(at) for (at,) in house.database.rows(_DECIDED, backlog.number)]
    return Drain(sum(workers.values()), times, used)


def _alone(taken: dict[str, list[float]], drains: list[Drain]) -> tuple[str, list[str]]:
    """The table of what one comment costs, and what is over its budget."""
    rows, faults = [], []
    named = {
        "rules and scorer alone": taken["deciding"],
        "judged and recorded, one process": taken["judging"],
    }
    least = median(taken["deciding"])
    for name, each in named.items():
        middle, late = median(each), percentile(each, 99)
        whole = sum(each) / len(each)
        rows.append((name, ms(middle), ms(late), f"{1 / whole:,.0f}", f"{middle / least:.2f}"))
    for one in drains:
        each = one.cpu / len(one.times)
        name = f"through queue and worker, {one.processes} of its processes"
        rows.append((name, f"{ms(each)} on average", "", f"{1 / each:,.0f}", f"{each / least:.2f}"))
    if least > BUDGET["median"] or percentile(taken["deciding"], 99) > BUDGET["99th"]:
        faults.append(f"rules and scorer: {rows[0][1]}, 99th percentile {rows[0][2]}")
    head = ("A judgement", "CPU, median", "99th percentile", "A second a core", "Times")
    return table(head, rows), faults


def _drained(drains: list[Drain]) -> str:
    rows = []
    for one in drains:
        parts = one.quarters()
        rows.append(
            (
                str(one.processes),
                f"{len(one.times):,}",
                f"{one.times[-1] - one.times[0]:,.0f} s",
                f"{one.rate:,.1f}",
                f"{one.rate / drains[0].rate:.2f}",
                f"{parts[0]:,.1f}",
                f"{parts[-1]:,.1f}",
                f"{max(parts) / min(parts) - 1:.0%}",
            )
        )
    head = (
        "Processes", "Pending", "Drained in", "A second", "Times", "In the first quarter",
        "In the last", "Quarters flat within",
    )  # fmt: skip
    return table(head, rows)


def _waits(house: House, fresh: Discussion) -> list[float]:
    """Seconds from post to decision of what was posted while a backlog drained."""
    asked = "SELECT created_at, decided_at FROM comments_comment WHERE call_to_action_id = %s"
    rows = house.database.rows(f"{asked} AND id <> %s", fresh.number, fresh.root)
    return [seconds(decided) - seconds(created) for created, decided in rows]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pending", type=int, default=100_000)
    parser.add_argument("--here", type=int, default=1_000, help="judged in one process")
    parser.add_argument("--processes", type=int, default=max(2, os.cpu_count() or 2))
    parser.add_argument("--within", type=float, default=7_200, help="seconds for a drain")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with site_to_measure() as site, ExitStack() as stack:
        house = inhabited(site)
        here, few, many, fresh = (
            house.discussion(key) for key in ("here", "few", "backlog", "fresh")
        )
        house.stage("fill", discussion=here.number, count=options.here, key="here")
        taken = staged(site, "judge_here", discussion=here.number)
        for talk, size in ((few, options.pending // 10), (many, options.pending)):
            house.stage("fill", discussion=talk.number, count=size, key=talk.key)
            staged(site, "keep_back", discussion=talk.number)
        site.start()
        fresh.open()
        workers = {site.pids()["worker"]: 1}
        drains = [drain(house, few, fresh, workers, within=options.within)]
        if options.processes > 1:
            more = options.processes - 1
            beside = stack.enter_context(house.worker_beside(processes=more))
            workers[beside.pid] = more
        drains.append(drain(house, many, fresh, workers, within=options.within))
        found = fresh.account()
        waits = _waits(house, fresh)
        alone, faults = _alone(taken, drains)
        print(machine(load, staged(site, "database")["is"]), alone, _drained(drains), sep="\n\n")
        faults += [f"{name}: {rows}"[:300] for name, rows in found.wrong().items()]
        for talk in (here, few, many):
            if wrong := house.database.one(_NOT_ONCE, talk.number):
                faults.append(f"{wrong:,} of {talk.key} were not decided exactly once")
    if waits:
        print(
            f"\n{len(waits)} comments posted meanwhile: decided after {median(waits):.1f} s in the"
            f" median, {max(waits):.1f} s at most."
        )
        if max(waits) > FRESH_WITHIN:
            faults.append(f"a fresh comment waited {max(waits):.1f} s")
    print(f"The log after {sum(len(one.times) for one in drains):,}: {found.log or 'whole'}.")
    for fault in faults:
        print(f"WRONG: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
