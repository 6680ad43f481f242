"""Edit, withdraw, approve, reject and ban, all at once: nobody's change is lost or half done."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from benchmarks.client import Answer
from tests.faults.house import READERS, ROWDIES, Discussion, House
from tests.faults.ledger import Entry
from tests.faults.sentences import sentence

pytestmark = pytest.mark.site

_COMMENT = """
    SELECT c.status, c.withdrawn_at IS NOT NULL, c.removed_at IS NOT NULL, c.live_revision_id,
           c.latest_id, r.source, c.listed, c.fragment || c.excerpt
      FROM comments_comment c JOIN comments_commentrevision r ON r.id = c.latest_id
     WHERE c.id = %s
"""
_DECISIONS = """
    SELECT outcome, revision_id, actor_id FROM moderation_decisionrecord
     WHERE comment_id = %s ORDER BY id
"""


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call answered, all of them made in the same instant."""
    gate = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def make(n: int) -> None:
        gate.wait()
        answers[n] = calls[n]()

    threads = [threading.Thread(target=make, args=[n]) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert None not in answers, "a call got no answer"
    return answers


@pytest.mark.parametrize("rounds", [12, pytest.param(150, marks=pytest.mark.faults)])
def test_edit_withdraw_approve_and_reject_race(house, note, rounds):
    talk = house.discussion(f"race{'x' * (rounds // 100)}q")
    talk.open()
    with talk.watched() as lookout:
        for n in range(1, rounds + 1):
            _one_round(house, talk, n)
        found = talk.account(lookout)
    # An edit is judged again.
    found.judged_twice.clear()
    note(f"{rounds} races of edit, edit, withdraw, approve and reject", found)


def _one_round(house: House, talk: Discussion, n: int) -> None:
    author = READERS[1 + n % 8]
    entry = Entry(f"{talk.key}-{n}", author, talk.slug, sentence(talk.key, n, plain=True), None)
    assert talk.ledger.post(entry) == 201
    pk = entry.comment
    if n % 2:
        assert talk.wait_decided() is not None
    revision = house.call("GET", f"/comments/{pk}", author).body["own"]["revision"]
    here, rulings = f"/comments/{pk}", f"/comments/{pk}/rulings"
    edits = [sentence(f"edited{word}{talk.key}", n, plain=True) for word in ("one", "two")]
    approve = {"revision": revision, "outcome": "approve"}
    reject = {"revision": revision, "outcome": "reject", "reason": "off_topic"}
    calls: dict[str, Callable[[], Answer]] = {
        "edit": lambda: house.call("PATCH", here, author, {"body": edits[0]}),
        "edit again": lambda: house.call("PATCH", here, author, {"body": edits[1]}),
        "approve": lambda: house.call("POST", rulings, "editor", approve),
        "reject": lambda: house.call("POST", rulings, "deputy", reject),
    }
    if n % 3 == 0:
        calls["withdraw"] = lambda: house.call("DELETE", here, author)
    said = dict(zip(calls, at_once(*calls.values()), strict=True))
    assert all(answer.status in (200, 201, 409) for answer in said.values()), said
    _check(house, pk, revision, edits, said)
    assert talk.wait_decided() is not None
    _check(house, pk, revision, edits, said)


def _check(house: House, pk: int, revision: int, edits: list[str], said: dict[str, Answer]) -> None:
    """What was answered is what stands."""
    rows = house.database.rows(_COMMENT, pk)
    status, withdrawn, _removed, live, latest, words, listed, prepared = rows[0]
    decisions = house.database.rows(_DECISIONS, pk)
    if "withdraw" in said:
        assert said["withdraw"].status == 200 and withdrawn and not listed
        assert "time that I say so" not in prepared, "its words have left the page"
    else:
        assert not withdrawn
    taken = [
        text
        for text, name in zip(edits, ("edit", "edit again"), strict=True)
        if said[name].status == 200
    ]
    revisions = house.database.rows(
        "SELECT source FROM comments_commentrevision WHERE comment_id = %s ORDER BY id", pk
    )
    # Each edit that was taken is a revision, no other is, and the last of them is the latest.
    assert sorted(source for (source,) in revisions[1:]) == sorted(taken)
    assert words == revisions[-1][0]
    people = {house.people["editor"]: "approve", house.people["deputy"]: "reject"}
    ruled = [(outcome, seen) for outcome, seen, actor in decisions if actor is not None]
    assert sorted(ruled) == sorted(
        (people[house.people[who]], revision)
        for name, who in (("approve", "editor"), ("reject", "deputy"))
        if said[name].status == 201
    )
    if live is not None:
        assert ("approve", live) in {(outcome, seen) for outcome, seen, _actor in decisions}
    if status == "approved":
        assert live == latest
    if status in ("approved", "rejected", "held"):
        last = next(each for each in reversed(decisions) if each[1] == latest)
        assert last[0] == {"approved": "approve", "rejected": "reject", "held": "hold"}[status]


@pytest.mark.parametrize("rounds", [3, pytest.param(10, marks=pytest.mark.faults)])
def test_ban_races_posts_and_approvals(house, note, rounds):
    talk = house.discussion(f"ban{'x' * (rounds // 10)}q")
    talk.open()
    banned = ROWDIES[:rounds] if rounds <= 3 else ROWDIES[-rounds:]
    with talk.watched() as lookout:
        for n, reader in enumerate(banned):
            numbers = range(1 + n * 8, 9 + n * 8)
            entries = [
                Entry(f"{talk.key}-{m}", reader, talk.slug, sentence(talk.key, m, plain=True), None)
                for m in numbers
            ]
            talk.ledger.post_all(entries[:2])
            waiting = entries[0].comment
            revision = house.call("GET", f"/comments/{waiting}", "editor").body["own"]["revision"]
            approve = {"revision": revision, "outcome": "approve"}
            sanctions = f"/people/{house.people[reader]}/sanctions"
            rulings = f"/comments/{waiting}/rulings"
            said = at_once(
                partial(house.call, "POST", sanctions, "editor", {"kind": "ban"}),
                partial(house.call, "POST", rulings, "deputy", approve),
                *(partial(talk.ledger.post, entry) for entry in entries[2:]),
            )
            assert said[0].status == 201
            assert set(said[2:]) <= {201, 401, 403}
            after = Entry(f"{talk.key}-after{n}", reader, talk.slug, sentence(talk.key, 0), None)
            assert talk.ledger.post(after) in (401, 403), "banned is banned"
        refused = [entry for entry in talk.ledger.entries.values() if not entry.taken]
        # Refused, not unanswered: nothing of them may be stored, then or when it is tried again.
        for entry in refused:
            assert set(entry.answers) <= {401, 403}
            del talk.ledger.entries[entry.key]
        found = talk.account(lookout)
    note(f"{rounds} bans that race posts and an approval", found)
