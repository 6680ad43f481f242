"""A backlog of 100,000, and a chain of 10,000 answers to answers: slower, never stuck."""

import time

import pytest

from benchmarks.client import Client
from tests.faults.ledger import Entry
from tests.faults.sentences import sentence

pytestmark = [pytest.mark.site, pytest.mark.faults]
WATCHED = 60.0  # seconds of the drain
NEWEST_WITHIN = 120.0
_DECIDED = (
    "SELECT count(*) FROM comments_comment WHERE call_to_action_id = %s AND status <> 'pending'"
)


def test_a_hundred_thousand_pending(own_house):
    house = own_house
    backlog, talk = house.discussion("backlog"), house.discussion("fresh")
    talk.open()
    house.stage("fill", discussion=backlog.number, count=100_000)
    before, began = house.database.one(_DECIDED, backlog.number), time.monotonic()
    worst = 0.0
    waits = []
    with talk.watched() as lookout:
        for n in range(1, 7):
            time.sleep(WATCHED / 6)
            entry = talk.entries(range(n, n + 1), plain=True)[0]
            assert talk.ledger.post(entry) == 201
            worst = max(worst, entry.took[0])
            waits.append(time.monotonic())
        done = house.database.one(_DECIDED, backlog.number) - before
        rate = done / (time.monotonic() - began)
        # The oldest first: no hole among those that were decided, wider than what is in hand.
        last = house.database.one(
            "SELECT max(id) FROM comments_comment WHERE call_to_action_id = %s"
            " AND status <> 'pending'",
            backlog.number,
        )
        passed_over = house.database.one(
            "SELECT count(*) FROM comments_comment WHERE call_to_action_id = %s"
            " AND status = 'pending' AND id < %s",
            backlog.number,
            last,
        )
        newest = talk.wait_decided(NEWEST_WITHIN)
    lookout.stop()
    rings = house.stage("queue_length")
    print(
        f"100,000 pending: {rate:.1f} a second, so {100_000 / rate / 60:.0f} minutes;"
        f" newest decided {newest} s after the sample, {passed_over} passed over,"
        f" slowest post {worst:.2f} s, messages in Redis {rings}"
    )
    assert done > 100
    assert passed_over <= 500, "the oldest first"
    assert newest is not None, "a new comment does not wait for the whole backlog"
    assert rings < 2_000, "rings do not pile up"


def test_a_chain_of_ten_thousand_answers(own_house):
    house = own_house
    talk = house.discussion("chain")
    talk.open()
    ids = house.stage("chain", discussion=talk.number, count=10_000, author="reader2")
    root, middle, deepest = ids
    client = Client(house.url, timeout=60)
    took: dict[str, float] = {}

    def timed(what: str, act, *arguments, **named):
        began = time.monotonic()
        answer = act(*arguments, **named)
        took[what] = time.monotonic() - began
        return answer

    assert "Continue" in timed("the page", client.text, f"/articles/{talk.slug}/")
    for name, pk in (("first", root), ("middle", middle), ("deepest", deepest)):
        assert "<html" in timed(f"address of the {name}", client.text, f"/c/{pk}/")
        answer = timed(f"API of the {name}", house.call, "GET", f"/comments/{pk}", "reader3")
        assert answer.status == 200
    entry = Entry("chain-answer", "reader4", talk.slug, sentence("chain", 1, plain=True), deepest)
    assert timed("an answer to the deepest", talk.ledger.post, entry) == 201
    assert timed("its judgement", talk.wait_decided) is not None
    withdrawn = timed("withdraw the first", house.call, "DELETE", f"/comments/{root}", "reader2")
    assert withdrawn.status == 200
    assert "<html" in timed("the page without its first", client.text, f"/articles/{talk.slug}/")
    timed("erase the author of 10,000", house.stage, "erase", name="reader2")
    gone = timed(
        "withdraw what held the chain",
        house.call,
        "DELETE",
        f"/comments/{entry.comment}",
        "reader4",
    )
    assert gone.status == 200
    listed = house.database.one(
        "SELECT count(*) FROM comments_comment WHERE call_to_action_id = %s AND listed", talk.number
    )
    assert listed == 1, "the lookout's own"
    assert house.verify_log() == []
    print("; ".join(f"{name} {seconds:.2f} s" for name, seconds in took.items()))
    slow = {name: seconds for name, seconds in took.items() if "erase" not in name and seconds > 10}
    assert not slow
