"""Two web processes, each with pages that it keeps: what is removed leaves both of them."""

import time
from pathlib import Path

import pytest

from benchmarks.client import Client
from tests.faults.house import Discussion, House
from tests.faults.sentences import mark

pytestmark = pytest.mark.site
GONE_WITHIN = 1.0  # seconds, in every process
ASKED = 40  # connections, each of which the kernel gives to one of the processes


def _shown(talk: Discussion, word: str) -> bool:
    return word in Client(talk.house.url).text(f"/articles/{talk.slug}/")


def _busy(house: House) -> dict[int, int]:
    """Nanoseconds of each web process so far."""
    web = house.site.pids()["web"]
    children = Path(f"/proc/{web}/task/{web}/children").read_text().split()
    return {
        int(pid): sum(
            int((task / "schedstat").read_text().split()[0])
            for task in Path(f"/proc/{pid}/task").iterdir()
        )
        for pid in children
    }


def test_what_is_removed_is_gone_from_every_process_within_a_second(house, note):
    talk = house.discussion("goneq")
    talk.open()
    with talk.watched() as lookout:
        entries = talk.entries(range(1, 4), plain=True)
        talk.ledger.post_all(entries)
        assert talk.wait_decided() is not None
        entry = entries[1]
        word = mark(talk.key, 2)
        time.sleep(GONE_WITHIN)
        before = _busy(house)
        assert all(_shown(talk, word) for _n in range(ASKED))
        worked = [pid for pid, spent in _busy(house).items() if spent > before.get(pid, 0)]
        assert len(worked) >= 2, "one process answered all of them"

        gone = house.call("DELETE", f"/comments/{entry.comment}", entry.reader)
        assert gone.status == 200
        answered = time.monotonic()
        seen = [0.0]
        while (asked := time.monotonic()) - answered < 4 * GONE_WITHIN:
            if _shown(talk, word):
                seen.append(asked - answered)
        assert max(seen) < GONE_WITHIN
        assert not any(_shown(talk, word) for _n in range(ASKED))
        found = talk.account(lookout)
    note("a comment withdrawn, with two web processes", found)
