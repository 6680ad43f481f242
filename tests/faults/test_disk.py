"""The disk is full: what cannot be stored is not said to be, and nothing has to be mended after."""

import contextlib
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.database import Database
from tests.faults.house import House
from tests.site import RunningSite

pytestmark = [pytest.mark.site, pytest.mark.faults]
ROOM = 30_000_000  # bytes beside what a fresh site needs


@contextlib.contextmanager
def small_disk(size: int) -> Iterator[Path]:
    """A file system of its own with so many bytes."""
    folder = Path(tempfile.mkdtemp(prefix="rejoinder-disk-"))
    try:
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder])
    except FileNotFoundError:
        pytest.skip("no mount here")
    if made.returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def test_disk_full(prepared_folder, tmp_path, note):
    size = sum(file.stat().st_size for file in prepared_folder.rglob("*") if file.is_file())
    with small_disk(size + ROOM) as disk:
        data = shutil.copytree(prepared_folder, disk / "data")
        with RunningSite(data_dir=data) as site:
            house = House(site, Database(str(data / "db.sqlite3")), None)
            talk = house.discussion("disk")
            talk.open()
            with talk.watched() as lookout:
                talk.ledger.post_all(talk.entries(range(1, 31)))
                filler = disk / "filler"
                with filler.open("wb", buffering=0) as fill, contextlib.suppress(OSError):
                    while fill.write(b"\0" * 65_536):
                        pass
                assert shutil.disk_usage(disk).free < 65_536
                talk.ledger.post_all(talk.entries(range(31, 61)))
                time.sleep(10)  # sweeps and the sealer meet it too
                filler.unlink()
                found = talk.account(lookout)
            refused = [e.answers[0] for e in talk.ledger.entries.values() if e.answers[0] != 201]
            assert refused, "the disk was full for some"
            assert set(site.pids()) == {"supervisor", "redis", "worker", "web"}
    note(f"disk full ({len(refused)} posts refused, and taken later)", found)


def test_files_may_not_grow(house, note):
    """As a quota says it; needs no root."""
    talk = house.discussion("quota")
    talk.open()
    with talk.watched() as lookout:
        talk.ledger.post_all(talk.entries(range(1, 11)))
        writers = [pid for pid, said in house.site.processes().items() if "redis" not in said]
        writers.remove(house.site.pids()["supervisor"])
        limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in writers}
        for pid, (_soft, hard) in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
        talk.ledger.post_all(talk.entries(range(11, 41)))
        time.sleep(10)
        for pid, limit in limits.items():
            if os.path.exists(f"/proc/{pid}"):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)
        found = talk.account(lookout)
    refused = [e.answers[0] for e in talk.ledger.entries.values() if e.answers[0] != 201]
    assert refused, "nothing could be written"
    note(f"no file may grow ({len(refused)} posts refused, and taken later)", found)
