"""The worker dies: whatever was in its hands is judged by the next."""

import time

import pytest

from tests.site import wait_until

pytestmark = pytest.mark.site


@pytest.mark.parametrize(
    ("kills", "posts"), [(3, 90), pytest.param(20, 2_000, marks=pytest.mark.faults)]
)
def test_worker_killed_over_and_over(house, note, kills, posts):
    talk = house.discussion(f"worker{'x' * (kills // 10)}q")
    talk.open()
    step = posts // kills
    with talk.watched() as lookout:
        for n in range(kills):
            old = house.site.pids()["worker"]
            # The whole worker in turn with the process that judges; with work in hand either way.
            whole = n % 2 == 0
            striking = [step // 2]

            def strike(done: int, whole: bool = whole, striking: list[int] = striking) -> None:
                if striking and done >= striking[0]:
                    striking.pop()
                    house.kill("worker") if whole else house.kill_in_worker("pool")

            numbers = range(1 + n * step, 1 + (n + 1) * step)
            talk.ledger.post_all(talk.entries(numbers), patience=30, each=strike)
            if whole:
                house.wait_ready("worker", old)
                time.sleep(1)
        found = talk.account(lookout)
    note(f"worker killed -9 {kills} times", found)


def test_beat_killed_and_rings_lost(house, note):
    talk = house.discussion("beat")
    talk.open()
    old = house.site.pids()["worker"]
    with talk.watched() as lookout:
        house.kill_in_worker("beat")
        # Nobody would sweep any more: the worker ends, and is started again with a new one.
        house.wait_ready("worker", old)
        house.arm("comment_committed", "always raise")
        talk.ledger.post_all(talk.entries(range(1, 6)))
        (house.failpoints / "comment_committed").unlink()
        found = talk.account(lookout)
    note("beat killed -9, and the rings of 5 posts lost", found)


def test_worker_killed_at_every_point(house, note):
    talk = house.discussion("point")
    talk.open()
    points = ("judging", "judged", "decision_recorded", "decision_landed", "decision_committed")
    points += ("mail_claimed", "rows_sealed")
    with talk.watched() as lookout:
        armed = [house.arm(point, "kill") for point in points]
        talk.ledger.post_all(talk.entries(range(1, 31)))
        assert talk.wait_decided() is not None
        wait_until(lambda: not any(file.exists() for file in armed), 60, "every point reached")
        held = next(entry for entry in talk.ledger.entries.values() if entry.key == "point-7")
        # Between a ruling at the desk and its effect.
        armed = house.arm("effect_taken", "kill")
        house.stage("rule_at_desk", comment=held.comment)
        status = "SELECT status FROM comments_comment WHERE id = %s"
        assert house.database.one(status, held.comment) == "held"
        wait_until(lambda: house.database.one(status, held.comment) == "approved", 60, "the effect")
        assert not armed.exists()
        found = talk.account(lookout)
    # A person let this one through.
    assert found.let_through == [held.comment]
    found.let_through.clear()
    note(f"the judging process killed -9 at each of {len(points) + 1} points", found)
