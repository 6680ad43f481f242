"""The nudge: what the checks would say of words, told before they are sent."""

import pytest
from django.core.cache import cache

from accounts.operations import issue_token
from articles.models import Guideline
from comments import operations, ports
from comments.models import Comment
from moderation import advice as nudges
from moderation import operations as moderation
from moderation.models import DecisionRecord, Phrase
from moderation.pipeline import CHECKS
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
SUSPECT = "I heard of a limited offer on labels."


@pytest.fixture(autouse=True)
def rules():
    relax()
    cache.clear()
    for position, code in enumerate(("respect", "no_spam", "readability")):
        Guideline.objects.create(code=code, title=code, text="Please.", position=position)
    moderation.save_rules(
        actor=None,
        rows=[
            Phrase(text="limited offer", effect=Phrase.Effect.HOLD),
            Phrase(text="vile person", effect=Phrase.Effect.REJECT),
        ],
    )


def ask(text, *, author=None, article=None):
    return ports.advise(text, author or make_user(), article or make_article())


@pytest.mark.parametrize(
    ("text", "evidence", "waits"),
    [
        (SUSPECT, ["limited offer"], True),
        ("You vile person, with a limited offer.", ["vile person"], False),
        ("See https://a.example and https://b.example too", None, True),
        ("THIS IS ALL IN CAPITALS AND LOUD ENOUGH", None, True),
    ],
    ids=["suspect words", "banned words first", "too many links", "shouting"],
)
def test_it_says_what_the_notice_would_say(text, evidence, waits):
    author, article = make_user(), make_article()
    given = ask(text, author=author, article=article)
    comment = make_comment(author=author, article=article, body=text, status="pending")
    moderation.judge(comment_id=comment.pk)
    comment.refresh_from_db()
    notice = comment.notice
    assert given.reason == ports.reason_told(notice["reason"])
    assert [list(span) for span in given.spans] == notice["spans"]
    assert (given.guideline.code if given.guideline else "") == notice["guideline"]
    assert given.waits is waits is (comment.status == Comment.Status.HELD)
    if evidence:
        assert [text[start:end] for start, end in given.spans] == evidence


def test_nothing_is_said_of_words_that_would_go_live():
    assert ask("A fair point, calmly made.") is None


def test_it_is_silent_on_who_writes_and_where():
    relax(newcomer_first_n=3)
    assert ask("A fair point.", author=make_user(restricted=True)) is None


def test_every_check_it_leaves_out_exists():
    assert set(CHECKS) > nudges.NOT_ABOUT_WORDS


@pytest.mark.parametrize("name", ["no_such_check", "suspect_phrases"])
def test_a_check_that_is_missing_or_too_slow_says_nothing(monkeypatch, name):
    if name == "no_such_check":
        monkeypatch.setattr(nudges, "CHECKS", (name,))
    else:
        monkeypatch.setattr(nudges, "BUDGET", -1.0)
    assert ask(SUSPECT) is None


def test_a_failure_says_nothing(monkeypatch):
    monkeypatch.setattr(nudges, "CHECKS", None)
    assert ask(SUSPECT) is None


def test_the_lists_cannot_be_probed_for_long(monkeypatch):
    monkeypatch.setattr(nudges, "PER_HOUR", 3)
    prober, other = make_user(), make_user()
    assert [ask(SUSPECT, author=prober) is None for _each in range(5)] == [False] * 3 + [True] * 2
    assert ask(SUSPECT, author=other)


def test_asking_leaves_no_trace_of_the_words():
    ask(SUSPECT)
    assert not Comment.objects.exists()
    assert not DecisionRecord.objects.exists()


# --- the box ------------------------------------------------------------------------------------


def login(client, user):
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return user


def advised_in(html: str) -> str:
    return html.partition('name="advised" value="')[2].partition('"')[0]


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
@pytest.mark.parametrize("reply", [False, True], ids=["answer", "reply"])
@pytest.mark.parametrize(
    "then", [SUSPECT, "I heard of an offer on labels."], ids=["same", "edited"]
)
def test_a_first_submit_is_advised_once_and_the_next_is_stored(client, htmx, reply, then):
    article, author = make_article(), login(client, make_user())
    sent = {"body": SUSPECT}
    if reply:
        sent["parent"] = make_comment(article=article).pk
    before = Comment.objects.count()
    headers = {"HX-Request": "true"} if htmx else {}
    path = f"/articles/{article.slug}/comments/"
    first = client.post(path, sent, headers=headers)
    html = first.content.decode()
    assert first.status_code == 422 and Comment.objects.count() == before
    assert "<mark>limited offer</mark>" in html and f"\n{SUSPECT}</textarea>" in html
    assert "Send it anyway; an editor will read it" in html
    second = client.post(path, {**sent, "body": then, "advised": advised_in(html)}, headers=headers)
    assert second.status_code == (201 if htmx else 302)
    assert author.comments.get().latest.source == then


def test_words_that_would_not_be_published_are_promised_no_editor(client):
    article = make_article()
    login(client, make_user())
    html = client.post(
        f"/articles/{article.slug}/comments/", {"body": "You vile person."}
    ).content.decode()
    assert "it will not be published" in html
    assert "an editor will read it" not in html


def test_marks_around_the_words_come_out_as_text(client):
    article = make_article()
    login(client, make_user())
    body = "<script>alert(1)</script> limited offer <b>bold</b>"
    html = client.post(f"/articles/{article.slug}/comments/", {"body": body}).content.decode()
    assert "<mark>limited offer</mark> &lt;b&gt;bold" in html
    assert "<script>alert" not in html


def test_what_is_refused_anyway_is_refused_without_advice(client):
    article = make_article(kind="choice", options=("Yes", "No"))
    login(client, make_user())
    html = client.post(f"/articles/{article.slug}/comments/", {"body": SUSPECT}).content.decode()
    assert "Choose one of the options first." in html
    assert "Before you send it" not in html


def test_a_repeated_submit_of_one_key_is_not_advised_on():
    article, author = make_article(), make_user()
    sent = {"author": author, "call_to_action": article.call_to_action, "body": SUSPECT}
    first = operations.post_comment(**sent, idempotency_key="k", advise=False)
    again = operations.post_comment(**sent, idempotency_key="k", advise=True)
    assert again.comment == first.comment and not again.created


def test_the_api_posts_without_a_nudge_and_is_asked_for_advice(client):
    article, author = make_article(), make_user()
    _row, secret = issue_token(actor=author, user=author, name="test")
    sent = {
        "data": {"body": SUSPECT},
        "content_type": "application/json",
        "headers": {"Authorization": f"Bearer {secret}"},
    }
    asked = client.post(f"/api/v1/articles/{article.slug}/advice", **sent)
    assert asked.json()["advice"]["spans"] == [[13, 26]]
    assert not Comment.objects.exists()
    assert client.post(f"/api/v1/articles/{article.slug}/comments", **sent).status_code == 201
    sent["data"] = {"body": "A fair point."}
    quiet = client.post(f"/api/v1/articles/{article.slug}/advice", **sent)
    assert quiet.json() == {"advice": None}
