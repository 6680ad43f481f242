"""The site as `manage.py up` runs it: opening, restarting, refusing, closing."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from config.backup import KEPT, back_up_sqlite
from tests.site import REPOSITORY, RunningSite, is_alive, wait_until

pytestmark = pytest.mark.site

CHILDREN = {"redis", "worker", "web"}


@pytest.fixture(scope="module")
def site(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory):
    """A site of this file's own: it is killed in parts."""
    folder = shutil.copytree(prepared_folder, tmp_path_factory.mktemp("door") / "data")
    with RunningSite(data_dir=folder) as running:
        yield running


def answers(site: RunningSite) -> bool:
    try:
        return urllib.request.urlopen(f"{site.url}/healthz", timeout=2).status == 200
    except OSError:
        return False


def test_it_prints_where_to_find_it_once_it_answers(site):
    said = site.said()
    assert f"{site.url}/" in said
    assert f"{site.url}/admin/" in said
    assert f"{site.url}/dev/mail/" in said
    assert answers(site)
    assert set(site.pids()) == {"supervisor", *CHILDREN}


def test_the_demo_accounts_are_printed_as_they_are_kept(site):
    kept = (site.data_dir / "demo-accounts.txt").read_text().strip()
    assert kept
    for line in kept.splitlines():
        assert line.strip() in site.said()


@pytest.mark.parametrize("name", sorted(CHILDREN))
def test_a_killed_child_is_started_again(site, name):
    before = site.processes()
    old = site.kill(name, signal.SIGKILL)
    new = site.wait_for_restart(name, old)
    assert new != old
    assert f"{name} ended with signal 9; starting it again" in site.said()
    wait_until(lambda: answers(site), 10, "an answer")
    # What the killed child had started went with it.
    still = set(before) & set(site.processes())
    others = {pid for other, pid in site.pids().items() if other != name}
    assert others <= still
    assert old not in still
    if name == "worker":
        pools = [pid for pid, command in before.items() if "celery" in command]
        assert len(pools) > 1
        assert not any(is_alive(pid) for pid in pools)


def test_nobody_else_can_reach_the_embedded_redis(site):
    command = next(line for line in site.processes().values() if "redis-server" in line)
    assert "unixsocket:" in command  # its title names the socket, where it would name a port
    path = Path(command.split("unixsocket:")[1].split()[0])
    assert path.is_socket()
    assert path.parent.stat().st_mode & 0o077 == 0


def test_reset_is_refused_while_the_site_is_open(site):
    refused = subprocess.run(
        [sys.executable, "manage.py", "reset", "--yes"],
        cwd=REPOSITORY,
        env={**os.environ, "REJOINDER_DATA": str(site.data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "already running" in refused.stderr
    assert answers(site)


def test_a_second_site_on_the_same_folder_is_refused_in_one_line(site):
    second = RunningSite(data_dir=site.data_dir)
    second.console = site.data_dir / "second.log"
    assert second.launch().wait(60) == 1
    assert second.said().splitlines() == [
        f"Rejoinder is already running on {site.data_dir} (process {site.pids()['supervisor']})."
    ]
    assert answers(site)


def test_a_taken_port_is_said_in_one_line(data_dir):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        site = RunningSite(data_dir=data_dir, port=port)
        assert site.launch().wait(60) == 1
    [line] = site.said().splitlines()
    assert line.startswith(f"Port {port} is taken.")


def test_a_child_that_cannot_start_is_named_with_its_log_and_nothing_stays(data_dir):
    # Redis refuses a data folder whose append-only file it cannot read.
    (data_dir / "redis").mkdir()
    (data_dir / "redis" / "appendonly.aof").write_bytes(b"this is no append-only file\r\n" * 9)
    site = RunningSite(data_dir=data_dir)
    process = site.launch()
    assert process.wait(120) == 1
    last = [line for line in site.said().splitlines() if line][-2:]
    assert last[0].startswith("redis ended 5 times right after its start")
    assert last[0].endswith(f"see {data_dir / 'logs' / 'redis.log'}")
    assert site.processes() == {}


def test_it_stops_in_seconds_leaves_nothing_behind_and_opens_again_as_it_was(data_dir):
    # An empty secret in the environment: the site makes its own, and must find it again.
    site = RunningSite(data_dir=data_dir, env={"SECRET_KEY": ""})
    database = sqlite3.connect(data_dir / "db.sqlite3")
    with database:
        database.execute("CREATE TABLE kept (word TEXT)")
        database.execute("INSERT INTO kept VALUES ('still here')")
    database.close()
    secret = (data_dir / "secret_key").read_text()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        site.start()
        running = site.processes()
        assert len(running) >= 6
        assert answers(site)
        begun = time.monotonic()
        assert site.stop(number) == 0
        assert time.monotonic() - begun < 15
        assert not any(is_alive(pid) for pid in running)
        assert "Traceback" not in site.said()
        database = sqlite3.connect(data_dir / "db.sqlite3")
        assert database.execute("SELECT word FROM kept").fetchall() == [("still here",)]
        database.close()
        assert (data_dir / "secret_key").read_text() == secret


def test_a_killed_supervisor_takes_its_children_with_it(data_dir):
    site = RunningSite(data_dir=data_dir)
    site.start()
    try:
        running = site.processes()
        site.kill("supervisor", signal.SIGKILL)
        wait_until(lambda: not any(is_alive(pid) for pid in running), 20, "the end of all children")
        site.process.wait()
        site.start()
        assert answers(site)
    finally:
        site.stop()


def test_production_writes_no_demo_and_opens_all_the_same(prepared_folder, tmp_path):
    data_dir = tmp_path / "data"
    # Collecting them again would only take time: they are the same files.
    shutil.copytree(prepared_folder / "static", data_dir / "static")
    site = RunningSite(data_dir=data_dir, environment="production")
    site.start()
    try:
        assert answers(site)
        assert not (data_dir / "demo-accounts.txt").exists()
        assert "/dev/mail/" not in site.said()
        [articles] = sqlite3.connect(data_dir / "db.sqlite3").execute(
            "SELECT count(*) FROM articles_article"
        )
        assert articles == (0,)
    finally:
        site.stop()


def test_reset_empties_the_folder_only_when_told(data_dir):
    keepsake = data_dir / "db.sqlite3"

    def reset(*words: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", "reset", *words],
            cwd=REPOSITORY,
            env={**os.environ, "REJOINDER_DATA": str(data_dir)},
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )

    assert reset(answer="no\n").returncode == 0
    assert keepsake.exists()
    assert reset("--yes").returncode == 0
    assert [entry.name for entry in data_dir.iterdir()] == ["run"]


def test_a_backup_holds_what_was_written_and_only_the_newest_are_kept(tmp_path):
    path, folder = tmp_path / "db.sqlite3", tmp_path / "backups"
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE facts (word TEXT)")
    copies = []
    for number in range(KEPT + 2):
        with database:
            database.execute("INSERT INTO facts VALUES (?)", [str(number)])
        copies.append(back_up_sqlite(path, folder))
    assert sorted(folder.iterdir()) == copies[-KEPT:]
    newest = sqlite3.connect(copies[-1])
    assert newest.execute("SELECT count(*) FROM facts").fetchone() == (KEPT + 2,)
    assert newest.execute("PRAGMA integrity_check").fetchone() == ("ok",)
