"""A site in one file, and back on a host that holds none."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from config import archive, dumping, erased_since
from config.archive import Damaged, Manifest
from config.backup import copy_sqlite
from config.dumping import Unable
from config.management.commands import restore
from tests.factories import make_user
from tests.site import REPOSITORY

# --- The file -----------------------------------------------------------------------------------

PICTURE = "media/lead/0ff1cb34.webp"


def manifest() -> Manifest:
    return Manifest("1", "2026-11-23T18:00:00+00:00", "sqlite", "3", [], {}, (0, ""), {})


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """An archive of a few files."""
    (tmp_path / "media" / "lead").mkdir(parents=True)
    (tmp_path / PICTURE).write_bytes(b"a picture" * 9_000)
    (tmp_path / "media" / "lead" / ".hidden").write_bytes(b"no picture of ours")
    (tmp_path / "media" / "lead" / "link.webp").symlink_to("/etc/hostname")
    (tmp_path / "db").write_bytes(os.urandom(100_000))
    (tmp_path / "key").write_text("secret")
    path = tmp_path / "site.tar.gz"
    archive.write(path, manifest(), tmp_path / "db", tmp_path / "key", tmp_path / "media")
    return path


def test_an_archive_holds_what_was_put_in_for_its_owner_alone(written, tmp_path):
    target = tmp_path / "out"
    target.mkdir()
    said = archive.unpack(written, target)
    assert sorted(said.members) == ["database", PICTURE, "secret_key"]
    assert (target / "database").read_bytes() == (tmp_path / "db").read_bytes()
    assert (target / PICTURE).read_bytes() == (tmp_path / PICTURE).read_bytes()
    assert written.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.part"))


def test_an_archive_never_replaces_a_file(written, tmp_path):
    before = written.read_bytes()
    with pytest.raises(FileExistsError):
        archive.write(written, manifest(), tmp_path / "db", tmp_path / "key", tmp_path / "media")
    assert written.read_bytes() == before


def test_what_fails_half_way_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "db").write_bytes(b"x")
    monkeypatch.setattr(archive, "_info", lambda name, size: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        archive.write(tmp_path / "a", manifest(), tmp_path / "db", tmp_path / "no", tmp_path / "no")
    assert [path.name for path in tmp_path.iterdir()] == ["db"]


def test_an_archive_that_is_cut_off_anywhere_is_damaged(written, tmp_path):
    whole = written.read_bytes()
    for number, share in enumerate((0.0, 0.01, 0.5, 0.9, 0.999)):
        (tmp_path / "cut").write_bytes(whole[: int(len(whole) * share)])
        (target := tmp_path / f"out{number}").mkdir()
        with pytest.raises(Damaged):
            archive.unpack(tmp_path / "cut", target)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda m: m | {"database": b"other bytes"}, "database is not as it was written"),
        (lambda m: {name: m[name] for name in m if name != PICTURE}, f"{PICTURE} is not as"),
        (lambda m: {"media/more.webp": b"more", **m}, "media/more.webp is not as it was"),
        (lambda m: {"../outside": b"x", **m}, "a name that is not ours"),
        (lambda m: {"media/../../outside": b"x", **m}, "a name that is not ours"),
        (lambda m: {"/etc/x": b"x", **m}, "a name that is not ours"),
        (lambda m: {name: m[name] for name in m if name != "manifest.json"}, "cut off"),
        (lambda m: m | {"later": b"x"}, "no part of an archive"),
        (lambda m: m | {"manifest.json": m["manifest.json"].replace(b': 1,', b': 9,')}, "form 9"),
    ],
)  # fmt: skip
def test_an_archive_that_was_changed_is_damaged(written, tmp_path, change, told):
    with tarfile.open(written) as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar}
    with tarfile.open(tmp_path / "changed", "w:gz") as tar:
        for name, data in change(members).items():
            (tmp_path / "member").write_bytes(data)
            tar.add(tmp_path / "member", name, filter=_with_name(name))
    (target := tmp_path / "out").mkdir()
    with pytest.raises(Damaged, match=told):
        archive.unpack(tmp_path / "changed", target)
    assert not (tmp_path / "outside").exists()


def _with_name(name: str):
    def rename(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.name = name
        return info

    return rename


def test_a_link_in_an_archive_is_never_followed(written, tmp_path):
    with tarfile.open(tmp_path / "linked", "w:gz") as tar:
        info = tarfile.TarInfo("database")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(info)
    (target := tmp_path / "out").mkdir()
    with pytest.raises(Damaged):
        archive.unpack(tmp_path / "linked", target)
    assert list(target.iterdir()) == []


# --- A site -------------------------------------------------------------------------------------

LIVED_IN = """
import json, sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
from accounts.models import User
from accounts.operations import erase_account
from comments.models import Comment
from config import defaults
from django.conf import settings
from moderation.operations import judging
from record.sealing import seal
from tests.factories import make_article, make_comment, make_user, relax

defaults.write_defaults()
relax()
article = make_article()
early, leaver = make_user(), make_user()
comment = make_comment(article=article, author=early, body="A word on harbours.")
judging.judge(comment_id=make_comment(article=article, author=leaver, status="pending").pk)
erase_account(actor=None, user=early)
seal()
make_comment(article=article, author=leaver, status="pending", body="Not judged, not sealed.")
picture = settings.MEDIA_ROOT / "lead" / "0ff1.webp"
picture.parent.mkdir(parents=True)
picture.write_bytes(b"picture")
print(leaver.pk)
call_command("backup", sys.argv[1])
erase_account(actor=None, user=leaver, words=True)
seal()
with open(sys.argv[2], "w") as kept:
    call_command("erasures", stdout=kept)
"""
RESTORED = """
import json, sys
import django
django.setup()
from django.core.management import CommandError, call_command
from accounts.models import User
from comments import search
from comments.models import Comment
from record import heads

source, erasures, leaver = sys.argv[1], sys.argv[2], int(sys.argv[3])
found = {}

def facts():
    person = User.objects.get(pk=leaver)
    said = Comment.objects.filter(author=person).values_list("latest__source", flat=True)
    return {
        "comments": Comment.objects.count(),
        "live": Comment.objects.live().count(),
        "indexed": not search.INDEX.is_empty(),
        "pending": Comment.objects.to_judge().count(),
        "erased": person.erased_at is not None,
        "words": list(said),
    }

call_command("restore", source)
found["restored"] = facts()
call_command("verify_log")
try:
    call_command("restore", source)
except CommandError as refused:
    found["refused"] = str(refused)
call_command("restore", source, replace=True, erasures=erasures)
found["erased again"] = facts()
call_command("verify_log")
print("FACTS " + json.dumps(found))
"""


def run(code: str, place: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=REPOSITORY,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY": "", **place},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def hosts(tmp_path: Path):
    """The environments of two empty hosts, each with a database of its own."""
    names = ("backed_up", "restored")
    places = [{"REJOINDER_DATA": str(tmp_path / name)} for name in names]
    if connection.vendor == "sqlite":
        yield places
        return
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    with connection._nodb_cursor() as cursor:
        for name, place in zip(names, places, strict=True):
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name}")
            place["DATABASE_URL"] = f"{server}/{name}"
    yield places
    with connection._nodb_cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.django_db
def test_a_site_is_restored_onto_an_empty_host_whole_and_what_was_erased_since_goes_again(
    hosts, tmp_path
):
    first, second = hosts
    path, erasures = tmp_path / "site.tar.gz", tmp_path / "erasures.txt"
    lived_in = run(LIVED_IN, first, str(path), str(erasures))
    leaver = lived_in.stdout.splitlines()[0]
    assert f"{leaver} " in erasures.read_text() and len(erasures.read_text().splitlines()) == 2
    back = run(RESTORED, second, str(path), str(erasures), leaver)
    found = json.loads(back.stdout.partition("FACTS ")[2])
    before = found["restored"]
    assert (before["comments"], before["pending"], before["erased"]) == (3, 1, False)
    assert before["indexed"] is True
    assert "Not judged, not sealed." in before["words"]
    assert "there is a database and pictures already" in found["refused"]
    again = found["erased again"]
    assert again["erased"] is True
    assert not any(again["words"])
    assert "0 faults" in back.stdout and "Erased again: 1 accounts." in back.stdout
    one, two = (Path(place["REJOINDER_DATA"]) for place in hosts)
    assert (two / "secret_key").read_text() == (one / "secret_key").read_text()
    assert (two / "media" / "lead" / "0ff1.webp").read_bytes() == b"picture"
    [aside] = two.glob("replaced-*")
    assert (aside / "media" / "lead" / "0ff1.webp").exists()


@pytest.mark.django_db
def test_an_archive_of_a_newer_version_is_refused_and_one_of_an_older_is_not():
    restore._check_known(replace(manifest(), migrations=["comments.0001_initial"]))
    with pytest.raises(Unable, match="comments.9999_later"):
        restore._check_known(replace(manifest(), migrations=["comments.9999_later"]))


@pytest.mark.django_db
def test_an_archive_of_the_other_kind_of_database_is_refused(tmp_path):
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    with pytest.raises(Unable, match=f"The archive is of {other}"):
        dumping.check_can_load(replace(manifest(), vendor=other), tmp_path / "database")


@pytest.mark.django_db
def test_tables_that_differ_from_what_the_archive_says_are_named():
    make_user()
    said = dumping.described()
    assert restore._differences(said) == []
    more = replace(said, counts=said.counts | {"accounts_user": 7}, head=(9, "ab" * 32))
    assert restore._differences(more) == [
        "accounts_user: 1 rows, and the archive says 7",
        "the head of the log is not the one in the archive",
    ]


@pytest.mark.django_db
def test_a_tool_that_is_not_here_is_named_with_its_package(tmp_path, monkeypatch):
    monkeypatch.setattr(dumping, "_TOOLS", tmp_path)
    monkeypatch.setattr(dumping.shutil, "which", lambda name: None)
    with pytest.raises(Unable, match="sudo apt-get install postgresql-client-"):
        dumping._tool("pg_dump")


@pytest.mark.django_db
def test_erasures_are_repeated_for_who_is_there_and_no_admin():
    admin, gone = make_user(role="admin"), make_user()
    lines = ["", f"{gone.pk} 2026-11-23T18:00:00+00:00 words", f"{admin.pk} 2026-11-23 name"]
    again = erased_since.read([*lines, "999999 2026-11-23T18:00:00+00:00 name"])
    assert erased_since.repeat(again) == (1, [admin.pk])
    assert erased_since.repeat(again) == (0, [admin.pk])
    [line] = erased_since.lines()
    assert line.startswith(f"{gone.pk} ") and line.endswith(" words")
    with pytest.raises(ValueError, match="line 1 is no erasure"):
        erased_since.read(["somebody@example.org"])


def test_a_copy_holds_what_is_committed_while_another_writes(tmp_path):
    path = tmp_path / "db.sqlite3"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE facts (word TEXT)")
        writer.execute("INSERT INTO facts VALUES ('committed')")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO facts VALUES ('not yet')")
        copy_sqlite(path, tmp_path / "copy")
        writer.execute("COMMIT")
    with contextlib.closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT word FROM facts").fetchall() == [("committed",)]
