"""A clock that is wrong by an hour or a day, on the worker's machine or the web server's."""

import pytest

from tests.faults.house import faketime

pytestmark = [pytest.mark.site, pytest.mark.faults]
SHIFTS = ("+1h", "-1h", "+1d", "-1d")


@pytest.fixture(scope="module", autouse=True)
def _library():
    if faketime() is None:
        pytest.skip("no libfaketime here, and no leave to install it")


@pytest.mark.parametrize("shift", SHIFTS)
def test_workers_clock_is_off(house, note, shift):
    talk = house.discussion("clock" + shift.replace("+", "plus").replace("-", "minus") + "q")
    talk.open()
    with talk.watched() as lookout:
        with house.frozen("worker"), house.worker_beside(clock=shift):
            talk.ledger.post_all(talk.entries(range(1, 31)))
            assert talk.wait_decided() is not None, "whoever is rung is judged at any hour"
            house.arm("comment_committed", "always raise")
            talk.ledger.post_all(talk.entries(range(31, 41)))
            (house.failpoints / "comment_committed").unlink()
        # From here on the worker's clock is right.
        found = talk.account(lookout, one_clock=False)
    note(f"worker's clock off by {shift}", found)


@pytest.mark.parametrize("shift", SHIFTS)
def test_web_servers_clock_is_off(house, note, shift):
    talk = house.discussion("web" + shift.replace("+", "plus").replace("-", "minus") + "q")
    talk.open()
    with talk.watched() as lookout:
        with house.web_beside(clock=shift) as url:
            talk.ledger.url = url
            talk.ledger.post_all(talk.entries(range(1, 31)))
            house.arm("comment_committed", "always raise")
            talk.ledger.post_all(talk.entries(range(31, 41)))
            (house.failpoints / "comment_committed").unlink()
        talk.ledger.url = house.url
        found = talk.account(lookout, one_clock=False)
    note(f"web server's clock off by {shift}", found)
