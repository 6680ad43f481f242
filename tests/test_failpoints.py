"""Failpoints: nothing unless they are armed, and never in production."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

import failpoints

ROOT = Path(__file__).resolve().parent.parent


def start(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    said = "import failpoints; from config import settings; print(failpoints.reached.__class__)"
    return subprocess.run(
        [sys.executable, "-c", said],
        cwd=ROOT,
        env={**os.environ, "REJOINDER_DATA": str(folder), **variables},
        capture_output=True,
        text=True,
    )


def test_a_production_start_with_failpoints_refuses(tmp_path):
    refused = start(tmp_path, REJOINDER_ENV="production", REJOINDER_FAILPOINTS=str(tmp_path))
    assert refused.returncode == 1 and "REJOINDER_FAILPOINTS" in refused.stderr.splitlines()[-1]


@pytest.mark.parametrize(("folder", "armed"), [("", False), ("points", True)])
def test_development_arms_them_when_it_is_asked_to(tmp_path, folder, armed):
    started = start(tmp_path, REJOINDER_ENV="development", REJOINDER_FAILPOINTS=folder)
    assert ("partial" in started.stdout) == armed, started.stderr


def test_unarmed_they_are_a_function_that_does_nothing():
    assert failpoints.reached is failpoints._nothing
    assert failpoints.reached("comment_inserted", 1) is None


def test_whoever_comes_first_takes_the_file_and_does_what_it_says(tmp_path):
    reached = partial(failpoints._look, tmp_path)
    reached("judging", 17)
    (tmp_path / "judging.17").write_text("raise")
    reached("judging", 18)
    with pytest.raises(failpoints.Broken, match="judging"):
        reached("judging", 17)
    reached("judging", 17)


def test_what_is_armed_for_always_stays(tmp_path):
    reached = partial(failpoints._look, tmp_path)
    (tmp_path / "scoring").write_text("always raise")
    for _time in range(2):
        with pytest.raises(failpoints.Broken):
            reached("scoring")
