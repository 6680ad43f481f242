"""`make check-deploy`: run the commands of docs/operations.md on a bare host, and look at the site.

The host is this Debian with a layer of its own on top (tests/deploy/bare_host.sh): apt, systemd,
PostgreSQL, Redis and nginx are real, and so are the units with all they forbid. Needs root and
leave to make namespaces.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PATIENCE = 900  # seconds that all of it may take
NAMESPACES = ["--mount", "--pid", "--fork", "--uts", "--ipc", "--cgroup"]
_BLOCK = re.compile(r"^```sh (deploy(?:-before)?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    """The marked blocks of the page, in their order, each with its mark."""
    return _BLOCK.findall((REPOSITORY / "docs/operations.md").read_text(encoding="utf-8"))


def copy_code(folder: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    ).stdout.split(b"\0")
    for name in filter(None, map(os.fsdecode, listed)):
        if (REPOSITORY / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, folder / name)


class Host:
    """The booted Debian. systemd: the number of its first process, seen from here."""

    def __init__(self, systemd: int) -> None:
        self._enter = ["nsenter", "--target", str(systemd), "--all", "--root", "--wd"]

    def run(self, script: str) -> None:
        """Run a script as root there; raises CalledProcessError if any of its commands fails."""
        command = [*self._enter, "bash", "-euo", "pipefail", "-c", script]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


@contextlib.contextmanager
def booted(folder: Path) -> Iterator[Host]:
    """Run what comes before, boot, and take all of it down in the end."""
    for name in ("layer", "root", "code"):
        (folder / name).mkdir()
    copy_code(folder / "code")
    before = "".join(f"{text}\n" for mark, text in blocks() if mark == "deploy-before")
    (folder / "before").write_text(f"export DEBIAN_FRONTEND=noninteractive\nset -x\n{before}")
    script = REPOSITORY / "tests/deploy/bare_host.sh"
    process = subprocess.Popen(["unshare", "--kill-child", *NAMESPACES, str(script), str(folder)])
    try:
        yield Host(_systemd_of(process))
    finally:
        process.send_signal(signal.SIGKILL)  # and with it, by --kill-child, everything in there
        process.wait(30)


def _systemd_of(process: "subprocess.Popen[bytes]") -> int:
    deadline = time.monotonic() + PATIENCE / 2
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit("The host did not boot: see above.")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        if children and Path(f"/proc/{children[0]}/comm").read_text().strip() == "systemd":
            state = subprocess.run(
                ["nsenter", "--target", children[0], "--all", "--root", "--wd"]
                + ["systemctl", "is-system-running"],
                capture_output=True,
                text=True,
            ).stdout.strip()
            if state in ("running", "degraded"):
                return int(children[0])
        time.sleep(0.3)
    raise SystemExit("The host was not up in time.")


def main() -> int:
    if os.getuid() != 0:
        print("make check-deploy needs root, to make a host of its own.", file=sys.stderr)
        return 1
    started = time.monotonic()
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(PATIENCE)
    with tempfile.TemporaryDirectory(prefix="rejoinder-host-") as name, booted(Path(name)) as host:
        print(f"Booted after {time.monotonic() - started:.0f} s.", flush=True)
        for mark, text in blocks():
            if mark == "deploy":
                host.run(f"set -x\n{text}")
        print(f"Installed after {time.monotonic() - started:.0f} s.", flush=True)
        host.run("cd /srv/rejoinder && python3 -B -m tests.deploy.look")
        host.run("! systemctl --failed --no-legend --plain | grep .")
    print(f"The page's commands make a site: {time.monotonic() - started:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
