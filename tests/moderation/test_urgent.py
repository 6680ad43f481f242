"""What cannot wait: noticed once, told by mail and webhook, and never in a reader's words."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.operations import choose_mail, stop_mail
from comments.models import Comment
from moderation import operations, urgent_words
from moderation.models import QueueItem, QueueScore, Urgent
from moderation.operations.urgent import MOST, notice_urgent, still_urgent
from moderation.urgent_words import MAIL_APART, mail_urgent, post_urgent
from tests.factories import make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Status = Comment.Status
WORDS = "I know where you park your car."
MAIL = {"replies": "now", "decisions": "now", "mentions": "now", "followed": "never"}


def waiting(*, threat: float = 0.0, minutes: int = 0) -> Comment:
    comment = make_comment(status=Status.HELD, body=WORDS)
    at = timezone.now() - timedelta(minutes=minutes)
    QueueItem.objects.filter(pk=comment.pk).update(at=at)
    QueueScore.objects.create(item_id=comment.pk, label="threat", value=threat)
    return comment


def asking(**fields):
    return make_user(role="editor", mail_urgent="now", **fields)


def noticed() -> set[tuple[int, str]]:
    notice_urgent()
    return set(Urgent.objects.values_list("comment_id", "why"))


def policy(**changes):
    operations.change_policy(actor=make_user(role="admin"), changes=changes)


def test_each_kind_is_noticed_by_the_policy_and_once(django_assert_max_num_queries):
    relax()
    policy(urgent_threat=0.8, urgent_minutes=30)
    threat, long = waiting(threat=0.8), waiting(minutes=31)
    waiting(threat=0.79)
    waiting(minutes=29)
    raised, illegal = waiting(), make_comment(body=WORDS)
    operations.escalate(actor=make_user(role="editor"), comment=raised, note="Look")
    operations.give_legal_notice(
        notifier=None, comment=illegal, why="It names me.", law="Of the land",
        name="Ada Example", email="ada@example.org", good_faith=True,
    )  # fmt: skip
    expected = {
        (threat.pk, "threat"),
        (long.pk, "long_wait"),
        (raised.pk, "escalated"),
        (illegal.pk, "legal_notice"),
    }
    assert noticed() == expected
    with django_assert_max_num_queries(7):
        assert notice_urgent() == 0
    assert noticed() == expected and Urgent.objects.count() == 4
    # Again what is escalated anew, and not what the policy switches off.
    operations.settle_escalation(actor=make_user(role="editor"), comment=raised)
    operations.escalate(actor=make_user(role="editor"), comment=raised)
    policy(urgent_threat=1.0, urgent_minutes=0)
    waiting(threat=0.99, minutes=60)
    assert notice_urgent() == 1


def test_a_flood_is_noticed_in_parts(monkeypatch):
    relax()
    monkeypatch.setattr("moderation.operations.urgent.MOST", 2)
    for _number in range(3):
        waiting(threat=0.99)
    assert MOST > 2 and [notice_urgent() for _turn in range(3)] == [2, 1, 0]


def test_one_mail_tells_all_of_it_and_no_word_of_a_comment(mailoutbox, settings):
    relax()
    editor = asking()
    make_user(role="editor")
    asking(is_active=False)
    make_user(mail_urgent="now")
    first, _second = waiting(threat=0.99), waiting(threat=0.99)
    notice_urgent()
    assert mail_urgent() == 1
    [mail] = mailoutbox
    assert mail.to == [editor.email] and mail.subject.startswith("2 urgent comments wait")
    said = mail.subject + mail.body + str(mail.extra_headers)
    assert WORDS not in said and first.author.display_name not in said
    assert "It reads like a threat (2)" in mail.body
    assert f"{settings.SITE_URL}/desk/urgent/" in mail.body
    assert "List-Unsubscribe" in mail.extra_headers
    # Not twice, not too soon, and not what was dealt with meanwhile.
    assert mail_urgent() == 0
    gone, stays = waiting(threat=0.99), waiting(threat=0.99)
    notice_urgent()
    assert mail_urgent() == 0
    operations.rule(
        actor=make_user(role="editor"), comment=gone, revision_id=gone.latest_id, outcome="approve"
    )
    assert [each.comment_id for each in still_urgent()][-1] == stays.pk
    assert mail_urgent(now=timezone.now() + MAIL_APART) == 1
    assert mailoutbox[-1].subject.startswith("Something urgent waits")


def test_a_mail_that_the_server_refuses_leaves_later(mailoutbox, monkeypatch):
    asking()
    waiting(threat=0.99)
    notice_urgent()

    def away(*_args, **_kwargs):
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMultiAlternatives.send", away)
        assert mail_urgent() == 0
    assert mail_urgent() == 1 and len(mailoutbox) == 1


def test_only_editors_ask_for_it_and_one_click_stops_it(client):
    reader, editor = make_user(), make_user(role="editor")
    with pytest.raises(ValidationError) as refused:
        choose_mail(actor=reader, user=reader, **MAIL, urgent="now")
    assert refused.value.error_dict["urgent"][0].code == "editors_only"
    for cadence in ("daily", "hourly"):
        with pytest.raises(ValidationError):
            choose_mail(actor=editor, user=editor, **MAIL, urgent=cadence)
    choose_mail(actor=editor, user=editor, **MAIL, urgent="now")
    editor.refresh_from_db()
    assert editor.mail_urgent == "now"
    stop_mail(user=editor, kind="urgent")
    editor.refresh_from_db()
    assert (editor.mail_urgent, editor.mail_replies) == ("never", "now")
    for person, shown in ((reader, False), (editor, True)):
        client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
        page = client.get("/account/mail/").content.decode()
        assert ("Urgent at the desk" in page) is shown


def test_the_link_opens_the_card_for_editors_who_sign_in_and_for_a_day(client, monkeypatch):
    comment = waiting(threat=0.99)
    notice_urgent()
    path = urgent_words.link_to(Urgent.objects.get()).split("//", 1)[1].split("/", 1)[1]
    answer = client.get(f"/{path}")
    assert answer.status_code == 302 and "/login/?next=/desk/urgent/" in answer.url
    client.force_login(make_user(), "allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"/{path}").status_code == 403
    editor = make_user(role="editor")
    client.force_login(editor, "allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"/{path}").url == f"/desk/comments/{comment.pk}/"
    assert client.get("/desk/urgent/forged:link/").url == "/desk/"
    monkeypatch.setattr(urgent_words, "LINK_HOLDS", timedelta(seconds=-1))
    assert client.get(f"/{path}").url == "/desk/"


class Receiver(BaseHTTPRequestHandler):
    """Answers with the next of `answers`, and keeps what it was sent."""

    answers: list[int]
    heard: list[tuple[dict, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((dict(self.headers), body))
        self.send_response(self.answers.pop(0))
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_args) -> None:
        pass


@pytest.fixture
def receiver(settings) -> Iterator[type[Receiver]]:
    answering = type("Answering", (Receiver,), {"answers": [], "heard": []})
    server = HTTPServer(("127.0.0.1", 0), answering)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.URGENT_WEBHOOK_URL = f"http://127.0.0.1:{server.server_port}/hook"
    settings.URGENT_WEBHOOK_SECRET = "shared between the two"
    yield answering
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_webhook_is_signed_tried_again_and_told_no_person(receiver):
    comment = waiting(threat=0.99)
    notice_urgent()
    receiver.answers = [500, 302, 204]
    now = timezone.now()
    assert post_urgent(now=now) == 0
    assert post_urgent(now=now) == 0 and len(receiver.heard) == 1
    assert post_urgent(now=now + timedelta(minutes=1)) == 0
    assert post_urgent(now=now + timedelta(minutes=3)) == 1
    assert post_urgent(now=now + timedelta(hours=1)) == 0
    # A redirect is followed nowhere.
    assert len(receiver.heard) == 3
    headers, body = receiver.heard[-1]
    signed = f"{headers['X-Rejoinder-Timestamp']}.".encode() + body
    mac = hmac.new(b"shared between the two", signed, hashlib.sha256).hexdigest()
    assert headers["X-Rejoinder-Signature"] == f"sha256={mac}"
    told = json.loads(body)
    assert told["event"] == "urgent"
    [item] = told["items"]
    assert set(item) == {"id", "why", "since", "url"} and item["why"] == "threat"
    assert WORDS.encode() not in body and comment.author.display_name.encode() not in body


def test_a_webhook_that_never_answers_well_is_left_alone(receiver):
    waiting(threat=0.99)
    notice_urgent()
    Urgent.objects.update(attempts=urgent_words.ATTEMPTS)
    assert post_urgent() == 0 and receiver.heard == []


def test_without_a_webhook_nothing_is_posted(settings):
    assert settings.URGENT_WEBHOOK_URL == ""
    waiting(threat=0.99)
    notice_urgent()
    assert post_urgent() == 0 and Urgent.objects.get().attempts == 0
