"""Where the processes of one web server keep what each has counted, so that any of them can tell
the sum."""

import os
import shutil
from pathlib import Path

from django.conf import settings

from supervisor.pids import is_alive

shared: str | None = None  # the folder in use; None: this process counts for itself


def share() -> None:
    """Count together with the other processes of this server. Before the metrics are loaded: their
    library chooses then how it counts."""
    global shared
    shared = os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_folder_of_the_server())


def _folder_of_the_server() -> Path:
    """One for each server that starts processes; those of servers that ended are removed.

    It outlives the single process: what one that died has counted stays in the sum.
    """
    folder = settings.DATA_DIR / "run" / "metrics"
    mine = folder / str(os.getppid())
    mine.mkdir(parents=True, exist_ok=True, mode=0o700)
    for other in folder.iterdir():
        if other.name.isdigit() and not is_alive(int(other.name)):
            shutil.rmtree(other, ignore_errors=True)
    return mine
