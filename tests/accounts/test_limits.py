"""Limits: who shares one, and that they hold under many hands at once."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from accounts import daily_keys, limits
from accounts.addresses import Origin, origin_of
from accounts.errors import TooMany
from accounts.limits import LIMITS, Limit
from accounts.models import Allowance, DailyKey
from comments.models import Comment
from tests.factories import make_article, make_comment, make_user, relax

HERE = Origin("203.0.113.7")


def allowed(action, times, **who) -> int:
    """How many of so many deeds are let through."""
    passed = 0
    for _time in range(times):
        try:
            limits.spend(action, **who)
        except TooMany:
            continue
        passed += 1
    return passed


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setitem(LIMITS, "try", Limit(3_600, account=3, subject=3, address=3, network=5))


# --- Addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hops", "forwarded", "peer", "found"),
    [
        (0, "198.51.100.1", "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1", "10.0.0.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "10.0.0.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.2", "10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "10.0.0.1", "10.0.0.1"),
        (1, "", "10.0.0.1", "10.0.0.1"),
        (1, "198.51.100.1, nonsense", "10.0.0.1", "10.0.0.1"),
        (1, "198.51.100.1:4711", "10.0.0.1", "198.51.100.1"),
        (1, "[2001:db8::1]:4711", "10.0.0.1", "2001:db8::/64"),
        (1, "2001:db8::1%eth0", "10.0.0.1", "2001:db8::/64"),
        (1, "::ffff:198.51.100.1", "10.0.0.1", "198.51.100.1"),
        (1, "198.51.100.1\r\n6.6.6.6" + "9" * 5_000, "10.0.0.1", "10.0.0.1"),
        (0, "", "", "unknown"),
        (0, "", "/run/socket", "unknown"),
    ],
)
def test_an_address_is_believed_as_far_as_the_proxies_reach(
    rf, settings, hops, forwarded, peer, found
):
    settings.TRUSTED_PROXIES = hops
    request = rf.get("/", HTTP_X_FORWARDED_FOR=forwarded, REMOTE_ADDR=peer)
    assert origin_of(request).address == found


def test_an_origin_never_prints_its_address():
    assert "203" not in f"{HERE} {HERE!r} {[HERE]}"


def test_networks_are_a_24_and_a_64():
    assert HERE.network == "203.0.113.0/24"
    assert Origin("2001:db8:0:5::/64").network == "2001:db8:0:5::/64"


# --- Counting ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_so_many_and_then_no_more(few):
    assert allowed("try", 10, origin=HERE) == 3


@pytest.mark.django_db
def test_neighbours_share_a_network_and_strangers_nothing(few):
    passed = [allowed("try", 3, origin=Origin(f"203.0.113.{n}")) for n in (1, 2, 3)]
    assert passed == [3, 2, 0]
    assert allowed("try", 3, origin=Origin("198.51.100.1")) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("loopback", ["127.0.0.1", "127.8.8.8", "::1"])
def test_in_development_the_machine_itself_counts_for_accounts_alone(few, rf, settings, loopback):
    reader, here = make_user(), origin_of(rf.get("/", REMOTE_ADDR=loopback))
    settings.DEVELOPMENT = True
    for _n in range(9):
        limits.spend("try", actor=reader, origin=here, account=(9, 3_600))
    assert allowed("try", 9, origin=here) == 3, "strangers are counted all the same"
    with pytest.raises(TooMany):
        limits.spend("try", actor=reader, origin=here, account=(9, 3_600))
    settings.DEVELOPMENT = False
    with pytest.raises(TooMany):
        limits.spend("try", actor=make_user(), origin=here)


@pytest.mark.django_db
def test_an_ipv6_network_counts_as_one_address(few, rf):
    for n in range(3):
        limits.spend("try", origin=origin_of(rf.get("/", REMOTE_ADDR=f"2001:db8::{n}")))
    with pytest.raises(TooMany):
        limits.spend("try", origin=origin_of(rf.get("/", REMOTE_ADDR="2001:db8::ffff:1")))
    limits.spend("try", origin=origin_of(rf.get("/", REMOTE_ADDR="2001:db8:0:1::1")))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("jose@example.org", "José@Example.org"),
        ("jose@example.org", "jose+news@example.org"),
        ("jose@example.org", "ｊｏｓｅ@example.org"),
        ("jose@example.org", "jоse@example.org"),  # a Cyrillic letter
        ("jose@example.org", "  JOSE@EXAMPLE.ORG. "),
        ("Night Reader", "nіght  réader"),
    ],
)
def test_ways_to_write_one_thing_count_as_one(few, one, other):
    assert limits.folded(one) == limits.folded(other)
    assert allowed("try", 3, subjects=(one,)) == 3
    assert allowed("try", 1, subjects=(other,)) == 0


@pytest.mark.django_db
def test_another_address_is_another(few):
    assert limits.folded("josé@example.org") != limits.folded("josef@example.org")
    assert limits.folded("+@example.org") == "+@example.org"


@pytest.mark.django_db
def test_what_is_refused_by_one_key_counts_against_none(few):
    person = make_user()
    allowed("try", 3, origin=HERE)
    before = set(Allowance.objects.values_list("key", "full_at"))
    with pytest.raises(TooMany):
        limits.spend("try", actor=person, origin=HERE)
    assert set(Allowance.objects.values_list("key", "full_at")) == before
    assert allowed("try", 3, actor=person) == 3


@pytest.mark.django_db
def test_it_says_how_long_to_wait_and_then_lets_one_through(few, monkeypatch):
    clock = [1_800_000_000 * 10**9]
    monkeypatch.setattr(limits.time, "time_ns", lambda: clock[0])
    assert allowed("try", 3, origin=HERE) == 3
    with pytest.raises(TooMany) as refusal:
        limits.spend("try", origin=HERE)
    assert refusal.value.retry_after == 1_200  # a third of the hour
    clock[0] += 1_199 * 10**9
    assert allowed("try", 1, origin=HERE) == 0
    clock[0] += 10**9
    assert allowed("try", 2, origin=HERE) == 1


@pytest.mark.django_db
def test_midnight_forgives_nothing(few, monkeypatch):
    assert allowed("try", 3, origin=HERE) == 3
    tomorrow = daily_keys.today() + timedelta(days=1)
    monkeypatch.setattr(limits, "today", lambda: tomorrow)
    monkeypatch.setattr(daily_keys, "today", lambda: tomorrow)
    assert allowed("try", 1, origin=HERE) == 0


@pytest.mark.django_db
def test_relaxed_limits_are_limits(few, settings, monkeypatch):
    settings.RELAXED_LIMITS = True
    monkeypatch.setattr(limits, "RELAXED", 2)
    assert allowed("try", 10, origin=HERE) == 6


@pytest.mark.django_db
def test_a_deed_costs_few_statements(few, django_assert_max_num_queries):
    limits.spend("try", actor=make_user(), origin=HERE)
    person = make_user()
    # Two keys of days, one look, three counts in a savepoint; in production the keys are at hand.
    with django_assert_max_num_queries(14):
        limits.spend("try", actor=person, origin=HERE)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_hands_get_no_more_than_one(monkeypatch):
    monkeypatch.setitem(LIMITS, "try", Limit(3_600, address=20, network=500))
    limits.spend("try", origin=Origin("198.51.100.1"))  # the keys of the day are made
    passed, wrong = [], []

    def once() -> int:
        # The tests' SQLite lives in memory, where nobody waits for a lock: a file's would.
        while True:
            try:
                return allowed("try", 1, origin=HERE)
            except OperationalError as error:
                if "is locked" not in str(error):
                    raise

    def hammer():
        try:
            passed.extend(once() for _time in range(10))
        except Exception as error:
            wrong.append(error)
        finally:
            connections.close_all()

    hands = [threading.Thread(target=hammer) for _hand in range(6)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(60)
    assert not wrong
    assert sum(passed) == 20


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_key_that_is_rolled_back_is_forgotten():
    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        inside = daily_keys.keyed("address", "203.0.113.7")
        raise Undone
    assert daily_keys.keyed("address", "203.0.113.7") != inside
    assert DailyKey.objects.count() == 1


# --- At every door ----------------------------------------------------------------------------


def refused(answer) -> bool:
    """Whether it is a refusal with all that belongs to one."""
    if answer.status_code != 429:
        return False
    assert 1 <= int(answer.headers["Retry-After"]) <= 3_600
    if answer.headers["Content-Type"].startswith("application/json"):
        assert set(answer.json()) == {"code", "detail"}
        assert answer.json()["code"] == "too_fast"
    else:
        assert "<h1" in answer.content.decode()
    return True


def as_person(user, address="203.0.113.7") -> Client:
    client = Client(REMOTE_ADDR=address)
    client.force_login(user)
    return client


@pytest.fixture
def scene(monkeypatch):
    relax()
    article = make_article()
    comment = make_comment(article=article)
    return article, comment


def _doors(article, comment):
    api = "/api/v1"
    json = {"content_type": "application/json"}
    return {
        "post, page": (
            "post",
            lambda c: c.post(f"/articles/{article.slug}/comments/", {"body": "Hm."}),
        ),
        "post, API": (
            "post",
            lambda c: c.post(f"{api}/articles/{article.slug}/comments", {"body": "Hm."}, **json),
        ),
        "react, page": ("react", lambda c: c.post(f"/c/{comment.pk}/react/", {"value": "1"})),
        "react, API": (
            "react",
            lambda c: c.put(f"{api}/comments/{comment.pk}/reaction", {"value": 1}, **json),
        ),
        "report, page": (
            "report",
            lambda c: c.post(f"/c/{comment.pk}/report/", {"reason": "spam"}),
        ),
        "report, API": (
            "report",
            lambda c: c.post(f"{api}/comments/{comment.pk}/reports", {"reason": "spam"}, **json),
        ),
        "search, page": ("search", lambda c: c.get("/search/?q=words")),
        "search, API": ("search", lambda c: c.get(f"{api}/search?q=words")),
    }


DOORS = list(_doors(type("A", (), {"slug": ""}), type("C", (), {"pk": 0})))


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_a_new_account_from_the_same_address_gets_no_further(scene, monkeypatch, door):
    action, knock = _doors(*scene)[door]
    monkeypatch.setitem(LIMITS, action, Limit(3_600, address=2, network=100))
    first = [knock(as_person(make_user())) for _time in range(2)]
    assert all(answer.status_code < 400 for answer in first), [a.status_code for a in first]
    assert refused(knock(as_person(make_user())))
    elsewhere = knock(as_person(make_user(), address="198.51.100.9"))
    assert elsewhere.status_code < 400


@pytest.mark.django_db
def test_a_refused_comment_is_not_stored(scene, monkeypatch):
    article, _comment = scene
    monkeypatch.setitem(LIMITS, "post", Limit(3_600, address=1, network=100))
    before = Comment.objects.count()
    for _time in range(3):
        path = f"/api/v1/articles/{article.slug}/comments"
        as_person(make_user()).post(path, {"body": "Hm."}, content_type="application/json")
    assert Comment.objects.count() == before + 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("action", "path", "form"),
    [
        ("sign_up", "/accounts/signup/", {"email": "{n}@example.org", "display_name": ""}),
        ("sign_in", "/accounts/login/", {"login": "{n}@example.org", "password": "wrong"}),
        ("code", "/accounts/login/code/", {"email": "{n}@example.org"}),
        ("code", "/accounts/password/reset/", {"email": "{n}@example.org"}),
    ],
)
def test_a_way_in_is_closed_to_a_network_that_hammers_it(monkeypatch, action, path, form):
    monkeypatch.setitem(LIMITS, action, Limit(3_600, address=2, network=4))
    answers = [
        Client(REMOTE_ADDR=f"203.0.113.{n // 2}").post(
            path, {field: value.format(n=n) for field, value in form.items()}
        )
        for n in range(6)
    ]
    assert [refused(answer) for answer in answers] == [False] * 4 + [True] * 2
    assert not refused(Client(REMOTE_ADDR="198.51.100.9").post(path, {}))


@pytest.mark.django_db
def test_a_forged_header_gets_no_further(monkeypatch, settings):
    settings.TRUSTED_PROXIES = 1
    monkeypatch.setitem(LIMITS, "search", Limit(3_600, address=2, network=2))
    answers = [
        Client(REMOTE_ADDR="10.0.0.1").get(
            "/search/?q=x", HTTP_X_FORWARDED_FOR=f"9.9.{n}.9, 203.0.113.7"
        )
        for n in range(3)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


@pytest.mark.django_db
def test_guessing_tokens_is_counted_and_a_good_one_still_opens(monkeypatch):
    monkeypatch.setitem(LIMITS, "bad_token", Limit(3_600, address=2, network=2))
    client = Client(REMOTE_ADDR="203.0.113.7")
    guesses = [
        client.get("/api/v1/me/comments", headers={"Authorization": f"Bearer {n}"})
        for n in range(3)
    ]
    assert [answer.status_code for answer in guesses] == [401, 401, 429]


@pytest.mark.django_db
def test_reading_asks_nothing_of_the_limits(client):
    article = make_article()
    with CaptureOf("accounts_allowance") as seen:
        assert client.get(article.get_absolute_url()).status_code == 200
        assert client.get("/").status_code == 200
    assert not seen.found


class CaptureOf:
    """The statements that name a table."""

    def __init__(self, table):
        self.table, self.found = table, []

    def __enter__(self):
        self._wrapper = connection.execute_wrapper(self._note)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *error):
        self._wrapper.__exit__(*error)

    def _note(self, execute, sql, params, many, context):
        if self.table in sql:
            self.found.append(sql)
        return execute(sql, params, many, context)
