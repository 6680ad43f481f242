"""Where signing in, out or up goes on to: this site, whatever the address says."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.urls import reverse

from tests.factories import make_user

pytestmark = pytest.mark.django_db
DOORS = ("account_login", "account_signup", "account_logout", "account_reset_password")
ELSEWHERE = (
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "\\\\elsewhere.example",
    "https:elsewhere.example",
    "javascript:alert(1)",
    "http://127.0.0.1/",  # a name that the server goes by, and every reader's own machine
    "//]]>\n//<![CDATA[",
    "//[x]/",
    "http://[",
)


@pytest.fixture(autouse=True)
def _nobody_has_knocked_before(db):
    cache.clear()  # where allauth counts how often somebody tried


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize("door", DOORS)
def test_a_door_opens_whatever_lies_behind_it(client, door, address):
    answer = client.get(reverse(door), {"next": address})
    assert answer.status_code in (200, 302)
    assert answer.headers.get("Location", "/") == "/"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client, address):
    user = make_user()
    EmailAddress.objects.get_or_create(user=user, email=user.email, primary=True, verified=True)
    sent = {"login": user.email, "password": "a long password", "next": address}
    answer = client.post(reverse("account_login"), sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@pytest.mark.parametrize("address", ELSEWHERE)
def test_who_is_signed_in_stays_on_the_site(client, address):
    client.force_login(make_user())
    answer = client.get(reverse("account_login"), {"next": address})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_path_of_the_site_is_where_it_goes_on(client):
    client.force_login(make_user())
    answer = client.get(reverse("account_login"), {"next": "/my/comments/?before=3"})
    assert answer.headers["Location"] == "/my/comments/?before=3"
