"""Every page that a reader or an editor can open, held against axe-core in both themes.

Which pages there are is read from the address table: a new one fails here until it is visited, or
named below as no page.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import axe_playwright_python
import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from articles.models import Guideline, HousePage, Tag
from comments import operations as comments
from moderation import operations as moderation
from moderation import reasons
from tests.browser.conftest import PATIENCE
from tests.factories import make_article, make_comment, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = {
    "desktop, light": {"width": 1280, "theme": "light", "language": "en"},
    "tablet, dark": {"width": 768, "theme": "dark", "language": "de"},
    "phone, dark, right to left": {"width": 360, "theme": "dark", "language": "ar"},
}
NOT_PAGES = {
    "answers in other forms": {
        *("lead_image", "article_feed", "section_feed", "discussion_feed", "sitemap", "robots"),
        *("healthz", "comment_state", "discussion_news", "discussion_fragments"),
        *("mfa_download_recovery_codes", "mfa_login_webauthn"),
    },
    "takes forms alone; what it refuses it shows on the page it came from": {
        *("post_comment", "preview", "rule", "settle_comment", "settle_profile", "undo_ruling"),
        *("revoke_token",),
    },
    "the framework's own, and only on a developer's machine": {"one_mail"},
    "leads on at once": {
        *("mfa_authenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
        *("account_confirm_login_code", "account_confirm_password_reset_code"),
        *("account_complete_password_reset", "account_set_password", "socialaccount_signup"),
    },
}


@dataclass
class Visits:
    """Paths by the name of their address; who: whose session opens them ("" is anyone)."""

    found: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, who: str, name: str, *args, query: str = "") -> None:
        self.found.setdefault(name, []).append((who, reverse(name, args=args) + query))


def page_names() -> set[str]:
    """The names of all addresses but those of the admin and the API, which have tests of their
    own."""

    def walk(resolver) -> Iterator[str]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLPattern):
                if pattern.name:
                    yield pattern.name
            elif not pattern.namespace:
                yield from walk(pattern)

    return set(walk(get_resolver()))


@dataclass
class House:
    reader: User
    editor: User
    visits: Visits


@pytest.fixture
def site(db) -> Iterator[str]:
    """A server on the test's own database. Not pytest-django's fixture: that empties every table
    afterwards, which those that are append-only refuse."""
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def house() -> House:
    """One of everything that can be on a page."""
    reader, writer, editor = make_user(), make_user(role="editor"), make_user(role="editor")
    Guideline.objects.update_or_create(
        code="respect",
        defaults={"title": "Respect people", "text": "Argue with words, not with persons."},
    )
    page = HousePage.objects.create(slug="terms", title="Terms", body="x", body_html="<p>x</p>")
    article = make_article(
        title="Who taught the feed to see", standfirst="What a hired eye learns.",
        question="What would you have asked first?",
    )  # fmt: skip
    article.bylines.create(author=writer, position=0)
    tag = Tag.objects.create(name="Data", slug="data")
    article.tags.add(tag)
    article.tag_list = [["data", "Data"]]
    article.save(update_fields=["tag_list"])
    choice = make_article(kind="choice", options=("Yes", "No"), question="Should it?")
    live = make_comment(article=article, body="It is *not* the work, it is the **waiting**.")
    deeper = live
    for number in range(9):
        deeper = make_comment(parent=deeper, body=f"> the waiting\n\nSo it was here, {number}.")
    written = make_comment(article=article, author=writer, body="Thank you for asking.")
    own = make_comment(article=article, author=reader, body="I did this for two years.")
    pending = make_comment(article=article, author=reader, body="One more.", status="pending")
    held = make_comment(
        article=article, author=reader, body="THEY NEVER ANSWERED ANY OF OUR LETTERS", status="held"
    )
    rejected = make_comment(
        article=article, author=reader, body="Nobody wants to read this.", status="pending"
    )
    moderation.rule(
        actor=editor,
        comment=rejected,
        revision_id=rejected.latest_id,
        outcome="reject",
        reason=next(iter(reasons.EDITOR)),
        note="Please say what happened.",
    )
    gone = make_comment(parent=live, author=reader, body="I take this back.")
    make_comment(parent=gone, body="What was it?")
    comments.withdraw_comment(actor=reader, comment=gone)
    make_comment(article=choice, choice=choice.call_to_action.options.first(), body="Of course.")
    moderation.report(comment=live, reporter=reader, reason="off_topic", note="Is it?")
    moderation.report(profile=live.author, reporter=reader, reason="name", note="")
    visits = Visits()
    for who in ("", "reader"):
        visits.add(who, "front")
        visits.add(who, "article", article.slug)
        visits.add(who, "article", choice.slug)
        visits.add(who, "comment", live.pk)
        visits.add(who, "comment", deeper.pk)
        visits.add(who, "profile", live.author_id)
        visits.add(who, "languages")
    visits.add("", "article", article.slug, query="?sort=best")
    visits.add("", "section", "society")
    visits.add("", "tag", tag.slug)
    visits.add("", "house_page", page.slug)
    visits.add("", "draft", article.share_token)
    for name in (
        *("account_login", "account_signup", "account_reset_password", "account_inactive"),
        *("account_request_login_code", "account_email_verification_sent"),
        *("account_password_reset_completed", "socialaccount_login_cancelled"),
        *("socialaccount_login_error",),
    ):
        visits.add("", name)
    for name in (
        *("my_comments", "notifications", "my_account", "tokens", "erase_account"),
        *("account_email", "account_change_password", "account_reauthenticate", "account_logout"),
        *("mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn"),
        *("socialaccount_connections", "usersessions_list"),
    ):
        visits.add("reader", name)
    for name in ("reply_to_comment", "report_comment", "react_to_comment"):
        visits.add("reader", name, live.pk)
    for name in ("edit_comment", "withdraw_comment", "comment"):
        visits.add("reader", name, own.pk)
    for pk in (pending.pk, held.pk, rejected.pk, written.pk):
        visits.add("reader", "comment", pk)
    visits.add("reader", "report_profile", live.author_id)
    for name in ("desk", "desk_reported", "desk_decided"):
        visits.add("editor", name)
    visits.add("editor", "article", article.slug)
    return House(reader, editor, visits)


def session_of(user: User) -> str:
    """The cookie of somebody who has just proved who they are."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_no_page_is_forgotten(house):
    no_pages = set().union(*NOT_PAGES.values())
    assert page_names() - no_pages == set(house.visits.found)


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_axe_finds_nothing(house, site, browser, look):
    faults: list = []
    said: list[str] = []
    width = look["width"]
    for who in ("", "reader", "editor"):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=look["theme"],
            reduced_motion="reduce",
            locale=look["language"],
        )
        if who:
            cookie = session_of(getattr(house, who))
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}]
            )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        paths = [p for visits in house.visits.found.values() for w, p in visits if w == who]
        for path in [*paths, "/nowhere/"]:
            faults += examine(page, site, path, width)
        context.close()
    assert faults == []
    assert [line for line in said if "status of 404" not in line] == []


def examine(page, site: str, path: str, width: int) -> list:
    """What is wrong with one page: its answer, its width, and what axe-core says."""
    answer = page.goto(site + path)
    here = page.url.removeprefix(site)
    if answer.status != (404 if path == "/nowhere/" else 200) or here != path:
        return [(path, answer.status, here)]
    # Whatever opens lies open: what is folded away would not be looked at.
    page.evaluate("document.querySelectorAll('main details').forEach((each) => (each.open = true))")
    found = [(path, "wider than the screen")] if wide(page) > width else []
    page.evaluate(AXE + ";0")
    result = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return found + [
        (path, broken["id"], [node["html"][:160] for node in broken["nodes"]][:3])
        for broken in result["violations"]
    ]


def wide(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")
