"""Signing up and in, as a reader does it."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from accounts import ports
from accounts.adapter import SocialAccountAdapter
from accounts.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "nine lanterns by the quay"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


def code_in(message) -> str:
    """The code on a line of its own."""
    return re.search(r"^([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})$", message.body, re.MULTILINE)[1]


def sign_up(client, **fields):
    form = {"email": "wren@example.org", "display_name": "Wren Ashby", "password1": PASSWORD}
    return client.post(reverse("account_signup"), {**form, **fields})


def verified(**fields) -> User:
    user = make_user(**fields)
    EmailAddress.objects.get_or_create(user=user, email=user.email, primary=True, verified=True)
    return user


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_a_reader_signs_up_and_confirms_by_code(client):
    asked = sign_up(client)
    assert asked.url == reverse("account_email_verification_sent")
    assert not signed_in(client)
    page = client.get(asked.url)
    assert "wren@example.org" in page.content.decode()
    client.post(asked.url, {"code": code_in(mail.outbox[0])})
    assert signed_in(client)
    user = User.objects.get(email="wren@example.org")
    assert user.display_name == "Wren Ashby"
    assert user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified


def test_a_password_is_not_needed_to_sign_up(client):
    sign_up(client, password1="")
    client.post(reverse("account_email_verification_sent"), {"code": code_in(mail.outbox[0])})
    assert signed_in(client)
    assert not User.objects.get(email="wren@example.org").has_usable_password()


def test_a_wrong_code_signs_nobody_in(client):
    sign_up(client)
    right = code_in(mail.outbox[0])
    wrong = right.translate(str.maketrans("BCDFGHJ", "CDFGHJK"))
    assert wrong != right or (wrong := "XXXX-XXXX")
    client.post(reverse("account_email_verification_sent"), {"code": wrong})
    assert not signed_in(client)


def test_signing_up_with_a_known_address_tells_only_its_owner(client):
    verified(display_name="First Comer")
    known = User.objects.get(display_name="First Comer").email
    unknown_answer = sign_up(client)
    client.cookies.clear()
    known_answer = sign_up(client, email=known, display_name="Second Comer")
    assert known_answer.url == unknown_answer.url
    assert not User.objects.filter(display_name="Second Comer").exists()
    assert mail.outbox[-1].to == [known]


@pytest.mark.parametrize("name", ["", "x", "Moderator", "A" * 41, "a\x00b"])
def test_a_name_that_may_not_stand_is_refused_at_sign_up(client, name):
    answer = sign_up(client, display_name=name)
    assert answer.status_code == 200
    assert "display_name" in answer.context["form"].errors
    assert not User.objects.exists()


def test_sign_in_with_a_password(client):
    user = verified()
    client.post(reverse("account_login"), {"login": user.email, "password": "a long password"})
    assert signed_in(client)


def test_a_wrong_password_signs_nobody_in(client):
    user = verified()
    answer = client.post(reverse("account_login"), {"login": user.email, "password": "not this"})
    assert answer.status_code == 200
    assert not signed_in(client)


def test_sign_in_with_a_code(client):
    user = verified()
    client.post(reverse("account_request_login_code"), {"email": user.email})
    client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})
    assert signed_in(client)


def test_the_sign_in_page_offers_the_code_first(client):
    page = client.get(reverse("account_login")).content.decode()
    assert page.index(reverse("account_request_login_code")) < page.index('type="password"')
    assert 'id="passkey_login"' in page


def test_a_password_is_reset_by_code(client):
    user = verified()
    client.post(reverse("account_reset_password"), {"email": user.email})
    client.post(reverse("account_confirm_password_reset_code"), {"code": code_in(mail.outbox[-1])})
    client.post(
        reverse("account_complete_password_reset"), {"password1": PASSWORD, "password2": PASSWORD}
    )
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


HOSTILE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "http:evil.example",
    "https:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example/",
    "http://localhost:8000@evil.example/",
    "//testserver@evil.example/",
)


@pytest.mark.parametrize("address", HOSTILE)
def test_nobody_is_sent_elsewhere_after_signing_in(client, address):
    user = verified()
    answer = client.post(
        reverse("account_login"),
        {"login": user.email, "password": "a long password", "next": address},
    )
    assert answer.status_code == 302
    assert answer.url == "/"


def test_a_page_of_ours_is_returned_to_after_signing_in(client):
    user = verified()
    answer = client.post(
        reverse("account_login"),
        {"login": user.email, "password": "a long password", "next": "/account/tokens/"},
    )
    assert answer.url == "/account/tokens/"


def test_too_many_tries_are_told_in_the_houses_words(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    sign_up(client, display_name="x")
    answer = sign_up(client, display_name="x")
    assert answer.status_code == 429
    assert "Wait a minute" in answer.content.decode()


def test_a_name_lost_in_the_last_moment_is_asked_for_again(client, monkeypatch):
    # The last question before the row is written: meanwhile somebody else takes the name.
    monkeypatch.setattr(ports, "name_allowed", lambda name: bool(make_user(display_name=name)))
    answer = sign_up(client)
    assert answer.url == reverse("account_signup")
    assert not User.objects.filter(email="wren@example.org").exists()
    assert "taken a moment ago" in client.get(answer.url).content.decode()


def test_who_comes_by_another_account_gets_a_name_like_no_other(rf):
    make_user(display_name="Wren Ashby")
    adapter = SocialAccountAdapter()
    names = []
    for data in ({"name": "Wren Ashby"}, {"first_name": "Corwin", "last_name": "Thrale"}, {}):
        request = rf.get("/")
        request.session = {}
        account = SocialAccount(provider="example", uid=str(len(names)))
        login = SocialLogin(user=User(), account=account, email_addresses=[])
        email = f"social{len(names)}@example.org"
        adapter.populate_user(request, login, {"email": email, **data})
        names.append(adapter.save_user(request, login).display_name)
    assert names[0].startswith("Reader ")
    assert names[1] == "Corwin Thrale"
    assert names[2].startswith("Reader ")
