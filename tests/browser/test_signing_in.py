"""Passkeys and the second step in a real browser, under the strict policy."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import Group
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from accounts.models import User
from tests.browser.conftest import PATIENCE
from tests.browser.people import prove, sign_in
from tests.factories import make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
PASSWORD = "a long password"


@pytest.fixture
def page(browser):
    """A page whose device holds passkeys; at the end the policy must have stopped nothing."""
    cache.clear()
    said: list[str] = []
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    device |= {"hasUserVerification": True, "isUserVerified": True}
    device |= {"automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    yield page
    page.context.close()
    assert said == []


@pytest.fixture
def reader(transactional_db) -> User:
    # Emptying the database between tests takes what migrations wrote with it.
    Group.objects.get_or_create(name="reader")
    user = make_user(display_name="Wren Ashby")
    EmailAddress.objects.get_or_create(user=user, email=user.email, primary=True, verified=True)
    return user


def test_a_passkey_is_added_and_signs_its_owner_in(live_server, page, reader):
    site = live_server.url
    sign_in(page, site, reader.email, password=PASSWORD)
    page.goto(site + reverse("mfa_add_webauthn"))
    prove(page, PASSWORD)
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(lambda url: "/add/" not in url)
    assert Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN).user == reader
    page.context.clear_cookies()
    page.goto(site + reverse("account_login") + "?next=" + reverse("mfa_list_webauthn"))
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(site + reverse("mfa_list_webauthn"))
    assert page.get_by_role("heading", name="Passkeys").is_visible()


def test_an_authenticator_app_becomes_the_second_step(live_server, page, reader):
    site = live_server.url
    sign_in(page, site, reader.email, password=PASSWORD)
    page.goto(site + reverse("mfa_activate_totp"))
    prove(page, PASSWORD)
    drawing = page.locator("img[src^='data:image/svg']")
    assert drawing.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    secret = page.locator("main code").inner_text()
    # A code holds for its thirty seconds and no longer: it is taken where enough of them are left.
    while time.time() % 30 > 10:
        time.sleep(0.5)
    page.get_by_label("Authenticator code").fill(
        format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    )
    page.get_by_role("button", name="Switch on").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    spare = page.locator("ol.codes code").first.inner_text()
    page.context.clear_cookies()
    page.goto(site + reverse("account_login"))
    page.get_by_label("Email", exact=True).last.fill(reader.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Second step").wait_for()
    page.get_by_label("Code").fill(spare)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Wren Ashby").first.wait_for()


def test_a_code_by_mail_signs_in(live_server, page, reader):
    site = live_server.url
    page.goto(site + reverse("account_login"))
    by_code = page.get_by_role("region", name="With a code by email")
    by_code.get_by_label("Email").fill(reader.email)
    by_code.get_by_role("button", name="Send me a code").click()
    page.get_by_role("heading", name="Type the code to sign in").wait_for()
    code = re.search(r"^([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})$", mail.outbox[-1].body, re.MULTILINE)[1]
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("Wren Ashby").first.wait_for()


def test_a_passkey_that_fails_is_said_in_words(live_server, page, reader):
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("That did not work.").wait_for()
