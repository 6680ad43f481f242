"""The log in the admin: to be read, narrowed and never changed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from record import log
from record.models import Entry
from record.sealing import seal
from tests.admin_pages import path
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(client):
    user = make_user(role="admin")
    client.force_login(user)
    return user


def shown(client, **asked) -> list[int]:
    response = client.get(path(Entry), asked)
    assert response.status_code == 200, response.status_code
    return [entry.pk for entry in response.context["cl"].result_list]


def test_the_list_says_what_is_sealed_and_where_the_chain_ends(client, head):
    sealed = log.append(actor=head, verb="test", subject=head, detail={})
    seal()
    waiting = log.append(actor=None, verb="test", subject=head, detail={})
    response = client.get(path(Entry))
    rows = {entry.pk: entry.place for entry in response.context["cl"].result_list}
    text = response.content.decode()
    assert rows[sealed.pk] and rows[waiting.pk] is None
    assert response.context["log_head"].hash in text
    assert "1 entry is not sealed yet" in text and "not yet" in text
    page = client.get(path(Entry, "change", sealed.pk)).content.decode()
    assert str(rows[sealed.pk]) in page


def test_the_list_is_narrowed_by_deed_thing_number_account_and_day(client, head):
    other = make_user()
    one = log.append(actor=head, verb="alpha", subject=head, detail={}).pk
    two = log.append(actor=other, verb="beta", subject=other, detail={}).pk
    three = log.append(actor=None, verb="beta", subject=head, detail={}).pk
    today = timezone.localdate()
    assert shown(client, verb="alpha") == [one]
    assert shown(client, q="bet") == [three, two]
    assert {two, three} <= set(shown(client, subject="accounts.user"))
    assert shown(client, number=str(other.pk), verb="beta") == [two]
    assert shown(client, by=str(other.pk)) == [two]
    assert three in shown(client, by="machine") and two not in shown(client, by="machine")
    assert shown(client, since=str(today + timedelta(days=2))) == []
    assert shown(client, until=str(today - timedelta(days=2))) == []
    around = {"since": str(today - timedelta(days=2)), "until": str(today + timedelta(days=2))}
    assert shown(client, verb="beta", **around) == [three, two]


@pytest.mark.parametrize("name", ["number", "by", "since", "until"])
@pytest.mark.parametrize("typed", ["x", "9" * 30, "2026-02-31", "'; --", "²"])
def test_nonsense_narrows_to_nothing_and_breaks_nothing(client, head, name, typed):
    log.append(actor=head, verb="test", subject=head, detail={})
    assert shown(client, **{name: typed}) == []


def test_a_page_asks_the_same_number_of_questions_however_long_the_log_is(client, head):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(path(Entry))
        return len(asked)

    log.append(actor=head, verb="test", subject=head, detail={})
    queries()
    few = queries()
    for number in range(40):
        log.append(actor=head, verb=f"test_{number}", subject=head, detail={})
    assert queries() == few


def test_nothing_is_changed_here(client, head):
    entry = log.append(actor=head, verb="test", subject=head, detail={})
    assert client.get(path(Entry, "add")).status_code == 403
    assert client.post(path(Entry, "change", entry.pk), {"verb": "forged"}).status_code == 403
    assert client.post(path(Entry, "delete", entry.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_only_admins_read_the_log(client, role):
    client.force_login(make_user(role=role))
    assert client.get(path(Entry), follow=True).status_code == 403
