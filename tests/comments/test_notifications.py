"""What readers are told on the site."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Ignored, User
from articles import standing_texts
from articles.models import Article
from comments import followers, inbox, notifications, operations
from comments.models import Comment, Notice, Notification
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Kind = Notification.Kind
Status = Comment.Status


@pytest.fixture
def reader(client) -> User:
    user = make_user(display_name="Wren Ashby")
    client.force_login(user)
    return user


def answered(reader: User, body: str = "Quite *so*.", **made) -> Comment:
    return make_comment(parent=make_comment(author=reader), body=body, **made)


def told(user: User, kind: str) -> Notification:
    return user.notifications.get(kind=kind)


def listed(client, **query) -> str:
    answer = client.get(reverse("notifications"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def opened(client, notification: Notification):
    return client.get(reverse("open_notification", args=[notification.pk]))


def test_the_page_needs_somebody(client):
    answer = client.get(reverse("notifications"))
    assert answer.url.startswith(reverse("account_login"))


def test_each_kind_is_told_in_words(client, reader):
    answered(reader, author=make_user(display_name="Corwin Thrale"))
    article = make_article()
    own = make_comment(article=article, author=reader)
    make_comment(
        article=article, author=make_user(display_name="Maren Holt"), body="@Wren Ashby, look"
    )
    operations.follow(actor=reader, call_to_action=article.call_to_action, on=True)
    make_comment(article=article), make_comment(article=article)
    followers.tell(call_to_action_id=article.call_to_action.pk)
    notice = Notice(reason="off_topic", guideline="relevance")
    operations.reject(actor=None, comment=own, revision_id=own.latest_id, notice=notice)
    notifications.tell_of_appeal(own, upheld=True)
    page = listed(client).replace("\u2068", "").replace("\u2069", "")
    for words in (
        "Corwin Thrale replied to you",
        "Maren Holt mentioned you",
        "2 new comments",
        "Your comment was not published",
        "The decision on your comment stands",
    ):
        assert words in page
    assert "Quite so." in page


def test_an_overturned_decision_is_told_by_its_approval():
    comment = make_comment(status=Status.REJECTED)
    operations.approve(
        actor=make_user(role="editor"), comment=comment, revision_id=comment.latest_id
    )
    notifications.tell_of_appeal(comment, upheld=False)
    kinds = comment.author.notifications.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [Kind.REJECTED, Kind.APPROVED]


def test_a_name_cannot_turn_the_sentence_around(client, reader):
    answered(reader, author=make_user(display_name="مريم"))
    assert "\u2068مريم\u2069" in listed(client)


def test_words_that_are_gone_are_not_shown(client, reader):
    answer = answered(reader, body="These *words* vanish.")
    assert "These words vanish." in listed(client)
    operations.withdraw_comment(actor=answer.author, comment=answer)
    page = listed(client)
    assert "vanish" not in page
    assert "No longer here" in page


def test_words_below_an_article_that_is_gone_are_not_shown(client, reader):
    answer = answered(reader, body="These *words* vanish.")
    Article.objects.filter(pk=answer.call_to_action.article_id).update(status=Article.Status.DRAFT)
    assert "vanish" not in listed(client)
    assert opened(client, told(reader, Kind.REPLY)).url == reverse("notifications")


def test_people_who_are_ignored_are_not_heard(client, reader):
    answer = answered(reader, author=make_user(display_name="Corwin Thrale"))
    notification = told(reader, Kind.REPLY)
    Ignored.objects.create(user=reader, person=answer.author)
    assert "Corwin Thrale" not in listed(client)
    assert inbox.unread(reader) == 0
    assert opened(client, notification).status_code == 404


@pytest.mark.parametrize(
    ("status", "kind", "anchor"),
    [(Status.HELD, Kind.HELD, "#own-"), (Status.REJECTED, Kind.REJECTED, "#own-")],
)
def test_a_decision_leads_to_ones_own_words(client, reader, status, kind, anchor):
    comment = make_comment(author=reader, status=status)
    url = opened(client, told(reader, kind)).url
    assert url == f"{comment.call_to_action.article.get_absolute_url()}{anchor}{comment.pk}"


def test_opening_one_marks_it_read_and_leads_to_it(client, reader):
    answer, other = answered(reader), answered(reader)
    notification = reader.notifications.get(comment=answer)
    response = opened(client, notification)
    assert response.url == answer.get_absolute_url()
    assert client.get(response.url).status_code == 200
    unread = reader.notifications.filter(read_at__isnull=True)
    assert [row.comment_id for row in unread] == [other.pk]


def test_a_browser_that_looks_ahead_reads_nothing(client, reader):
    answered(reader)
    url = reverse("open_notification", args=[told(reader, Kind.REPLY).pk])
    client.get(url, headers={"Sec-Purpose": "prefetch"})
    assert inbox.unread(reader) == 1


def test_a_strangers_notification_is_a_404(client, reader):
    notification = told(answered(make_user()).parent.author, Kind.REPLY)
    assert opened(client, notification).status_code == 404
    notification.refresh_from_db()
    assert notification.read_at is None


def test_news_lead_to_the_one_comment_or_to_the_discussion(client, reader):
    article = make_article()
    operations.follow(actor=reader, call_to_action=article.call_to_action, on=True)
    first = make_comment(article=article)
    followers.tell(call_to_action_id=article.call_to_action.pk)
    notification = told(reader, Kind.FOLLOWED)
    assert opened(client, notification).url == first.get_absolute_url()
    Notification.objects.update(read_at=None)
    make_comment(article=article)
    assert opened(client, notification).url == f"{article.get_absolute_url()}#discussion"


def test_all_are_marked_read_at_once(client, reader):
    answered(reader), answered(reader)
    assert "Mark all as read" in listed(client)
    assert client.post(reverse("notifications")).url == reverse("notifications")
    assert inbox.unread(reader) == 0
    assert "Mark all as read" not in listed(client)


def test_days_are_those_of_the_reader(client, reader):
    User.objects.filter(pk=reader.pk).update(time_zone="Asia/Tokyo")
    answered(reader)
    # Late in the evening in UTC is the next day in Tokyo.
    then = datetime(2026, 3, 5, 22, 0, tzinfo=ZoneInfo("UTC"))
    reader.notifications.update(created_at=then)
    assert "March 6, 2026" in listed(client)


def test_today_and_yesterday_are_called_so(client, reader):
    answered(reader), answered(reader)
    earlier = reader.notifications.order_by("pk").first()
    Notification.objects.filter(pk=earlier.pk).update(created_at=timezone.now() - timedelta(days=1))
    page = listed(client)
    assert page.index("Today") < page.index("Yesterday")


def test_older_ones_are_behind_a_plain_link_and_each_is_shown_once(client, reader, monkeypatch):
    monkeypatch.setattr(inbox, "PAGE", 2)
    for _number in range(5):
        answered(reader)
    seen, query = [], {}
    while query is not None:
        answer = client.get(reverse("notifications"), query)
        days = answer.context["days"]
        seen += [line.told.pk for day in days for line in day.lines]
        following = answer.context["next_url"]
        assert following is None or f'href="{following}"' in answer.content.decode()
        query = {"before": following.partition("=")[2]} if following else None
    assert seen == sorted(reader.notifications.values_list("pk", flat=True), reverse=True)


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "1"])
def test_a_place_that_is_none_is_no_error(client, reader, before):
    assert client.get(reverse("notifications"), {"before": before}).status_code == 200


def test_the_page_costs_the_same_for_few_and_many(client, reader, django_assert_num_queries):
    def news() -> None:
        article = make_article()
        operations.follow(actor=reader, call_to_action=article.call_to_action, on=True)
        make_comment(article=article)
        followers.tell(call_to_action_id=article.call_to_action.pk)
        answered(reader)

    relax()
    news()
    standing_texts.forget()
    with django_assert_num_queries(5):  # session, reader, page, unread, footer
        listed(client)
    for _number in range(6):
        news()
    standing_texts.forget()
    with django_assert_num_queries(5):
        listed(client)


def test_the_masthead_says_how_many_wait(client, reader):
    answer = answered(reader)
    for url in ("/", reverse("notifications"), answer.call_to_action.article.get_absolute_url()):
        page = client.get(url).content.decode()
        assert '<a class="unread" href="/my/notifications/"><b>1</b>' in page
    operations.mark_read(actor=reader)
    assert 'class="unread"' not in client.get("/").content.decode()


def test_an_article_knows_it_without_one_more_query(client, reader, django_assert_max_num_queries):
    answer = answered(reader)
    with django_assert_max_num_queries(11):
        page = client.get(answer.call_to_action.article.get_absolute_url()).content.decode()
    assert 'class="unread"' in page
    assert page.count('class="unread"') == 1


def test_readers_without_an_account_are_not_counted_for(client):
    with CaptureQueriesContext(connection) as asked:
        assert 'class="unread"' not in client.get("/").content.decode()
    assert not [query for query in asked if "notification" in query["sql"]]
