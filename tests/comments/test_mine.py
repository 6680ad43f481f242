"""The pages of what one has written, begun and not sent."""

import pytest
from django.urls import reverse

from comments import operations
from comments.models import Draft
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    relax()
    user = make_user()
    client.force_login(user)
    return user


def test_my_comments_can_be_looked_through_by_state(client, reader):
    live = make_comment(author=reader, body="This one is live.")
    held = make_comment(author=reader, body="This one is held.", status="held")
    refused = make_comment(author=reader, body="This one is refused.", status="rejected")
    taken = make_comment(author=reader, body="This one is taken back.")
    operations.withdraw_comment(actor=reader, comment=taken)
    make_comment(body="Somebody else's.")
    for state, shown in {
        "": [taken, refused, held, live],
        "live": [live],
        "undecided": [held],
        "rejected": [refused],
        "withdrawn": [taken],
        "nonsense": [taken, refused, held, live],
    }.items():
        page = client.get(reverse("my_comments"), {"state": state})
        assert page.context["comments"] == shown, state
    page = client.get(reverse("my_comments")).content.decode()
    assert "Most of it is in capitals." in page, "why it waits"
    assert "This one is taken back." not in page and "else&#x27;s" not in page


def test_my_comments_cost_the_same_for_one_and_for_fifty(
    client, reader, django_assert_max_num_queries
):
    article = make_article()
    parent = make_comment(article=article)
    for number in range(12):
        make_comment(author=reader, parent=parent, body=f"Sentence number {number}.")
    with django_assert_max_num_queries(8):
        assert len(client.get(reverse("my_comments")).context["comments"]) == 12


def test_drafts_lead_back_to_where_they_were_begun_and_can_be_deleted(client, reader):
    parent = make_comment()
    question = parent.call_to_action
    for above, body in ((None, "To the question."), (parent, "To <b>the</b> reply.")):
        operations.save_draft(actor=reader, call_to_action=question, parent=above, body=body)
    other = operations.save_draft(
        actor=make_user(), call_to_action=question, parent=None, body="Not mine."
    )
    page = client.get(reverse("my_drafts")).content.decode()
    assert f'href="{question.article.get_absolute_url()}#' in page
    assert f'href="{reverse("reply_to_comment", args=[parent.pk])}"' in page
    assert "To &lt;b&gt;the&lt;/b&gt; reply." in page and "Not mine." not in page
    mine = Draft.objects.get(user=reader, parent=None)
    assert client.post(reverse("delete_draft", args=[mine.pk])).status_code == 302
    assert client.post(reverse("delete_draft", args=[other.pk])).status_code == 404
    assert set(Draft.objects.values_list("body", flat=True)) == {
        "To <b>the</b> reply.",
        "Not mine.",
    }


def test_a_draft_of_what_is_gone_is_shown_without_a_way_to_go_on(client, reader):
    parent = make_comment()
    operations.save_draft(
        actor=reader, call_to_action=parent.call_to_action, parent=parent, body="Too late."
    )
    operations.withdraw_comment(actor=parent.author, comment=parent)
    page = client.get(reverse("my_drafts")).content.decode()
    assert "Too late." in page and "a comment that is gone" in page
    assert reverse("reply_to_comment", args=[parent.pk]) not in page
