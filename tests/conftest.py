"""What every test shares: what may be skipped, and a quick house."""

import json
import os
import shutil
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import settings
from pytest_django.plugin import blocking_manager_key

# For `make fuzz`.
settings.register_profile("deep")
pytest_plugins = ["tests.site"]
# What only PostgreSQL can show is collected only there: see tests/postgres.sh.
if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
    collect_ignore = ["test_move_to_postgres.py"]
NO_SKIPS = os.environ.get("REJOINDER_NO_SKIPS") == "1"


def chromium() -> str | None:
    """The system's Chromium, if it has one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


# The longest files of all, the longest first.
LONGEST = ("browser/test_hostile.py", "faults/test_scorer.py", "browser/test_every_page.py")


def _later(item) -> tuple[int, bool]:
    """What runs long begins first, so that no process ends alone with it."""
    length = [item.path.match(name) for name in LONGEST]
    place = length.index(True) if True in length else len(LONGEST)
    return place, {"browser", "site"}.isdisjoint(item.keywords)


def pytest_collection_modifyitems(items) -> None:
    items.sort(key=_later)
    if chromium():
        return
    missing = pytest.mark.skip(reason="no Chromium on this machine")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(missing)


WRITTEN: list[str] = []  # what migrations wrote, once there is a database


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    with django_db_blocker.unblock():
        WRITTEN.append(connection.creation.serialize_db_to_string())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem) -> Iterator[None]:
    """Bring back what migrations wrote: a test with transactions of its own empties every table
    afterwards, and with several processes other tests come after it."""
    yield
    marks = [mark for mark in item.iter_markers("django_db") if mark.kwargs.get("transaction")]
    emptied = marks or not {"transactional_db", "live_server"}.isdisjoint(item.fixturenames)
    # After the last of all tests the database is gone.
    if emptied and nextitem is not None:
        with item.config.stash[blocking_manager_key].unblock():
            there = set(apps.get_model("contenttypes.ContentType").objects.values_list("app_label"))
            rows = json.loads(WRITTEN[0])
            made = ("contenttypes.contenttype", "auth.permission") if there else ()
            kept = [row for row in rows if row["model"] not in made]
            connection.creation.deserialize_db_from_string(json.dumps(kept))


def pytest_terminal_summary(terminalreporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("skipped, by name")
        for report in skipped:
            terminalreporter.line(f"{report.nodeid}: {report.longrepr[-1]}")


def pytest_sessionfinish(session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if NO_SKIPS and reporter and reporter.stats.get("skipped"):
        reporter.line("REJOINDER_NO_SKIPS is set: a skip is a failure", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True)
def _quick_house(settings):
    """Cheap password hashes, plain static names, and nothing kept from a moment or a test ago."""
    # Imported here: this file is read before Django is set up.
    import_module("moderation.intake").lists_of.cache_clear()
    import_module("moderation.intake").own_rules.cache_clear()
    import_module("articles.standing_texts").forget()
    import_module("moderation.reasons").forget()
    import_module("accounts.daily_keys").forget_cached()
    settings.VERSION_KEPT = 0.0
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
