"""The loop: start in order, wait until ready, restart what dies, stop in reverse."""

import contextlib
import json
import os
import selectors
import shutil
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from supervisor.child import Child
from supervisor.plan import Plan

STARTING_LIMIT = 120.0  # seconds that a child may take until it is ready
EARLY_DEATHS = 5  # in a row, each within a child's first seconds: it will not get better
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BUSY_TICK, QUIET_TICK = 0.05, 1.0  # seconds between two looks at the children


def say(line: str) -> None:
    # A closed terminal must not end the site.
    with contextlib.suppress(OSError):
        print(line, flush=True)


class Supervisor:
    """Runs a plan in the calling process, on one thread."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.run_dir = Path(plan.run_dir)
        log_dir = Path(plan.log_dir)
        log_dir.mkdir(parents=True, exist_ok=True)
        self.children = [Child(child, log_dir) for child in plan.children]
        self.width = max(len(child.plan.name) for child in self.children)
        self.greeted = False
        self.stopping = False
        self.asked_to_stop = False
        self.hurry = 0  # further Ctrl-Cs: each one skips a wait
        self.failure: str | None = None
        self.selector = selectors.DefaultSelector()

    def run(self) -> int:
        """Run until asked to stop (0) or until a child cannot be kept alive (1)."""
        self._listen_for_signals()
        try:
            while not self.asked_to_stop and self.failure is None:
                self._start_what_is_due()
                self._wait(QUIET_TICK if self._all_ready() else BUSY_TICK)
                self._look()
        finally:
            say("\nStopping…" if self.failure is None else f"\n{self.failure}")
            self._stop_all()
            for scratch in self.plan.scratch_dirs:
                shutil.rmtree(scratch, ignore_errors=True)
            (self.run_dir / "processes.json").unlink(missing_ok=True)
        say("Stopped.")
        return 0 if self.failure is None else 1

    # --- signals ---------------------------------------------------------------------------

    def _listen_for_signals(self) -> None:
        reader, writer = os.pipe()
        for end in (reader, writer):
            os.set_blocking(end, False)
        # Handlers only note the fact; the pipe wakes the loop, which does the work.
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self.selector.register(reader, selectors.EVENT_READ)
        for number in STOP_SIGNALS:
            signal.signal(number, self._note_stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        # Blocked by `manage.py up` while it became this program, so that none was lost.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def _note_stop(self, number: int, frame: object) -> None:
        if self.asked_to_stop and number == signal.SIGINT:
            self.hurry += 1
        self.asked_to_stop = True

    # --- running ---------------------------------------------------------------------------

    def _start_what_is_due(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.is_running or now < child.start_again_at or not self._may_start(child):
                continue
            try:
                child.start(keep_open=self.plan.lock_fd)
            except OSError as error:
                self.failure = f"{child.plan.name} could not be started: {error}"
                return
            assert child.process is not None and child.process.stdout is not None
            self.selector.register(child.process.stdout, selectors.EVENT_READ, child)
            self._note_processes()

    def _may_start(self, child: Child) -> bool:
        # Only the first start waits for the others: afterwards each finds its way back alone.
        return child.was_ever_ready or all(
            other.was_ever_ready for other in self.children if other.plan.name in child.plan.after
        )

    def _all_ready(self) -> bool:
        return all(child.ready_at is not None for child in self.children)

    def _look(self) -> None:
        for child in self.children:
            if not child.is_running:
                continue
            if child.check_ready() and self.greeted:
                say(f"{child.plan.name} is back (process {child.pid}).")
            late = time.monotonic() - child.started_at > STARTING_LIMIT
            if child.ready_at is None and late and not child.was_ever_ready:
                self.failure = (
                    f"{child.plan.name} was not ready after {STARTING_LIMIT:.0f} seconds; "
                    f"see {child.log_path}"
                )
            elif child.ready_at is None and late:
                child.send(signal.SIGKILL)
            self._collect(child)
        if self._all_ready() and not self.greeted:
            self.greeted = True
            say(self.plan.greeting)

    def _collect(self, child: Child) -> None:
        stdout = child.process.stdout if child.process else None
        code = child.collect(self._show(child))
        if code is None or stdout is None:
            return
        with contextlib.suppress(KeyError, ValueError):
            self.selector.unregister(stdout)
        self._note_processes()
        if self.stopping:
            return
        how = f"signal {-code}" if code < 0 else f"code {code}"
        if child.early_deaths >= EARLY_DEATHS:
            self.failure = (
                f"{child.plan.name} ended {EARLY_DEATHS} times right after its start "
                f"(last with {how}); see {child.log_path}"
            )
        else:
            pause = max(child.start_again_at - time.monotonic(), 0)
            say(f"{child.plan.name} ended with {how}; starting it again in {pause:.1f} s.")

    def _wait(self, seconds: float) -> None:
        now = time.monotonic()
        due = [child.start_again_at - now for child in self.children if not child.is_running]
        pause = min([seconds, *(wait for wait in due if wait > 0)])
        for key, _events in self.selector.select(pause):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    os.read(key.fd, 512)
            elif key.data.read_output(self._show(key.data)):
                self.selector.unregister(key.fileobj)

    def _show(self, child: Child) -> Callable[[str], None]:
        return partial(self._show_line, child.plan.name)

    def _show_line(self, name: str, line: str) -> None:
        if not self.stopping:
            say(f"{name:<{self.width}} | {line}")

    def _note_processes(self) -> None:
        processes = {"supervisor": os.getpid()}
        processes |= {c.plan.name: c.pid for c in self.children if c.pid}
        draft = self.run_dir / "processes.json.new"
        with contextlib.suppress(OSError):  # a full disk must not end the site
            draft.write_text(json.dumps(processes))
            draft.replace(self.run_dir / "processes.json")

    # --- stopping --------------------------------------------------------------------------

    def _stop_all(self) -> None:
        self.stopping = True
        for child in reversed(self.children):
            for name, seconds in [*child.plan.stop, ("SIGKILL", 5.0)]:
                child.send(signal.Signals[name])
                if self._ended(child, time.monotonic() + seconds):
                    break

    def _ended(self, child: Child, deadline: float) -> bool:
        hurry_before = self.hurry
        while child.is_running and time.monotonic() < deadline:
            self._wait(BUSY_TICK)
            for each in self.children:
                self._collect(each)
            if self.hurry > hurry_before:
                break
        return not child.is_running
