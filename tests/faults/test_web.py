"""The web server dies inside a post: the row is there or it is not, and the key finds it."""

import pytest

from tests.faults.ledger import Entry

pytestmark = pytest.mark.site

# Where it dies, and whether the comment that was never answered is stored.
POINTS = {"comment_inserted": False, "comment_committed": True}


def test_web_server_killed_before_and_after_commit(house, note):
    talk = house.discussion("web")
    talk.open()
    with talk.watched() as lookout:
        for n, (point, stored) in enumerate(POINTS.items()):
            first = 1 + n * 20
            talk.ledger.post_all(talk.entries(range(first, first + 9)))
            old = house.site.pids()["web"]
            doomed = talk.entries(range(first + 9, first + 10))[0]
            armed = house.arm(point, "kill")
            assert talk.ledger.post(doomed) == 0, "the connection broke"
            assert not armed.exists()
            house.wait_ready("web", old)
            assert bool(_rows(house, doomed)) == stored
            # The same submit again, as a reader's browser would: not a second comment.
            talk.ledger.post_all([doomed], patience=30)
            assert doomed.answers[-1] == (200 if stored else 201)
            assert len(_rows(house, doomed)) == 1
            talk.ledger.post_all(talk.entries(range(first + 10, first + 19)), patience=30)
        found = talk.account(lookout)
    note("web server killed -9 before and after commit", found)


def test_web_server_killed_while_many_post(house, note):
    talk = house.discussion("crowd")
    talk.open()
    old = house.site.pids()["web"]
    with talk.watched() as lookout:

        def strike(done: int) -> None:
            if done == 20:
                house.kill("web")

        # Nobody tries again: what was not answered is settled afterwards, by its key.
        talk.ledger.post_all(talk.entries(range(1, 61)), readers_at_once=8, each=strike)
        house.wait_ready("web", old)
        assert talk.ledger.unanswered(), "some were under way"
        found = talk.account(lookout)
    note("web server killed -9 while eight readers post", found)


def _rows(house, entry: Entry) -> list[tuple]:
    return house.database.rows(
        "SELECT id FROM comments_comment WHERE idempotency_key = %s", entry.key
    )
