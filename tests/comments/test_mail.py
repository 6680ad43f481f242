"""Mails about comments."""

import re
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.conf import settings
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from accounts.models import User
from comments import mail, operations
from comments.models import Comment, Notice, Notification
from moderation import operations as moderation
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db
Kind = Notification.Kind
SECRET = "quinces are better than pears"


def told(user: User, kind: str) -> Notification:
    return Notification.objects.get(user=user, kind=kind)


def held(**made) -> Comment:
    return make_comment(body=SECRET, status=Comment.Status.HELD, **made)


def reply(**made) -> Comment:
    parent = make_comment()
    return make_comment(parent=parent, body="Quite *so*.", **made)


def test_a_reply_is_mailed_with_its_words_and_its_place():
    answer = reply(author=make_user(display_name="Corwin Thrale"))
    assert mail.send(notification_id=told(answer.parent.author, Kind.REPLY).pk)
    (sent,) = outbox.outbox
    title = answer.call_to_action.article.title
    assert sent.subject == f"Corwin Thrale answered you: {title}"
    assert sent.to == [answer.parent.author.email]
    assert "> Quite so." in sent.body
    assert answer.get_absolute_url() in sent.body
    assert not getattr(sent, "alternatives", [])


def test_a_mail_is_sent_once():
    answer = reply()
    notification = told(answer.parent.author, Kind.REPLY)
    assert mail.send(notification_id=notification.pk)
    assert not mail.send(notification_id=notification.pk)
    assert len(outbox.outbox) == 1


def test_what_is_not_live_is_never_quoted():
    comment = held()
    assert mail.send(notification_id=told(comment.author, Kind.HELD).pk)
    operations.reject(
        actor=make_user(role="editor"),
        comment=comment,
        revision_id=comment.latest_id,
        notice=Notice(
            reason="off_topic", guideline="relevance", by_machine=False, note="Try the other page."
        ),
    )
    assert mail.send(notification_id=told(comment.author, Kind.REJECTED).pk)
    first, second = outbox.outbox
    for sent in (first, second):
        assert "quinces" not in sent.body + sent.subject
    assert "It is not about the article" in second.body
    assert "An editor decided this." in second.body
    assert "Try the other page." in second.body


def test_an_approval_after_waiting_is_mailed():
    comment = held()
    operations.approve(
        actor=make_user(role="editor"), comment=comment, revision_id=comment.latest_id
    )
    assert mail.send(notification_id=told(comment.author, Kind.APPROVED).pk)
    assert outbox.outbox[0].subject.startswith("Your comment is published: ")


def test_what_is_no_longer_true_is_not_mailed():
    comment = held()
    operations.approve(
        actor=make_user(role="editor"), comment=comment, revision_id=comment.latest_id
    )
    assert not mail.send(notification_id=told(comment.author, Kind.HELD).pk)
    answer = reply()
    operations.withdraw_comment(actor=answer.author, comment=answer)
    assert not mail.send(notification_id=told(answer.parent.author, Kind.REPLY).pk)
    assert outbox.outbox == []


@pytest.mark.parametrize(
    "changes",
    [
        {"mail_replies": "never"},
        {"is_active": False},
        {"erased_at": timezone.now()},
    ],
)
def test_who_does_not_want_mail_gets_none(changes):
    answer = reply()
    reader = answer.parent.author
    User.objects.filter(pk=reader.pk).update(**changes)
    notification = told(reader, Kind.REPLY)
    assert not mail.send(notification_id=notification.pk)
    notification.refresh_from_db()
    assert notification.mailed_at is None


def test_the_two_switches_are_apart():
    comment = held(author=make_user(mail_replies="never"))
    assert mail.send(notification_id=told(comment.author, Kind.HELD).pk)
    comment = held(author=make_user(mail_decisions="never"))
    assert not mail.send(notification_id=told(comment.author, Kind.HELD).pk)


def test_what_was_seen_on_the_site_is_not_mailed():
    answer = reply()
    operations.mark_read(actor=answer.parent.author)
    assert not mail.send(notification_id=told(answer.parent.author, Kind.REPLY).pk)


def test_every_mail_can_be_stopped_with_one_click(client):
    answer = reply()
    mail.send(notification_id=told(answer.parent.author, Kind.REPLY).pk)
    headers = outbox.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = headers["List-Unsubscribe"].strip("<>")
    assert address in outbox.outbox[0].body
    path = "/" + address.split("/", 3)[3]
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert User.objects.get(pk=answer.parent.author_id).mail_replies == "never"


@pytest.mark.parametrize(
    "title",
    [
        "Bread\r\nBcc: everyone@example.org",
        "Bread\n\nDear reader, send us your password",
        "Bread\u2028Bcc: everyone@example.org",
        "Bread \u202egnp.exe",
        "Bread & <b>butter</b>",
        "Bread\u0007\x1b[31m",
    ],
)
def test_a_hostile_title_stays_within_the_subject(title):
    parent = make_comment(article=make_article(title=title))
    answer = make_comment(parent=parent)
    assert mail.send(notification_id=told(answer.parent.author, Kind.REPLY).pk)
    message = outbox.outbox[0].message()
    assert message["Bcc"] is None
    assert message.get_all("Subject") == [message["Subject"]]
    subject = outbox.outbox[0].subject
    assert subject.isprintable()
    assert "Bread" in subject
    if "&" in title:
        assert "Bread & <b>butter</b>" in subject


class Refusing(EmailBackend):
    def send_messages(self, messages):
        raise SMTPServerDisconnected


def aged(notification: Notification, **age) -> None:
    then = timezone.now() - timedelta(**age)
    Notification.objects.filter(pk=notification.pk).update(created_at=then)


def test_a_mail_that_the_server_refused_is_offered_again(settings, monkeypatch):
    notification = told(reply().parent.author, Kind.REPLY)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend", Refusing)
        assert not mail.send(notification_id=notification.pk)
    assert mail.unsent() == []
    aged(notification, minutes=3)
    assert mail.unsent() == [notification.pk]
    assert mail.send(notification_id=notification.pk)
    assert mail.unsent() == []


def test_the_sweep_gives_up_after_a_day():
    notification = told(reply().parent.author, Kind.REPLY)
    aged(notification, hours=23)
    assert mail.unsent() == [notification.pk]
    aged(notification, hours=25)
    assert mail.unsent() == []


def test_the_sweep_never_looks_at_what_nobody_wants():
    notification = told(reply().parent.author, Kind.REPLY)
    aged(notification, minutes=3)
    User.objects.filter(pk=notification.user_id).update(mail_replies="never")
    assert mail.unsent() == []


def test_the_sweep_costs_one_query(django_assert_num_queries):
    for _number in range(3):
        aged(told(reply().parent.author, Kind.REPLY), minutes=3)
    with django_assert_num_queries(1):
        assert len(mail.unsent()) == 3


def rejected() -> Comment:
    comment = held()
    moderation.rule(
        actor=make_user(role="editor"), comment=comment, revision_id=comment.latest_id,
        outcome="reject", reason="off_topic",
    )  # fmt: skip
    return Comment.objects.get(pk=comment.pk)


def opens(client, sent, author: User) -> str:
    """The page that a mail leads to, as its reader sees it."""
    client.force_login(author, "allauth.account.auth_backends.AuthenticationBackend")
    (address,) = re.findall(r"https?://\S+/c/\S+", sent.body)
    assert address.startswith(settings.SITE_URL)
    response = client.get(address.removeprefix(settings.SITE_URL))
    assert response.status_code == 200
    return response.content.decode()


def test_a_rejection_leads_to_its_reasons_where_it_can_be_contested(client):
    comment = rejected()
    assert mail.send(notification_id=told(comment.author, Kind.REJECTED).pk)
    (sent,) = outbox.outbox
    assert "you can contest it on the page that states our reasons:" in sent.body
    assert f"{settings.SITE_URL}/c/{comment.pk}/decision/\n" in sent.body
    assert "Contest this decision" in opens(client, sent, comment.author)


def test_a_decision_that_was_contested_is_not_offered_to_be_contested(client):
    comment = rejected()
    appeal = moderation.appeal(actor=comment.author, comment=comment)
    assert mail.send(notification_id=told(comment.author, Kind.REJECTED).pk)
    moderation.rule_on_appeal(actor=make_user(role="editor"), appeal=appeal, outcome="upheld")
    assert mail.send(notification_id=told(comment.author, Kind.UPHELD).pk)
    first, second = outbox.outbox
    for sent in (first, second):
        assert "you can contest it" not in sent.body
        assert "See what was decided, and why:" in sent.body
    assert "the decision stands" in opens(client, second, comment.author)
