"""A whole site for a benchmark: started as `manage.py up` starts it, with people and discussions.

It is the house that the faults break (tests/faults/house.py), on SQLite in a temporary folder, or
on the empty database that DATABASE_URL names.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.faults.database import Database
from tests.faults.house import House
from tests.site import REPOSITORY, RunningSite


@contextmanager
def site_to_measure() -> Iterator[RunningSite]:
    """A production site on a prepared folder, not yet started; stopped at the end."""
    with tempfile.TemporaryDirectory(prefix="rejoinder-load-") as folder:
        site = RunningSite(data_dir=Path(folder), environment="production")
        subprocess.run(
            [sys.executable, "manage.py", "prepare"],
            cwd=REPOSITORY, env=site.env, check=True, stdout=sys.stderr,
        )  # fmt: skip
        try:
            yield site
        finally:
            site.stop()


def inhabited(site: RunningSite) -> House:
    """The site with its people and discussions, whether it runs already or not."""
    return House(site, Database(staged(site, "database")["address"]), None)


def staged(site: RunningSite, verb: str, *, of: str = "load_stage", **arguments: Any) -> Any:
    """Have benchmarks.load_stage, or another, do one thing in the site's database; its answer."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{of}", verb],
        cwd=REPOSITORY,
        env=site.env,
        input=json.dumps(arguments),
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{of} {verb} ended with {done.returncode}")
    return json.loads(done.stdout)
