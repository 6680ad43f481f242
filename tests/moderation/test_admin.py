"""Rulings, rules and records in the admin."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from articles.models import Article
from comments.models import Comment
from moderation import reasons
from moderation.models import ArticlePolicy, DecisionRecord, LinkDomain, Phrase, Policy
from record.models import Entry
from tests.admin_pages import HOSTILE, messages, path
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = make_user(role="editor")
    client.force_login(user)
    return user


@pytest.fixture
def head(client):
    user = make_user(role="admin")
    client.force_login(user)
    return user


def rule(client, action: str, *comments: Comment, **more):
    page = client.get(path(Comment)).content.decode()
    seen_at = re.search(r'name="seen_at" value="([^"]+)"', page)[1]
    return client.post(
        path(Comment),
        {
            "action": action,
            "_selected_action": [comment.pk for comment in comments],
            "seen_at": seen_at,
            **more,
        },
        follow=True,
    )


def test_an_admin_approves_and_rejects_through_the_one_path_of_every_ruling(client, head):
    good, bad = (make_comment(status="held") for _number in range(2))
    rule(client, "approve", good)
    rule(client, "reject", bad, reason="spam")
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.status, bad.status) == ("approved", "rejected")
    records = {record.comment_id: record for record in DecisionRecord.objects.all()}
    assert records[good.pk].actor == records[bad.pk].actor == head
    assert records[bad.pk].reason == "spam"


@pytest.mark.parametrize("reason", ["", "shouting", "x"])
def test_rejecting_needs_a_reason(client, head, reason):
    comment = make_comment(status="held")
    response = rule(client, "reject", comment, reason=reason)
    assert response.status_code == 200
    comment.refresh_from_db()
    assert comment.status == "held"


def test_a_text_that_changed_after_the_list_was_shown_is_not_ruled_on(client, head):
    comment = make_comment(status="held")
    early = (timezone.now() - timedelta(hours=1)).isoformat()
    response = rule(client, "approve", comment, seen_at=early)
    assert "changed" in messages(response)
    for nonsense in ("", "x", "2026-01-01T00:00:00", "9" * 50):
        rule(client, "approve", comment, seen_at=nonsense)
    comment.refresh_from_db()
    assert comment.status == "held"


def test_nobody_approves_from_the_list_without_being_an_admin(client, editor):
    comment = make_comment(status="held")
    response = client.post(path(Comment), {"action": "approve", "_selected_action": [comment.pk]})
    assert response.status_code == 403
    comment.refresh_from_db()
    assert comment.status == "held"


def test_a_hostile_comment_is_shown_as_the_text_it_is(client, head):
    comment = make_comment(body=HOSTILE, author=make_user(display_name="<b>Bold</b>"))
    for address in (path(Comment), path(Comment, "change", comment.pk)):
        text = client.get(address, {"q": "alert"} if address.endswith("comment/") else {})
        assert "<script>alert(1)" not in text.content.decode()
        assert "<img src=x" not in text.content.decode()
        assert "<b>Bold" not in text.content.decode()
        assert "&lt;script&gt;alert(1)" in text.content.decode()


@pytest.mark.parametrize(
    "model", [Article, Comment, User, Policy], ids=lambda model: model._meta.label
)
def test_a_list_costs_the_same_queries_for_few_rows_and_for_many(
    client, head, model, django_assert_max_num_queries, django_assert_num_queries
):
    def fill(count: int) -> None:
        reasons.forget()  # what an earlier page may have left in memory
        for _number in range(count):
            make_comment()
            Policy.objects.create()

    fill(2)
    with django_assert_max_num_queries(20) as few:
        client.get(path(model))
    fill(10)
    with django_assert_num_queries(len(few)):
        client.get(path(model))


def shown_policy(client) -> dict:
    """The form's values as a browser sends them: nothing for what is empty or not ticked."""
    form = client.get(path(Policy, "add")).context["adminform"].form
    return {
        name: value
        for name, value in form.initial.items()
        if value is not None and value is not False
    }


def test_a_changed_policy_is_a_new_one(client, head):
    wanted = shown_policy(client)
    client.post(path(Policy, "add"), {**wanted, "links_allowed": "7"})
    old, new = Policy.objects.order_by("pk")
    assert (old.links_allowed, new.links_allowed, new.created_by) == (2, 7, head)
    assert client.post(path(Policy, "change", old.pk), wanted).status_code == 403
    assert Entry.objects.filter(verb="change_policy", actor=head).exists()


@pytest.mark.parametrize(
    ("field", "value"), [("max_length", "10" * 15), ("near_repeat_similarity", "nan")]
)
def test_a_policy_out_of_bounds_is_refused(client, head, field, value):
    response = client.post(path(Policy, "add"), {**shown_policy(client), field: value})
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors


def test_lists_are_changed_by_their_operation_and_logged(client, head):
    article = make_article()
    client.post(path(Phrase, "add"), {"text": "cheap tonic", "effect": "hold", "note": ""})
    client.post(path(LinkDomain, "add"), {"domain": "spam.example", "effect": "block"})
    client.post(path(ArticlePolicy, "add"), {"article": article.pk, "mode": "waits"})
    client.post(path(Phrase, "delete", Phrase.objects.get().pk), {"post": "yes"})
    client.post(
        path(LinkDomain),
        {"action": "delete_selected", "_selected_action": [LinkDomain.objects.get().pk], "post": 1},
    )
    assert ArticlePolicy.objects.get().mode == "waits"
    assert not Phrase.objects.exists()
    assert not LinkDomain.objects.exists()
    verbs = sorted(Entry.objects.values_list("verb", flat=True))
    assert verbs == ["delete_rule"] * 2 + ["save_rule"] * 3
