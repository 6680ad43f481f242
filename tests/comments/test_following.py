"""Hearing of what is new in a discussion."""

from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils import timezone

from accounts.models import Ignored, User
from articles.models import Article
from comments import followers, inbox, mail, operations
from comments.models import Comment, Follow, Notification
from config.celery import app
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db
Kind = Notification.Kind


def following(article: Article, **fields) -> User:
    reader = make_user(**fields)
    operations.follow(actor=reader, call_to_action=article.call_to_action, on=True)
    return reader


def tell(article: Article) -> list[int]:
    at_once, _last = followers.tell(call_to_action_id=article.call_to_action.pk)
    return at_once


def rows(reader: User) -> list[tuple[int, int]]:
    """(first comment, how many new ones) of what a reader was told of followed discussions."""
    found = inbox.counted(reader.notifications.filter(kind=Kind.FOLLOWED)).order_by("pk")
    return [(row.comment_id, row.news) for row in found]


def test_following_twice_is_following_once_and_can_be_ended():
    article = make_article()
    reader = following(article)
    operations.follow(actor=reader, call_to_action=article.call_to_action, on=True)
    assert Follow.objects.filter(user=reader).count() == 1
    make_comment(article=article)
    tell(article)
    operations.follow(actor=reader, call_to_action=article.call_to_action, on=False)
    assert not Follow.objects.filter(user=reader).exists()
    assert rows(reader) == []


def test_what_is_not_public_cannot_be_followed():
    article = make_article(status=Article.Status.DRAFT)
    with pytest.raises(ObjectDoesNotExist):
        following(article)


def test_one_row_counts_all_that_is_new_until_it_is_read():
    article = make_article()
    reader = following(article)
    first = make_comment(article=article)
    tell(article)
    make_comment(parent=first)
    tell(article)
    make_comment(article=article)
    tell(article)
    assert rows(reader) == [(first.pk, 3)]
    operations.mark_read(actor=reader)
    later = make_comment(article=article)
    tell(article)
    assert rows(reader) == [(first.pk, 3), (later.pk, 1)]


def test_telling_again_tells_nothing_again():
    article = make_article()
    reader = following(article)
    make_comment(article=article)
    tell(article)
    operations.mark_read(actor=reader)
    tell(article)
    tell(article)
    assert len(rows(reader)) == 1


def test_what_was_there_before_is_not_new():
    article = make_article()
    make_comment(article=article)
    reader = following(article)
    tell(article)
    assert rows(reader) == []


def test_what_goes_is_not_counted_and_what_is_not_live_never_was():
    article = make_article()
    reader = following(article)
    make_comment(article=article, status=Comment.Status.HELD)
    tell(article)
    assert rows(reader) == []
    first, second = make_comment(article=article), make_comment(article=article)
    tell(article)
    operations.withdraw_comment(actor=second.author, comment=second)
    assert rows(reader) == [(first.pk, 1)]
    operations.withdraw_comment(actor=first.author, comment=first)
    assert rows(reader) == [(first.pk, 0)]


def test_ones_own_words_and_those_of_ignored_people_are_no_news():
    article = make_article()
    reader, bore = following(article), make_user()
    Ignored.objects.create(user=reader, person=bore)
    make_comment(article=article, author=reader)
    make_comment(article=article, author=bore)
    tell(article)
    assert rows(reader) == []


def test_an_answer_to_a_follower_is_told_as_an_answer_alone():
    article = make_article()
    reader = following(article)
    own = make_comment(article=article, author=reader)
    make_comment(parent=own)
    tell(article)
    assert [row.kind for row in reader.notifications.all()] == [Kind.REPLY]


def test_going_live_is_told_once_the_decision_stands(
    django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    article = make_article()
    reader = following(article)
    with django_capture_on_commit_callbacks(execute=True):
        make_comment(article=article, status=Comment.Status.HELD)
        live = make_comment(article=article)
        assert rows(reader) == []
    assert rows(reader) == [(live.pk, 1)]


def test_a_lost_offer_is_made_up_for():
    article, quiet, unread = make_article(), make_article(), make_article()
    following(article), following(quiet)
    make_comment(article=article), make_comment(article=unread)
    assert followers.with_news() == [article.call_to_action.pk]
    assert followers.with_news(now=timezone.now() + timedelta(hours=2)) == []


def test_many_followers_are_told_in_parts(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(followers, "TOLD_TOGETHER", 2)
    article = make_article()
    readers = [following(article) for _number in range(5)]
    make_comment(article=article)
    last, parts = 0, 0
    while last is not None:
        _mailed, last = followers.tell(call_to_action_id=article.call_to_action.pk, after=last)
        parts += 1
    assert parts == 3
    assert [len(rows(reader)) for reader in readers] == [1] * 5


def test_telling_costs_the_same_queries_for_few_and_many(django_assert_num_queries):
    few, many = make_article(), make_article()
    following(few)
    for _number in range(12):
        following(many)
    for article in (few, many):
        make_comment(article=article)
        with django_assert_num_queries(5):  # savepoint, lock, who, insert, release
            tell(article)


def test_at_once_means_a_mail_for_the_first_news_until_it_is_read():
    article = make_article()
    reader = following(article, mail_followed="now")
    following(article, mail_followed="daily")
    first = make_comment(article=article, body="The *first* word.")
    (notification_id,) = tell(article)
    assert Notification.objects.get(pk=notification_id).user == reader
    assert mail.send(notification_id=notification_id)
    (sent,) = outbox.outbox
    assert sent.subject == f"New in the discussion: {article.title}"
    assert "> The first word." in sent.body
    assert first.get_absolute_url() in sent.body
    make_comment(article=article)
    assert tell(article) == []
    operations.mark_read(actor=reader)
    make_comment(article=article)
    assert len(tell(article)) == 1


def test_a_mail_about_news_that_are_gone_does_not_leave():
    article = make_article()
    following(article, mail_followed="now")
    first = make_comment(article=article)
    (notification_id,) = tell(article)
    operations.withdraw_comment(actor=first.author, comment=first)
    assert not mail.send(notification_id=notification_id)
    make_comment(article=article, body="Another word.")
    assert mail.send(notification_id=notification_id)
    assert "> Another word." in outbox.outbox[0].body


def test_a_reader_follows_with_a_button_and_without_a_script(client):
    article = make_article()
    url = reverse("follow_discussion", args=[article.slug])
    assert client.post(url, {"on": "1"}).url.startswith(reverse("account_login"))
    reader = make_user()
    client.force_login(reader)
    page = client.get(article.get_absolute_url()).content.decode()
    assert "Follow this discussion" in page
    answer = client.post(url, {"on": "1"})
    assert answer.url == f"{article.get_absolute_url()}#follow"
    assert Follow.objects.filter(user=reader).exists()
    assert "Stop following" in client.get(article.get_absolute_url()).content.decode()
    answer = client.post(url, {"on": "0"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Follow this discussion" in answer.content.decode()
    assert not Follow.objects.filter(user=reader).exists()


def test_what_is_not_there_cannot_be_followed(client):
    client.force_login(make_user())
    draft = make_article(status=Article.Status.DRAFT)
    for slug in (draft.slug, "nothing"):
        answer = client.post(reverse("follow_discussion", args=[slug]), {"on": "1"})
        assert answer.status_code == 404
