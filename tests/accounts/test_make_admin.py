"""manage.py make_admin"""

import io

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def typed(monkeypatch):
    def type_in(line: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(line + "\n"))

    return type_in


def test_it_makes_the_first_admin(typed):
    typed("nine lanterns by the quay")
    call_command("make_admin", "Chief@Example.org", name="Night Admin", stdout=io.StringIO())
    user = User.objects.get(email="chief@example.org")
    assert user.is_admin and user.is_staff
    assert user.display_name == "Night Admin"
    assert user.check_password("nine lanterns by the quay")
    assert EmailAddress.objects.get(user=user).verified


def test_it_promotes_who_is_there_without_asking_for_a_password():
    user = make_user()
    call_command("make_admin", user.email, stdout=io.StringIO())
    user = User.objects.get(pk=user.pk)
    assert user.is_admin
    assert user.check_password("a long password")
    assert EmailAddress.objects.get(user=user).verified


@pytest.mark.parametrize(
    ("email", "password"),
    [("not an address", "nine lanterns"), ("a@example.org", "short"), ("a@example.org", "")],
)
def test_it_makes_nobody_of_wrong_input(typed, email, password):
    typed(password)
    with pytest.raises(CommandError):
        call_command("make_admin", email, stdout=io.StringIO())
    assert not User.objects.exists()
