"""A site has one clock: a second stands by, and takes over when the first has died."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from config.beat import STANDING_BY, AdvisoryPlace, FilePlace, OneBeat, place
from config.celery import app
from tests.record.own_database import OwnDatabase

# Run by itself: a beat that says when it offers something, and looks for its place quickly.
BEAT = """
import sys
from config import beat, celery

class Told(beat.OneBeat):
    producer = None

    def apply_entry(self, entry, producer=None):
        print("rang", flush=True)

beat.STANDING_BY = 0.1
celery.app.conf.beat_schedule = {"often": {"task": "record.seal", "schedule": 0.1}}
print("began", flush=True)
celery.app.Beat(scheduler_cls=Told, schedule=PLAN, loglevel="WARNING", quiet=True).run()
"""


class Told(OneBeat):
    """Notes what it offers, and needs no Redis for it."""

    producer = None

    def __init__(self, *args, **kwargs) -> None:
        self.offered = 0
        super().__init__(*args, **kwargs)

    def apply_entry(self, entry, producer=None) -> None:
        self.offered += 1


@pytest.fixture
def two_places(tmp_path: Path, django_db_serialized_rollback, transactional_db) -> Iterator[list]:
    made = [
        AdvisoryPlace() if connection.vendor == "postgresql" else FilePlace(tmp_path / "beat")
        for _ in range(2)
    ]
    yield made
    for each in made:
        each.leave()


def test_one_place_is_held_by_one(two_places):
    one, two = two_places
    assert not one.held()
    assert one.take() and one.held()
    assert not two.take() and not two.held()
    one.leave()
    assert not one.held() and two.take()


def test_the_place_is_that_of_the_database(django_db_serialized_rollback, transactional_db):
    kinds = {"postgresql": AdvisoryPlace, "sqlite": FilePlace}
    assert type(place()) is kinds[connection.vendor]


@pytest.fixture
def two_beats(two_places, tmp_path: Path, monkeypatch) -> Iterator[list[Told]]:
    monkeypatch.setitem(app.conf, "beat_schedule", {"o": {"task": "record.seal", "schedule": 0.0}})
    made = []
    for number, one in enumerate(two_places):
        monkeypatch.setattr("config.beat.place", lambda one=one: one)
        made.append(Told(app, schedule_filename=str(tmp_path / f"plan{number}")))
    yield made
    for each in made:
        each.close()


def test_who_stands_by_offers_nothing_and_leaves_the_plan_alone(two_beats, tmp_path, caplog):
    one, two = two_beats
    assert one.tick() == 0 and one.tick() == 0
    assert two.tick() == STANDING_BY and two.tick() == STANDING_BY
    assert (one.offered, two.offered) == (2, 0)
    assert {path.stem for path in tmp_path.glob("plan*")} == {"plan0"}
    assert caplog.messages == ["another beat runs: this one stands by"]


def test_who_stood_by_takes_over(two_beats):
    one, two = two_beats
    one.tick()
    assert two.tick() == STANDING_BY
    one.close()
    two.tick()
    assert two.offered == 1
    assert one.tick() == STANDING_BY, "and the first stands by when it is back"


def test_who_lost_the_place_stops_offering(two_beats):
    """PostgreSQL restarted, say: the lock went with the session."""
    one, two = two_beats
    one.tick()
    one.place.leave()
    two.tick()
    assert one.tick() == STANDING_BY
    assert (one.offered, two.offered) == (1, 1)


def test_a_database_that_is_away_is_asked_again(two_beats, monkeypatch, caplog):
    one, _two = two_beats

    def away() -> bool:
        raise connection.Database.OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(one.place, "take", away)
        assert one.tick() == STANDING_BY
    assert "the clock cannot ask for its place (OperationalError)" in caplog.messages
    one.tick()
    assert one.offered == 1


def test_a_killed_beat_is_followed_by_the_one_that_stood_by(
    tmp_path, django_db_serialized_rollback, transactional_db
):
    with beat(tmp_path / "one") as one:
        assert line(one) == "rang"
        with beat(tmp_path / "two") as two:
            assert "stands by" in line(two)
            one.send_signal(signal.SIGKILL)
            one.wait(10)
            assert line(two) == "rang"


@contextmanager
def beat(plan: Path) -> Iterator["subprocess.Popen[str]"]:
    """A beat of its own on the tests' database; it asks for no table."""
    url = f"sqlite:///{plan.parent}/db.sqlite3"
    if connection.vendor == "postgresql":
        url = f"postgres:///{connection.settings_dict['HOST']}/{connection.settings_dict['NAME']}"
    process = OwnDatabase(plan.parent, os.environ.get("PGUSER", ""), url).begin(
        BEAT.replace("PLAN", repr(str(plan)))
    )
    try:
        assert line(process) == "began"
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()
