"""One's own account in a real browser: found on a phone, looked through, taken away, and left."""

import json
import re
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from accounts.erasure import keep_url
from accounts.models import User
from comments import operations
from tests.browser.people import prove, sign_in
from tests.factories import make_comment, make_user, relax

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PASSWORD = "a long password"


@pytest.fixture
def reader(db) -> User:
    cache.clear()
    user = make_user(display_name="Wren Ashby")
    EmailAddress.objects.get_or_create(user=user, email=user.email, primary=True, verified=True)
    return user


def test_a_phone_finds_drafts_and_devices_and_the_way_back(quick_site, new_page, reader):
    relax()
    comment = make_comment(body="Answer me, somebody.")
    operations.save_draft(
        actor=reader, call_to_action=comment.call_to_action, parent=comment, body="Half a thought"
    )
    phone = new_page(viewport={"width": 360, "height": 740})
    laptop = new_page()
    for page in (phone, laptop):
        sign_in(page, quick_site, reader.email, password=PASSWORD)
    phone.goto(quick_site + reverse("my_account"))
    ways = phone.get_by_role("navigation", name="My account")
    ways.get_by_role("link", name="Drafts").click()
    expect(phone.get_by_text("Half a thought")).to_be_visible()
    phone.get_by_role("link", name="Go on writing").click()
    expect(phone.get_by_role("textbox").first).to_have_value(re.compile("Half a thought"))
    phone.goto(quick_site + reverse("my_drafts"))
    phone.get_by_role("button", name="Delete").click()
    expect(phone.get_by_text("Nothing begun.")).to_be_visible()

    ways.get_by_role("link", name="My account").click()
    ways.get_by_role("link", name="Devices").click()
    expect(phone.locator("[aria-current=true]")).to_contain_text("Chrome on Linux")
    expect(phone.get_by_role("button", name="Sign out", exact=True)).to_have_count(2)
    phone.get_by_role("button", name="Sign out everywhere else").click()
    expect(phone.get_by_text("You are signed in nowhere else.")).to_be_visible()
    laptop.goto(quick_site + reverse("my_account"))
    assert reverse("account_login") in laptop.url
    # Nothing is wider than the phone.
    for name in ("my_account", "my_comments", "my_drafts", "usersessions_list", "export"):
        phone.goto(quick_site + reverse(name))
        assert phone.evaluate("document.documentElement.scrollWidth") == 360, name


def test_everything_is_downloaded_after_one_more_proof(quick_site, new_page, reader, tmp_path):
    make_comment(author=reader, body="Words to take along, <b>as they are</b>.")
    page = new_page(accept_downloads=True)
    sign_in(page, quick_site, reader.email, password=PASSWORD)
    page.goto(quick_site + reverse("export"))
    page.get_by_role("link", name="Download as JSON").click()
    with page.expect_download() as started:
        prove(page, PASSWORD)
    taken = json.loads(started.value.path().read_text())
    assert taken["sections"]["account"][0]["email"] == reader.email
    page.goto(quick_site + reverse("export"))
    with page.expect_download() as started:
        page.get_by_role("link", name="Download as a page").click()
    alone = tmp_path / "export.html"
    alone.write_bytes(started.value.path().read_bytes())
    offline = new_page(offline=True, color_scheme="dark", viewport={"width": 360, "height": 740})
    # A second pair of eyes: what the page asks for, and what its own policy stops.
    asked = []
    offline.on("request", lambda request: asked.append(request.url))
    offline.set_content(alone.read_text())
    expect(offline.get_by_text("Words to take along, <b>as they are</b>.")).to_be_visible()
    assert asked == []
    assert offline.evaluate("document.documentElement.scrollWidth") == 360
    assert offline.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 19, 23)"


def test_leaving_takes_a_day_and_the_mail_keeps_the_account(quick_site, new_page, reader):
    page = new_page()
    sign_in(page, quick_site, reader.email, password=PASSWORD)
    page.goto(quick_site + reverse("erase_account"))
    prove(page, PASSWORD)
    page.get_by_label("All of them go.").check()
    page.get_by_label("Your display name").fill("Wren Ashby")
    page.get_by_role("button", name="Erase my account in a day").click()
    banner = page.get_by_role("complementary", name="Your account is about to be erased")
    expect(banner).to_contain_text("Your comments go with it.")
    page.goto(quick_site)
    expect(banner.get_by_role("button", name="Keep my account")).to_be_visible()
    reader.refresh_from_db()
    assert not reader.may_post()
    stranger = new_page()
    stranger.goto(quick_site + urlsplit(keep_url(reader)).path)
    stranger.get_by_role("button", name="Keep my account").click()
    expect(stranger.get_by_role("heading", name="Your account stays")).to_be_visible()
    page.reload()
    expect(banner).to_have_count(0)
    reader.refresh_from_db()
    assert reader.may_post()
