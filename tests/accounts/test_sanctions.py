"""What editors impose on people: who may, what follows at once, and how it ends."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import operations, sanction_mail, sanctions
from accounts.erasure import erase_account
from accounts.errors import Conflict, Forbidden
from accounts.export import as_json
from accounts.models import ApiToken, Sanction, User
from record.models import Entry
from tests.factories import make_user

pytestmark = pytest.mark.django_db
Kind = Sanction.Kind
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def editor():
    return make_user(role="editor")


def tomorrow():
    return timezone.now() + timedelta(days=1)


def now(user: User) -> User:
    return User.objects.get(pk=user.pk)


def facts(user: User) -> set[str]:
    row = now(user)
    suspended = row.is_suspended()
    return {
        name
        for name, holds in {
            "warned": row.warned,
            "restricted": row.restricted,
            "suspended": suspended,
            "banned": row.banned,
        }.items()
        if holds
    }


def give(editor, user, kind, **more) -> Sanction:
    if kind == Kind.SUSPEND:
        more.setdefault("until", tomorrow())
    more.setdefault("note", "Attack arguments, not people.")
    return sanctions.give(actor=editor, user=user, kind=kind, **more)


# --- Who may -----------------------------------------------------------------------------------

#       on         reader  editor  admin  self   host
TABLE = [
    ("reader", False, True, True, False, True),
    ("editor", False, False, True, False, True),
    ("admin", False, False, True, False, True),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
@pytest.mark.parametrize("who", ["reader", "editor", "admin", "self", "host"])
def test_who_may_sanction_whom(row, who):
    user = make_user(role=row[0])
    actor = {"self": lambda: user, "host": lambda: None}.get(who, lambda: make_user(role=who))()
    allowed = row[1 + ["reader", "editor", "admin", "self", "host"].index(who)]
    standing = sanctions.give(actor=None, user=user, kind=Kind.APPROVAL)
    for deed in (
        lambda: give(actor, user, Kind.BAN),
        lambda: sanctions.lift(actor=actor, sanction=standing),
    ):
        if allowed:
            deed()
        else:
            with pytest.raises(Forbidden):
                deed()
    assert now(user).banned == allowed and now(user).restricted != allowed


# --- What follows, and what lifting leaves -----------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "fact", "may_post"),
    [
        (Kind.WARN, "warned", False),
        (Kind.APPROVAL, "restricted", True),
        (Kind.SUSPEND, "suspended", False),
        (Kind.BAN, "banned", False),
    ],
)
def test_a_sanction_holds_at_once_and_no_longer_once_lifted(editor, kind, fact, may_post):
    user = make_user()
    given = give(editor, user, kind, about_comment=7)
    assert facts(user) == {fact} and now(user).may_post() == may_post
    assert given.is_in_force() and given.given_by == editor and given.about_comment == 7
    lifted = sanctions.lift(actor=make_user(role="editor"), sanction=given)
    assert facts(user) == set() and now(user).may_post()
    assert not lifted.is_in_force() and lifted.lifted_by != editor
    verbs = Entry.objects.about(user).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["give_sanction", "lift_sanction"]


def test_lifting_one_leaves_the_others(editor):
    user = make_user()
    given = {kind: give(editor, user, kind) for kind in Kind.values}
    assert facts(user) == {"warned", "restricted", "suspended", "banned"}
    sanctions.lift(actor=editor, sanction=given["ban"])
    assert facts(user) == {"warned", "restricted", "suspended"}


def test_of_two_suspensions_the_longer_holds(editor):
    user = make_user()
    week = give(editor, user, Kind.SUSPEND, until=timezone.now() + timedelta(days=7))
    day = give(editor, user, Kind.SUSPEND)
    assert now(user).suspended_until == week.until
    sanctions.lift(actor=editor, sanction=week)
    assert now(user).suspended_until == day.until
    sanctions.lift(actor=editor, sanction=day)
    assert now(user).suspended_until is None


def test_a_suspension_ends_by_itself(editor):
    user = make_user()
    given = give(editor, user, Kind.SUSPEND)
    later = given.until + timedelta(seconds=1)
    assert now(user).may_post(later) and not given.is_in_force(later)
    assert not Sanction.objects.in_force(later).exists()


def test_a_ban_ends_tokens_and_a_suspension_leaves_them(editor):
    user = make_user()
    operations.issue_token(actor=user, user=user, name="a script")
    give(editor, user, Kind.SUSPEND)
    assert ApiToken.objects.count() == 1
    give(editor, user, Kind.BAN)
    assert not ApiToken.objects.exists()


def test_a_ban_ends_an_editors_powers_as_well(editor):
    give(make_user(role="admin"), editor, Kind.BAN)
    assert not now(editor).is_editor
    with pytest.raises(Forbidden):
        give(now(editor), make_user(), Kind.WARN)


@pytest.mark.parametrize("kind", [Kind.APPROVAL, Kind.BAN])
def test_what_is_in_force_is_not_given_again(editor, kind):
    user = make_user()
    give(editor, user, kind)
    with pytest.raises(Conflict) as refusal:
        give(editor, user, kind)
    assert refusal.value.code == "already_so" and user.sanctions.count() == 1


@pytest.mark.parametrize("kind", Kind.values)
def test_what_is_over_is_not_lifted_again(editor, kind):
    given = give(editor, make_user(), kind)
    sanctions.lift(actor=editor, sanction=given)
    with pytest.raises(Conflict) as refusal:
        sanctions.lift(actor=editor, sanction=given)
    assert refusal.value.code == "over"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"kind": "exile"}, "bad_kind"),
        ({"kind": "suspend"}, "bad_until"),
        ({"kind": "suspend", "until": timezone.now() - timedelta(days=1)}, "bad_until"),
        ({"kind": "ban", "until": timezone.now() + timedelta(days=900)}, "bad_until"),
        ({"kind": "warn", "note": " \n"}, "note_missing"),
        ({"kind": "ban", "note": "x" * 1_001}, "note_too_long"),
        ({"kind": "ban", "note": "a\0b"}, "forbidden_characters"),
    ],
)
def test_what_makes_no_sense_is_refused(editor, asked, code):
    user = make_user()
    with pytest.raises(ValidationError) as refusal:
        sanctions.give(actor=editor, user=user, **asked)
    assert refusal.value.code == code and not user.sanctions.exists() and facts(user) == set()


def test_the_database_holds_that_a_suspension_alone_has_an_end():
    user = make_user()
    for facts_of in ({"kind": "suspend"}, {"kind": "ban", "until": tomorrow()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Sanction.objects.create(user=user, **facts_of)


def test_the_admins_form_gives_and_lifts_the_same_sanctions(editor):
    user = make_user()
    until = tomorrow()
    operations.set_standing(
        actor=editor, user=user, restricted=True, banned=True, suspended_until=until
    )
    kinds = user.sanctions.in_force().values_list("kind", flat=True)
    assert sorted(kinds) == ["approval", "ban", "suspend"]
    operations.set_standing(
        actor=editor, user=user, restricted=False, banned=False, suspended_until=None
    )
    assert not user.sanctions.in_force().exists() and facts(user) == set()


# --- Warnings ----------------------------------------------------------------------------------


def test_a_warning_is_acknowledged_by_its_owner_alone_and_once(editor):
    user = make_user()
    given = give(editor, user, Kind.WARN)
    refusal = sanctions.refusal_to_post(now(user))
    assert refusal.code == "warned" and "Attack arguments, not people." in refusal.message
    with pytest.raises(Forbidden):
        sanctions.acknowledge(actor=editor, sanction=given)
    sanctions.acknowledge(actor=user, sanction=given)
    assert facts(user) == set() and sanctions.refusal_to_post(now(user)) is None
    first = Sanction.objects.get(pk=given.pk).acknowledged_at
    sanctions.acknowledge(actor=user, sanction=given)
    assert Sanction.objects.get(pk=given.pk).acknowledged_at == first


def test_each_of_two_warnings_is_acknowledged(editor):
    user = make_user()
    first, second = give(editor, user, Kind.WARN), give(editor, user, Kind.WARN, note="Again.")
    assert sanctions.warning_of(now(user)) == first
    sanctions.acknowledge(actor=user, sanction=first)
    assert sanctions.warning_of(now(user)) == second and not now(user).may_post()
    sanctions.acknowledge(actor=user, sanction=second)
    assert now(user).may_post()


def test_who_is_banned_as_well_is_not_sent_to_acknowledge_first(editor):
    user = make_user()
    give(editor, user, Kind.WARN)
    give(editor, user, Kind.BAN)
    assert sanctions.refusal_to_post(now(user)).code == "may_not_post"


def test_a_ban_is_not_acknowledged_away(editor):
    user = make_user()
    given = give(editor, user, Kind.BAN)
    with pytest.raises(ValidationError):
        sanctions.acknowledge(actor=user, sanction=given)
    assert now(user).banned


# --- What the person hears ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind.values)
def test_the_person_is_told_by_mail_what_why_and_how_to_contest_it(editor, kind):
    user = make_user()
    given = give(editor, user, kind, about_comment=7)
    assert sanction_mail.unsent() == [given.pk]
    assert sanction_mail.send(sanction_id=given.pk) == 1
    [told] = mail.outbox
    assert told.to == [user.email]
    for words in (
        "> Attack arguments, not people.",
        "/c/7/",
        reverse("my_standing"),
        "/pages/imprint/",
    ):
        assert words in told.body
    assert sanction_mail.send(sanction_id=given.pk) == 0 and sanction_mail.unsent() == []
    sanctions.lift(actor=editor, sanction=given)
    assert sanction_mail.unsent() == [given.pk]
    assert sanction_mail.send(sanction_id=given.pk) == 1
    assert len(mail.outbox) == 2 and mail.outbox[1].subject != told.subject
    assert sanction_mail.unsent() == []


def test_a_mail_names_the_end_of_a_suspension(editor):
    user = make_user(time_zone="Europe/Berlin")
    given = give(editor, user, Kind.SUSPEND)
    sanction_mail.send(sanction_id=given.pk)
    theirs = given.until.astimezone(user.zone)
    assert f"{theirs:%M}" in mail.outbox[0].body and f"({theirs:%Z})" in mail.outbox[0].body


def test_of_what_was_lifted_before_its_mail_left_nothing_is_told(editor):
    given = give(editor, make_user(), Kind.BAN)
    sanctions.lift(actor=editor, sanction=given)
    assert sanction_mail.unsent() == [] and sanction_mail.send(sanction_id=given.pk) == 0
    assert mail.outbox == []


def test_the_account_page_shows_what_is_in_force_and_what_is_over(client, editor):
    user = make_user()
    client.force_login(user, BACKEND)
    assert "Nothing is in force" in client.get(reverse("my_standing")).content.decode()
    over = give(editor, user, Kind.APPROVAL, note="For a while.")
    sanctions.lift(actor=editor, sanction=over)
    give(editor, user, Kind.SUSPEND, note="Until you have slept.")
    page = client.get(reverse("my_standing")).content.decode()
    assert "For a while." in page and "Until you have slept." in page
    assert page.index("Until you have slept.") < page.index("What is over")
    assert "Nothing is in force" not in page and "/pages/imprint/" in page
    assert editor.display_name not in page, "which editor it was is not told"


def test_a_warning_is_acknowledged_on_its_page(client, editor):
    user = make_user()
    given = give(editor, user, Kind.WARN)
    address = reverse("acknowledge_warning", args=[given.pk])
    client.force_login(make_user(), BACKEND)
    assert client.post(address).status_code == 404, "somebody else's"
    client.force_login(user, BACKEND)
    assert client.get(address).status_code == 405
    assert address in client.get(reverse("my_standing")).content.decode()
    assert client.post(address).status_code == 302
    assert now(user).may_post()


def test_the_page_is_for_who_is_signed_in(client, editor):
    given = give(editor, make_user(), Kind.WARN)
    assert client.get(reverse("my_standing")).status_code == 302
    assert client.post(reverse("acknowledge_warning", args=[given.pk])).status_code == 302
    assert not Sanction.objects.filter(acknowledged_at__isnull=False).exists()


# --- Erasure and export ------------------------------------------------------------------------


def test_an_erasure_leaves_that_there_was_one_and_none_of_its_words(editor):
    user = make_user()
    give(editor, user, Kind.BAN, note="Words about a person.", about_comment=7)
    erase_account(actor=user, user=user)
    kept = Sanction.objects.get(user=user)
    assert (kept.kind, kept.note, kept.about_comment) == ("ban", "", None)
    assert kept.given_at and now(user).banned and sanction_mail.unsent() == []
    with pytest.raises(Conflict):
        give(editor, user, Kind.APPROVAL)


def test_an_export_holds_every_sanction_with_its_words(editor):
    user = make_user()
    give(editor, user, Kind.SUSPEND, note="Until you have slept.", about_comment=7)
    told = b"".join(as_json(user)).decode()
    assert "Until you have slept." in told and '"suspend"' in told and "/c/7/" in told
    assert editor.email not in told and editor.display_name not in told
