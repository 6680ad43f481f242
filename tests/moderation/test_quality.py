"""How often the scorer was right, by what people ruled, and how the dashboard tells it."""

import re
from datetime import UTC, datetime

import pytest

from moderation import operations, reasons
from moderation.dashboard import counting, quality
from moderation.dashboard.page import dashboard
from moderation.models import Batch, DecisionRecord, Figure
from tests.factories import make_comment, make_user, relax

pytestmark = pytest.mark.django_db
RUDE = "You are a pathetic idiot and everybody here knows it."
NOW = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)


@pytest.fixture
def head(client):
    user = make_user(role="admin")
    client.force_login(user)
    return user


def ruled(
    head,
    outcome: str,
    reason: str,
    *,
    score: float,
    held: bool,
    body: str = RUDE,
    batch: Batch | None = None,
) -> None:
    comment = make_comment(status="held", body=body)
    findings = [{"code": "abuse", "outcome": "hold", "spans": [], "score": score, "detail": {}}]
    for actor, what in (
        (None, {"outcome": "hold" if held else "approve", "findings": findings if held else []}),
        (head, {"outcome": outcome, "reason": reason}),
    ):
        DecisionRecord.objects.create(
            comment=comment,
            revision_id=comment.latest_id,
            status_before="held",
            software="x",
            actor=actor,
            batch=batch if actor else None,
            scores={} if actor else {"toxicity": score, "spam": 0.01},
            **what,
        )


def test_precision_recall_and_calibration_come_from_rulings_on_the_same_text(head):
    ruled(head, "reject", "abusive", score=0.95, held=True)
    ruled(head, "reject", "abusive", score=0.91, held=True)
    ruled(head, "approve", "", score=0.72, held=True)
    ruled(head, "reject", "abusive", score=0.2, held=False)
    ruled(head, "reject", "off_topic", score=0.9, held=True)  # says nothing about abuse
    found = quality.scorer(NOW)["abuse"]
    assert (found["right"], found["wrong"], found["missed"], found["rulings"]) == (2, 1, 1, 4)
    assert found["bins"][9] == [2, 1.86, 2]
    assert found["bins"][7] == [1, 0.72, 0]
    assert found["bins"][2] == [1, 0.2, 1]
    assert quality.scorer(NOW)["spam"]["missed"] == 0


def test_a_ruling_that_was_taken_back_says_nothing(head):
    comment = make_comment(status="held", body=RUDE)
    made = operations.rule(
        actor=head,
        comment=comment,
        revision_id=comment.latest_id,
        outcome="reject",
        reason="abusive",
    )
    operations.undo(actor=head, record=made)
    assert quality._rulings() == {}


def test_a_batch_that_nobody_read_takes_no_rulings_place(head, monkeypatch):
    monkeypatch.setattr(quality, "RULINGS", 2)
    ruled(head, "reject", "abusive", score=0.95, held=True)
    ruled(head, "approve", "", score=0.72, held=True)
    batch = Batch.objects.create(actor=head, selection={}, outcome="approve")
    for _number in range(3):
        ruled(head, "approve", "", score=0.9, held=True, body="All Muslims!", batch=batch)
    found = quality.scorer(NOW)["abuse"]
    assert (found["right"], found["wrong"], found["rulings"]) == (1, 1, 2)
    assert quality.groups(NOW)["Muslim"] == [3, 3, 0, 0, 0, 0]


def test_errors_are_told_by_who_is_named(head):
    ruled(head, "approve", "", score=0.8, held=True, body="Muslims live in my street.")
    ruled(head, "reject", "abusive", score=0.9, held=True, body="All Muslims are idiots.")
    ruled(head, "approve", "", score=0.1, held=False, body="My neighbour is a Muslim.")
    ruled(head, "approve", "", score=0.1, held=False, body="The new bridge is fine.")
    ruled(head, "reject", "abusive", score=0.2, held=False, body="Send every Muslim away.")
    ruled(head, "reject", "off_topic", score=0.1, held=False, body="A Muslim wrote about tea.")
    found = quality.groups(NOW)
    assert found["Muslim"] == [5, 2, 2, 1, 2, 1]
    assert found[""] == [6, 2, 2, 1, 2, 1]


def test_what_the_scorer_missed_is_told_beside_what_it_held_wrongly(head):
    counting.count_all()
    of_all, few = [80, 10, 10, 8, 12, 3], [40, 4, 4, 4, 4, 3]
    Figure.objects.filter(name=counting.GROUPS).update(value={"": of_all, "Muslim": few})
    chart = next(chart for chart in dashboard().charts if chart.name == "groups")
    assert [row[5::3] for row in chart.rows] == [("10.0 %", "25.0 %"), ("10.0 %", "–")]
    assert [bar.series for bar in chart.bars] == [0, 1, 0]
    assert chart.series == ("held wrongly", "missed")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Jewish neighbours and gay people", {"Jewish", "gay"}),
        ("an old black and white film about young love", set()),
        ("a GAY man", {"gay"}),
        ("The jewelry shop", set()),
    ],
)
def test_a_group_is_known_by_its_name_alone(text, named):
    assert quality.groups_named(text) == named


# --- the page -------------------------------------------------------------------------------


def test_counting_costs_the_same_queries_for_few_and_for_many(
    head, django_assert_max_num_queries, django_assert_num_queries
):
    relax()
    ruled(head, "approve", "", score=0.8, held=True)
    ruled(head, "reject", "abusive", score=0.8, held=True)
    counting.count_all()
    reasons.forget()  # they are kept for so many seconds, which may end in between
    with django_assert_max_num_queries(60) as few:
        counting.count_all()
    for _number in range(5):
        ruled(head, "reject", "abusive", score=0.8, held=True)
    reasons.forget()
    with django_assert_num_queries(len(few)):
        counting.count_all()


def test_too_few_rulings_are_not_told_as_a_share(head):
    ruled(head, "reject", "abusive", score=0.95, held=True)
    counting.count_all()
    told = next(chart for chart in dashboard().charts if chart.name == "calibration-abuse")
    assert [(fact.label, fact.value) for fact in told.facts][:2] == [
        ("Precision", "–"),
        ("Recall", "–"),
    ]


def test_precision_and_recall_are_figures_of_their_own(client, head):
    for _number in range(9):
        ruled(head, "reject", "abusive", score=0.95, held=True)
    ruled(head, "approve", "", score=0.95, held=True)
    ruled(head, "reject", "abusive", score=0.2, held=False)
    counting.count_all()
    page = client.get("/admin/").content.decode()
    assert re.search(r"<dt>Precision</dt><dd><strong>90\.0 %</strong> <span>9 of 10", page)
    assert re.search(r"<dt>Recall</dt><dd><strong>90\.0 %</strong> <span>9 of 10", page)
