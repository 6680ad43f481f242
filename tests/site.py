"""The whole site, started for real: supervisor, web server, worker and Redis."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
READY_WITHIN = 240.0  # seconds; a first start writes the demo content
STOPPED_WITHIN = 30.0


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def is_alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def wait_until(happened, within: float, what: str) -> None:
    """Wait for happened() to be true; raises TimeoutError that names `what`."""
    deadline = time.monotonic() + within
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {within:.0f} s")
        time.sleep(0.05)


class RunningSite:
    """One `manage.py up` on its own data folder and port.

    data_dir: kept if given, else a temporary folder that `stop` removes. env: further variables;
    afterwards all of them, for commands beside it.
    Works as a context manager; entering starts it and waits until it says that it is open.
    """

    def __init__(
        self,
        *,
        data_dir: Path | None = None,
        environment: str = "development",
        port: int | None = None,
        env: dict[str, str] | None = None,
    ) -> None:
        self._own_folder = data_dir is None
        self.data_dir = data_dir or Path(tempfile.mkdtemp(prefix="rejoinder-site-"))
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.console = self.data_dir / "console.log"
        self.env = {
            **os.environ,
            "REJOINDER_DATA": str(self.data_dir),
            "REJOINDER_ENV": environment,
            "PORT": str(self.port),
            # Everybody here comes from one address.
            "REJOINDER_RELAXED_SIGN_IN_LIMITS": "true",
            **(env or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "RunningSite":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def launch(self) -> "subprocess.Popen[bytes]":
        """Run the command without waiting for anything."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self.console.open("wb") as console:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=REPOSITORY,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
            )
        return self.process

    def start(self) -> None:
        """Run it and wait until it is open. Raises RuntimeError with its last words."""
        process = self.launch()
        try:
            wait_until(
                lambda: self.url in self.said() or process.poll() is not None,
                READY_WITHIN,
                "opening the site",
            )
        except TimeoutError as error:
            self.stop(keep=True)
            raise RuntimeError(f"{error}\n{self.said()[-3000:]}") from None
        if process.poll() is not None:
            raise RuntimeError(f"ended with {process.returncode}\n{self.said()[-3000:]}")

    def said(self) -> str:
        """Everything printed on the console since the last start."""
        return self.console.read_text(errors="replace") if self.console.exists() else ""

    def pids(self) -> dict[str, int]:
        """The supervisor and each running child by name: "supervisor", "redis", "worker", "web"."""
        with contextlib.suppress(OSError, ValueError):
            return json.loads((self.data_dir / "run" / "processes.json").read_text())
        return {}

    def processes(self) -> dict[int, str]:
        """Every living process of the site, the children's children too, with its command."""
        leaders = self.pids()
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                session = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
                pid = int(entry.name)
                mine = session in leaders.values() and session != os.getsid(0)
                if (mine or pid == leaders.get("supervisor")) and is_alive(pid):
                    found[pid] = (entry / "cmdline").read_text().replace("\0", " ").strip()
        return found

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to one child, or to the "supervisor"; returns its pid."""
        pid = self.pids()[name]
        os.kill(pid, number)
        return pid

    def wait_for_restart(self, name: str, old_pid: int, within: float = 60.0) -> int:
        """Wait until the child runs again and has said that it is ready; returns its pid."""
        wait_until(lambda: self.pids().get(name, old_pid) != old_pid, within, f"restart of {name}")
        ready = f"{name} is back (process {self.pids()[name]})"
        wait_until(lambda: ready in self.said(), within, f"readiness of {name}")
        return self.pids()[name]

    def stop(self, number: int = signal.SIGTERM, *, keep: bool = False) -> int | None:
        """Stop it and return the exit code; keep: leave a temporary data folder where it is."""
        code = None
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(number)
            try:
                code = self.process.wait(STOPPED_WITHIN)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
        if self._own_folder and not keep:
            shutil.rmtree(self.data_dir, ignore_errors=True)
        return code


@pytest.fixture(scope="session")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A development data folder with its demo content; to be copied, not used."""
    base = tmp_path_factory.getbasetemp()
    # Made once for all processes of a run: what they have in common lies beside their own folders.
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / "prepared"
    with (shared / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = shared / "preparing"
            shutil.rmtree(draft, ignore_errors=True)
            subprocess.run(
                [sys.executable, "manage.py", "prepare", "--demo"],
                cwd=REPOSITORY,
                env={
                    **os.environ,
                    "REJOINDER_DATA": str(draft),
                    "REJOINDER_ENV": "development",
                    "SECRET_KEY": "",
                },
                check=True,
            )
            draft.rename(folder)
    return folder


@pytest.fixture
def data_dir(prepared_folder: Path, tmp_path: Path) -> Path:
    """A test's own copy of the prepared data folder."""
    return shutil.copytree(prepared_folder, tmp_path / "data")


@pytest.fixture(scope="session")
def running_site(
    prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningSite]:
    """One development site with its demo content, shared by the tests of a run."""
    folder = shutil.copytree(prepared_folder, tmp_path_factory.mktemp("site") / "data")
    with RunningSite(data_dir=folder) as site:
        yield site
