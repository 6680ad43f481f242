"""People, pages and the log in the admin."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from articles.models import Guideline, HousePage
from record.models import Entry
from tests.admin_pages import messages, path, prove
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(client):
    user = make_user(role="admin")
    client.force_login(user)
    prove(client)
    return user


def standing(**more) -> dict:
    return {"role": "reader", "suspended_to_0": "", "suspended_to_1": "", **more}


def test_role_and_standing_are_changed_by_their_operations(client, head):
    user = make_user()
    wanted = standing(role="editor", is_restricted="on", suspended_to_0="2031-01-01")
    client.post(path(User, "change", user.pk), {**wanted, "suspended_to_1": "00:00"})
    user = User.objects.get(pk=user.pk)
    assert user.is_editor
    assert user.restricted
    assert user.suspended_until == datetime(2031, 1, 1, tzinfo=UTC)
    verbs = set(Entry.objects.about(user).values_list("verb", flat=True))
    assert verbs == {"set_role", "set_standing"}


def test_nobody_changes_their_own_role_and_the_page_says_so(client, head):
    response = client.post(path(User, "change", head.pk), standing(), follow=True)
    assert "own account" in messages(response)
    assert User.objects.get(pk=head.pk).is_admin


def test_no_page_about_people_shows_a_password_or_a_tokens_digest(client, head):
    user = make_user()
    token = user.tokens.create(name="mine", digest="d" * 64)
    pages = [path(User), path(User, "change", user.pk), path(type(token))]
    for address in [*pages, path(type(token), "change", token.pk)]:
        text = client.get(address).content.decode()
        assert user.password not in text
        assert "d" * 64 not in text


def test_a_person_is_found_by_name_and_by_address(client, head):
    user = make_user(display_name="Wren Ashby")
    for term in ("wren", user.email):
        assert "Wren Ashby" in client.get(path(User), {"q": term}).content.decode()


def test_accounts_are_neither_made_nor_deleted_here(client, head):
    user = make_user()
    assert client.get(path(User, "add")).status_code == 403
    assert client.post(path(User, "delete", user.pk), {"post": "yes"}).status_code == 403


def test_pages_and_guidelines_are_kept_by_their_operations(client, head):
    client.post(
        path(HousePage, "add"),
        {"title": "Terms", "slug": "terms", "body": "*So*", "position": "1"},
    )
    assert HousePage.objects.get().body_html == "<p><em>So</em></p>"
    client.post(
        path(Guideline, "add"),
        {"code": "calm", "title": "Calm", "text": "Be calm.", "position": "1"},
    )
    guideline = Guideline.objects.get()
    client.post(
        path(Guideline, "change", guideline.pk),
        {"code": "other", "title": "Calmer", "text": "Be calmer.", "position": "1"},
    )
    guideline.refresh_from_db()
    assert (guideline.code, guideline.title) == ("calm", "Calmer")


def test_the_log_reads_well_when_its_people_are_gone(client, head):
    Entry.objects.create(actor_id=987_654, verb="publish", subject="articles.article", subject_id=1)
    assert "account 987654" in client.get(path(Entry)).content.decode()
