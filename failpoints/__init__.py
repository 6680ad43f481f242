"""Named places in the code where a test may break the site. Unless they are armed, `reached` does
nothing: the settings arm them, in development alone.

A test then lays a file into the armed folder, named after a point (`comment_inserted`) or after a
point and the row it works on (`judging.17`). Whoever reaches the point takes the file away and does
what it says: `kill`, `raise`, `sleep SECONDS`, or `hang SECONDS`, which no soft time limit ends.
With `always` before it the file stays.
"""

import os
import signal
import time
from functools import partial
from pathlib import Path


class Broken(Exception):
    """What `raise` raises."""


def _nothing(name: str, row: int | None = None) -> None:
    pass


reached = _nothing


def arm(folder: Path) -> None:
    """Have every point look for its file in this folder from now on."""
    global reached
    reached = partial(_look, folder)


def _look(folder: Path, name: str, row: int | None = None) -> None:
    for file in (folder / name, *([folder / f"{name}.{row}"] if row is not None else [])):
        try:
            said = file.read_text().split()
            # Of two processes that arrive at once, one takes it.
            if said[0] != "always":
                file.unlink()
        except OSError:
            continue
        _break(name, *[word for word in said if word != "always"])


def _break(name: str, how: str, seconds: str = "0") -> None:
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif how == "raise":
        raise Broken(name)
    elif how == "hang":
        # As code in C that holds on: a soft limit's signal finds nobody.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
        time.sleep(float(seconds))
    elif how == "sleep":
        time.sleep(float(seconds))
    else:
        raise ValueError(how)
