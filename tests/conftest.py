"""What every test shares: where state lives, what may be skipped, and quiet brokers."""

import os
import shutil
import tempfile
from importlib import import_module
from pathlib import Path

import pytest

# Before settings are read: tests keep their state out of the house's own var/.
_DATA = Path(tempfile.mkdtemp(prefix="rejoinder-test-"))
os.environ["REJOINDER_DATA"] = str(_DATA)
os.environ.setdefault("REJOINDER_ENV", "development")
os.environ.setdefault("SECRET_KEY", "for tests alone, and of no value to anyone who reads it")

NO_SKIPS = os.environ.get("REJOINDER_NO_SKIPS") == "1"


def pytest_unconfigure() -> None:
    shutil.rmtree(_DATA, ignore_errors=True)


def chromium() -> str | None:
    """The system's Chromium, if it has one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(items) -> None:
    if chromium():
        return
    missing = pytest.mark.skip(reason="no Chromium on this machine")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(missing)


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
    """Cheap password hashes, plain static names, and no list of phrases left from another test."""
    # Imported here: this file is read before Django is set up.
    import_module("moderation.intake").lists_of.cache_clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
