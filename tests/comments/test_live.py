"""What an open page asks and is told: that something moved, what is new, and how it looks."""

import re
from datetime import timedelta
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import Ignored
from articles.models import Article
from comments import live, operations
from comments.models import Comment, Notice
from config.wsgi import application
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LONG_AGO = timezone.now() - timedelta(days=1)
Status = Comment.Status


@pytest.fixture(autouse=True)
def _one_connection():
    """The test's own connection stays open from request to request, as with Django's client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(path: str, *, method: str = "GET", knows: str = "", **environ) -> tuple[int, dict, bytes]:
    """What the server's own WSGI application answers: status, headers, body."""
    said = []
    setup_testing_defaults(environ)
    asked = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_IF_NONE_MATCH": knows}
    body = application(
        {**environ, **asked, "HTTP_HOST": "localhost"},
        lambda status, headers: said.append((int(status[:3]), dict(headers))),
    )
    return *said[0], b"".join(body)


def path_of(article: Article) -> str:
    return f"/live/{article.call_to_action.pk}"


def version_of(article: Article) -> bytes:
    return ask(path_of(article))[2]


def milliseconds(moment) -> int:
    return int(moment.timestamp() * 1000)


def news(client, article: Article, since=LONG_AGO, reader=None) -> dict:
    if reader is not None:
        client.force_login(reader, BACKEND)
    answer = client.get(f"/articles/{article.slug}/news/?since={milliseconds(since)}")
    assert answer.status_code == 200
    return answer.json()


def ids(found: dict) -> list[int]:
    return [pk for pk, _parent, _root in found["items"]]


def test_the_version_is_told_with_its_tag_and_no_cookie():
    article = make_comment().call_to_action.article
    status, headers, body = ask(path_of(article))
    assert (status, body) == (200, b"1")
    assert headers["ETag"] == '"1"'
    assert headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in headers and "Vary" not in headers


@pytest.mark.parametrize("knows", ['"1"', 'W/"1"', '"0", "1"'])
def test_who_knows_the_version_is_answered_without_a_body(knows):
    article = make_comment().call_to_action.article
    status, headers, body = ask(path_of(article), knows=knows)
    assert (status, body, headers["ETag"]) == (304, b"", '"1"')
    assert ask(path_of(article), knows='"11"')[0] == 200


def test_the_version_moves_with_what_is_public_and_with_nothing_else():
    article = make_article()
    assert version_of(article) == b"0"
    waiting = make_comment(article=article, status=Status.HELD)
    make_comment(article=article, status=Status.REJECTED)
    assert version_of(article) == b"0"
    operations.approve(actor=None, comment=waiting, revision_id=waiting.latest_id)
    assert version_of(article) == b"1"
    operations.react(actor=make_user(), comment=Comment.objects.get(pk=waiting.pk), value=1)
    assert version_of(article) == b"1"
    operations.withdraw_comment(actor=waiting.author, comment=waiting)
    assert version_of(article) == b"2"


@pytest.mark.parametrize(
    ("status", "hours", "answer"),
    [
        (Article.Status.PUBLISHED, -1, 200),
        (Article.Status.ARCHIVED, -1, 200),
        (Article.Status.SCHEDULED, -1, 200),
        (Article.Status.SCHEDULED, 1, 404),
        (Article.Status.DRAFT, -1, 404),
    ],
)
def test_a_discussion_is_asked_after_only_where_its_article_is_public(
    client, status, hours, answer
):
    at = timezone.now() + timedelta(hours=hours)
    article = make_article(status=status, published_at=at)
    assert ask(path_of(article))[0] == answer
    assert client.get(f"/articles/{article.slug}/news/?since=0").status_code == answer
    assert client.get(f"/articles/{article.slug}/fragments/?ids=1").status_code == answer


@pytest.mark.parametrize(
    "path", ["/live/0", "/live/99999999", f"/live/{10**18 - 1}", "/live/" + "9" * 400, "/live/x"]
)
def test_a_discussion_that_does_not_exist_is_a_404(path):
    assert ask(path)[0] == 404


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
def test_only_get_is_answered(method):
    status, headers, body = ask(path_of(make_article()), method=method)
    assert (status, headers["Allow"], body) == (405, "GET", b"")


def test_a_poll_costs_one_read_whatever_the_discussion(django_assert_num_queries):
    article = make_comment().call_to_action.article
    for cookie in ("", "session=anything"):
        with django_assert_num_queries(1) as counted:
            ask(path_of(article), HTTP_COOKIE=cookie)
        assert "comments_comment" not in counted[0]["sql"]


def test_a_poll_lets_django_give_its_connection_back():
    heard = []
    article = make_article()

    def started(**told):
        heard.append("started")

    def finished(**told):
        heard.append("finished")

    request_started.connect(started)
    request_finished.connect(finished)
    assert ask(path_of(article))[0] == 200
    assert heard == ["started", "finished"]


def test_everything_else_goes_to_django():
    article = make_article()
    assert ask(f"{path_of(article)}/")[0] == 404
    assert b"ok" in ask("/healthz")[2]


def test_news_are_what_went_live_since_by_age_with_their_places(client):
    relax()
    article = make_article()
    before = make_comment(article=article)
    between = Comment.objects.get(pk=before.pk).live_at
    root = make_comment(article=article)
    reply = make_comment(parent=before)
    deeper = make_comment(parent=reply)
    make_comment(article=article, status=Status.HELD)
    make_comment()
    found = news(client, article, between + timedelta(milliseconds=1))
    assert found["items"] == [
        [root.pk, None, None],
        [reply.pk, before.pk, before.pk],
        [deeper.pk, reply.pk, before.pk],
    ]
    assert found["more"] is False
    assert abs(found["since"] - milliseconds(timezone.now() - live.OVERLAP)) < 5_000


def test_what_went_again_is_no_news(client):
    root = make_comment()
    article = root.call_to_action.article
    withdrawn, removed = make_comment(parent=root), make_comment(parent=root)
    make_comment(parent=withdrawn)
    operations.withdraw_comment(actor=withdrawn.author, comment=withdrawn)
    operations.reject(
        actor=make_user(role="editor"),
        comment=removed,
        revision_id=removed.latest_id,
        notice=Notice(reason="other", guideline=""),
    )
    assert not {withdrawn.pk, removed.pk} & set(ids(news(client, article)))
    assert len(ids(news(client, article))) == 2


def test_an_edit_that_goes_live_is_no_news(client):
    comment = make_comment()
    article = comment.call_to_action.article
    operations.edit_comment(actor=comment.author, comment=comment, body="Otherwise put.")
    edited = Comment.objects.get(pk=comment.pk)
    after = timezone.now()
    before = version_of(article)
    operations.approve(actor=None, comment=edited, revision_id=edited.latest_id)
    assert version_of(article) != before, "open pages are told that something moved"
    assert ids(news(client, article, after)) == []


def test_ones_own_comments_are_no_news_to_their_author(client):
    comment = make_comment()
    article = comment.call_to_action.article
    other = make_comment(article=article)
    assert ids(news(client, article, reader=comment.author)) == [other.pk]


def test_whom_a_reader_ignores_is_no_news_to_that_reader_alone(client):
    ignored, other = make_comment(), None
    article = ignored.call_to_action.article
    other = make_comment(parent=ignored)
    reader = make_user()
    Ignored.objects.create(user=reader, person=ignored.author)
    assert ids(news(client, article, reader=make_user())) == [ignored.pk, other.pk]
    assert ids(news(client, article, reader=reader)) == [other.pk]


def test_a_page_that_is_asked_while_a_comment_lands_hears_of_it(client):
    """The page's moment lies before its reading, because a row is public only on commit."""
    article = make_article()
    html = client.get(article.get_absolute_url()).content.decode()
    since = int(re.search(r'data-since="(\d+)"', html)[1])
    assert since <= milliseconds(timezone.now() - live.OVERLAP)
    comment = make_comment(article=article)
    Comment.objects.filter(pk=comment.pk).update(live_at=timezone.now() - timedelta(seconds=5))
    answer = client.get(f"/articles/{article.slug}/news/?since={since}").json()
    assert ids(answer) == [comment.pk]


def test_news_are_the_newest_two_hundred_at_most(client):
    comment = make_comment()
    made = Comment.objects.bulk_create(
        Comment(
            call_to_action=comment.call_to_action, author=comment.author, status=Status.APPROVED,
            live_at=timezone.now() + timedelta(seconds=n), listed=True,
        )
        for n in range(250)
    )  # fmt: skip
    for n, row in enumerate(made):
        row.latest = row.live_revision = row.revisions.create(source=f"{n}", html=f"{n}")
    Comment.objects.bulk_update(made, ["latest", "live_revision"])
    found = news(client, comment.call_to_action.article)
    assert found["more"] is True
    assert ids(found) == [row.pk for row in made[50:]]


def test_news_cost_the_same_queries_for_one_comment_and_for_many(client, django_assert_num_queries):
    relax()
    root = make_comment()
    article = root.call_to_action.article
    path = f"/articles/{article.slug}/news/?since=0"
    for _more in range(2):
        with django_assert_num_queries(2):
            client.get(path)
        for _n in range(10):
            make_comment(parent=root)
    client.force_login(make_user(), BACKEND)
    with django_assert_num_queries(5):  # session, reader, the reader's facts, and the two above
        client.get(path)


def test_news_are_found_by_an_index():
    article = make_comment().call_to_action.article
    with CaptureQueriesContext(
        connection,
    ) as captured:
        live.news_since(article.call_to_action, LONG_AGO)
    sql = captured[-1]["sql"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Of one row every plan is cheap: it is the one in order that must be there.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute(f"EXPLAIN {sql}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = str(cursor.fetchall())
    assert "comment_live_by_time" in plan


def test_fragments_are_nested_with_their_replies_and_say_what_they_answer(client):
    relax()
    old = make_comment()
    article = old.call_to_action.article
    first, second = make_comment(article=article), make_comment(article=article)
    below = make_comment(parent=first, body="Below the first.")
    elsewhere = make_comment(parent=old, body="Elsewhere.")
    wanted = ",".join(str(found.pk) for found in (first, second, below, elsewhere))
    html = client.get(f"/articles/{article.slug}/fragments/?ids={wanted}").content.decode()
    shown = [int(pk) for pk in re.findall(r'<li class="(?:thread|branch)" id="c(\d+)"', html)]
    assert shown == [second.pk, first.pk, below.pk, elsewhere.pk]
    assert f'<li class="branch" id="c{below.pk}">' in html
    assert f'<a class="detached" href="/c/{old.pk}/">' in html


def test_fragments_are_of_this_discussion_and_public(client):
    article = make_article()
    hidden = make_comment(article=article, body="zanzibar-secret", status=Status.HELD)
    foreign = make_comment(body="from another place")
    path = f"/articles/{article.slug}/fragments/?ids={hidden.pk},{foreign.pk}"
    client.force_login(make_user(), BACKEND)
    assert client.get(path).content == b""


def test_fragments_cost_the_same_queries_for_one_and_for_many(client, django_assert_num_queries):
    relax()
    root = make_comment()
    article = root.call_to_action.article
    made = [root.pk, *(make_comment(parent=root).pk for _n in range(10))]
    for wanted in (made[:1], made):
        with django_assert_num_queries(2):
            found = client.get(
                f"/articles/{article.slug}/fragments/?ids={','.join(map(str, wanted))}"
            )
        assert found.content.count(b'<article class="comment"') == len(wanted)


@pytest.mark.parametrize(
    "query",
    [
        "news/", "news/?since=-1", "news/?since=yesterday", "news/?since=" + "9" * 30,
        "news/?since=٣", "fragments/", "fragments/?ids=1,,2", "fragments/?ids=1.5",
        "fragments/?ids=" + "9" * 30, "fragments/?ids=" + ",".join(["1"] * 201),
    ],
)  # fmt: skip
def test_what_no_page_asks_is_a_404(client, query):
    assert client.get(f"/articles/{make_article().slug}/{query}").status_code == 404


@pytest.mark.parametrize("verb", ["post", "head", "put"])
def test_news_and_fragments_are_only_read(client, verb):
    article = make_article()
    for place in ("news/?since=0", "fragments/?ids=1"):
        assert getattr(client, verb)(f"/articles/{article.slug}/{place}").status_code == 405


def test_news_give_no_cookie_and_are_kept_by_nobody(client):
    article = make_article()
    for place in ("news/?since=0", "fragments/?ids=1"):
        answer = client.get(f"/articles/{article.slug}/{place}")
        assert not answer.cookies
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("", "top"),
        ("?sort=oldest", "end"),
        ("?sort=best", "elsewhere"),
        ("?sort=replies", "elsewhere"),
    ],
)
def test_a_page_says_where_new_answers_belong(client, query, place):
    article = make_comment().call_to_action.article
    html = client.get(article.get_absolute_url() + query).content.decode()
    assert f'data-answers="{place}"' in html
    assert f'data-poll="{path_of(article)}"' in html and 'data-version="1"' in html


def test_the_page_of_one_comment_asks_too(client):
    comment = make_comment()
    html = client.get(comment.get_absolute_url()).content.decode()
    assert f'data-poll="/live/{comment.call_to_action_id}"' in html
    assert 'data-answers=""' in html


def test_a_page_asks_without_a_query(django_assert_num_queries):
    article = make_article()
    call_to_action = article.call_to_action
    with django_assert_num_queries(0):
        live.opened(article, call_to_action, answers=live.TOP)


def test_plural_forms_are_told_for_every_category_a_language_has():
    article = make_article()
    with translation.override("en"):
        told = live.opened(article, article.call_to_action, answers=live.TOP)
    assert '"one": "%s new answer"' in told.new_answers
    assert '"other": "%s new replies"' in told.new_replies


def test_the_simulated_pages_keep_the_scripts_timing():
    script = Path("static/js/live.js").read_text(encoding="utf-8")
    simulated = Path("benchmarks/open_pages.py").read_text(encoding="utf-8")
    for name in ("FIRST", "STEADY", "LAST", "SLOWER", "FAILED_FIRST", "FAILED_LAST", "FAILURES"):
        told = re.search(rf"const {name} = ([\d.]+);", script)[1]
        kept = re.search(rf"^{name} = ([\d.]+)", simulated, re.MULTILINE)[1]
        assert float(told) == float(kept) * (1 if name in ("SLOWER", "FAILURES") else 1000)
