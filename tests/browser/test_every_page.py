"""Every page that a reader or an editor can open, held against axe-core in both themes.

Which pages there are is read from the address table: a new one fails here until it is visited, or
named below as no page.
"""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import axe_playwright_python
import pytest
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.models import User
from tests.browser.conftest import PATIENCE
from tests.browser.house import furnish

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = {
    "desktop, light": {"width": 1280, "theme": "light", "language": "en"},
    # In the language with the longest words; every third page is enough to see what they do.
    "tablet, dark": {"width": 768, "theme": "dark", "language": "de", "every": 3},
    "phone, dark, right to left": {"width": 360, "theme": "dark", "language": "ar"},
}
ODD = {"/nowhere/": 404, "/accounts/3rdparty/login/error/": 401}
NOT_PAGES = {
    "answers in other forms": {
        *("lead_image", "article_feed", "section_feed", "discussion_feed", "sitemap", "robots"),
        *("comment_state", "discussion_news", "discussion_fragments"),
        *("mfa_download_recovery_codes", "mfa_login_webauthn", "export_json", "export_html"),
        *("desk_card", "desk_changes", "log_head"),
    },
    "takes forms alone; what it refuses it shows on the page it came from": {
        *(
            "post_comment",
            "preview",
            "rule",
            "settle_comment",
            "unsettle_comment",
            *("settle_comments", "unsettle_comments"),
            "settle_profile",
            "undo_ruling",
        ),
        *("appeal", "rule_on_appeal", "settle_legal_notice", "pick_comment", "desk_pick"),
        *("save_draft", "undo_batch", "desk_claim", "desk_release", "save_view", "delete_view"),
        *("escalate", "settle_escalation", "give_sanction", "lift_sanction", "rule_on_cluster"),
        "acknowledge_warning",
        *("revoke_token", "end_session", "keep_account", "ignore_person", "stop_ignoring"),
        *("delete_draft", "follow_discussion"),
    },
    "only on a developer's machine": {"mailbox", "one_mail"},
    "leads on at once": {
        *("open_notification", "desk_urgent", "mfa_authenticate", "mfa_reauthenticate"),
        "mfa_reauthenticate_webauthn",
        *("account_confirm_login_code", "account_confirm_password_reset_code"),
        *("account_complete_password_reset", "account_set_password", "socialaccount_signup"),
        "account_email_verification_sent",
    },
}


@pytest.fixture
def house(db):
    return furnish()


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


def session_of(user: User) -> str:
    """The cookie of somebody who has just proved who they are."""
    client = Client()
    client.force_login(user)
    session = client.session
    request = SimpleNamespace(session=session)
    record_authentication(request, user, method="password", reauthenticated=True)
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_no_page_is_forgotten(house):
    no_pages = set().union(*NOT_PAGES.values())
    assert page_names() - no_pages == set(house.visits.found)


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_axe_finds_nothing(house, quick_site, browser, look):
    faults: list = []
    said: list[str] = []
    width = look["width"]
    for who in house.visits.visitors:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=look["theme"],
            reduced_motion="reduce",
            locale=look["language"],
        )
        if who:
            cookie = session_of(house.people[who])
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": quick_site}]
            )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        paths = list(house.visits.of(who))[:: look.get("every", 1)]
        for path in [*paths, "/nowhere/"]:
            faults += examine(page, quick_site, path, width)
        context.close()
    assert not faults, "\n".join(map(str, faults))
    assert [line for line in said if "status of 40" not in line] == []


def examine(page, site: str, path: str, width: int) -> list:
    """What is wrong with one page: its answer, its width, and what axe-core says."""
    answer = page.goto(site + path)
    here = page.url.removeprefix(site)
    if answer.status != ODD.get(path, 200) or here != path:
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
