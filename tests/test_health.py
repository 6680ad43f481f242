"""What machines ask: whether it lives, whether it is ready, and who may read the metrics."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config import facts, health


@pytest.fixture(autouse=True)
def _asked_anew():
    health.forget()
    facts.forget()


@pytest.fixture
def whole(db):
    """A house as `manage.py prepare` leaves it."""
    call_command("createcachetable", verbosity=0)


def test_it_lives_without_its_database(client):
    # No database mark: a query would fail this test.
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_a_house_that_is_whole_is_ready_and_a_broker_that_is_away_is_only_told(client, whole):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "parts": {
            "database": "ok",
            "migrations": "ok",
            "cache": "ok",
            "broker": "away",  # no test starts one
            "disk": "ok",
        },
    }


def test_a_migration_that_is_missing_makes_it_not_ready_and_one_too_many_does_not(client, whole):
    applied = MigrationRecorder(connection)
    applied.record_applied("comments", "9999_of_a_newer_version")
    assert client.get("/readyz").status_code == 200
    health.forget()
    applied.record_unapplied("comments", "0003_search")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["migrations"] == "missing"


def test_a_cache_without_its_table_makes_it_not_ready(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS cache")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"] | {"broker": ""} == {
        **dict.fromkeys(health.PARTS, "ok"),
        "cache": "away",
        "broker": "",
    }


def test_a_full_disk_makes_it_not_ready(client, whole, monkeypatch):
    monkeypatch.setattr(health, "ROOM", 2**62)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["disk"]) == (503, "full")


def test_an_answer_is_kept_for_two_seconds_however_often_it_is_asked(
    client, whole, django_assert_num_queries
):
    client.get("/readyz")
    with django_assert_num_queries(0):
        assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", sorted(health.PROBES))
def test_probes_call_it_by_any_address_and_are_never_sent_elsewhere(client, whole, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["news.example.org"]
    settings.METRICS_TOKEN = "token-of-the-test"
    answer = client.get(
        path, headers={"host": "10.1.2.3:8000", "authorization": "Bearer token-of-the-test"}
    )
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    # Any other page keeps to the names it has.
    assert client.get("/", headers={"host": "10.1.2.3:8000"}).status_code == 400


FORWARDED = {"x-forwarded-for": "203.0.113.9"}


@pytest.mark.parametrize(
    ("peer", "headers", "token", "status"),
    [
        ("127.0.0.1", {"host": "127.0.0.1:8000"}, "", 200),
        ("127.0.0.1", {"host": "localhost:8000"}, "", 200),
        ("::1", {"host": "[::1]:8000"}, "", 200),
        ("::ffff:127.0.0.1", {"host": "127.0.0.1"}, "", 200),
        # A proxy on this machine passes others on.
        ("127.0.0.1", {"host": "127.0.0.1", **FORWARDED}, "", 404),
        ("127.0.0.1", {"host": "127.0.0.1", "x-forwarded-proto": "https"}, "", 404),
        # A browser on this machine, led here by a name that is not ours.
        ("127.0.0.1", {"host": "rebound.example.net:8000"}, "", 404),
        ("10.1.2.3", {"host": "127.0.0.1"}, "", 404),
        ("", {"host": "127.0.0.1"}, "", 404),
        ("10.1.2.3", {"host": "x", "authorization": "Bearer s3cret"}, "s3cret", 200),
        ("127.0.0.1", {**FORWARDED, "authorization": "Bearer s3cret"}, "s3cret", 200),
        ("10.1.2.3", {"host": "x", "authorization": "Bearer S3cret"}, "s3cret", 404),
        ("10.1.2.3", {"host": "x", "authorization": "Bearer "}, "", 404),
        ("10.1.2.3", {"host": "x", "authorization": "Bearer é"}, "s3cret", 404),
    ],
)  # fmt: skip
def test_metrics_are_for_this_machine_and_for_who_has_the_token(
    client, whole, settings, peer, headers, token, status
):
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", REMOTE_ADDR=peer, headers=headers).status_code == status
