"""A PostgreSQL of its own that writes to the disk for real, and can be stopped without warning."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.site import REPOSITORY

OWNER = "postgres"  # PostgreSQL refuses to run as root; its package brings this user


def newest_tools() -> Path | None:
    """The folder of the newest server's programs."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max(
        (each.parent for each in found), key=lambda each: int(each.parent.name), default=None
    )


class Cluster:
    """One cluster in a temporary folder, on a Unix socket alone, with fsync on."""

    def __init__(self) -> None:
        if newest_tools() is None:
            subprocess.run([REPOSITORY / "tests" / "debian_packages.sh", "postgresql"], check=False)
        tools = newest_tools()
        if tools is None:
            raise FileNotFoundError("no PostgreSQL here, and no leave to install it")
        self.tools = tools
        self.folder = Path(tempfile.mkdtemp(prefix="rejoinder-faults-"))
        if os.getuid() == 0:
            os.chown(self.folder, pwd.getpwnam(OWNER).pw_uid, -1)
        self._run("initdb", "-U", "rejoinder", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()
        made = ["-h", str(self.folder), "-U", "rejoinder", "rejoinder"]
        subprocess.run([self.tools / "createdb", *made], check=True)

    @property
    def env(self) -> dict[str, str]:
        """What a site needs to use it."""
        return {"PGUSER": "rejoinder", "DATABASE_URL": f"postgres:///{self.folder}/rejoinder"}

    @property
    def address(self) -> str:
        """For psycopg."""
        return f"host={self.folder} user=rejoinder dbname=rejoinder"

    def start(self) -> None:
        """Start it, recovering from a stop without warning; returns when it answers."""
        options = f"-k {self.folder} -c listen_addresses= -c fsync=on -c synchronous_commit=on"
        self._run(
            "pg_ctl", "-w", "-t", "60", "-l", str(self.folder / "log"), "-o", options, "start"
        )

    def stop_immediately(self) -> None:
        """As if the machine had lost its power: no checkpoint, no goodbye."""
        self._run("pg_ctl", "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        subprocess.run(self._as_owner("pg_ctl", "-m", "immediate", "stop"), capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _as_owner(self, tool: str, *words: str) -> list[str]:
        command = [str(self.tools / tool), "-D", str(self.folder / "data"), *words]
        return ["runuser", "-u", OWNER, "--", *command] if os.getuid() == 0 else command

    def _run(self, tool: str, *words: str) -> None:
        subprocess.run(
            self._as_owner(tool, *words),
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,  # a server that is started inherits it
        )
