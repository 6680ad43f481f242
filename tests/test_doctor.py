"""Each check of the doctor is driven into failing, and a house that is well has no finding."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts.models import User
from articles.models import HousePage
from config import defaults, doctor
from config.doctor import data, machine, services
from moderation.models import DecisionRecord, Figure
from moderation.operations import judging
from moderation.scorer import WeightsError
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db
REDIS = {"redis_version": "7.0.15", "maxmemory_policy": "noeviction", "aof_enabled": 1}
# What the databases of tests differ in from a site's: in memory, and their owner's.
USUAL = {"PRAGMA journal_mode": "wal", "SELECT rolsuper": False}


@pytest.fixture
def house(settings, monkeypatch, tmp_path: Path) -> SimpleNamespace:
    """A house in production that lacks nothing. answers: what the database says when asked."""
    chosen: dict[str, Any] = {
        "DEVELOPMENT": False,
        "HTTPS": True,
        "SITE_URL": "https://news.dublin-courier.ie",
        "ALLOWED_HOSTS": ["news.dublin-courier.ie", "127.0.0.1"],
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SECRET_KEY": "c9U0vS7Nf1q-T3xY5zB8mK2wR6hJ4dL0pG9aE7sQ1uV5oC3iXtZ",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.dublin-courier.ie",
        "EMAIL_USE_TLS": True,
        "DEFAULT_FROM_EMAIL": "News <news@dublin-courier.ie>",
        "ACCOUNT_RATE_LIMITS": {"legal_notice": "10/h/ip"},
        "DATA_DIR": tmp_path / "data",
        "STATIC_ROOT": tmp_path / "data" / "static",
        "LOG_HEAD_FILE": tmp_path / "data" / "head",
        "SILENCED_SYSTEM_CHECKS": ["async.E001"],  # the tests of browsers need its variable
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
    }
    for name, value in chosen.items():
        setattr(settings, name, value)
    settings.STATIC_ROOT.mkdir(parents=True)
    settings.DATA_DIR.chmod(0o700)
    (settings.STATIC_ROOT / "staticfiles.json").write_text("{}")
    call_command("createcachetable", verbosity=0)
    answers, ask = dict(USUAL), data._ask

    def answer(question: str) -> object:
        told = [said for start, said in answers.items() if question.startswith(start)]
        return told[0] if told else ask(question)

    monkeypatch.setattr(data, "_ask", answer)
    redis: dict[str, Any] | None = dict(REDIS)
    found = SimpleNamespace(settings=settings, patch=monkeypatch, answers=answers, redis=redis)
    monkeypatch.setattr(services, "broker_facts", lambda: found.redis)
    Figure.objects.create(pk=judging.SWEPT_FIGURE, value=0)
    admin = make_user(role="admin")
    Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={})
    return found


def test_a_house_that_is_well_has_no_finding(house):
    assert doctor.examine() == []


def say(**chosen: Any) -> Callable[[SimpleNamespace], None]:
    """Settings that are otherwise than in a house that is well."""

    def change(house: SimpleNamespace) -> None:
        for name, value in chosen.items():
            setattr(house.settings, name, value)

    return change


def answer(start: str, said: object) -> Callable[[SimpleNamespace], None]:
    return lambda house: house.answers.update({start: said})


def redis(**said: object) -> Callable[[SimpleNamespace], None]:
    return lambda house: house.redis.update(said)


def mounted(kind: str) -> Callable[[SimpleNamespace], None]:
    def change(house: SimpleNamespace) -> None:
        mounts = house.settings.DATA_DIR / "mounts"
        place = house.settings.DATA_DIR
        mounts.write_text(f"/dev/vda1 / ext4 rw 0 0\nhost:/x {place} {kind} rw 0 0\n")
        house.patch.setattr(machine, "MOUNTS", mounts)

    return change


def open_folder(house: SimpleNamespace) -> None:
    house.settings.DATA_DIR.chmod(0o755)


def readable_key(house: SimpleNamespace) -> None:
    path = house.settings.DATA_DIR / "secret_key"
    path.write_text("secret")
    path.chmod(0o644)


def locked_folder(house: SimpleNamespace) -> None:
    house.patch.setattr(os, "access", lambda path, mode: False)


def room(free: int) -> Callable[[SimpleNamespace], None]:
    return lambda house: house.patch.setattr(machine, "free_bytes", lambda: free)


def no_static(house: SimpleNamespace) -> None:
    (house.settings.STATIC_ROOT / "staticfiles.json").unlink()


def no_weights(house: SimpleNamespace) -> None:
    def load() -> None:
        raise WeightsError("damaged")

    house.patch.setattr(machine, "load", load)


def other_weights(house: SimpleNamespace) -> None:
    house.patch.setattr(machine, "load", lambda: SimpleNamespace(version="0123456789abcdef"))


def no_database(house: SimpleNamespace) -> None:
    def refuse(question: str) -> None:
        raise OperationalError("refused")

    house.patch.setattr(data, "_ask", refuse)


def on_postgresql(house: SimpleNamespace, version: int = 16, **answers: object) -> None:
    """Have the checks see a PostgreSQL, whatever these tests run on."""
    seen = SimpleNamespace(vendor="postgresql", get_database_version=lambda: (version, 4))
    house.patch.setattr(data, "connection", seen)
    pooled = {"default": {"OPTIONS": {"pool": {"max_size": 10}}}}
    house.patch.setattr(data, "settings", SimpleNamespace(WEB_WORKERS=1, DATABASES=pooled))
    usual = {
        "SHOW server_encoding": "UTF8",
        "SHOW max_connections": "100",
        "SELECT extract": timezone.now().timestamp(),
    }
    house.answers.update(usual | answers)


def postgresql(version: int = 16, **answers: object) -> Callable[[SimpleNamespace], None]:
    said = {"encoding": "SHOW server_encoding", "superuser": "SELECT rolsuper",
            "most": "SHOW max_connections", "clock": "SELECT extract"}  # fmt: skip
    return lambda house: on_postgresql(
        house, version, **{said[name]: value for name, value in answers.items()}
    )


def database_ahead(house: SimpleNamespace) -> None:
    postgresql(clock=timezone.now().timestamp() + 5)(house)


def on_sqlite(house: SimpleNamespace) -> None:
    house.patch.setattr(data, "connection", SimpleNamespace(vendor="sqlite"))


def slow_journal(house: SimpleNamespace) -> None:
    on_sqlite(house)
    house.answers["PRAGMA journal_mode"] = "delete"


def old_sqlite(house: SimpleNamespace) -> None:
    on_sqlite(house)
    house.patch.setattr(data.sqlite3, "sqlite_version_info", (3, 31, 1))


def decided_tomorrow(house: SimpleNamespace) -> None:
    on_sqlite(house)
    ahead = timezone.now() + timedelta(hours=1)
    house.answers["SELECT max(at)"] = ahead.replace(tzinfo=None).isoformat(" ")


def lacking_migration(house: SimpleNamespace) -> None:
    MigrationRecorder(connection).record_unapplied("comments", "0003_search")


def no_cache_table(house: SimpleNamespace) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE cache")


def unsealed_decision(house: SimpleNamespace) -> None:
    record = judging.judge(comment_id=make_comment(status="pending").pk)
    columns = ("comment_id", "revision_id", "outcome", "status_before", "software")
    DecisionRecord.objects.create(
        **{name: getattr(record, name) for name in columns},
        at=timezone.now() - timedelta(minutes=5),
    )


def no_redis(house: SimpleNamespace) -> None:
    house.redis = None


def never_swept(house: SimpleNamespace) -> None:
    Figure.objects.all().delete()


def swept_long_ago(house: SimpleNamespace) -> None:
    Figure.objects.update(at=timezone.now() - timedelta(minutes=10))


def no_admin(house: SimpleNamespace) -> None:
    for user in User.objects.all():
        user.groups.clear()


def editor_without_key(house: SimpleNamespace) -> None:
    make_user(role="editor")


def unfilled_page(house: SimpleNamespace) -> None:
    defaults.write_defaults()
    assert HousePage.objects.count() > 3


FAILING = [
    ("environment", "error", "DEBUG", say(DEBUG=True)),
    ("environment", "error", "demo passwords", say(DEVELOPMENT=True)),
    ("address", "error", "in the open", say(HTTPS=False, SITE_URL="http://news.dublin-courier.ie")),
    ("address", "warning", "this machine alone",
     say(SITE_URL="http://localhost:8000", ALLOWED_HOSTS=["localhost"], HTTPS=False)),
    ("hosts", "error", "any name", say(ALLOWED_HOSTS=["*"])),
    ("hosts", "error", "lacks the host", say(ALLOWED_HOSTS=["courier.example", "127.0.0.1"])),
    ("proxy", "error", "for ever", say(SECURE_PROXY_SSL_HEADER=None)),
    ("proxy", "warning", "claim any address", say(BIND="0.0.0.0")),
    ("secret", "error", "guessed", say(SECRET_KEY="short")),
    ("secret", "error", "guessed", say(SECRET_KEY="a" * 80)),
    ("mail", "error", "No mail leaves",
     say(EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend")),
    ("mail", "warning", "in the open", say(EMAIL_USE_TLS=False)),
    ("sender", "error", "nobody's", say(DEFAULT_FROM_EMAIL="News <noreply@example.org>")),
    ("sender", "error", "nobody's", say(DEFAULT_FROM_EMAIL="News")),
    ("sender", "warning", "another domain", say(DEFAULT_FROM_EMAIL="news@elsewhere.ie")),
    ("limits", "error", "without end", say(ACCOUNT_RATE_LIMITS={"login": "10000/m/ip"})),
    ("metrics_token", "warning", "by trying", say(METRICS_TOKEN="short")),
    ("time_zone", "error", "no zone", say(PUBLISHER_TIME_ZONE="Europe/Nowhere")),
    ("catalogues", "error", "does not speak", say(LANGUAGE_CODE="xx")),
    ("catalogues", "error", "fr are missing", say(LOCALE_PATHS=[Path("/nowhere")])),
    ("framework", "warning", "security.W008", say(SECURE_SSL_REDIRECT=False)),
    ("file_system", "error", "network share (nfs4)", mounted("nfs4")),
    ("permissions", "warning", "every user", open_folder),
    ("permissions", "error", "secret_key", readable_key),
    ("permissions", "error", "cannot be written to", locked_folder),
    ("room", "warning", "500 MB", room(500_000_000)),
    ("room", "error", "5 MB", room(5_000_000)),
    ("static_files", "error", "not collected", no_static),
    ("scorer", "error", "damaged", no_weights),
    ("scorer", "warning", "0123456789abcdef", other_weights),
    ("log_head_file", "error", "is not kept", say(LOG_HEAD_FILE=Path("/nowhere/at/all/head"))),
    ("reachable", "error", "does not answer", no_database),
    ("sqlite", "error", "not wal", slow_journal),
    ("sqlite", "error", "older than 3.35", old_sqlite),
    ("postgresql", "error", "older than 15", postgresql(version=14)),
    ("postgresql", "error", "SQL_ASCII", postgresql(encoding="SQL_ASCII")),
    ("postgresql", "warning", "superuser", postgresql(superuser=True)),
    ("postgresql", "warning", "may want 10 connections", postgresql(most="8")),
    ("clock", "warning", "5 s away from the database's", database_ahead),
    ("clock", "error", "lies ahead", decided_tomorrow),
    ("migrations", "error", "comments.0003_search", lacking_migration),
    ("cache_table", "error", "no table", no_cache_table),
    ("log", "error", "not sealed within", unsealed_decision),
    ("broker", "error", "does not answer", no_redis),
    ("broker", "error", "older than 6.0", redis(redis_version="5.0.7")),
    ("broker", "error", "allkeys-lru", redis(maxmemory_policy="allkeys-lru")),
    ("broker", "warning", "forgets", redis(aof_enabled=0)),
    ("worker", "error", "ever run", never_swept),
    ("worker", "error", "600 s ago", swept_long_ago),
    ("admins", "error", "no admin", no_admin),
    ("second_factors", "warning", "1 of those", editor_without_key),
    ("house_pages", "warning", "imprint", unfilled_page),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "severity", "told", "fail"), FAILING, ids=[f"{f[0]}: {f[2]}" for f in FAILING]
)
def test_what_is_wrong_is_named_with_its_fix(house, check, severity, told, fail):
    fail(house)
    asked = next(each for each in doctor.CHECKS if each.__name__ == check)
    found = [each for each in asked() if told in each.text]
    assert [(each.severity, each.check) for each in found] == [(severity, check)], list(asked())
    assert found[0].fix


def test_every_check_is_driven_into_failing():
    assert {check.__name__ for check in doctor.CHECKS} == {check for check, *_rest in FAILING}


def test_a_check_that_cannot_be_done_is_a_finding_without_its_words(house, monkeypatch):
    def broken():
        raise RuntimeError("a secret")
        yield

    monkeypatch.setattr(doctor, "CHECKS", (broken, *doctor.CHECKS))
    [found] = doctor.examine()
    assert (found.severity, found.check) == ("error", "broken")
    assert "RuntimeError" in found.text and "a secret" not in found.line()


def examined(*words: str) -> tuple[str, int]:
    out = StringIO()
    try:
        call_command("doctor", *words, stdout=out)
    except SystemExit as ended:
        return out.getvalue(), int(ended.code)
    return out.getvalue(), 0


def test_only_an_error_makes_it_fail(house):
    said, code = examined()
    assert (said.splitlines(), code) == ([f"{len(doctor.CHECKS)} checks, 0 findings."], 0)
    editor_without_key(house)
    said, code = examined()
    assert said.startswith("WARNING second_factors: 1 of those") and code == 0
    no_redis(house)
    said, code = examined("--json")
    assert [(each["severity"], each["check"]) for each in json.loads(said)] == [
        ("error", "broker"),
        ("warning", "second_factors"),
    ]
    assert code == 1
