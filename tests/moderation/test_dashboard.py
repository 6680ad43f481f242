"""The dashboard: what the worker counts, what the page shows, and who sees it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from comments.models import Comment
from moderation import operations
from moderation.dashboard import counting
from moderation.dashboard.page import dashboard
from moderation.models import Appeal, DecisionRecord, Figure, Overturned, Phrase, Trial
from moderation.operations import trials
from tests.admin_pages import path
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


def contested(decision: DecisionRecord, outcome: str = "", **when) -> Appeal:
    ended = {"decided_at": NOW, "decided_by": make_user(role="editor"), "outcome": outcome}
    return Appeal.objects.create(
        comment=decision.comment,
        decision=decision,
        contested=decision.actor,
        created_at=when.get("created_at", NOW),
        **(ended if outcome else {}),
    )


def test_rejections_and_appeals_are_counted_by_week(head):
    last_week = NOW - timedelta(days=5)
    first = record(outcome="reject", reason="spam", actor=head, at=last_week)
    record(outcome="reject", reason="appeal_upheld", actor=head, at=NOW)  # the same comment
    second = record(outcome="reject", reason="abuse", at=NOW)
    record(outcome="reject", at=NOW - timedelta(weeks=30))
    contested(first, "overturned", created_at=last_week)
    contested(second)
    found = counting.weeks(NOW)["weeks"]
    assert list(found) == sorted(found)
    assert len(found) == 12
    assert found["2026-04-27"] == [1, 1, 0, 0]
    assert found["2026-05-04"] == [1, 1, 1, 1]
    assert sum(map(sum, found.values())) == 6


def test_days_that_are_over_are_not_counted_again(head):
    record(outcome="reject", at=NOW - timedelta(days=3))  # would change what is kept
    record(outcome="reject", at=NOW)
    kept = {"2026-05-01": 7, "2026-05-04": 7, "2025-01-01": 7}
    Figure.objects.create(name=counting.WEEKS, value={"days": kept, "weeks": {}}, at=NOW)
    found = counting.weeks(NOW)
    assert found["days"] == {"2026-05-01": 7, "2026-05-04": 1}
    assert found["weeks"]["2026-04-27"][0] == 7


def charged(head) -> Phrase:
    """A phrase and the weights "w2", each overturned once on appeal; "w1" never was."""
    phrase = Phrase.objects.create(text="<i>casino</i>", effect="hold")
    listed = {"code": "suspect_phrases", "detail": {"phrases": [{"id": phrase.pk}]}}
    rude = {"code": "abuse", "detail": {}}
    record(outcome="hold", findings=[listed, rude], scorer="w1")
    judged = record(outcome="hold", findings=[listed, rude], scorer="w2")
    appeal = contested(record(outcome="reject", actor=head, revision=judged.revision), "overturned")
    for rule in (
        {"code": "suspect_phrases", "phrase": phrase.pk},
        {"code": "abuse", "scorer": "w2"},
    ):
        Overturned.objects.create(appeal=appeal, at=NOW, **rule)
    return phrase


def test_overturned_appeals_count_against_rules_and_model_versions(head):
    phrase = charged(head)
    found = counting.overturned(NOW)
    assert found["rules"] == [
        ["abuse", None, "", 2, 1],
        ["suspect_phrases", phrase.pk, "<i>casino</i>", 2, 1],
    ]
    assert found["models"] == [["abuse", "w2", 1, 1], ["abuse", "w1", 1, 0]]
    assert found["phrases"] == {str(phrase.pk): [2, 1]}


def test_the_page_and_the_phrase_list_tell_what_appeals_proved_wrong(client, head):
    phrase = charged(head)
    counting.count_all()
    shown = {chart.name: chart for chart in dashboard().charts}
    assert ("“<i>casino</i>”", "2", "1", "–") in shown["overturned-rules"].rows
    assert len(shown["overturned-rules"].bars) == 2
    assert shown["overturned-models"].rows[0] == ("Abuse: w2", "1", "1", "–")
    assert len(shown["overturned-models"].bars) == 1
    page = client.get("/admin/").content.decode()
    assert "“&lt;i&gt;casino" in page
    assert "<i>casino" not in page
    assert "1 of 2" in client.get(path(Phrase)).content.decode()
    Phrase.objects.all().delete()
    counting.count_all()
    rules = next(chart for chart in dashboard().charts if chart.name == "overturned-rules").rows
    assert (f"phrase {phrase.pk}, which is gone", "2", "1", "–") in rules


def test_the_phrase_list_costs_the_same_queries_for_few_and_for_many(
    client, head, django_assert_num_queries, django_assert_max_num_queries
):
    charged(head)
    counting.count_all()
    client.get(path(Phrase))
    with django_assert_max_num_queries(12) as few:
        client.get(path(Phrase))
    Phrase.objects.bulk_create(Phrase(text=f"word {each}", effect="hold") for each in range(20))
    with django_assert_num_queries(len(few)):
        client.get(path(Phrase))


def test_rates_are_drawn_where_there_is_enough_to_say_one(head):
    weeks = {"2026-04-27": [20, 3, 2, 1], "2026-05-04": [9, 9, 9, 9]}
    many = {"decided": 20, "overturned": 5, "against_machine": 12, "machine_overturned": 3}
    counting.count_all()
    Figure.objects.filter(name=counting.WEEKS).update(value={"weeks": weeks, "days": {}})
    Figure.objects.filter(name=counting.APPEALS).update(value=many)
    shown = {chart.name: chart for chart in dashboard().charts}
    assert [bar.told.split(": ")[1] for bar in shown["appeal-rate"].bars] == ["15.0 %"]
    assert [row[3] for row in shown["appeal-rate"].rows] == ["15.0 %", "–"]
    assert [row[1:] for row in shown["overturn-rate"].rows] == [
        ("20", "5", "25.0 %"),
        ("12", "3", "25.0 %"),
        ("8", "2", "–"),
    ]
    assert len(shown["overturn-rate"].bars) == 2


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
    assert len(charts_shown) >= 5
    assert f'<a href="{article.get_absolute_url()}">Trams' in main
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
