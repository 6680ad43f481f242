"""The pages about people."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import operations
from accounts.mail import unsubscribe_url
from accounts.models import ApiToken, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"
LEAVING = {"comments": "keep", "display_name": "Wren Ashby"}


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def reader(client) -> User:
    """Signed in, and proven once more a moment ago."""
    user = make_user(display_name="Wren Ashby")
    EmailAddress.objects.get_or_create(user=user, email=user.email, primary=True, verified=True)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert "_auth_user_id" in client.session
    return user


def forget_proof(client) -> None:
    """As five minutes later: what is sensitive asks once more."""
    session = client.session
    session["account_authentication_methods"] = []
    session.save()


ENTRANCE = [
    "account_login",
    "account_signup",
    "account_request_login_code",
    "account_reset_password",
]
MANAGED = [
    "my_account",
    "edit_profile",
    "tokens",
    "export",
    "erase_account",
    "account_email",
    "account_change_password",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_activate_totp",
    "usersessions_list",
    "account_logout",
    "socialaccount_connections",
]
HAS_INLINE = re.compile(r"<script(?![^>]*(?:src=|application/json))|<style|\sstyle=|\son[a-z]+=")


def check_page(answer) -> None:
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "<h1>" in html
    assert not HAS_INLINE.search(html)
    for script in re.findall(r"<script[^>]*src=[^>]*>", html):
        assert 'nonce="' in script


@pytest.mark.parametrize("name", ENTRANCE)
def test_pages_before_signing_in_stand_under_the_strict_policy(client, name):
    check_page(client.get(reverse(name)))


@pytest.mark.parametrize("name", MANAGED)
def test_pages_of_ones_own_account_stand_under_the_strict_policy(client, reader, name):
    check_page(client.get(reverse(name)))


@pytest.mark.parametrize("name", ["my_account", "tokens", "export", "erase_account"])
def test_ones_own_account_needs_signing_in(client, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_a_profile_is_public_and_not_indexed(client):
    user = make_user(display_name="Wren Ashby", bio="Keeps <b>bees</b>.")
    answer = client.get(reverse("profile", args=[user.pk]))
    html = answer.content.decode()
    assert "Wren Ashby" in html
    assert "Keeps &lt;b&gt;bees" in html
    assert user.email not in html
    assert '<meta name="robots" content="noindex">' in html
    assert not answer.cookies


@pytest.mark.parametrize("pk", ["999999", "0", str(10**30), "x"])
def test_a_profile_of_nobody_is_a_404(client, pk):
    assert client.get(f"/people/{pk}/").status_code == 404


def test_an_erased_profile_is_a_404(client):
    user = operations.erase_account(actor=None, user=make_user())
    assert client.get(reverse("profile", args=[user.pk])).status_code == 404


def test_a_reader_edits_their_profile(client, reader):
    form = {"display_name": "Ashby Wren", "bio": "Bees.", "time_zone": "Asia/Tokyo"}
    answer = client.post(reverse("edit_profile"), form)
    assert answer.url == reverse("edit_profile")
    reader.refresh_from_db()
    assert (reader.display_name, reader.bio, reader.time_zone) == tuple(form.values())


def test_a_refused_name_is_said_beside_its_field(client, reader):
    make_user(display_name="Corwin Thrale")
    form = {"display_name": "C0rwin Thrale", "bio": "", "time_zone": ""}
    answer = client.post(reverse("edit_profile"), form)
    assert answer.context["form"].errors["display_name"]
    html = answer.content.decode()
    assert 'aria-describedby="id_display_name_error"' in html
    assert 'id="id_display_name_error"' in html
    reader.refresh_from_db()
    assert reader.display_name == "Wren Ashby"


def test_a_token_is_shown_once_and_revoked(client, reader):
    answer = client.post(reverse("tokens"), {"name": "a script", "days": "30"})
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert operations.user_for_token(secret) == reader
    assert secret not in client.get(reverse("tokens")).content.decode()
    token = ApiToken.objects.get()
    assert token.expires_at is not None
    client.post(reverse("revoke_token", args=[token.pk]))
    assert operations.user_for_token(secret) is None


def test_a_strangers_token_is_a_404(client, reader):
    other = make_user()
    token, _secret = operations.issue_token(actor=other, user=other, name="a script")
    assert client.post(reverse("revoke_token", args=[token.pk])).status_code == 404
    assert ApiToken.objects.filter(pk=token.pk).exists()


def test_making_a_token_asks_for_one_more_proof(client, reader):
    forget_proof(client)
    answer = client.post(reverse("tokens"), {"name": "a script", "days": "30"})
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert not ApiToken.objects.exists()


def test_erasing_asks_for_one_more_proof(client, reader):
    forget_proof(client)
    answer = client.post(reverse("erase_account"), LEAVING)
    assert answer.url.startswith(reverse("account_reauthenticate"))
    reader.refresh_from_db()
    assert reader.erase_after is None


def test_erasing_needs_the_name_typed_and_a_choice(client, reader):
    for lacking in ({"comments": "keep", "display_name": "Wren"}, {"display_name": "Wren Ashby"}):
        client.post(reverse("erase_account"), lacking)
        reader.refresh_from_db()
        assert reader.erase_after is None
    answer = client.post(reverse("erase_account"), LEAVING)
    assert answer.url == reverse("my_account")
    reader.refresh_from_db()
    assert reader.erase_after is not None and reader.erased_at is None


def test_an_admin_who_would_erase_themself_is_told_why_not(client, reader):
    operations.set_role(actor=None, user=reader, role="admin")
    answer = client.post(reverse("erase_account"), LEAVING)
    assert answer.status_code == 403
    assert "another admin" in answer.content.decode()


def test_a_second_step_is_asked_for_once_set_up(client, reader):
    Authenticator.objects.create(
        user=reader, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"}
    )
    check_page(client.get(reverse("mfa_index")))
    client.post(reverse("mfa_generate_recovery_codes"))
    check_page(client.get(reverse("mfa_view_recovery_codes")))
    client.post(reverse("account_logout"))
    answer = client.post(reverse("account_login"), {"login": reader.email, "password": PASSWORD})
    assert answer.url == reverse("mfa_authenticate")
    check_page(client.get(answer.url))
    assert "_auth_user_id" not in client.session
    recovery = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
    client.post(answer.url, {"code": recovery.wrap().get_unused_codes()[0]})
    assert "_auth_user_id" in client.session


def test_changing_the_address_takes_a_code_sent_to_the_new_one(client, reader, mailoutbox):
    client.post(reverse("account_email"), {"email": "new@example.org", "action_add": ""})
    code = re.search(r"^([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})$", mailoutbox[-1].body, re.MULTILINE)[1]
    assert mailoutbox[-1].to == ["new@example.org"]
    reader.refresh_from_db()
    assert reader.email != "new@example.org"
    check_page(client.get(reverse("account_email_verification_sent")))
    client.post(reverse("account_email_verification_sent"), {"code": code})
    reader.refresh_from_db()
    assert reader.email == "new@example.org"
    assert EmailAddress.objects.get(user=reader).email == "new@example.org"


# --- Stopping mail -----------------------------------------------------------------------------


def path_of(user: User, kind: str) -> str:
    return re.sub(r"^https?://[^/]+", "", unsubscribe_url(user=user, kind=kind))


def test_one_click_stops_one_kind_of_mail_without_cookie_or_csrf_token():
    user = make_user()
    client = Client(enforce_csrf_checks=True)
    page = client.get(path_of(user, "replies"))
    assert page.status_code == 200
    user.refresh_from_db()
    assert user.mail_replies == "now"
    answer = client.post(path_of(user, "replies"), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    user.refresh_from_db()
    assert user.mail_replies == "never"
    assert user.mail_decisions == "now"


@pytest.mark.parametrize(
    "kind", ["replies", "mentions", "decisions", "followed", "urgent", "digest"]
)
def test_every_kind_of_mail_says_what_its_link_stops(client, kind):
    user = make_user()
    asked = client.get(path_of(user, kind)).content.decode()
    done = client.post(path_of(user, kind)).content.decode()
    about = {
        "replies": "replies",
        "mentions": "mentions you",
        "decisions": "decisions",
        "followed": "discussions you follow",
        "urgent": "urgent at the desk",
        "digest": "once a day",
    }
    assert [other for other, words in about.items() if words in asked] == [kind]
    assert [other for other, words in about.items() if words in done] == [kind]


def test_a_reader_chooses_when_mail_leaves(client, reader):
    page = client.get(reverse("mail_choices"))
    check_page(page)
    assert page.content.decode().count(" checked") == 4
    chosen = {"replies": "daily", "mentions": "never", "decisions": "now", "followed": "now"}
    assert client.post(reverse("mail_choices"), chosen).url == reverse("mail_choices")
    reader.refresh_from_db()
    assert (reader.mail_replies, reader.mail_mentions) == ("daily", "never")
    assert (reader.mail_decisions, reader.mail_followed) == ("now", "now")
    answer = client.post(reverse("mail_choices"), {**chosen, "replies": "hourly"})
    assert answer.context["form"].errors["replies"]


def test_a_forged_link_stops_nothing(client):
    user = make_user()
    path = path_of(user, "replies")
    assert client.post(path[:-3] + "xx/").status_code == 404
    assert client.post("/unsubscribe/x/").status_code == 404
    user.refresh_from_db()
    assert user.mail_replies == "now"


def test_a_ban_signs_out_where_somebody_is_signed_in(client, reader):
    assert client.get(reverse("my_account")).status_code == 200
    operations.set_standing(actor=make_user(role="editor"), user=reader, banned=True)
    assert client.get(reverse("my_account")).status_code == 302


def test_the_other_places_are_signed_out_and_this_one_stays(client, reader):
    elsewhere = Client()
    elsewhere.post(reverse("account_login"), {"login": reader.email, "password": PASSWORD})
    client.post(reverse("usersessions_list"))
    assert client.get(reverse("my_account")).status_code == 200
    assert elsewhere.get(reverse("my_account")).status_code == 302
