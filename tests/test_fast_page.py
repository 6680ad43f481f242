"""Anonymous pages that are answered before Django: that they hold nothing personal, and hold."""

import gzip
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from wsgiref.util import setup_testing_defaults

import brotli
import pytest
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections, connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import erasure
from accounts import operations as account_operations
from accounts.models import User
from articles import house
from articles import operations as article_operations
from articles.models import Article, HousePage, Tag
from comments import fragments, operations
from comments.models import Comment, Notice
from comments.querysets import SORTS
from config import public_versions
from config.fast_page import FastPage
from config.page_store import Entry, Store
from config.wsgi import django
from moderation import operations as moderation_operations
from moderation.models import ArticlePolicy
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
MEGABYTE = 1_000_000
Status = Comment.Status


class Process:
    """What one web process answers: the application with a store of its own."""

    def __init__(self, room: int = 8 * MEGABYTE) -> None:
        self.rendered: list[dict[str, Any]] = []
        self.page = FastPage(self._django, room)

    def _django(self, environ, start_response):
        self.rendered.append(environ)
        return django(environ, start_response)

    def ask(self, path: str, *, method: str = "GET", **environ) -> tuple[int, dict, bytes]:
        said = []
        path, _mark, query = path.partition("?")
        setup_testing_defaults(environ)
        environ |= {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
        environ.setdefault("HTTP_HOST", "localhost")
        if environ["HTTP_HOST"] == "127.0.0.1":
            environ["HTTP_HOST"] = "localhost"
        answer = self.page(
            environ, lambda status, headers, _info=None: said.append((status, headers))
        )
        status, headers = said[0]
        return int(status[:3]), dict(headers), b"".join(answer)

    def text(self, path: str, **environ) -> str:
        settle()
        status, _headers, body = self.ask(path, **environ)
        assert status == 200
        return body.decode()

    def count(self, path: str, **environ) -> int:
        """How many pages are rendered to answer this."""
        settle()
        before = len(self.rendered)
        self.ask(path, **environ)
        return len(self.rendered) - before


def settle() -> None:
    """What a commit does with deferred triggers, for a test within one transaction."""
    if connection.vendor == "postgresql":
        # In a savepoint, which counts as a transaction of its own.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _keep_connection() -> None:
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)


def told_by_django(client, path: str, **given) -> HttpResponse:
    """What a page is without anything before Django."""
    answer = client.get(path, HTTP_HOST="localhost", **given)
    _keep_connection()  # the client connects them again
    return answer


@pytest.fixture(autouse=True)
def _one_connection():
    """The test's own connection stays open from request to request, as with Django's client."""
    _keep_connection()
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def _pace():
    relax()


@pytest.fixture
def processes() -> tuple[Process, Process]:
    return Process(), Process()


@pytest.fixture
def process() -> Process:
    return Process()


def url(article: Article) -> str:
    return article.get_absolute_url()


def paths(comment: Comment) -> list[str]:
    """Every kind of page that shows a comment or its article."""
    article = comment.call_to_action.article
    return [
        url(article), f"{url(article)}?sort=oldest", f"{url(article)}comments.atom", "/",
        f"/c/{comment.pk}/", "/sections/society/", "/feeds/articles.atom",
    ]  # fmt: skip


# --- What is kept ----------------------------------------------------------------------------


def test_a_page_is_made_once_and_then_costs_one_read(process, django_assert_num_queries):
    comment = make_comment()
    for path in paths(comment):
        first = process.ask(path)
        rendered = len(process.rendered)
        with django_assert_num_queries(1):
            assert process.ask(path) == first
        assert len(process.rendered) == rendered


def test_within_a_moment_it_costs_no_read_at_all(process, settings, django_assert_num_queries):
    settings.VERSION_KEPT = 60.0
    path = url(make_comment().call_to_action.article)
    first = process.ask(path)
    with django_assert_num_queries(0):
        assert process.ask(path) == first


def test_after_that_moment_or_a_write_of_this_process_it_is_read_again(process, settings):
    settings.VERSION_KEPT = 60.0
    comment = make_comment()
    path = url(comment.call_to_action.article)
    process.ask(path)
    operations.withdraw_comment(actor=comment.author, comment=comment)
    settle()
    assert b"calmly made" in process.ask(path)[2]
    process.ask("/healthz", method="POST")
    assert b"calmly made" not in process.ask(path)[2]


def test_the_bytes_are_what_django_answers_but_for_the_nonce(process, client):
    for path in paths(make_comment()):
        _status, headers, body = process.ask(path)
        answer = told_by_django(client, path)
        plain = re.sub(rb' nonce="[^"]+"', b"", answer.content)
        moment = re.compile(rb'data-since="\d+"')
        assert moment.sub(b"", body) == moment.sub(b"", plain)
        ours = {"Cache-Control", "Vary", "ETag", "Content-Security-Policy", "Content-Length"}
        for name in {*answer.headers} - ours:
            assert headers[name] == answer.headers[name], name
        assert {*headers} - {*answer.headers} <= ours


def test_a_policy_names_the_pages_scripts_and_no_nonce(process):
    article = make_article()
    _status, headers, body = process.ask(url(article))
    policy = headers["Content-Security-Policy"]
    assert "nonce" not in policy and b"nonce" not in body and "unsafe" not in policy
    sources = re.search(r"script-src ([^;]+)", policy)[1].split()
    scripts = [script.decode() for script in re.findall(rb'<script src="([^"]+)"', body)]
    assert scripts and sources == [f"http://localhost{path}" for path in scripts]
    # Data for machines is no script; no other element stands without a source.
    assert set(re.findall(rb"<script ([a-z]+)", body)) == {b"src", b"type"}


PERSONAL = {
    "HTTP_COOKIE": "csrf=secretcsrf; other=secretother",
    "HTTP_USER_AGENT": "secretagent",
    "HTTP_REFERER": "http://localhost/secretreferrer",
    "HTTP_X_FORWARDED_FOR": "203.0.113.77",
    "REMOTE_ADDR": "203.0.113.78",
    "HTTP_X_REQUEST_ID": "secretrequest",
}


def test_what_django_is_asked_with_holds_nothing_of_the_reader(process):
    for path in paths(make_comment()):
        _status, headers, body = process.ask(path, **PERSONAL)
        assert "Set-Cookie" not in headers
        for secret in (b"secret", b"203.0.113", b"csrfmiddlewaretoken", b"X-CSRFToken"):
            assert secret not in body and secret not in repr(headers).encode()
    for environ in process.rendered:
        assert not [value for value in environ.values() if "secret" in str(value)]
        assert environ["REMOTE_ADDR"] == "127.0.0.1"


@pytest.mark.parametrize(
    "given",
    [
        {"HTTP_COOKIE": "a=b; session=anything"},
        {"HTTP_AUTHORIZATION": "Bearer anything"},
        {"HTTP_HX_REQUEST": "true"},
        {"HTTP_RANGE": "bytes=0-9"},
        {"REQUEST_METHOD": "POST"},
    ],
)
def test_what_may_be_personal_goes_to_django_as_it_came(process, given):
    path = url(make_article())
    process.ask(path)
    method = given.pop("REQUEST_METHOD", "GET")
    process.ask(path, method=method, **given)
    last = process.rendered[-1]
    assert len(process.rendered) == 2
    assert all(last[name] == value for name, value in given.items())
    assert "rejoinder.keeping" not in last


@pytest.mark.parametrize(
    "path", ["/search/", "/language/", "/accounts/login/", "/people/1/", "/robots.txt", "/c/x/"]
)
def test_other_pages_are_not_kept(process, path):
    make_comment()
    process.ask(path)
    assert process.count(path) == 1 and len(process.page._store) == 0


def test_an_answer_that_is_no_page_is_not_kept(process):
    for path in ("/articles/no-such/", "/c/999999/", "/?before=nonsense"):
        assert process.ask(path)[0] == 404
        assert process.ask(path)[0] == 404
    assert len(process.page._store) == 0


def test_a_former_address_still_leads_on(process):
    article, editor = make_article(slug="old-name"), make_user(role="editor")
    article.slug = "new-name"
    article_operations.save_article(actor=editor, article=article)
    status, headers, _body = process.ask("/articles/old-name/")
    assert (status, headers["Location"]) == (301, "/articles/new-name/")


# --- What makes pages differ -------------------------------------------------------------------


def test_languages_are_kept_apart_and_a_choice_goes_before_the_browser(process, settings):
    path, chosen = url(make_article()), settings.LANGUAGE_COOKIE_NAME
    german = process.text(path, HTTP_ACCEPT_LANGUAGE="de-AT,de;q=0.9")
    assert '<html lang="de"' in german
    assert '<html lang="en"' in process.text(path)
    assert '<html lang="ar" dir="rtl"' in process.text(
        path, HTTP_ACCEPT_LANGUAGE="de", HTTP_COOKIE=f"{chosen}=ar"
    )
    assert process.count(path, HTTP_COOKIE=f"{chosen}=de") == 0
    assert process.count(path, HTTP_ACCEPT_LANGUAGE="xx, de;q=0.1") == 0


def test_hosts_are_kept_apart_and_a_foreign_one_is_refused(process, settings):
    settings.ALLOWED_HOSTS = ["localhost", "news.example.org"]
    path = url(make_article())
    assert "http://localhost/" in process.ask(path)[1]["Content-Security-Policy"]
    policy = process.ask(path, HTTP_HOST="news.example.org")[1]["Content-Security-Policy"]
    assert "http://news.example.org/" in policy and "localhost" not in policy
    held = len(process.page._store)
    assert process.ask(path, HTTP_HOST="evil.example.net")[0] == 400
    assert len(process.page._store) == held


def test_unknown_parameters_make_one_page_more_and_no_further(process):
    path = url(make_article())
    assert "noindex" not in process.text(path)
    assert "noindex" in process.text(f"{path}?utm_source=x")
    for number in range(20):
        assert process.count(f"{path}?utm_source={number}&a{number}=1") == 0
    assert process.count(f"{path}?sort=oldest") == 1
    assert process.count(f"{path}?a=1&sort=newest&sort=oldest") == 1
    assert process.count(f"{path}?sort=oldest&b=2") == 0
    assert len(process.page._store) == 4


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpack"),
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip;q=1.0, br;q=0", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("br;q=nonsense", None, bytes),
    ],
)
def test_each_encoding_is_made_once(process, accepted, encoding, unpack):
    path = url(make_comment().call_to_action.article)
    plain = process.ask(path)
    status, headers, body = process.ask(path, HTTP_ACCEPT_ENCODING=accepted)
    assert (status, headers.get("Content-Encoding")) == (200, encoding)
    assert headers["Content-Length"] == str(len(body))
    assert unpack(body) == plain[2]
    assert "Accept-Encoding" in headers["Vary"]
    assert (headers["ETag"] == plain[1]["ETag"]) is (encoding is None)
    assert process.ask(path, HTTP_ACCEPT_ENCODING=accepted)[2] is not None
    assert len(process.rendered) == 1


def test_who_has_the_page_is_sent_none(process):
    comment = make_comment()
    path = url(comment.call_to_action.article)
    tag = process.ask(path, HTTP_ACCEPT_ENCODING="br")[1]["ETag"]
    for knows in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        status, headers, body = process.ask(
            path, HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=knows
        )
        assert (status, body, headers["ETag"]) == (304, b"", tag)
        assert "Content-Length" not in headers and "Content-Type" not in headers
        assert headers["Cache-Control"] == "public, max-age=0, s-maxage=1"
    assert process.ask(path, HTTP_IF_NONE_MATCH=tag)[0] == 200
    operations.withdraw_comment(actor=comment.author, comment=comment)
    settle()
    assert process.ask(path, HTTP_ACCEPT_ENCODING="br", HTTP_IF_NONE_MATCH=tag)[0] == 200


def test_head_has_the_headers_and_no_body(process):
    for path in paths(make_comment()):
        status, headers, body = process.ask(path, method="HEAD")
        assert (status, body) == (200, b"")
        again = process.ask(path)
        assert (again[0], again[1]) == (200, headers) and again[2]


# --- That it holds no longer than it is true ------------------------------------------------------


def by_editor(verb: Callable, **more) -> Callable:
    def change(comment: Comment) -> None:
        verb(actor=make_user(role="editor"), comment=comment, **more)

    return change


def reject(comment: Comment) -> None:
    notice = Notice(reason="abuse", guideline="respect")
    operations.reject(
        actor=make_user(role="editor"),
        comment=comment,
        revision_id=comment.latest_id,
        notice=notice,
    )


def withdraw(comment: Comment) -> None:
    operations.withdraw_comment(actor=comment.author, comment=comment)


def rule(comment: Comment) -> None:
    moderation_operations.rule(
        actor=make_user(role="editor"),
        comment=comment,
        revision_id=comment.latest_id,
        outcome="reject",
        reason="abusive",
    )


def approved_edit(comment: Comment) -> None:
    operations.edit_comment(actor=comment.author, comment=comment, body="Said otherwise now.")
    comment.refresh_from_db()
    operations.approve(actor=None, comment=comment, revision_id=comment.latest_id)


def reply(comment: Comment) -> None:
    make_comment(parent=comment, body="An answer to that.")


def rename(comment: Comment) -> None:
    account_operations.change_profile(
        actor=comment.author,
        user=comment.author,
        display_name="Zephyrine Quill",
        bio="",
        time_zone="",
    )
    fragments.refresh_stale()


def erase(comment: Comment) -> None:
    erasure.erase_account(actor=None, user=comment.author, words=True)


def react(comment: Comment) -> None:
    operations.react(actor=make_user(), comment=comment, value=1)


def bulk(comment: Comment) -> None:
    """A statement that no operation knows of."""
    Comment.objects.filter(pk=comment.pk).update(fragment="Words by hand.")


@pytest.mark.parametrize(
    "change",
    [reject, withdraw, rule, approved_edit, reply, rename, erase, react, bulk,
     by_editor(operations.pick, picked=True)],
)  # fmt: skip
def test_a_change_of_what_is_said_is_seen_by_the_next_request_of_every_process(
    processes, client, change
):
    comment = make_comment(body="The first words of all.")
    path = url(comment.call_to_action.article)
    before = [process.text(path) for process in processes]
    change(comment)
    for process, old in zip(processes, before, strict=True):
        new = process.text(path)
        assert new != old
        moment = re.compile(r'data-since="\d+"| nonce="[^"]*"')
        assert moment.sub("", new) == moment.sub("", told_by_django(client, path).content.decode())


def test_a_discussion_that_moves_is_made_anew_in_five_reads_and_is_what_django_would_say(
    process, client, django_assert_num_queries
):
    article = make_article()
    comments = [make_comment(article=article) for _n in range(26)]
    comments += [make_comment(parent=comments[n]) for n in (25, 24, 24, 3)]
    by_editor(operations.pick, picked=True)(comments[20])
    sorted_paths = [f"{url(article)}?sort={sort}" for sort in SORTS]
    for path in (url(article), *sorted_paths):
        assert "threads" in process.text(path, HTTP_ACCEPT_LANGUAGE="de")
    rendered = len(process.rendered)
    react(comments[25])
    make_comment(parent=comments[27])
    withdraw(comments[26])
    settle()
    moment = re.compile(r'data-since="\d+"| nonce="[^"]*"')
    for path in (url(article), *sorted_paths):
        with django_assert_num_queries(5):  # two of them of versions
            body = process.ask(path, HTTP_ACCEPT_LANGUAGE="de")[2].decode()
        plain = told_by_django(client, path, headers={"accept-language": "de"}).content.decode()
        assert moment.sub("", body) == moment.sub("", plain)
    assert len(process.rendered) == rendered
    article.title = "Something of the house"
    article_operations.save_article(actor=make_user(role="editor"), article=article)
    assert "Something of the house" in process.text(url(article))


def editor_changes() -> dict[str, Callable[[Article, User], None]]:
    def words(article: Article, editor: User) -> None:
        article.title = "Another title"
        article_operations.save_article(actor=editor, article=article)

    def archive(article: Article, editor: User) -> None:
        article_operations.archive(actor=editor, article=article)

    def close(article: Article, editor: User) -> None:
        type(article.call_to_action).objects.filter(article=article).update(state="closed")

    def tag(article: Article, editor: User) -> None:
        made = house.save_tag(actor=editor, tag=Tag(name="Rivers"))
        article_operations.save_article(actor=editor, article=article, tags=[made])

    def section(article: Article, editor: User) -> None:
        article.section.name = "Elsewhere"
        house.save_section(actor=editor, section=article.section)

    def page(article: Article, editor: User) -> None:
        made = HousePage(slug="rules", title="The rules", body="Be kind.")
        house.save_house_page(actor=None, page=made)

    def author(article: Article, editor: User) -> None:
        article_operations.save_article(actor=editor, article=article, authors=[editor])

    return {name: made for name, made in locals().items() if callable(made)}


@pytest.mark.parametrize("change", editor_changes().values(), ids=editor_changes())
def test_a_change_of_the_house_is_seen_by_the_next_request_of_every_process(processes, change):
    article = make_article()
    before = {path: [p.text(path) for p in processes] for path in ("/", url(article))}
    change(article, make_user(role="editor"))
    for path, old in before.items():
        if change.__name__ == "tag" and path == "/":
            continue  # shows no tags
        for process, was in zip(processes, old, strict=True):
            assert process.text(path) != was


def test_what_nobody_can_see_leaves_every_page_as_it_is(processes):
    live = make_comment()
    article = live.call_to_action.article
    shown = paths(live)
    for process in processes:
        for path in shown:
            process.text(path)
    pending = make_comment(article=article, status=Status.PENDING)
    make_comment(parent=live, status=Status.HELD)
    make_comment(parent=live, status=Status.REJECTED)
    operations.edit_comment(actor=live.author, comment=live, body="Not judged so far.")
    withdraw(pending)
    make_user()
    User.objects.filter(pk=live.author_id).update(last_login=timezone.now(), bio="Of few words")
    Article.objects.filter(pk=make_article(status=Article.Status.DRAFT).pk).update(body="Draft")
    operations.follow(actor=make_user(), call_to_action=article.call_to_action, on=True)
    for process in processes:
        for path in shown:
            assert process.count(path) == 0


def test_a_comment_elsewhere_leaves_a_discussion_as_it_is(process):
    here, there = make_comment(), make_comment()
    for path in (*paths(here), *paths(there)):
        process.text(path)
    make_comment(parent=there)
    for path in (url(here.call_to_action.article), f"/c/{here.pk}/", "/feeds/articles.atom"):
        assert process.count(path) == 0
    for path in (url(there.call_to_action.article), f"/c/{there.pk}/", "/"):
        assert process.count(path) >= 1


def test_the_hour_of_a_scheduled_article_is_kept(process, monkeypatch):
    make_article()
    hour = timezone.now() + timedelta(minutes=5)
    article = make_article(status=Article.Status.SCHEDULED, published_at=hour, title="Not so far")
    assert "Not so far" not in process.text("/")
    assert process.ask(url(article))[0] == 404
    assert process.count("/") == 0
    later = hour + timedelta(seconds=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    monkeypatch.setattr("config.fast_page.time", later.timestamp)
    assert "Not so far" in process.text("/")
    assert process.ask(url(article))[0] == 200


def test_a_question_closes_at_its_hour(process, monkeypatch):
    article = make_article()
    hour = timezone.now() + timedelta(minutes=5)
    type(article.call_to_action).objects.update(closes_at=hour)
    assert "Sign in to answer" in process.text(url(article))
    later = hour + timedelta(seconds=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    monkeypatch.setattr("config.fast_page.time", later.timestamp)
    assert "Sign in to answer" not in process.text(url(article))
    assert "This question is closed" in process.text(url(article))


def test_a_house_that_closes_its_discussions_or_one_says_so_at_once(processes):
    article = make_article()
    offers = "Sign in to answer"

    def offered() -> list[bool]:
        return [offers in process.text(url(article)) for process in processes]

    assert offered() == [True, True]
    moderation_operations.change_policy(actor=None, changes={"mode": "closed"})
    assert offered() == [False, False]
    own = ArticlePolicy(article=article, mode="waits")
    moderation_operations.save_rules(actor=None, rows=[own])
    assert offered() == [True, True]
    moderation_operations.delete_rule(actor=make_user(role="admin"), row=own)
    assert offered() == [False, False]
    moderation_operations.change_policy(actor=None, changes={"mode": "waits"})
    assert offered() == [True, True]


def test_a_policy_that_closes_and_opens_nothing_leaves_every_page_as_it_is(process):
    path = url(make_article())
    process.text(path)
    moderation_operations.change_policy(actor=None, changes={"mode": "waits"})
    moderation_operations.change_policy(actor=None, changes={"links_allowed": 3})
    row = ArticlePolicy(article=make_article(status=Article.Status.DRAFT), links_allowed=4)
    moderation_operations.save_rules(actor=None, rows=[row])
    assert process.count(path) == 0


def test_a_change_while_the_page_is_made_is_not_missed(process):
    comment = make_comment()
    path = url(comment.call_to_action.article)
    inner = process.page._django

    def meanwhile(environ, start_response):
        answer = inner(environ, start_response)
        process.page._django = inner
        withdraw(comment)
        settle()
        return answer

    process.page._django = meanwhile
    assert "calmly made" in process.text(path)
    assert "calmly made" not in process.text(path)


def test_a_list_that_shows_more_than_was_known_is_asked_for_again(process):
    make_comment()
    assert process.count("/") == 2  # which discussions a list shows is known once it is made
    make_article()
    assert process.count("/") == 2
    assert process.count("/") == 0


def test_where_no_version_can_be_read_django_answers(process, monkeypatch):
    path = url(make_comment().call_to_action.article)

    def away(_scopes):
        # Raised here, because PostgreSQL would refuse the rest of the test's own transaction.
        raise OperationalError("no such table")

    monkeypatch.setattr(public_versions, "read", away)
    assert process.ask(path)[0] == 200 and len(process.page._store) == 0


# --- What it costs at most ---------------------------------------------------------------------


def test_pages_are_dropped_before_they_take_more_room_than_they_may():
    room = 400_000
    process = Process(room)
    comment = make_comment()
    path = url(comment.call_to_action.article)
    settle()
    for number in range(60):
        process.ask(path, HTTP_HOST=("localhost", "127.0.0.1:80")[number % 2])
        process.ask(f"/c/{comment.pk}/?after={number}")
    store = process.page._store
    assert store.bytes[False] <= room * 3 // 4 and 0 < store.bytes[True] <= room // 4
    assert process.count(path) == 0  # whoever walks through threads pushes no first page out
    assert process.count(f"/c/{comment.pk}/?after=0") == 1


def test_what_a_store_says_it_holds_is_what_it_holds():
    store = Store(1_000_000)
    for number in range(300):
        entry = Entry(
            body=b"x" * (number * 37 % 9_000), headers=[], versions=(), until=None, anew=None,
            language="en", view="", checked=0.0, further=number % 3 == 0,
        )  # fmt: skip
        store.put(number % 250, entry)
        entry.form("gzip")
        store.put(number % 250, entry)
    for further in (False, True):
        sizes = [size for _entry, size in store._held[further].values()]
        assert store.bytes[further] == sum(sizes)


def test_many_readers_of_one_cold_page_have_it_made_once():
    store, made, seen = Store(MEGABYTE), [], []
    begun, go_on = threading.Event(), threading.Event()

    def read() -> None:
        with store.alone("page", 10.0) as first:
            if first:
                made.append(1)
                begun.set()
                go_on.wait(10)
            seen.append(first)

    readers = [threading.Thread(target=read) for _n in range(50)]
    readers[0].start()
    assert begun.wait(10)
    for reader in readers[1:]:
        reader.start()
    go_on.set()
    for reader in readers:
        reader.join(10)
    # Whoever comes after it was made finds it; none of these looked before.
    assert len(seen) == 50 and seen.count(True) == len(made)


# --- The database keeps the numbers ---------------------------------------------------------------


def test_the_triggers_are_there_and_making_them_again_changes_nothing():
    with CaptureQueriesContext(connection) as captured:
        public_versions.install()
    assert not [query for query in captured if "CREATE" in query["sql"] or "UPDATE" in query["sql"]]


def test_a_trigger_that_is_missing_is_made_again_and_nothing_kept_holds(process):
    comment = make_comment()
    path = url(comment.call_to_action.article)
    assert "calmly made" in process.text(path)
    dialect = public_versions._dialect(connection)
    with connection.cursor() as cursor:
        name, table = public_versions._present(cursor, dialect)[0]
        for statement in dialect.drop:
            cursor.execute(statement.format(name=name, table=table))
    public_versions.install()
    assert process.count(path) == 1
    with connection.cursor() as cursor:
        assert name in dict(public_versions._present(cursor, dialect))
