"""A real Chromium, started once for all browser tests."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.conftest import chromium

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PATIENCE = 20_000  # milliseconds for one step on a busy machine
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def quick_site(db) -> Iterator[str]:
    """The address of a server on the test's own database, without worker or Redis.

    Not pytest-django's own fixture: that empties every table afterwards, which those that are
    append-only refuse.
    """
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def new_page(browser):
    """Opens pages that share nothing; fails the test on any console error or foreign request."""
    contexts, faults = [], []

    def open_page(**options) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on(
            "console",
            lambda said: (
                faults.append(said.text)
                # A status the test provokes on purpose is logged by Chromium as a failed resource.
                if said.type == "error" and "status of 4" not in said.text
                else None
            ),
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda request: (
                faults.append(f"foreign: {request.url}")
                if "//localhost:" not in request.url and not request.url.startswith("data:")
                else None
            ),
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, faults
