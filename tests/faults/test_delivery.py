"""Messages that come twice, three times, out of order and to two workers: one decision each."""

from random import Random

import pytest

pytestmark = [pytest.mark.site, pytest.mark.faults]


def test_messages_doubled_and_reordered(house, note):
    talk = house.discussion("message")
    talk.open()
    with talk.watched() as lookout:
        with house.frozen("worker"):
            talk.ledger.post_all(talk.entries(range(1, 81)))
            numbers = [entry.comment for entry in talk.ledger.entries.values()] * 3
            Random(7).shuffle(numbers)
            house.stage("ring", comments=numbers)
            with house.worker_beside() as other:
                assert talk.wait_decided() is not None, "the second worker alone"
                talk.ledger.post_all(talk.entries(range(81, 101)))
                house.stage("ring", comments=numbers)
            assert other.poll() is not None
        with house.worker_beside():
            numbers += [entry.comment for entry in talk.ledger.entries.values()] * 3
            house.stage("ring", comments=numbers[::-1])
            talk.ledger.post_all(talk.entries(range(101, 161)))
            found = talk.account(lookout)
    note("every message three times over, shuffled, to two workers", found)
