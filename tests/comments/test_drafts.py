"""Words that are begun and not sent: kept, given back, and gone once they are posted."""

from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils import timezone

from accounts.errors import Forbidden
from articles.models import Article
from comments import operations, retention
from comments.models import Comment, Draft
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db


def login(client, user):
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return user


def save(user, article, body, parent=None, **more):
    return operations.save_draft(
        actor=user, call_to_action=article.call_to_action, parent=parent, body=body, **more
    )


def test_a_draft_is_kept_for_the_answer_and_for_each_reply_apart():
    article, user = make_article(), make_user()
    one, other = make_comment(article=article), make_comment(article=article)
    for parent, body in ((None, "An answer"), (one, "To one"), (other, "To the other")):
        save(user, article, "first words", parent)
        save(user, article, body, parent)
    kept = set(user.drafts.values_list("parent_id", "body"))
    assert kept == {(None, "An answer"), (one.pk, "To one"), (other.pk, "To the other")}


def test_an_emptied_box_leaves_no_draft():
    article, user = make_article(), make_user()
    save(user, article, "Something")
    assert save(user, article, " \n\u200b") is None
    assert not Draft.objects.exists()


def test_a_draft_may_be_twice_as_long_as_a_comment_and_no_longer():
    article, user = make_article(), make_user()
    assert save(user, article, "x" * 10_000)
    with pytest.raises(ValidationError) as refused:
        save(user, article, "x" * 10_001)
    assert refused.value.code == "too_long"
    assert len(user.drafts.get().body) == 10_000


def test_of_a_hundred_and_one_drafts_the_oldest_goes():
    user, other = make_user(), make_user()
    article = make_article()
    theirs = save(other, article, "Somebody else's")
    long_ago = timezone.now() - timedelta(days=1)
    comments = [make_comment(article=article) for _each in range(100)]
    for minutes, comment in enumerate(comments):
        Draft.objects.create(
            user=user, call_to_action=article.call_to_action, parent=comment, body="Kept",
            updated_at=long_ago + timedelta(minutes=minutes),
        )  # fmt: skip
    save(user, article, "The hundred and first")
    assert user.drafts.count() == 100
    assert not user.drafts.filter(parent=comments[0]).exists()
    assert Draft.objects.filter(pk=theirs.pk).exists()


def test_posting_takes_its_own_draft_and_no_other():
    article, user, other = make_article(), make_user(), make_user()
    parent = make_comment(article=article)
    save(user, article, "An answer")
    save(user, article, "A reply", parent)
    save(other, article, "Another's")
    make_comment(article=article, author=user, parent=parent, body="A reply")
    assert set(Draft.objects.values_list("body", flat=True)) == {"An answer", "Another's"}


def test_a_save_that_arrives_after_the_post_brings_nothing_back():
    article, user = make_article(), make_user()
    make_comment(article=article, author=user, body="Sent", idempotency_key="one box")
    assert save(user, article, "Sent", key="one box") is None
    assert not Draft.objects.exists()
    assert save(user, article, "Something new", key="another box")


def test_a_refused_post_keeps_the_draft():
    article, user = make_article(), make_user()
    save(user, article, "x" * 6_000)
    with pytest.raises(ValidationError):
        make_comment(article=article, author=user, body="x" * 6_000)
    assert user.drafts.exists()


@pytest.mark.parametrize("status", [Comment.Status.HELD, Comment.Status.REJECTED])
def test_no_draft_answers_what_is_not_live(status):
    parent = make_comment(status=status)
    with pytest.raises(ValidationError) as refused:
        save(make_user(), parent.call_to_action.article, "Words", parent)
    assert refused.value.code == "parent_not_here"


def test_who_may_not_post_keeps_no_draft():
    article, banned = make_article(), make_user(banned=True)
    with pytest.raises(Forbidden):
        save(banned, article, "Words")
    with pytest.raises(ObjectDoesNotExist):
        save(make_user(), make_article(status=Article.Status.DRAFT, published_at=None), "Words")


def test_drafts_are_forgotten_after_thirty_days():
    user, now = make_user(), timezone.now()
    for days in (29, 31):
        Draft.objects.create(
            user=user, call_to_action=make_article().call_to_action, body=f"{days} days",
            updated_at=now - timedelta(days=days),
        )  # fmt: skip
    assert retention.retain(now=now) == {"drafts": 1}
    assert user.drafts.get().body == "29 days"
    assert retention.retain(now=now) == {"drafts": 0}


# --- the pages ----------------------------------------------------------------------------------


def test_a_script_saves_quietly_and_the_page_gives_it_back(client):
    article, user = make_article(), login(client, make_user())
    path = f"/articles/{article.slug}/draft/"
    assert client.post(path, {"body": "Begun\r\nhere & there"}).status_code == 204
    assert user.drafts.get().body == "Begun\nhere & there"
    html = client.get(article.get_absolute_url()).content.decode()
    assert ">\nBegun\nhere &amp; there</textarea>" in html
    assert "Your draft of <time" in html
    assert client.post(path, {"body": "a\x00"}).status_code == 422
    assert user.drafts.get().body == "Begun\nhere & there"


def test_without_javascript_buttons_save_and_discard(client):
    article, user = make_article(), login(client, make_user())
    parent = make_comment(article=article)
    path = f"/articles/{article.slug}/draft/"
    saved = client.post(path, {"body": "An answer", "save": "1"})
    assert saved["Location"] == f"{article.get_absolute_url()}#box-top"
    saved = client.post(path, {"body": "A reply", "parent": parent.pk, "save": "1"})
    assert saved["Location"] == f"/c/{parent.pk}/reply/"
    assert "A reply</textarea>" in client.get(saved["Location"]).content.decode()
    client.post(path, {"body": "A reply", "parent": parent.pk, "discard": "1"})
    assert user.drafts.get().body == "An answer"
    refused = client.post(path, {"body": "x" * 10_001, "save": "1"})
    assert refused.status_code == 422
    assert "x" * 10_001 in refused.content.decode()


def test_a_draft_is_seen_by_nobody_else(client):
    article = make_article()
    save(make_user(), article, "zanzibar-secret")
    login(client, make_user())
    assert "zanzibar-secret" not in client.get(article.get_absolute_url()).content.decode()


def test_a_draft_needs_signing_in(client):
    article = make_article()
    response = client.post(f"/articles/{article.slug}/draft/", {"body": "Words"})
    assert response.status_code == 302 and "login" in response["Location"]
    assert not Draft.objects.exists()
