"""What can be done to an account, and by whom."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts import operations, ports
from accounts.errors import Forbidden
from accounts.models import MAIL_KINDS, ApiToken, User
from record.models import Entry
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db
PROFILE = {
    "display_name": "Wren Ashby",
    "bio": "",
    "time_zone": "",
}

MAIL = {"replies": "now", "decisions": "now", "mentions": "daily", "followed": "never"}
MAIL |= {"urgent": "never"}


def code_of(error: ValidationError, field: str) -> str:
    return error.error_dict[field][0].code


def log_of(subject) -> list[tuple[str, dict]]:
    return list(Entry.objects.about(subject).order_by("pk").values_list("verb", "detail"))


# --- Who may -----------------------------------------------------------------------------------


def change(actor, user):
    operations.change_profile(actor=actor, user=user, **PROFILE)


def role(actor, user):
    operations.set_role(actor=actor, user=user, role="editor")


def standing(actor, user):
    operations.set_standing(actor=actor, user=user, restricted=True)


def token(actor, user):
    operations.issue_token(actor=actor, user=user, name="a script")


def erase(actor, user):
    operations.erase_account(actor=actor, user=user)


def account(actor, user):
    operations.create_account(actor=actor, email="new@example.org")


#         operation  on         reader  editor  admin  self   host
TABLE = [
    (change, "reader", False, True, True, True, None),
    (change, "editor", False, False, True, True, None),
    (change, "admin", False, False, True, True, None),
    (role, "reader", False, False, True, False, True),
    (role, "editor", False, False, True, False, True),
    (role, "admin", False, False, True, False, True),
    (standing, "reader", False, True, True, False, True),
    (standing, "editor", False, False, True, False, True),
    (standing, "admin", False, False, True, False, True),
    (token, "reader", False, False, False, True, True),
    (token, "admin", False, False, False, True, True),
    (erase, "reader", False, False, True, True, True),
    (erase, "editor", False, False, True, True, True),
    (erase, "admin", False, False, False, False, False),
    (account, "reader", False, False, True, None, True),
]
CASES = [
    (row[0], row[1], who, may)
    for row in TABLE
    for who, may in zip(("reader", "editor", "admin", "self", "host"), row[2:], strict=True)
    if may is not None
]


@pytest.mark.parametrize(
    ("operation", "on", "who", "may"),
    CASES,
    ids=[f"{c[0].__name__} of {c[1]} by {c[2]}" for c in CASES],
)
def test_who_may_do_what(operation, on, who, may):
    user = make_user(role=on)
    actor = {"self": user, "host": None}[who] if who in ("self", "host") else make_user(role=who)
    if may:
        operation(actor, user)
    else:
        with pytest.raises(PermissionDenied):
            operation(actor, user)


# --- Profile -----------------------------------------------------------------------------------


def test_a_profile_is_changed_and_logged_without_its_words():
    user = make_user()
    operations.change_profile(
        actor=user,
        user=user,
        display_name="Wren Ashby",
        bio="  Keeps   bees. ",
        time_zone="Europe/Lisbon",
    )
    user.refresh_from_db()
    assert (user.display_name, user.bio) == ("Wren Ashby", "Keeps bees.")
    assert user.time_zone == "Europe/Lisbon"
    changed = ["display_name", "bio", "time_zone"]
    assert log_of(user) == [("change_profile", {"changed": changed})]


def test_saving_the_same_profile_changes_nothing():
    user = make_user(display_name="Wren Ashby")
    operations.change_profile(actor=user, user=user, **PROFILE)
    assert log_of(user) == []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("display_name", "x", "name_too_short"),
        ("bio", "a" * 281, "bio_too_long"),
        ("bio", "a\0b", "forbidden_characters"),
        ("time_zone", "Mars/Olympus", "unknown_time_zone"),
    ],
)
def test_a_wrong_profile_is_refused_by_field(field, value, code):
    user = make_user()
    with pytest.raises(ValidationError) as refused:
        operations.change_profile(actor=user, user=user, **{**PROFILE, field: value})
    assert code_of(refused.value, field) == code
    assert User.objects.get(pk=user.pk).display_name == user.display_name


def test_the_database_has_the_last_word_on_names(monkeypatch):
    user = make_user()
    # The last question before the row is written: meanwhile somebody else takes the name.
    monkeypatch.setattr(ports, "name_allowed", lambda name: bool(make_user(display_name=name)))
    with pytest.raises(ValidationError) as refused:
        operations.change_profile(actor=user, user=user, **PROFILE)
    assert code_of(refused.value, "display_name") == "name_taken"


def test_what_was_prepared_with_the_old_name_is_told(monkeypatch):
    heard = []
    monkeypatch.setattr(ports, "renamed_parts", [lambda user: heard.append(user.display_name)])
    user = make_user()
    operations.change_profile(actor=user, user=user, **PROFILE)
    assert heard == ["Wren Ashby"]
    operations.change_profile(actor=user, user=user, **{**PROFILE, "bio": "Bees."})
    assert heard == ["Wren Ashby"]


def test_who_may_not_post_may_not_speak_through_a_profile_but_may_stop_mail():
    user = make_user(display_name="Wren Ashby", banned=True)
    with pytest.raises(Forbidden) as refused:
        operations.change_profile(actor=user, user=user, **{**PROFILE, "bio": "Hear me."})
    assert refused.value.code == "may_not_post"
    operations.choose_mail(actor=user, user=user, **{**MAIL, "replies": "never"})
    user.refresh_from_db()
    assert user.mail_replies == "never"


# --- Roles and standing ------------------------------------------------------------------------


def test_a_role_replaces_the_one_before():
    user, admin = make_user(), make_user(role="admin")
    user = operations.set_role(actor=admin, user=user, role="admin")
    assert user.is_admin and user.is_editor and user.is_staff
    user = operations.set_role(actor=admin, user=user, role="reader")
    assert not (user.is_admin or user.is_editor or user.is_staff)
    assert log_of(user) == [("set_role", {"role": "admin"}), ("set_role", {"role": "reader"})]


def test_an_unknown_role_is_refused():
    with pytest.raises(ValidationError):
        operations.set_role(actor=None, user=make_user(), role="emperor")


def test_a_superuser_made_a_reader_is_no_superuser_any_more():
    user = User.objects.create_superuser("root@example.org", "a long password")
    assert not operations.set_role(actor=None, user=user, role="reader").is_editor


def test_standing_changes_only_what_is_named():
    user, editor = make_user(), make_user(role="editor")
    until = timezone.now() + timedelta(days=1)
    operations.set_standing(actor=editor, user=user, suspended_until=until)
    operations.set_standing(actor=editor, user=user, restricted=True)
    user.refresh_from_db()
    assert (user.restricted, user.suspended_until, user.banned) == (True, until, False)
    operations.set_standing(actor=editor, user=user, suspended_until=None)
    user.refresh_from_db()
    assert (user.restricted, user.suspended_until) == (True, None)
    assert log_of(user)[0] == ("set_standing", {"suspended_until": until.isoformat()})


def sign_in(user: User) -> str:
    """A session of this user's, as signing in leaves it."""
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store.save()
    UserSession.objects.create(user=user, session_key=store.session_key, ip="192.0.2.1")
    return store.session_key


def test_a_ban_ends_sessions_and_tokens_at_once():
    user, bystander = make_user(), make_user()
    key, other = sign_in(user), sign_in(bystander)
    operations.issue_token(actor=user, user=user, name="a script")
    operations.set_standing(actor=make_user(role="editor"), user=user, banned=True)
    assert not SessionStore().exists(key)
    assert SessionStore().exists(other)
    assert not ApiToken.objects.exists()
    user.refresh_from_db()
    assert not user.may_post()
    with pytest.raises(Forbidden):
        operations.issue_token(actor=user, user=user, name="a script")


# --- Tokens ------------------------------------------------------------------------------------


def test_a_token_speaks_for_its_owner_in_one_query(django_assert_num_queries):
    user = make_user()
    row, secret = operations.issue_token(actor=user, user=user, name="  a   script ")
    assert row.name == "a script"
    assert secret not in str(vars(row))
    with django_assert_num_queries(1):
        assert operations.user_for_token(secret) == user


@pytest.mark.parametrize("secret", ["", "x", "x" * 10_000, "\ud800", "\0", "naïve"])
def test_no_token_speaks_for_nobody(secret):
    assert operations.user_for_token(secret) is None


def test_an_expired_token_and_one_of_a_closed_account_are_silent():
    user = make_user()
    soon = timezone.now() + timedelta(hours=1)
    row, secret = operations.issue_token(actor=user, user=user, name="a", expires_at=soon)
    assert operations.user_for_token(secret) == user
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    assert operations.user_for_token(secret) is None
    _row, secret = operations.issue_token(actor=user, user=user, name="b")
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert operations.user_for_token(secret) is None


def test_a_revoked_token_is_silent_and_only_its_owner_revokes_it():
    user = make_user()
    row, secret = operations.issue_token(actor=user, user=user, name="a script")
    with pytest.raises(Forbidden):
        operations.revoke_token(actor=make_user(role="admin"), token=row)
    operations.revoke_token(actor=user, token=row)
    assert operations.user_for_token(secret) is None


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "a" * 61, "a\0b"])
def test_a_token_needs_a_name(name):
    user = make_user()
    with pytest.raises(ValidationError):
        operations.issue_token(actor=user, user=user, name=name)


def test_tokens_are_bounded():
    user = make_user()
    for number in range(operations.TOKENS_PER_PERSON):
        operations.issue_token(actor=user, user=user, name=f"script {number}")
    with pytest.raises(ValidationError) as refused:
        operations.issue_token(actor=user, user=user, name="one more")
    assert refused.value.code == "too_many_tokens"


# --- Erasure -----------------------------------------------------------------------------------


def test_erasing_leaves_a_number_and_the_comments(django_capture_on_commit_callbacks):
    comment = make_comment(author=make_user(display_name="Wren Ashby", bio="Keeps bees."))
    user = comment.author
    email = user.email
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    key = sign_in(user)
    _row, secret = operations.issue_token(actor=user, user=user, name="a script")
    with django_capture_on_commit_callbacks(execute=True):
        operations.erase_account(actor=user, user=user)
    user = User.objects.get(pk=user.pk)
    everything = " ".join(str(value) for value in vars(user).values())
    for word in ("Wren", "wren", "bees", email):
        assert word not in everything
    assert user.display_name == f"Deleted reader {user.pk}"
    assert user.erased_at and not user.is_active and not user.has_usable_password()
    assert {getattr(user, field) for field in MAIL_KINDS.values()} == {"never"}
    for rows in (EmailAddress, Authenticator, UserSession, ApiToken):
        assert not rows.objects.filter(user=user).exists()
    assert not SessionStore().exists(key)
    assert operations.user_for_token(secret) is None
    assert comment.__class__.objects.live().get(pk=comment.pk).author_id == user.pk
    assert not any("Wren" in str(entry.detail) for entry in Entry.objects.all())
    # The name is free again, and so is the address.
    make_user(display_name="Wren Ashby")
    User.objects.create_user(email)


def test_each_app_erases_its_part_in_the_same_transaction(monkeypatch):
    user = make_user(display_name="Wren Ashby")

    def fails(_user):
        raise RuntimeError

    monkeypatch.setattr(ports, "erase_parts", [fails])
    with pytest.raises(RuntimeError):
        operations.erase_account(actor=user, user=user)
    assert User.objects.get(pk=user.pk).display_name == "Wren Ashby"
    seen = []
    monkeypatch.setattr(ports, "erase_parts", [seen.append])
    operations.erase_account(actor=user, user=user)
    assert seen == [user]


def test_erasing_twice_changes_nothing():
    user = make_user()
    first = operations.erase_account(actor=None, user=user)
    again = operations.erase_account(actor=None, user=user)
    assert first.erased_at == again.erased_at
    assert [verb for verb, _detail in log_of(user)] == ["erase_account"]


# --- Making accounts ---------------------------------------------------------------------------


def test_an_account_made_on_the_host_has_a_verified_address():
    user = operations.create_account(
        actor=None, email="New@Example.org", display_name="Night Editor", role="editor"
    )
    assert user.email == "new@example.org"
    assert user.is_editor
    assert EmailAddress.objects.get(user=user, email=user.email).verified
    with pytest.raises(ValidationError) as refused:
        operations.create_account(actor=None, email="new@example.org")
    assert refused.value.code == "email_taken"


# --- Mail --------------------------------------------------------------------------------------


def test_when_each_kind_of_mail_leaves_is_chosen_and_logged():
    user = make_user()
    operations.choose_mail(actor=user, user=user, **MAIL)
    operations.choose_mail(actor=user, user=user, **MAIL)
    user.refresh_from_db()
    assert {kind: getattr(user, field) for kind, field in MAIL_KINDS.items()} == MAIL
    assert log_of(user) == [("choose_mail", {"changed": ["mentions", "followed"]})]


def test_an_hour_that_is_none_is_refused_and_nothing_is_stored_by_half():
    user = make_user()
    with pytest.raises(ValidationError) as refused:
        operations.choose_mail(
            actor=user, user=user, **{**MAIL, "replies": "never", "decisions": "hourly"}
        )
    assert code_of(refused.value, "decisions") == "unknown_cadence"
    user.refresh_from_db()
    assert user.mail_replies == "now"


def test_nobody_chooses_another_persons_mail():
    with pytest.raises(Forbidden):
        operations.choose_mail(actor=make_user(role="admin"), user=make_user(), **MAIL)


@pytest.mark.parametrize("kind", [*MAIL_KINDS, "digest"])
def test_stopping_a_kind_leaves_the_others(kind):
    user = make_user(mail_mentions="daily", mail_urgent="now")
    before = {known: getattr(user, field) for known, field in MAIL_KINDS.items()}
    operations.stop_mail(user=user, kind=kind)
    operations.stop_mail(user=user, kind=kind)
    user.refresh_from_db()
    ended = {"mentions", "followed"} if kind == "digest" else {kind}
    expected = {known: "never" if known in ended else was for known, was in before.items()}
    assert {known: getattr(user, field) for known, field in MAIL_KINDS.items()} == expected
    assert log_of(user) == [("stop_mail", {"kind": kind})]


def test_a_kind_that_is_none_cannot_be_stopped():
    with pytest.raises(ValidationError):
        operations.stop_mail(user=make_user(), kind="everything")
