"""Comments that break whoever judges them: never approved, never in the way of others."""

import time

import pytest

pytestmark = pytest.mark.site
HELD_WITHIN = 150.0  # seconds: three attempts, each with a lease of twenty
# What happens to whoever judges a comment, every time.
POISON = {1: "always raise", 2: "always kill", 3: "always sleep 60", 4: "always hang 60"}


def test_poison_comments_go_to_an_editor_and_hold_up_nobody(house, note):
    talk = house.discussion("poison")
    talk.open()
    with talk.watched() as lookout:
        # Nobody judges until the traps are laid: the comments' numbers are needed for that.
        with house.frozen("worker"):
            entries = talk.entries(range(1, 5), plain=True)
            for entry in entries:
                assert talk.ledger.post(entry) == 201
            files = [
                house.arm(f"judging.{entry.comment}", how)
                for entry, how in zip(entries, POISON.values(), strict=True)
            ]
            talk.ledger.post_all(talk.entries(range(11, 31), plain=True))
        began = time.monotonic()
        others = [row.comment for row in talk.ledger.entries.values() if row not in entries]
        while time.monotonic() - began < 60 and _pending(house, others):
            time.sleep(0.2)
        assert not _pending(house, others), "the others were judged meanwhile"
        took = talk.wait_decided(HELD_WITHIN)
        assert took is not None
        for file in files:
            file.unlink()
        found = talk.account(lookout)
    reasons = house.database.rows(
        "SELECT d.comment_id, d.reason, c.status FROM moderation_decisionrecord d"
        " JOIN comments_comment c ON c.id = d.comment_id WHERE c.call_to_action_id = %s",
        talk.number,
    )
    poisoned = {entry.comment for entry in entries}
    assert {(reason, status) for pk, reason, status in reasons if pk in poisoned} == {
        ("not_judged", "held")
    }
    assert {row[1:] for row in reasons if row[0] not in poisoned} == {("", "approved")}
    note("four comments that raise, crash, stall and hang the judge", found)


SLOW = pytest.mark.faults  # the poison comments stall and crash in every run


@pytest.mark.parametrize(
    "how", ["raise", pytest.param("sleep 60", marks=SLOW), pytest.param("kill", marks=SLOW)]
)
def test_a_broken_scorer_approves_nothing(house, note, how):
    talk = house.discussion(f"scorer{how[0]}q")
    talk.open()
    with talk.watched() as lookout:
        file = house.arm("scoring", f"always {how}")
        talk.ledger.post_all(talk.entries(range(1, 3), plain=True))
        assert talk.wait_decided(HELD_WITHIN) is not None
        file.unlink()
        statuses = house.database.rows(
            "SELECT status FROM comments_comment WHERE call_to_action_id = %s AND id <> %s",
            talk.number,
            talk.root,
        )
        assert statuses == [("held",)] * 2
        # Mended: the next are judged as ever.
        talk.ledger.post_all(talk.entries(range(11, 17), plain=True))
        found = talk.account(lookout)
    note(f"the scorer breaks on every text ({how})", found)


def _pending(house, comments: list[int]) -> int:
    marks = ", ".join(["%s"] * len(comments))
    return house.database.one(
        f"SELECT count(*) FROM comments_comment WHERE status = 'pending' AND id IN ({marks})",
        *comments,
    )
