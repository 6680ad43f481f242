"""Where somebody is signed in: what is kept of it, and ending it."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import erasure
from accounts.devices import coarse, told
from accounts.models import User
from record.models import Entry
from tests.factories import make_user

PASSWORD = "a long password"
MOZILLA = "Mozilla/5.0 "
PHONE = MOZILLA + "(Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0"
LAPTOP = MOZILLA + (
    "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"
)
TABLET = MOZILLA + (
    "(iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "CriOS/126.0 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (PHONE, "Firefox on Android"),
        (LAPTOP, "Edge on Windows"),
        (TABLET, "Chrome on iPad"),
        (MOZILLA + "(X11; Linux x86_64) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
        (MOZILLA + "(Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605", "Safari on macOS"),
        ("curl/8.5.0", "A program or an unknown browser"),
        ("", "A program or an unknown browser"),
        ("<script>alert(1)</script>", "A program or an unknown browser"),
        ("Firefox / Android / and my name", "Android"),
    ],
)
def test_a_device_is_said_in_plain_words(user_agent, words):
    assert told(user_agent) == told(coarse(user_agent)) == words
    assert coarse(coarse(user_agent)) == coarse(user_agent)


@pytest.fixture
def reader(db) -> User:
    cache.clear()
    user = make_user()
    EmailAddress.objects.get_or_create(user=user, email=user.email, primary=True, verified=True)
    return user


def signed_in(user: User, user_agent: str) -> Client:
    client = Client(HTTP_USER_AGENT=user_agent, REMOTE_ADDR="203.0.113.77")
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def test_neither_an_address_nor_a_browsers_own_words_are_kept(reader):
    signed_in(reader, PHONE)
    kept = UserSession.objects.values_list("ip", "user_agent").get()
    assert kept == ("0.0.0.0", "Firefox / Android")


def test_the_places_are_listed_with_this_one_marked(reader):
    signed_in(reader, PHONE)
    here = signed_in(reader, LAPTOP)
    answer = here.get(reverse("usersessions_list"))
    assert [(place["device"], place["is_here"]) for place in answer.context["places"]] == [
        ("Edge on Windows", True),
        ("Firefox on Android", False),
    ]
    said = answer.content.decode()
    assert said.count('aria-current="true"') == 1
    assert "203.0.113" not in said and "0.0.0.0" not in said and "Mozilla" not in said


def test_one_place_is_signed_out_and_the_others_stay(reader):
    phone, tablet, here = (signed_in(reader, agent) for agent in (PHONE, TABLET, LAPTOP))
    place = UserSession.objects.get(session_key=phone.session.session_key)
    here.post(reverse("end_session", args=[place.pk]))
    account = reverse("my_account")
    assert phone.get(account).status_code == 302
    assert tablet.get(account).status_code == here.get(account).status_code == 200
    assert Entry.objects.about(reader).filter(verb="end_sign_in").count() == 1


def test_signing_out_this_place_here_signs_out(reader):
    here = signed_in(reader, LAPTOP)
    place = UserSession.objects.get()
    assert here.post(reverse("end_session", args=[place.pk])).url == reverse("account_login")
    assert "_auth_user_id" not in here.session


def test_all_other_places_are_signed_out_at_once(reader):
    phone, tablet, here = (signed_in(reader, agent) for agent in (PHONE, TABLET, LAPTOP))
    here.post(reverse("usersessions_list"))
    account = reverse("my_account")
    assert phone.get(account).status_code == tablet.get(account).status_code == 302
    assert here.get(account).status_code == 200


def test_a_strangers_place_is_a_404(reader):
    mine = signed_in(reader, PHONE)
    other = make_user()
    EmailAddress.objects.get_or_create(user=other, email=other.email, primary=True, verified=True)
    signed_in(other, LAPTOP)
    place = UserSession.objects.get(user=other)
    assert mine.post(reverse("end_session", args=[place.pk])).status_code == 404
    assert UserSession.objects.filter(pk=place.pk).exists()
    assert mine.get(reverse("end_session", args=[place.pk])).status_code == 405


def test_a_mail_about_a_change_names_the_device_and_no_address(reader, mailoutbox):
    here = signed_in(reader, PHONE)
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    new = {"password1": "another long password", "password2": "another long password"}
    here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, **new})
    said = mailoutbox[-1].body
    assert "Firefox on Android" in said
    assert "203.0.113" not in said and "Mozilla" not in said


def test_sessions_that_have_run_out_are_forgotten(reader):
    here = signed_in(reader, PHONE)
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    erasure.clear_sessions()
    assert not Session.objects.exists() and not UserSession.objects.exists()
    assert here.get(reverse("my_account")).status_code == 302
