"""Who has a role must have a second factor, and what changes a way in needs one more proof."""

import time

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern

from accounts import erasure, operations, sanctions
from accounts.doors import COUNTED, PROVEN
from accounts.errors import Forbidden
from accounts.models import User
from moderation import operations as moderation
from tests.admin_pages import prove
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db


def client_of(user, *, proven_ago: float = 0) -> Client:
    """Signed in, with a password given once more so many seconds ago."""
    client = Client(REMOTE_ADDR="203.0.113.77")
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    prove(client, at=time.time() - proven_ago)
    return client


def with_factor(user, type="totp") -> User:
    user.authenticator_set.create(type=type, data={})
    return User.objects.get(pk=user.pk)


# --- The second factor of staff ---------------------------------------------------------------


@pytest.fixture
def production(settings):
    settings.STAFF_SECOND_FACTOR = True


@pytest.mark.parametrize("role", ["editor", "admin"])
@pytest.mark.parametrize("path", ["/desk/", "/desk/appeals/", "/admin/"])
def test_a_role_without_a_factor_is_led_to_one(production, role, path):
    answer = client_of(make_user(role=role)).get(path)
    assert (answer.status_code, answer.url) == (302, reverse("mfa_index"))


@pytest.mark.parametrize("type", ["totp", "webauthn"])
def test_with_one_the_desk_opens(production, type):
    client = client_of(with_factor(make_user(role="editor"), type))
    assert client.get("/desk/").status_code == 200


def test_recovery_codes_alone_are_none(production):
    editor = with_factor(make_user(role="editor"), "recovery_codes")
    assert client_of(editor).get("/desk/").status_code == 302
    assert not editor.is_editor


def test_in_development_nobody_is_asked():
    assert client_of(make_user(role="editor")).get("/desk/").status_code == 200


def test_no_door_is_left_open_beside_it(production):
    """A token, an operation: what an editor may, somebody without a factor may nowhere."""
    editor, comment = make_user(role="editor"), make_comment(status="held")
    _token, secret = operations.issue_token(actor=editor, user=editor, name="mine")
    api = Client(headers={"Authorization": f"Bearer {secret}"})
    answer = api.get("/api/v1/queue")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor")
    with pytest.raises(Forbidden):
        moderation.rule(
            actor=editor, comment=comment, revision_id=comment.latest_id, outcome="approve"
        )
    admin = make_user(role="admin")
    with pytest.raises(Forbidden):
        operations.set_role(actor=admin, user=make_user(), role="admin")
    with_factor(editor)
    assert api.get("/api/v1/queue").status_code == 200


def test_a_role_protects_whoever_has_it_all_the_same(production):
    """An admin without a factor may not act; nor may an editor act on them as on a reader."""
    editor, admin = with_factor(make_user(role="editor")), make_user(role="admin")
    with pytest.raises(Forbidden):
        sanctions.set_standing(actor=editor, user=admin, banned=True)
    with pytest.raises(Exception, match="admin"):
        erasure.ask_erasure(actor=admin, user=admin, words=False)


def test_a_reader_needs_none_and_pays_nothing(production, django_assert_num_queries):
    reader = make_user()
    _warm = reader.role_names
    with django_assert_num_queries(0):
        assert not reader.lacks_second_factor


def test_the_way_to_a_factor_is_open(production):
    client = client_of(make_user(role="editor"))
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    said = client.get("/desk/", follow=True).content.decode()
    assert "Your role needs a passkey" in said


# --- One more proof ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(PROVEN - {"mfa_edit_webauthn", "mfa_remove_webauthn"}))
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_changes_a_way_in_needs_a_proof_of_now(name, method):
    client = client_of(make_user(), proven_ago=3_600)
    answer = getattr(client, method)(reverse(name))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_reauthenticate"))


@pytest.mark.parametrize("name", ["account_email", "mfa_activate_totp", "account_change_password"])
def test_a_proof_of_minutes_ago_is_enough(name):
    assert client_of(make_user(), proven_ago=30).get(reverse(name)).status_code == 200


def test_who_has_nothing_to_prove_with_signs_in_anew():
    user = make_user()
    user.set_unusable_password()
    user.save()
    page = client_of(user, proven_ago=3_600).get(reverse("mfa_activate_totp"))
    assert "sign in anew" in page.content.decode()


def test_a_form_that_waits_for_a_proof_is_not_kept_with_its_sender():
    client = client_of(make_user(), proven_ago=3_600)
    client.post(reverse("tokens"), {"name": "mine", "days": "30"})
    client.post(reverse("account_email"), {"email": "new@example.org"})
    kept = str([session.get_decoded() for session in Session.objects.all()])
    assert "203.0.113" not in kept and "REMOTE_ADDR" not in kept


def test_changing_a_role_needs_a_proof_of_now():
    admin, reader = make_user(role="admin"), make_user()
    path = reverse("admin:accounts_user_change", args=[reader.pk])
    form = {"role": "editor", "suspended_to_0": "", "suspended_to_1": "", "_save": ""}
    late = client_of(admin, proven_ago=3_600)
    for answer in (late.get(path), late.post(path, form)):
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("account_reauthenticate"))
    assert User.objects.get(pk=reader.pk).role_names == {"reader"}
    assert client_of(admin).post(path, form).status_code == 302
    assert User.objects.get(pk=reader.pk).role_names == {"editor"}


# --- Nothing of allauth's is forgotten --------------------------------------------------------

# What takes no guess, sends no mail and changes no way in; or is switched off, or asks by itself.
HARMLESS = {
    *("account_logout", "account_inactive", "account_reset_password_done"),
    *("account_password_reset_completed", "account_reset_password_from_key_done"),
    *("account_signup_by_passkey", "mfa_signup_webauthn", "mfa_trust"),
    *("account_verify_phone", "account_change_phone"),
    *("mfa_index", "mfa_list_webauthn", "usersessions_list"),
    *("socialaccount_login_cancelled", "socialaccount_login_error"),
}


def test_every_address_of_allauths_is_counted_proven_or_harmless():
    def names(patterns):
        for found in patterns:
            if isinstance(found, URLPattern):
                yield found.name
            else:
                yield from names(found.url_patterns)

    allauth = next(
        found
        for found in get_resolver().url_patterns
        if str(found.pattern) == "accounts/" and hasattr(found, "url_patterns")
    )
    known = set(COUNTED) | PROVEN | HARMLESS | {None}  # without a name: ways on from old addresses
    assert set(names(allauth.url_patterns)) - known == set()
    # Beside those of today, two that come with links instead of codes.
    links = {"account_confirm_email", "account_reset_password_from_key"}
    assert {*COUNTED, *PROVEN} - set(names(allauth.url_patterns)) <= links
