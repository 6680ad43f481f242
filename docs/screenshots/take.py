"""Photographs the demo site: `make screenshots`, or `python -m docs.screenshots.take --all FOLDER`.

Opens a site of its own with demo content, signs in as its people, and writes the pages of SHOTS in
this folder; with --all, every page of PAGES at three widths in both themes, to be looked at.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.site import RunningSite

HERE = Path(__file__).parent
PASSWORD = "rejoinder-demo"
ARTICLE = "/articles/who-taught-the-feed-to-see/"
CHOICE = "/articles/averley-votes-on-its-streetlights/"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"]
SIZES = {"phone": (360, 740), "tablet": (768, 1024), "desktop": (1280, 860)}
READER, EDITOR, ADMIN = "marisol@example.org", "odile@example.org", "tamsin@example.org"


@dataclass(frozen=True)
class Place:
    """who: an address of the demo's, or nobody; at: what is scrolled to the top of the picture."""

    path: str
    who: str = ""
    at: str = ""
    language: str = "en"


PAGES = {
    "front": Place("/"),
    "article": Place(ARTICLE),
    "question": Place(ARTICLE, READER, "#question"),
    "choice": Place(CHOICE, READER, "#question"),
    "discussion": Place(ARTICLE, "", "#discussion"),
    "own": Place(ARTICLE, READER, "#mine"),
    "arabic": Place(ARTICLE, READER, "#question", "ar"),
    "search": Place("/search/?q=screen"),
    "my-comments": Place("/my/comments/", READER),
    "notifications": Place("/my/notifications/", READER),
    "account": Place("/account/", READER),
    "sign-in": Place("/accounts/login/"),
    "desk": Place("/desk/", EDITOR),
    "dashboard": Place("/admin/", ADMIN),
    "policy": Place("/admin/moderation/policy/add/", ADMIN),
    "article-policy": Place("/admin/moderation/articlepolicy/add/", ADMIN),
    "guidelines": Place("/pages/guidelines/"),
    "lost": Place("/nowhere/"),
}
# Those that are kept: page, size, theme.
SHOTS = (
    ("front", "desktop", "light"),
    ("front", "phone", "dark"),
    ("article", "desktop", "light"),
    ("article", "phone", "light"),
    ("question", "desktop", "light"),
    ("question", "phone", "dark"),
    ("choice", "phone", "light"),
    ("discussion", "desktop", "light"),
    ("discussion", "desktop", "dark"),
    ("discussion", "phone", "light"),
    ("own", "desktop", "light"),
    ("own", "phone", "dark"),
    ("arabic", "desktop", "light"),
    ("search", "desktop", "light"),
    ("notifications", "phone", "light"),
    ("account", "desktop", "light"),
    ("desk", "desktop", "light"),
    ("desk", "desktop", "dark"),
    ("dashboard", "desktop", "light"),
    ("dashboard", "desktop", "dark"),
)


@contextmanager
def browser_on() -> Iterator[Browser]:
    """The system's Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


class Photographer:
    """One browser on one site, with a session for each person who has signed in."""

    def __init__(self, site: RunningSite, browser: Browser) -> None:
        self.site, self.browser = site, browser
        self._sessions: dict[str, dict] = {}

    def _session(self, who: str) -> dict | None:
        if who and who not in self._sessions:
            page = self.browser.new_page()
            page.goto(f"{self.site.url}/accounts/login/")
            page.locator("input[name=login]").fill(who)
            page.locator("input[name=password]").fill(PASSWORD)
            page.locator("form:has(input[name=password]) button").first.click()
            page.wait_for_url(f"{self.site.url}/")
            self._sessions[who] = page.context.storage_state()
            page.context.close()
        return self._sessions.get(who)

    def take(self, place: Place, size: str, theme: str, target: Path) -> None:
        """Write one picture."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            locale=place.language,
            timezone_id="Europe/Lisbon",
            storage_state=self._session(place.who),
        )
        page = context.new_page()
        page.goto(self.site.url + place.path)
        page.wait_for_load_state("networkidle")
        if place.at:
            _to_the_top(page, place.at)
        page.screenshot(path=target)
        context.close()


def _to_the_top(page: Page, selector: str) -> None:
    page.locator(selector).first.evaluate(
        "found => scrollTo(0, found.getBoundingClientRect().top + scrollY - 24)"
    )
    page.wait_for_timeout(200)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every page, size and theme")
    parser.add_argument("--only", default="", help="pages whose name holds this")
    options = parser.parse_args()
    shots = SHOTS
    if options.all:
        options.all.mkdir(parents=True, exist_ok=True)
        shots = [(p, s, t) for p in PAGES for s in SIZES for t in ("light", "dark")]
    os.environ["REJOINDER_RELAXED_SIGN_IN_LIMITS"] = "true"
    with (
        tempfile.TemporaryDirectory(prefix="rejoinder-shots-") as folder,
        RunningSite(data_dir=Path(folder)) as site,
        browser_on() as browser,
    ):
        photographer = Photographer(site, browser)
        for page, size, theme in shots:
            if options.only in page:
                target = (options.all or HERE) / f"{page}-{size}-{theme}.png"
                photographer.take(PAGES[page], size, theme, target)
                print(target.name)


if __name__ == "__main__":
    main()
