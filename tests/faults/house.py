"""A whole site to be broken: started for real, with people, discussions and failpoints."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.client import Answer, Client
from benchmarks.replay import RAISED
from tests.faults import accounting
from tests.faults.accounting import DECIDED_WITHIN, Account
from tests.faults.database import Database
from tests.faults.ledger import Entry, Ledger
from tests.faults.lookout import Lookout
from tests.faults.sentences import HELD_WORD, REJECTED_WORD, sentence
from tests.site import REPOSITORY, RunningSite, free_port, wait_until

READERS = [f"reader{n}" for n in range(24)]
LOOKOUT = READERS[0]  # is answered by others, and signed in while looking
ROWDIES = [f"rowdy{n}" for n in range(13)]  # are banned by a test, and post in no other
DISCUSSIONS = 40
# The readers' sentences are one another's near-copies, which is no matter here.
POLICY = RAISED | {"raid_authors": 0, "edit_minutes": 1_000}


# Debian 12's libfaketime breaks the absolute sleep that Python uses: sleep by another call.
AWAKE = (
    "import runpy, select, sys, time;"
    "time.sleep = lambda seconds: select.select([], [], [], seconds) and None;"
    "sys.argv = sys.argv[1:];"
    "runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
)


def faketime() -> Path | None:
    """The library that gives a process another clock; installed where that is allowed."""
    for _attempt in range(2):
        if found := next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None):
            return found
        subprocess.run([REPOSITORY / "tests" / "debian_packages.sh", "faketime"], check=False)
    return None


def answers(url: str) -> bool:
    """Does a web server answer there?"""
    with contextlib.suppress(OSError):
        return Client(url, timeout=2).call("GET", "/healthz").status == 200
    return False


class House:
    """A running site and what its tests need. site: started. database: where it keeps its rows."""

    def __init__(self, site: RunningSite, database: Database, failpoints: Path | None) -> None:
        self.site, self.database, self.failpoints = site, database, failpoints
        self.url = site.url
        ready = self.stage(
            "prepare",
            changes=POLICY,
            readers=[*READERS, *ROWDIES],
            slugs=[f"fault-{n}" for n in range(DISCUSSIONS)],
            held=[HELD_WORD],
            rejected=[REJECTED_WORD],
        )
        self.tokens, self.people, self.cookies = ready["tokens"], ready["people"], ready["cookies"]
        self._free = iter(ready["discussions"].items())

    def stage(self, verb: str, **arguments: Any) -> Any:
        """Have tests.faults.stage do one thing in the site's database; its answer."""
        return json.loads(self.command("-m", "tests.faults.stage", verb, said=arguments))

    def command(self, *words: str, said: Any = None, fails: bool = False) -> str:
        """What a Python command prints in the site's environment."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=REPOSITORY,
            env=self.site.env,
            input=json.dumps(said),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode and not fails:
            raise RuntimeError(f"{words}: {done.stdout[-1000:]}{done.stderr[-2000:]}")
        return done.stdout

    def call(self, method: str, path: str, who: str, body: Any = None) -> Answer:
        """One request to the API under somebody's token."""
        return Client(self.url).call(method, f"/api/v1{path}", token=self.tokens[who], body=body)

    # --- breaking it ------------------------------------------------------------------------

    def arm(self, point: str, how: str) -> Path:
        """Lay a file at a failpoint; whoever comes first does what it says."""
        assert self.failpoints is not None
        file = self.failpoints / point
        draft = self.failpoints / f".{point}"
        draft.write_text(how)
        return draft.replace(file)

    def kill(self, name: str) -> None:
        """End a child and everything it started, at once and without warning."""
        wait_until(lambda: name in self.site.pids(), 60, f"{name} to run")
        os.killpg(self.site.pids()[name], signal.SIGKILL)

    def in_worker(self) -> dict[int, str]:
        """The worker's children by number: "pool", in which it judges, and "beat"."""
        worker, lock = self.site.pids()["worker"], str(self.site.data_dir / "run" / "lock")
        found = {}
        for child in Path(f"/proc/{worker}/task/{worker}/children").read_text().split():
            with contextlib.suppress(OSError):
                open_files = {os.readlink(each) for each in Path(f"/proc/{child}/fd").iterdir()}
                # A beat closes everything it was born with; the pool keeps the folder's lock.
                found[int(child)] = "pool" if lock in open_files else "beat"
        return found

    def kill_in_worker(self, which: str) -> None:
        """End the worker's "pool" process, in which it judges, or its "beat"."""
        for child, what in self.in_worker().items():
            if what == which:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """A child that holds still, with everything it started, and goes on afterwards."""
        group = self.site.pids()[name]
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    @contextlib.contextmanager
    def worker_beside(self, *, clock: str = "", processes: int = 1) -> Iterator[subprocess.Popen]:
        """A second worker with a beat of its own; clock: how far its clock is off, "+1d" say.
        processes: how many of them judge."""
        name = f"beside{time.monotonic_ns()}"
        with self._beside(
            *("celery", "-A", "config", "worker", "--pool", "prefork"),
            *("--concurrency", str(processes)),
            *("--beat", "--schedule", str(self.site.data_dir / name), "-n", f"{name}@here"),
            *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
            clock=clock,
        ) as process:
            ready = self.site.data_dir / "run" / "worker.ready"
            wait_until(
                lambda: ready.exists() and ready.read_text().strip() == str(process.pid),
                120,
                "the second worker",
            )
            yield process

    @contextlib.contextmanager
    def web_beside(self, *, clock: str) -> Iterator[str]:
        """A second web server whose clock is off, by its address."""
        port = free_port()
        with self._beside(
            *("granian", "--no-ws", "--interface", "wsgi", "--host", "127.0.0.1"),
            *("--port", str(port), "config.wsgi:application"),
            clock=clock,
        ):
            wait_until(lambda: answers(f"http://127.0.0.1:{port}"), 120, "the second web server")
            yield f"http://127.0.0.1:{port}"

    @contextlib.contextmanager
    def _beside(self, *module: str, clock: str) -> Iterator[subprocess.Popen]:
        env = dict(self.site.env)
        if clock:
            env |= {"LD_PRELOAD": str(faketime()), "FAKETIME": clock}
            env |= {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        said = self.site.data_dir / f"beside-{time.monotonic_ns()}.log"
        with said.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *(["-c", AWAKE] if clock else ["-m"]), *module],
                cwd=REPOSITORY,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def wait_ready(self, name: str, old: int, within: float = 120.0) -> None:
        """Wait until a child that was killed runs anew and has said so."""
        self.site.wait_for_restart(name, old, within)

    def redis(self, *words: str) -> bytes:
        """What the embedded Redis answers to one command."""
        plan = json.loads((self.site.data_dir / "run" / "plan.json").read_text())
        path = next(c["ready"]["target"] for c in plan["children"] if c["name"] == "redis")
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(path)
            connection.sendall((" ".join(words) + "\r\n").encode())
            return connection.recv(4096)

    # --- a test's own discussion --------------------------------------------------------------

    def discussion(self, key: str, *, timeout: float = 5.0) -> "Discussion":
        """A fresh article's discussion, for one test."""
        slug, number = next(self._free)
        return Discussion(self, slug, number, key, timeout)

    def verify_log(self) -> list[str]:
        """What the log's own check finds wrong."""
        said = self.command("manage.py", "verify_log", fails=True).splitlines()
        summary = said[-1] if said else "no answer"
        return [] if "; 0 faults;" in summary else said[-5:]


class Discussion:
    """Posts to one article under a ledger while a lookout watches, and accounts for it."""

    def __init__(self, house: House, slug: str, number: int, key: str, timeout: float) -> None:
        self.house, self.slug, self.number, self.key = house, slug, number, key
        self.ledger = Ledger(house.url, house.tokens, timeout=timeout)
        self.root: int | None = None
        self.started = time.time()

    def open(self) -> None:
        """Have the lookout's own comment live, so that others can answer it."""
        entry = Entry(f"{self.key}-root", LOOKOUT, self.slug, sentence(f"{self.key}root", 0), None)
        assert self.ledger.post(entry) == 201
        self.root = entry.comment
        assert self.wait_decided() is not None
        status = self.house.database.one(
            "SELECT status FROM comments_comment WHERE id = %s", self.root
        )
        assert status == "approved", status

    def entries(self, numbers: range, *, plain: bool = False) -> list[Entry]:
        """Comments by number; every third answers the lookout."""
        others = READERS[1:]
        return [
            Entry(
                f"{self.key}-{n}",
                others[n % len(others)],
                self.slug,
                sentence(self.key, n, plain=plain),
                self.root if n % 3 == 0 else None,
            )
            for n in numbers
        ]

    @contextlib.contextmanager
    def watched(self) -> Iterator[Lookout]:
        """A lookout who goes round as long as this lasts."""
        lookout = Lookout(
            self.house.url,
            self.slug,
            self.number,
            pattern=rf"\b\w*{self.key}\d+th\b",
            cookie=self.house.cookies[LOOKOUT],
            newest=self.ledger.newest,
        )
        lookout.start()
        try:
            yield lookout
        finally:
            lookout.stop()

    def wait_decided(self, within: float = DECIDED_WITHIN) -> float | None:
        return accounting.wait_decided(self.house.database, self.number, within)

    def account(self, lookout: Lookout | None = None, *, one_clock: bool = True) -> Account:
        """Everything that must hold after a fault; the wait for decisions starts now."""
        decided = self.wait_decided()
        wrong = accounting.settle_unanswered(self.ledger, self.house.database, self.number)
        assert self.wait_decided() is not None
        if lookout is not None:
            time.sleep(2.0)  # one more round, now that everything has been decided
        found = accounting.account(
            self.ledger,
            self.house.database,
            self.number,
            key=self.key,
            seen=lookout.stop() if lookout else None,
            one_clock=one_clock,
        )
        found.decided_after = decided
        found.other += wrong
        found.log = self.house.verify_log()
        return found
