"""Measure what posting a comment costs the web server, beside storing one row.

    python -m benchmarks.posting [--posts 200] [--rounds 5] [--clients 16]

Starts a whole site as `manage.py up` does, on SQLite or on the empty database of DATABASE_URL, and
beside it a bare Django view that stores one row in a transaction of the same database. Comments are
posted through the API and through the signed-in form, in turn with the bare view, then by many
clients at once, then with the broker stopped and with it frozen. CPU is that of the web server's
whole tree, in nanoseconds from /proc; the database's own is in it on SQLite alone. Prints tables;
exits 1 when a post is not answered 201, takes a second without a broker, or is lost or decided
twice, or when the median from post to live is over its budget.
"""

import argparse
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from statistics import median
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlencode

from benchmarks import processes
from benchmarks.client import Client
from benchmarks.houses import inhabited, site_to_measure, staged
from benchmarks.reading import granian
from benchmarks.replay import percentile
from benchmarks.report import machine, ms, table
from config.celery import Doorbell
from tests.faults.house import LOOKOUT, READERS, House
from tests.faults.sentences import sentence
from tests.site import wait_until

AT_ONCE = 1.0  # seconds in which a post is answered while the broker is away
TO_LIVE = 0.4  # seconds, median, from the answer to live on the author's page; the design's budget
_POLLED = re.compile(r'hx-get="([^"]+)" hx-trigger="load delay:([\d.]+)(m?s)')


@dataclass
class Taken:
    """What one kind of request took: seconds of CPU for one, round by round, and of each answer."""

    cpu: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


class Form:
    """A reader's browser that has the article open and posts from its form."""

    def __init__(self, house: House, slug: str) -> None:
        self.path = f"/articles/{slug}/"
        self.client = Client(house.url)
        self.headers = {"Cookie": house.cookies[LOOKOUT], "Origin": house.url, "HX-Request": "true"}
        page = self.client.text(self.path, {"Cookie": house.cookies[LOOKOUT]})
        [token] = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page))
        # The cookie's secret and the form's masked one are equals to Django.
        self.headers["Cookie"] += f"; csrf={token}"
        self.headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.token, self.posted = token, 0

    def post(self, text: str) -> str:
        """Send it; what the page shows in its place. Raises on anything but a 201."""
        fields = {"csrfmiddlewaretoken": self.token, "body": text}
        sent = urlencode(fields).encode()
        status, html = self.client.send("POST", f"{self.path}comments/", sent, self.headers)
        if status != 201:
            raise RuntimeError(f"the form answered {status}")
        self.posted += 1
        return html.decode()

    def seconds_to_live(self, text: str) -> float:
        """Post and ask for the state as the page does, until it is no longer asked for."""
        shown = self.post(text)
        began = monotonic()
        while asked := _POLLED.search(shown):
            address, number, unit = asked.groups()
            sleep(float(number) / (1000 if unit == "ms" else 1))
            shown = self.client.text(address.replace("&amp;", "&"), self.headers)
        return monotonic() - began


def in_turn(
    kinds: dict[str, tuple[int, Callable[[int], Any]]], *, rounds: int, requests: int
) -> dict[str, Taken]:
    """Each kind (its server's process and its request) in turn; the first round warms."""
    taken = {name: Taken() for name in kinds}
    number = 0
    for turn in range(rounds + 1):
        for name, (pid, act) in kinds.items():
            before, each = processes.cpu(pid), []
            for _request in range(requests if turn else 5):
                number += 1
                began = monotonic()
                act(number)
                each.append(monotonic() - began)
            if turn:
                taken[name].cpu.append((processes.cpu(pid) - before) / requests / 1e9)
                taken[name].seconds += each
    return taken


def at_once(act: Callable[[Client, int], Any], url: str, *, requests: int, clients: int) -> float:
    """Requests a second, with so many clients at once, each over its own connection."""
    waiting, lock, failed = iter(range(requests)), threading.Lock(), []

    def work() -> None:
        client = Client(url)
        while not failed:
            with lock:
                number = next(waiting, None)
            if number is None:
                return
            try:
                act(client, number)
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=work) for _client in range(clients)]
    began = monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return requests / (monotonic() - began)


@contextmanager
def without_broker(house: House) -> Iterator[None]:
    """Redis is gone: nobody listens, and nobody starts it again until the end of this."""
    supervisor = house.site.pids()["supervisor"]
    os.kill(supervisor, signal.SIGSTOP)
    try:
        redis = house.site.pids()["redis"]
        house.kill("redis")
        sleep(0.5)
        yield
    finally:
        os.kill(supervisor, signal.SIGCONT)
    house.wait_ready("redis", redis)


class Posting:
    """The measures, in their order, over one site."""

    def __init__(self, house: House, bare_url: str, bare_pid: int) -> None:
        self.house, self.bare_url, self.bare_pid = house, bare_url, bare_pid
        self.talk = house.discussion("posting", timeout=30.0)
        self.talk.open()
        self.form_slug = house.discussion("forms").slug
        self.form = Form(house, self.form_slug)
        self.web = house.site.pids()["web"]
        self.numbers = count(1)
        self.faults: list[str] = []

    def post(self, client: Client, _number: int = 0) -> float:
        """One post through the API; seconds until it was answered."""
        number = next(self.numbers)
        [made] = self.talk.entries(range(number, number + 1), plain=True)
        if (status := self.talk.ledger.post(made, client)) != 201:
            self.faults.append(f"{made.key} was answered {status}")
        return made.took[-1]

    def store(self, client: Client, number: int) -> None:
        body = {"body": sentence("bare", number, plain=True)}
        if client.call("POST", "/bare-row/", body=body).status != 201:
            raise RuntimeError("the bare view failed")

    def alone(self, *, rounds: int, requests: int) -> str:
        ours, bare = Client(self.house.url), Client(self.bare_url)
        taken = in_turn(
            {
                "bare view, one row": (self.bare_pid, lambda n: self.store(bare, n)),
                "API, with a token": (self.web, lambda n: self.post(ours)),
                "form, signed in": (
                    self.web, lambda n: self.form.post(sentence("form", n, plain=True)),
                ),
            },
            rounds=rounds,
            requests=requests,
        )  # fmt: skip
        counted = staged(
            self.house.site, "post_queries", slug=self.house.discussion("queries").slug,
            name=READERS[1], token=self.house.tokens[READERS[1]],
        )  # fmt: skip
        queries = {"bare view, one row": "1"}
        queries |= {"API, with a token": str(counted["api"])}
        queries |= {"form, signed in": str(counted["form"])}
        least = taken["bare view, one row"]
        rows = [
            (
                name,
                ms(median(one.cpu)),
                f"{median(a / b for a, b in zip(one.cpu, least.cpu, strict=True)):.2f}",
                queries[name],
                ms(median(one.seconds)),
                ms(percentile(one.seconds, 99)),
            )
            for name, one in taken.items()
        ]
        head = ("Request", "CPU", "Times", "Queries", "Answered in, median", "99th percentile")
        return table(head, rows)

    def crowded(self, *, requests: int, clients: int) -> str:
        rows = []
        for many in (1, clients):
            stored = at_once(self.store, self.bare_url, requests=requests, clients=many)
            posted = at_once(self.post, self.house.url, requests=requests, clients=many)
            rows.append((str(many), f"{posted:,.1f}", f"{stored:,.1f}", f"{posted / stored:.2f}"))
        head = ("Clients at once", "Posts a second", "Rows a second, bare view", "Share")
        return table(head, rows)

    def to_live(self, posts: int) -> str:
        wait_until(lambda: self.undecided() == 0, 120, "deciding what was posted")
        waits = []
        for number in range(posts):
            waits.append(self.form.seconds_to_live(sentence("live", number, plain=True)))
            sleep(0.3)
        if median(waits) > TO_LIVE:
            self.faults.append(f"{ms(median(waits))} from answer to live, {ms(TO_LIVE)} wanted")
        told = ("Answered to live on the author's page, idle", "Median", "Longest", "Budget")
        row = (f"{posts} posts, one by one", ms(median(waits)), ms(max(waits)), ms(TO_LIVE))
        return table(told, [row])

    def broken(self, posts: int) -> str:
        rows = []
        ways = {
            "stopped": lambda: without_broker(self.house),
            "frozen": lambda: self.house.frozen("redis"),
        }
        for name, away in ways.items():
            client = Client(self.house.url)
            before = len(self.faults)
            sleep(2 * Doorbell.SILENCE)  # what failed before must not spare this one its wait
            self.post(client)
            with away():
                took = [self.post(client) for _n in range(posts)]
            answered = posts - (len(self.faults) - before)
            if max(took) > AT_ONCE:
                self.faults.append(f"broker {name}: a post took {max(took):.2f} s")
            times = (ms(took[0]), ms(median(took)), ms(max(took)))
            rows.append((name, str(posts), str(answered), *times))
        head = ("Broker", "Posts", "Answered 201", "The first", "Median", "Slowest")
        return table(head, rows)

    def undecided(self) -> int:
        return self.house.database.one(
            "SELECT count(*) FROM comments_comment WHERE status = 'pending'"
        )

    def settle(self) -> None:
        """Hold everything that was posted against the database."""
        found = self.talk.account()
        self.faults += [f"{name}: {rows}"[:300] for name, rows in found.wrong().items()]
        stored = self.house.database.one(
            "SELECT count(*) FROM comments_comment c JOIN articles_calltoaction q"
            " ON q.id = c.call_to_action_id JOIN articles_article a ON a.id = q.article_id"
            " WHERE a.slug = %s AND c.status <> 'pending'",
            self.form_slug,
        )
        if stored != self.form.posted:
            self.faults.append(f"{self.form.posted} sent from the form, {stored} decided")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=200, help="of each kind in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clients", type=int, default=16, help="at once")
    parser.add_argument("--broken", type=int, default=50, help="posts without a broker")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with site_to_measure() as site:
        site.start()
        house = inhabited(site)
        with granian(site.data_dir, "benchmarks.bare_insert:application") as bare:
            posting = Posting(house, f"http://127.0.0.1:{bare.port}", bare.pid)
            tables = [
                posting.alone(rounds=options.rounds, requests=options.posts),
                posting.crowded(requests=options.posts, clients=options.clients),
                posting.to_live(min(20, options.posts)),
                posting.broken(options.broken),
            ]
            print(machine(load, staged(site, "database")["is"]), *tables, sep="\n\n", flush=True)
            posting.settle()
    for fault in posting.faults:
        print(f"WRONG: {fault}", file=sys.stderr)
    return 1 if posting.faults else 0


if __name__ == "__main__":
    sys.exit(main())
