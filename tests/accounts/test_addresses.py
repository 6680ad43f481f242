"""No address of anybody is kept: hashes of a day, until their key is destroyed."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from accounts import daily_keys, limits, newcomers
from accounts.addresses import Origin
from accounts.models import Allowance, DailyKey, NetworkCount
from accounts.tasks import destroy_keys
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.77"
HERE = Origin(ADDRESS)


@pytest.fixture
def on(monkeypatch):
    """Move to another day."""
    start = daily_keys.today()

    def move(days: int):
        day = start + timedelta(days=days)
        for module in ("daily_keys", "limits", "newcomers"):
            monkeypatch.setattr(f"accounts.{module}.today", lambda: day)
        return day

    return move


def test_a_hash_of_one_day_is_not_that_of_another(on):
    first = daily_keys.keyed("network", HERE.network)
    assert daily_keys.keyed("network", HERE.network) == first
    on(1)
    assert daily_keys.keyed("network", HERE.network) != first
    assert daily_keys.keyed("address", HERE.network) != daily_keys.keyed("network", HERE.network)


def test_the_database_alone_opens_nothing(settings):
    before = daily_keys.keyed("network", HERE.network)
    settings.SECRET_KEY = "what a copy of the database does not have"
    assert daily_keys.keyed("network", HERE.network) != before


def test_after_thirty_days_neither_key_nor_hash_is_left(on):
    newcomers.came("first_post", origin=HERE)
    limits.spend("search", origin=HERE)
    first, hashed = DailyKey.objects.get(day=on(0)), NetworkCount.objects.get().pk
    on(29)
    destroy_keys()
    assert DailyKey.objects.filter(pk=first.pk).exists()
    assert newcomers.times(origin=HERE, days=30)["first_post"] == 1
    on(30)
    destroy_keys()
    assert not DailyKey.objects.filter(day__lte=first.day).exists()
    assert not NetworkCount.objects.exists()
    # The day's key is gone for good: asked again, that day would be hashed otherwise.
    assert daily_keys.keyed("first_post from", HERE.network, day=first.day) != hashed


def test_what_has_run_out_is_cleared(monkeypatch):
    limits.spend("search", origin=HERE)
    assert daily_keys.destroy_old() == 0
    assert Allowance.objects.exists()
    Allowance.objects.update(full_at=1)
    daily_keys.destroy_old()
    assert not Allowance.objects.exists()


def test_keys_of_old_days_leave_memory(on, django_capture_on_commit_callbacks):
    for days in range(4):
        on(days)
        with django_capture_on_commit_callbacks(execute=True):
            daily_keys.keyed("address", ADDRESS)
    assert sorted(daily_keys._cached) == [on(2), on(3)]


def everything_kept() -> str:
    """Every value of every table, and every session opened, as one text."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                said += [
                    bytes(value).decode("latin-1")
                    if isinstance(value, bytes | memoryview)
                    else str(value)
                    for value in row
                ]
    said += [str(session.get_decoded()) for session in Session.objects.all()]
    return "\n".join(said)


def test_whatever_somebody_does_their_address_is_nowhere(caplog):
    relax(proof_first_posts=1)
    article = make_article()
    comment = make_comment(article=article)
    reader = make_user()
    at_home = Client(REMOTE_ADDR=ADDRESS)
    at_home.post("/accounts/signup/", {"email": "wren@example.org", "display_name": "Wren Hill"})
    at_home.post("/accounts/login/", {"login": reader.email, "password": "wrong"})
    at_home.post("/accounts/login/code/", {"email": reader.email})
    at_home.post("/accounts/password/reset/", {"email": reader.email})
    at_home = Client(REMOTE_ADDR=ADDRESS)
    at_home.post("/accounts/login/", {"login": reader.email, "password": "a long password"})
    at_home.get("/account/")
    at_home.get("/search/?q=words")
    at_home.post(f"/articles/{article.slug}/comments/", {"body": "Hm, a calm point."})
    at_home.post(f"/c/{comment.pk}/react/", {"value": "1"})
    at_home.post(f"/c/{comment.pk}/report/", {"reason": "spam"})
    at_home.post("/accounts/email/", {"email": "new@example.org"})
    at_home.post(f"/c/{comment.pk}/notice/", {"why": "It is.", "law": "X", "good_faith": "on"})
    assert reader.comments.exists() and Allowance.objects.exists()
    kept = everything_kept()
    assert "Hm, a calm point." in kept, "the tables are read at all"
    for trace in (ADDRESS, "203.0.113.0", "203.0.113"):
        assert trace not in kept
        assert trace not in caplog.text
