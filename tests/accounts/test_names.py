"""Which display names may stand."""

import pytest
from django.core.exceptions import ValidationError

from accounts import ports
from accounts.models import User
from accounts.names import checked_name, derived_name
from folding import skeleton
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Wren Ashby", "Wren Ashby"),
        ("  Wren \t  Ashby\n", "Wren Ashby"),
        ("Zoe\u0308 Ro\u0308mer", "Zo\u00eb R\u00f6mer"),
        ("W\u200bren", "Wren"),
        ("\u200fWren", "Wren"),
        ("\u202eWren", "Wren"),
        ("محمود شاكر", "محمود شاكر"),
        ("李小龙", "李小龙"),
        ("Ngaio Ó Súilleabháin-Pāora", "Ngaio Ó Súilleabháin-Pāora"),
    ],
)
def test_a_name_is_stored_in_one_form(typed, stored):
    assert checked_name(typed) == stored


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a\0b", "forbidden_characters"),
        ("a\ud800b", "forbidden_characters"),
        ("", "name_too_short"),
        ("x", "name_too_short"),
        ("x\u200b\u200d\u2060", "name_too_short"),
        ("x " + "\u3164", "name_too_short"),
        ("A" * 41, "name_too_long"),
        ("wren@example.org", "name_is_address"),
        ("https://example.org", "name_is_address"),
        ("***", "name_unreadable"),
        ("\ufdfa" * 20, "name_unreadable"),
        ("admin", "name_reserved"),
        ("ADMIN", "name_reserved"),
        ("Аdmin", "name_reserved"),
        ("a d m i n", "name_reserved"),
        ("Adm1n", "name_reserved"),
        ("Moderator", "name_reserved"),
        ("The Editor", "name_reserved"),
        ("Ed\u0131tor", "name_reserved"),
        ("Deleted reader 7", "name_reserved"),
        ("anonymous", "name_reserved"),
    ],
)
def test_a_name_that_may_not_stand_says_why(name, code):
    with pytest.raises(ValidationError) as refused:
        checked_name(name)
    assert refused.value.code == code


def test_the_houses_own_name_is_reserved(settings):
    settings.SITE_NAME = "The Lamplighter"
    for name in ("The Lamplighter", "Lamplighter News", "Lаmplighter"):
        with pytest.raises(ValidationError) as refused:
            checked_name(name)
        assert refused.value.code == "name_reserved"


@pytest.mark.parametrize(
    "twin",
    [
        "wren ashby",
        "WrenAshby",
        "Wren  Ashby.",
        "Wrеn Ashby",
        "Wren Ashbý",
        "\uff37ren Ashby",
        "\U0001d416ren Ashby",
        "VVren Ashby",
    ],
)
def test_a_name_that_looks_like_another_is_taken(twin):
    make_user(display_name="Wren Ashby")
    with pytest.raises(ValidationError) as refused:
        checked_name(twin)
    assert refused.value.code == "name_taken"


def test_somebody_may_keep_a_look_alike_of_their_own_name():
    user = make_user(display_name="Wren Ashby")
    assert checked_name("WREN ASHBY", user=user) == "WREN ASHBY"


def test_an_editor_may_bear_an_editors_name():
    assert checked_name("Night Editor", user=make_user(role="editor")) == "Night Editor"


def test_the_app_above_may_refuse_a_name(monkeypatch):
    monkeypatch.setattr(ports, "name_allowed", lambda text: "gloom" not in text)
    with pytest.raises(ValidationError) as refused:
        checked_name("Doctor gloom")
    assert refused.value.code == "name_refused"


def test_an_account_made_without_a_name_says_nothing_of_its_address():
    user = User.objects.create_user("wren.ashby@example.org")
    assert user.display_name.startswith("Reader ")
    assert "wren" not in user.display_name.lower()
    assert user.name_key == skeleton(user.display_name)


def test_a_wish_that_may_not_stand_becomes_a_neutral_name():
    make_user(display_name="Wren Ashby")
    assert derived_name("Wren Ashby").startswith("Reader ")
    assert derived_name("Ashby Wren") == "Ashby Wren"
