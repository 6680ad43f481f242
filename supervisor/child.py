"""One child process: started in its own group, its output kept, its group ended with it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from supervisor.plan import ChildPlan
from supervisor.readiness import forget, is_ready

FIRST_SECONDS = 10.0  # a death sooner than this after the start counts as a failure to start
HEALTHY = 60.0  # seconds of readiness after which earlier deaths are forgotten
LONGEST_PAUSE = 30.0
LOG_BYTES = 5_000_000  # then one older log is kept beside it
LONGEST_LINE = 65_536

# Looked up before any fork: after it, loading a library is not safe.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    # SIGTERM, not SIGKILL: a child that loses its supervisor still ends its own children.
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """A planned process and what has happened to it so far."""

    def __init__(self, plan: ChildPlan, log_dir: Path) -> None:
        self.plan = plan
        self.log_path = log_dir / f"{plan.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.ready_at: float | None = None  # monotonic; None until this run answered
        self.was_ever_ready = False
        self.early_deaths = 0
        self.deaths = 0
        self.started_at = 0.0
        self.start_again_at = 0.0
        self._rest = b""

    @property
    def is_running(self) -> bool:
        return self.process is not None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def start(self, keep_open: int) -> None:
        """Start it. keep_open: a file descriptor that it holds as long as it lives."""
        forget(self.plan.ready)
        self.ready_at = None
        self.started_at = time.monotonic()
        self._rest = b""
        self.process = subprocess.Popen(
            self.plan.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is ours to pass on, in order
            pass_fds=[keep_open],
            preexec_fn=_end_with_parent,
        )
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)

    def check_ready(self) -> bool:
        """Ask until it has answered once; True when this call is the one that got the answer."""
        if self.ready_at is None and self.is_running and is_ready(self.plan.ready):
            self.ready_at = time.monotonic()
            self.was_ever_ready = True
            return True
        return False

    def send(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    def collect(self, show: Callable[[str], None]) -> int | None:
        """If it has ended: end what is left of its group and return its code, else None."""
        if self.process is None:
            return None
        code = self.process.poll()
        if code is None:
            return None
        # A pool process outlives a killed worker, and would go on beside the next one.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.read_output(show)
        if self._rest:
            self._keep([self._rest], show)
        assert self.process.stdout is not None
        self.process.stdout.close()
        lived = time.monotonic() - self.started_at
        if self.ready_at is not None and time.monotonic() - self.ready_at >= HEALTHY:
            self.deaths = self.early_deaths = 0
        self.deaths += 1
        self.early_deaths = self.early_deaths + 1 if lived < FIRST_SECONDS else 0
        pause = min(0.5 * 2 ** (self.deaths - 1), LONGEST_PAUSE)
        self.start_again_at = time.monotonic() + pause
        self.process = None
        self.ready_at = None
        return code

    def read_output(self, show: Callable[[str], None]) -> bool:
        """Move what it has written to its log, and line by line to `show`; True at the end."""
        if self.process is None or self.process.stdout is None:
            return True
        while True:
            try:
                chunk = os.read(self.process.stdout.fileno(), LONGEST_LINE)
            except BlockingIOError:
                return False
            if not chunk:
                return True
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            if len(self._rest) > LONGEST_LINE:
                lines.append(self._rest)
                self._rest = b""
            self._keep(lines, show)

    def _keep(self, lines: list[bytes], show: Callable[[str], None]) -> None:
        if not lines:
            return
        # A full disk must not end the site: the line is lost from the log, not from the console.
        with contextlib.suppress(OSError):
            with self.log_path.open("ab") as log:
                log.writelines(line + b"\n" for line in lines)
                full = log.tell() > LOG_BYTES
            if full:
                self.log_path.replace(self.log_path.with_suffix(".log.1"))
        if self.plan.on_console:
            for line in lines:
                show(line.decode("utf-8", "replace").rstrip())
