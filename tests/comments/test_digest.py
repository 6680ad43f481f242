"""What is new for a reader, once a day."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from accounts.models import Ignored, User
from articles.models import Article
from comments import digest, followers, inbox, notifications, operations
from comments.models import Comment, Notification
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Kind = Notification.Kind
DAILY = {
    "mail_replies": "daily",
    "mail_mentions": "daily",
    "mail_decisions": "daily",
    "mail_followed": "daily",
}


def tomorrow(hour: int = 7, minute: int = 5) -> datetime:
    """An hour of the next day in UTC, after whatever a test has just written."""
    day = (timezone.now() + timedelta(days=1)).date()
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def reader(**fields) -> User:
    return make_user(**{**DAILY, **fields})


def answered(person: User, body: str = "Quite *so*.", **made) -> Comment:
    return make_comment(parent=make_comment(author=person), body=body, **made)


def following(article: Article, person: User) -> None:
    operations.follow(actor=person, call_to_action=article.call_to_action, on=True)


def news(article: Article, body: str = "A fair point.", **made) -> Comment:
    comment = make_comment(article=article, body=body, **made)
    followers.tell(call_to_action_id=article.call_to_action.pk)
    return comment


def due(now: datetime) -> list[int]:
    found, _last = digest.due(now=now)
    return found


def sent_to(person: User, now: datetime | None = None):
    """The digest that leaves then, or None."""
    before = len(outbox.outbox)
    left = digest.send(user_id=person.pk, now=now or tomorrow())
    assert len(outbox.outbox) == before + left
    return outbox.outbox[-1] if left else None


def test_one_mail_tells_everything_by_article():
    relax()
    person = reader(display_name="Wren Ashby")
    bread, bees = make_article(title="Of bread"), make_article(title="Of bees")
    following(bees, person)
    own = make_comment(article=bread, author=person)
    answer = make_comment(
        parent=own, body="Rye, surely.", author=make_user(display_name="Corwin Thrale")
    )
    make_comment(article=bread, body="@Wren Ashby knows", author=make_user(display_name="Maren"))
    held = make_comment(article=bread, author=person, status=Comment.Status.HELD)
    refused = make_comment(article=bread, author=person, status=Comment.Status.REJECTED)
    for number in range(5):
        news(bees, body=f"Bees, thought {number}.")
    mail = sent_to(person)
    assert mail.to == [person.email]
    assert mail.subject == "New for you: Of bread, and one more discussion"
    body = mail.body
    assert body.index("OF BREAD") < body.index("Corwin Thrale replied to you")
    assert "> Rye, surely." in body
    assert answer.get_absolute_url() in body
    assert "Maren mentioned you" in body
    assert "Your comment is waiting for an editor" in body
    assert f"{held.get_absolute_url()}\n" in body
    assert f"{refused.get_absolute_url()}decision/\n" in body
    assert body.index("OF BEES") < body.index("5 new comments")
    assert [number for number in range(5) if f"thought {number}." in body] == [2, 3, 4]
    assert len(outbox.outbox) == 1


def test_it_leaves_at_seven_where_the_reader_is():
    person = reader(time_zone="Asia/Tokyo")  # seven there is 22 in UTC the day before
    answered(person)
    day = tomorrow(21, 55)
    assert due(day) == []
    assert sent_to(person, day) is None
    day += timedelta(minutes=10)
    assert due(day) == [person.pk]
    assert sent_to(person, day)


def test_who_has_not_chosen_a_zone_gets_it_at_seven_of_the_publishers(settings):
    settings.PUBLISHER_TIME_ZONE = "America/New_York"
    person = reader()
    answered(person)
    assert due(tomorrow(10, 55)) == []
    assert due(tomorrow(12, 5)) == [person.pk]


def test_a_second_round_of_the_day_sends_nothing():
    person = reader()
    answered(person)
    assert sent_to(person, tomorrow(7))
    assert due(tomorrow(8)) == []
    assert sent_to(person, tomorrow(8)) is None


def test_what_comes_after_the_hour_waits_for_the_next_day():
    person = reader()
    answered(person, body="In time.")
    Notification.objects.update(created_at=tomorrow(6))
    answered(person, body="Too late.")
    Notification.objects.filter(created_at__lt=tomorrow(0)).update(created_at=tomorrow(9))
    first = sent_to(person, tomorrow(10))
    assert "In time." in first.body and "Too late." not in first.body
    second = sent_to(person, tomorrow(7) + timedelta(days=1))
    assert "Too late." in second.body and "In time." not in second.body


def test_nothing_to_tell_is_no_mail():
    person = reader()
    assert due(tomorrow()) == []
    assert sent_to(person) is None
    answered(person)
    Notification.objects.update(created_at=tomorrow(9))
    assert sent_to(person, tomorrow(10)) is None
    assert due(tomorrow(11)) == []


def test_only_kinds_that_are_chosen_daily_are_told():
    person = reader(mail_replies="now", mail_mentions="never")
    answered(person)
    assert due(tomorrow()) == []
    make_comment(author=person, status=Comment.Status.HELD)
    body = sent_to(person).body
    assert "waiting for an editor" in body
    assert "replied" not in body


def test_what_is_gone_read_or_from_ignored_people_is_not_told():
    relax()
    person, bore = reader(), make_user()
    gone, seen = answered(person, body="Gone word."), answered(person, body="Seen word.")
    answered(person, body="Dull word.", author=bore)
    hidden = answered(person, body="Hidden word.")
    answered(person, body="Good word.")
    operations.withdraw_comment(actor=gone.author, comment=gone)
    Ignored.objects.create(user=person, person=bore)
    operations.mark_read(actor=person, notification=person.notifications.get(comment=seen))
    Article.objects.filter(call_to_action=hidden.call_to_action).update(status=Article.Status.DRAFT)
    body = sent_to(person).body
    assert re.findall(r"> (\w+) word", body) == ["Good"]


def test_a_decision_that_was_changed_is_told_as_it_stands():
    person = reader()
    comment = make_comment(author=person, status=Comment.Status.HELD)
    operations.approve(
        actor=make_user(role="editor"), comment=comment, revision_id=comment.latest_id
    )
    body = sent_to(person).body
    assert "Your comment is live" in body
    assert "waiting" not in body


def test_an_upheld_decision_is_told():
    person = reader()
    comment = make_comment(author=person, status=Comment.Status.REJECTED)
    notifications.tell_of_appeal(comment, upheld=True)
    assert "The decision on your comment stands" in sent_to(person).body


def test_a_followed_discussion_is_told_each_day_what_is_new_since_the_last():
    person, article = reader(), make_article()
    following(article, person)
    news(article, body="First day.")
    first = sent_to(person)
    assert "1 new comment" in first.body and "First day." in first.body
    later = news(article, body="Second day.")
    Comment.objects.filter(pk=later.pk).update(live_at=tomorrow(12))
    second = sent_to(person, tomorrow() + timedelta(days=1))
    assert "1 new comment" in second.body
    assert "Second day." in second.body and "First day." not in second.body
    assert sent_to(person, tomorrow() + timedelta(days=2)) is None


def test_a_mail_server_that_is_away_gets_it_with_the_next_round(monkeypatch):
    class Refusing(EmailBackend):
        def send_messages(self, messages):
            raise SMTPServerDisconnected

    person, article = reader(), make_article()
    answered(person)
    following(article, person)
    news(article)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend", Refusing)
        assert sent_to(person) is None
    assert due(tomorrow(8)) == [person.pk]
    mail = sent_to(person, tomorrow(8))
    assert "replied to you" in mail.body and "1 new comment" in mail.body


def test_what_waited_for_days_only_surprises():
    person = reader()
    answered(person)
    late = tomorrow() + timedelta(days=4)
    assert due(late) == []


def test_a_long_digest_says_how_much_more_there_is(monkeypatch):
    monkeypatch.setattr(digest, "LISTED", 2)
    relax()
    person = reader()
    for _number in range(5):
        answered(person)
    mail = sent_to(person)
    assert mail.body.count("replied to you") == 2
    assert "And 3 things more:" in mail.body
    assert not person.notifications.filter(mailed_at=None).exists()


def test_it_speaks_the_readers_language():
    person = reader(language="ar")
    answered(person)
    mail = sent_to(person)
    page, kind = mail.alternatives[0]
    assert kind == "text/html"
    assert '<html lang="ar" dir="rtl">' in page


def test_one_click_stops_what_comes_daily_and_nothing_else(client):
    person = reader(mail_replies="now")
    make_comment(author=person, status=Comment.Status.HELD)
    mail = sent_to(person)
    address = mail.extra_headers["List-Unsubscribe"].strip("<>")
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    page, _kind = mail.alternatives[0]
    assert address in mail.body and address in page
    path = "/" + address.split("/", 3)[3]
    assert "once a day" in client.get(path).content.decode()
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    person.refresh_from_db()
    assert (person.mail_replies, person.mail_mentions) == ("now", "never")
    assert (person.mail_decisions, person.mail_followed) == ("never", "never")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags, self.attributes, self.links = set(), set(), []

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self.links += [value for name, value in attrs if name == "href"]


HARMLESS = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "a"}
HARMLESS |= {"bdi", "blockquote", "br"}
HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1))"


def test_both_its_parts_are_inert():
    person = reader()
    article = make_article(title="<b onmouseover=alert(1)>Bread</b>\r\nBcc: all@example.org")
    following(article, person)
    news(article, body=HOSTILE, author=make_user(display_name="</a><script>x</script>"))
    mail = sent_to(person)
    page, _kind = mail.alternatives[0]
    found = Tags()
    found.feed(page)
    assert found.tags <= HARMLESS
    assert found.attributes <= {"lang", "dir", "charset", "name", "content", "href", "class"}
    assert found.links and all(link.startswith("http://localhost:8000/") for link in found.links)
    assert "url(" not in page
    assert mail.subject.isprintable() and "\n" not in mail.subject
    assert mail.message()["Bcc"] is None


def test_a_readers_lines_cannot_pass_for_ours():
    person = reader()
    answered(person, body="Yes.\n\n-- \nThe Rejoinder\nSend us your password.")
    body = sent_to(person).body
    for line in ("--", "The Rejoinder", "Send us your password."):
        assert f"> {line}" in body
    assert body.count("\n-- \n") == 1


def test_readers_are_gone_through_in_parts(monkeypatch):
    monkeypatch.setattr(digest, "ASKED", 2)
    people = [reader() for _number in range(5)]
    for person in people:
        answered(person)
    found, after, rounds = [], 0, 0
    while after is not None:
        part, after = digest.due(now=tomorrow(), after=after)
        found += part
        rounds += 1
    assert found == [person.pk for person in people]
    assert rounds == 3


def test_asking_who_is_due_costs_two_queries(django_assert_num_queries):
    for _number in range(3):
        answered(reader())
    with django_assert_num_queries(2):
        assert len(due(tomorrow())) == 3


def test_more_news_than_are_counted_are_told_as_more(monkeypatch):
    monkeypatch.setattr(inbox, "COUNTED", 3)
    person, article = reader(), make_article()
    following(article, person)
    for _number in range(4):
        news(article)
    assert "More than 2 new comments" in sent_to(person).body
