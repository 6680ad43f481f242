"""The dashboard: what the worker counts, what the page shows, and who sees it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from comments.models import Comment
from moderation import operations, reasons
from moderation.dashboard import charts, counting, quality
from moderation.dashboard.page import dashboard
from moderation.models import DecisionRecord, Figure, Trial
from moderation.operations import trials
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
RUDE = "You are a pathetic idiot and everybody here knows it."
NOW = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)


@pytest.fixture
def head(client):
    user = make_user(role="admin")
    client.force_login(user)
    return user


def record(*, at=None, revision=None, **fields) -> DecisionRecord:
    comment = revision.comment if revision else make_comment(status="held")
    return DecisionRecord.objects.create(
        comment=comment,
        revision_id=comment.latest_id,
        status_before="pending",
        software="x",
        at=at or NOW,
        **fields,
    )


# --- who sees it ----------------------------------------------------------------------------

OWN_PAGES = {
    "admin:index": {"admin": 200, "editor": 302, "reader": 302, "": 302},
    "admin:moderation_phrase_try_text": {"admin": 200, "editor": 403, "reader": 302, "": 302},
    "admin:moderation_phrase_read_file": {"admin": 200, "editor": 403, "reader": 302, "": 302},
    "admin:moderation_phrase_write_file": {"admin": 200, "editor": 403, "reader": 302, "": 302},
    "admin:moderation_trial_changelist": {"admin": 200, "editor": 403, "reader": 302, "": 302},
    "admin:moderation_policy_add": {"admin": 200, "editor": 403, "reader": 302, "": 302},
    "admin:moderation_articlepolicy_add": {"admin": 200, "editor": 403, "reader": 302, "": 302},
}


@pytest.mark.parametrize("name", OWN_PAGES)
@pytest.mark.parametrize("role", ["admin", "editor", "reader", ""])
def test_the_office_is_open_to_admins_alone(client, name, role):
    if role:
        client.force_login(make_user(role=role))
    for method in (client.get, client.post) if role != "admin" else (client.get,):
        response = method(reverse(name))
        assert response.status_code == OWN_PAGES[name][role], (name, role)
        assert "pathetic" not in str(response.headers)


@pytest.mark.parametrize("role", ["editor", "reader", ""])
@pytest.mark.parametrize("step", ["test", "shadow", "enable", "drop"])
def test_nobody_but_an_admin_moves_a_trial(client, role, step):
    trial = trials.propose(actor=make_user(role="admin"), name="x", changes={"links_allowed": 9})
    if role:
        client.force_login(make_user(role=role))
    response = client.post(
        reverse("admin:moderation_trial_change", args=[trial.pk]), {step: "1", "decisions": "5"}
    )
    assert response.status_code == (403 if role == "editor" else 302)
    assert Trial.objects.get().state == "draft"


def test_editors_come_for_their_articles(client):
    client.force_login(make_user(role="editor"))
    assert client.get("/admin/")["Location"] == "/admin/articles/article/"


# --- what is counted ------------------------------------------------------------------------


def test_what_waits_is_counted_by_its_age():
    ages = (timedelta(minutes=5), timedelta(hours=3), timedelta(hours=8), timedelta(days=3))
    for age in ages:
        comment = make_comment(status="held")
        Comment.objects.filter(pk=comment.pk).update(decided_at=NOW - age)
    make_comment(status="pending")
    make_comment()
    found = counting.waiting(NOW)
    assert found["ages"] == [1, 1, 1, 1]
    assert (found["held"], found["pending"]) == (4, 1)
    assert found["oldest"] == (NOW - timedelta(days=3)).isoformat()


def test_decisions_are_counted_by_hour_by_the_machine_and_by_people(head):
    record(outcome="hold", reason="abuse", at=NOW - timedelta(hours=2))
    record(outcome="hold", reason="abuse", at=NOW - timedelta(hours=2))
    kept = record(outcome="reject", reason="spam", actor=head, at=NOW - timedelta(hours=1))
    record(outcome="hold", actor=head, undoes=kept, at=NOW)
    record(outcome="approve", at=NOW - timedelta(days=9))
    found = counting.hours(NOW)
    assert found == {
        "2026-05-04T08:00:00+00:00": {"machine hold abuse": 2},
        "2026-05-04T09:00:00+00:00": {"people reject spam": 1},
        "2026-05-04T10:00:00+00:00": {"people undo": 1},
    }


def test_hours_that_are_over_are_not_counted_again_and_old_ones_go(head):
    old = (NOW - timedelta(days=8)).replace(minute=0).isoformat()
    past = (NOW - timedelta(hours=5)).replace(minute=0).isoformat()
    Figure.objects.create(
        name=counting.HOURS, value={old: {"machine hold": 9}, past: {"machine hold": 7}}, at=NOW
    )
    record(outcome="approve", at=NOW - timedelta(hours=5))  # would change what is kept
    record(outcome="approve", at=NOW)
    assert counting.hours(NOW) == {
        past: {"machine hold": 7},
        "2026-05-04T10:00:00+00:00": {"machine approve": 1},
    }


def test_sign_ups_are_counted_by_day():
    User.objects.all().delete()
    for days in (0, 0, 3, 40):
        person = make_user()
        User.objects.filter(pk=person.pk).update(date_joined=NOW - timedelta(days=days))
    found = counting.sign_ups(NOW)
    assert list(found) == sorted(found)
    assert (len(found), found["2026-05-04"], found["2026-05-01"]) == (14, 2, 1)
    assert sum(found.values()) == 3


def test_the_most_discussed_come_first():
    relax()
    loud, quiet = make_article(), make_article()
    for article in (loud, quiet, loud):
        make_comment(article=article)
    assert counting.discussions(timezone.now()) == [[loud.pk, 2], [quiet.pk, 1]]


# --- the scorer by rulings ------------------------------------------------------------------


def ruled(head, outcome: str, reason: str, *, score: float, held: bool, body: str = RUDE) -> None:
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


def test_errors_are_told_by_who_is_named(head):
    ruled(head, "approve", "", score=0.8, held=True, body="Muslims live in my street.")
    ruled(head, "reject", "abusive", score=0.9, held=True, body="All Muslims are idiots.")
    ruled(head, "approve", "", score=0.1, held=False, body="My neighbour is a Muslim.")
    ruled(head, "approve", "", score=0.1, held=False, body="The new bridge is fine.")
    found = quality.groups(NOW)
    assert found["Muslim"] == [3, 2, 2, 1]
    assert found[""] == [4, 2, 2, 1]


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


def test_before_the_worker_has_counted_the_page_says_so(client, head):
    page = client.get("/admin/")
    assert "has not counted yet" in page.content.decode()


def test_the_page_shows_what_was_counted_with_a_table_for_each_chart(client, head):
    relax()
    article = make_article(title="Trams & <b>trains</b>")
    comment = make_comment(article=article, body=RUDE, status="pending")
    operations.judge(comment_id=comment.pk)
    counting.count_all()
    page = client.get("/admin/").content.decode()
    main = page[page.index('class="office"') :]
    assert "Trams &amp; &lt;b&gt;trains&lt;/b&gt;" in main
    assert "<b>trains" not in main
    charts_shown = re.findall(r"<svg class=\"office-chart\".*?</svg>", main, re.DOTALL)
    assert len(charts_shown) >= 4
    for chart in charts_shown:
        assert "<title" in chart
        assert "<desc>" in chart
        assert 'role="img"' in chart
        assert not re.search(r"\sstyle=|\son\w+=|<script|<foreignObject|href=", chart)
    assert main.count("<table>") >= len(charts_shown)
    assert "style=" not in main
    ids = re.findall(r'\sid="([^"]+)"', main)
    assert len(ids) == len(set(ids))


def test_the_dashboard_costs_the_same_queries_whatever_there_is(
    client, head, django_assert_num_queries
):
    relax()
    with django_assert_num_queries(1):
        dashboard()
    for _number in range(3):
        make_comment(article=make_article(), status="held")
    counting.count_all()
    with django_assert_num_queries(2):
        told = dashboard()
    assert told.tiles[0].value == "3"
    for _number in range(6):
        make_comment(article=make_article(), status="held")
    counting.count_all()
    with django_assert_num_queries(2):
        dashboard()


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
    assert "Precision –" in told.description


# --- charts ---------------------------------------------------------------------------------


def test_columns_stand_on_each_other_and_within_the_picture():
    chart = charts.columns(
        "x", "X", "Y", labels=["a", "b"], series=[("m", [3, 0]), ("p", [1, 7])], header="h"
    )
    lower, upper, right = chart.bars
    assert upper.y + upper.height == pytest.approx(lower.y)
    assert all(bar.y >= 0 and bar.x + bar.width <= chart.width for bar in chart.bars)
    assert right.height > lower.height
    assert chart.rows == [("a", "3", "1"), ("b", "0", "7")]


@pytest.mark.parametrize("most", [0, 1, 2, 3, 9, 10, 11, 99, 100, 101, 12_345])
def test_the_axis_reaches_what_is_counted(most):
    top = charts._round_up(most)
    assert top >= max(most, 1)
    assert top <= max(2 * most, 2) + 1


def test_nothing_counted_is_an_empty_chart_and_not_an_error():
    empty = charts.columns("x", "X", "Y", labels=[], series=[("m", []), ("p", [])], header="h")
    assert empty.is_empty
    assert charts.rows("x", "X", "Y", values=[], header=("a", "b")).is_empty
