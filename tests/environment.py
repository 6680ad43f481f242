"""The environment of a test run; loaded before Django's settings are read."""

import os
import shutil
import tempfile
from pathlib import Path

_data = Path(tempfile.mkdtemp(prefix="rejoinder-test-"))
os.environ |= {
    "REJOINDER_DATA": str(_data),
    "REJOINDER_ENV": "development",
    # Playwright keeps a loop running in this thread; Django would take our tests for async code.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}
os.environ.setdefault("SECRET_KEY", "for tests alone, and of no value to anyone who reads it")


def pytest_unconfigure() -> None:
    shutil.rmtree(_data, ignore_errors=True)
