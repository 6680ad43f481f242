"""The broker dies, is full or holds still: posts are taken all the same, and judged later."""

import time

import pytest

pytestmark = pytest.mark.site
AT_ONCE = 1.0  # seconds a post may take while the broker is away, from the first one


def test_broker_killed_and_then_both(house, note):
    talk = house.discussion("broker")
    talk.open()
    with talk.watched() as lookout:
        for n, dying in enumerate((["redis"], ["worker", "redis"])):
            old = {name: house.site.pids()[name] for name in dying}
            entries = talk.entries(range(1 + n * 20, 21 + n * 20))
            talk.ledger.post_all(entries[:10])
            for name in dying:
                house.kill(name)
            talk.ledger.post_all(entries[10:])
            for name, pid in old.items():
                house.wait_ready(name, pid)
        found = talk.account(lookout)
    assert {status for entry in talk.ledger.entries.values() for status in entry.answers} == {201}
    note("Redis killed -9, then Redis and the worker", found)


def test_broker_full(house, note):
    talk = house.discussion("full")
    talk.open()
    with talk.watched() as lookout:
        assert house.redis("CONFIG", "SET", "maxmemory", "1").startswith(b"+OK")
        talk.ledger.post_all(talk.entries(range(1, 41)))
        time.sleep(6)  # a sweep and its rings, refused as well
        assert house.redis("CONFIG", "SET", "maxmemory", "0").startswith(b"+OK")
        found = talk.account(lookout)
    assert all(entry.answers == [201] for entry in talk.ledger.entries.values())
    note("Redis full (noeviction)", found)


@pytest.mark.parametrize("seconds", [8, pytest.param(30, marks=pytest.mark.faults)])
def test_broker_frozen(house, note, seconds):
    talk = house.discussion(f"frozen{'x' * (seconds // 10)}q")
    talk.open()
    with talk.watched() as lookout:
        with house.frozen("redis"):
            thawing = time.monotonic() + seconds
            n = 0
            while time.monotonic() < thawing:
                n += 1
                entry = talk.entries(range(n, n + 1))[0]
                assert talk.ledger.post(entry) == 201
                assert entry.took[0] < AT_ONCE, f"post {n} took {entry.took[0]:.2f} s"
                time.sleep(0.2)
        found = talk.account(lookout)
    note(f"Redis frozen for {seconds} s", found)
