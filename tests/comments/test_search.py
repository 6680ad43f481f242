"""What readers find of what was said, and that nothing else is ever found."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.ignoring import ignore_person
from articles import operations as articles
from articles import search as article_search
from articles.models import Article
from comments import operations, search
from comments.models import Comment, Notice
from fulltext import parse
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Status = Comment.Status
HOSTILE = Path(__file__).parent.parent / "hostile" / "texts.jsonl"
SECRET = "zanzibar"


def found(text: str, **place) -> list[int]:
    return [comment.pk for comment in search.find(parse(text), **place).comments]


def indexed(text: str = SECRET) -> list[int]:
    """What the index itself holds, before any answer is filtered."""
    return search.INDEX.newest(parse(text), limit=100)


def login(client, user) -> None:
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")


def test_comments_are_found_by_their_words_newest_first():
    first = make_comment(body="The **lighthouse** keeper was right.")
    second = make_comment(body="Keeper of the light, not of the lighthouse.")
    make_comment(body="Nobody keeps anything.")
    assert found("lighthouse keeper") == [second.pk, first.pk]
    assert found('"lighthouse keeper"') == [first.pk]
    assert found("light keeper") == [second.pk]
    assert found("keeper li") == []
    assert found("keeper lig") == [second.pk, first.pk]
    assert found("lighthouse nothing") == []


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("Die Straße ist lang.", "STRASSE"),
        ("Une idée naïve.", "idee naive"),
        ("Cafe\u0301 au lait", "café"),
        ("Это ёлка", "елка"),
        ("هٰذَا كِتَابٌ جَمِيل", "كتاب"),
        ("東京タワーに行きました", "タワー"),
        ("It’s the neighbours’ cat", "it's neighbours"),
        ("see https://example.org/path/to?x=1 now", "example.org"),
        ("हिन्दी में लिखा", "हिन्दी"),
        ("state-of-the-art", "state of the art"),
        ("C3PO met R2-D2", '"r2 d2"'),
    ],
)
def test_words_are_found_in_any_language_without_case_or_accents(said, typed):
    comment = make_comment(body=said)
    assert found(typed) == [comment.pk]


@pytest.mark.parametrize("status", [Status.PENDING, Status.HELD, Status.REJECTED])
def test_what_is_not_live_is_neither_found_nor_in_the_index(client, status):
    make_comment(body=f"{SECRET} mombasa", status=status)
    assert indexed() == [] and found(SECRET) == []
    for path in ("/search/?q=", "/api/v1/search?q="):
        assert "mombasa" not in client.get(path + SECRET).content.decode()


def test_words_leave_the_index_in_the_same_transaction_as_the_page():
    withdrawn, removed, held = (make_comment(body=f"{SECRET} {n}") for n in range(3))
    assert indexed() == [held.pk, removed.pk, withdrawn.pk]
    operations.withdraw_comment(actor=withdrawn.author, comment=withdrawn)
    editor, notice = make_user(role="editor"), Notice(reason="spam", guideline="no_spam")
    rule = {"actor": editor, "notice": notice}
    operations.reject(comment=removed, revision_id=removed.latest_id, **rule)
    operations.hold(comment=held, revision_id=held.latest_id, **rule)
    assert indexed() == []
    operations.approve(actor=editor, comment=held, revision_id=held.latest_id)
    assert indexed() == [held.pk]


def test_an_edit_is_found_when_it_is_approved_and_the_old_words_until_then():
    comment = make_comment(body=f"{SECRET} before")
    operations.edit_comment(actor=comment.author, comment=comment, body="mombasa after")
    assert found(SECRET) == [comment.pk] and found("mombasa") == []
    comment.refresh_from_db()
    operations.approve(actor=None, comment=comment, revision_id=comment.latest_id)
    assert found(SECRET) == [] and found("mombasa") == [comment.pk]


def test_an_article_that_is_taken_back_takes_its_comments_out_and_brings_them_back():
    comment, editor = make_comment(body=f"{SECRET} words"), make_user(role="editor")
    article = comment.call_to_action.article
    articles.unpublish(actor=editor, article=article)
    assert indexed() == [] and found(SECRET) == []
    late = make_comment(body="mombasa words", article=make_article())
    Comment.objects.filter(pk=late.pk).update(call_to_action=comment.call_to_action)
    articles.publish(actor=editor, article=article)
    assert indexed() == [comment.pk]
    assert found("mombasa") == [late.pk]


def test_a_row_that_should_not_be_in_the_index_shows_nothing(client):
    withdrawn, hidden = make_comment(body=f"{SECRET} one"), make_comment(body=f"{SECRET} two")
    operations.withdraw_comment(actor=withdrawn.author, comment=withdrawn)
    search.INDEX.put(withdrawn.pk, [SECRET], place=withdrawn.call_to_action_id)
    Article.objects.filter(pk=hidden.call_to_action.article_id).update(status="draft")
    assert len(indexed()) == 2
    assert found(SECRET) == []
    assert f"/c/{hidden.pk}/" not in client.get(f"/search/?q={SECRET}").content.decode()


def test_a_discussion_is_searched_alone():
    here, there = make_comment(body="The same words."), make_comment(body="The same words.")
    assert found("same words") == [there.pk, here.pk]
    assert found("same words", call_to_action=here.call_to_action) == [here.pk]
    # The place of a row is not one of its words.
    assert found(f"p{here.call_to_action_id}") == []


def test_pages_go_on_where_the_last_one_ended(monkeypatch):
    relax()
    article, author = make_article(), make_user()
    made = [make_comment(article=article, author=author, body=f"Tide {n}.") for n in range(7)]
    monkeypatch.setattr(search, "PAGE", 3)
    monkeypatch.setattr(search, "_AT_ONCE", 4)
    operations.withdraw_comment(actor=author, comment=made[3])
    seen, before = [], None
    while True:
        page = search.find(parse("tide"), before=before)
        seen += [comment.pk for comment in page.comments]
        if (before := page.next_before) is None:
            break
    assert seen == [comment.pk for n, comment in reversed(list(enumerate(made))) if n != 3]


def test_ignored_people_are_left_out_for_who_ignores_them(client):
    comment, reader = make_comment(body=f"{SECRET} words"), make_user()
    ignore_person(actor=reader, person=comment.author)
    path = f"/search/?q={SECRET}"
    assert f'href="/c/{comment.pk}/"' in client.get(path).content.decode()
    login(client, reader)
    assert f'href="/c/{comment.pk}/"' not in client.get(path).content.decode()


def test_hostile_texts_are_found_and_no_query_of_them_fails(client):
    relax()
    author = make_user()
    article = make_article()
    texts = [json.loads(line)["text"] for line in HOSTILE.read_text().splitlines()]
    for n, text in enumerate(texts):
        pk = 1_000_000 + n
        search.INDEX.put(pk, [text], place=article.call_to_action.pk)
        query = parse(text)
        if query:
            assert pk in search.INDEX.newest(query, limit=1_000), text
            article_search.INDEX.best(query, limit=10)
    one = make_comment(article=article, author=author, body=f"{SECRET} <img src=x onerror=y>")
    html = client.get("/search/", {"q": f'{SECRET} "<img src=x onerror=y>'}).content.decode()
    assert f'href="/c/{one.pk}/"' in html and "<img" not in html


@pytest.mark.parametrize(
    "typed",
    ["", '"', "'", "\0", "a\0b", "*", "^a", "NEAR(a b)", "a AND", "-a", "a:b", "\ud800", "%", "\\"]
    + ["x" * 10_000, "東" * 10_000, '"' * 10_000, "a " * 5_000, "(((", "' OR 1=1 --", "\u202e"],
    ids=ascii,
)
def test_any_query_is_answered(client, typed):
    make_comment(body="a b x")
    data = {"q": typed.encode("utf-8", "surrogatepass")}
    slug = make_article().slug
    for path in ("/search/", f"/articles/{slug}/search/", "/api/v1/search"):
        assert client.get(path, data).status_code == 200


@pytest.mark.parametrize(
    "query", ["before=0", "before=x", "before=1" + "0" * 30, "in=articles&page=11"]
)
def test_a_place_made_by_hand_is_a_404(client, query):
    assert client.get(f"/search/?q=a&{query}").status_code == 404


def test_words_that_occur_more_often_than_a_database_counts_are_found():
    INDEX, query = search.INDEX, parse("needle")
    INDEX.put(7, ["word " * 20_000 + "needle"], place=1)
    assert INDEX.newest(query, limit=5) == [7]


def test_a_search_costs_the_same_queries_whatever_it_finds(client, django_assert_max_num_queries):
    relax()
    author, article = make_user(), make_article()
    for n in range(30):
        make_comment(author=author, article=article, body=f"Tide number {n}.")
    for path in ("/search/?q=tide", f"/articles/{article.slug}/search/?q=tide"):
        # Six, and nine of the limit: four for the keys of two days, which a site has at hand.
        with django_assert_max_num_queries(15):
            html = client.get(path).content.decode()
        assert html.count("<mark>Tide</mark>") == search.PAGE


def test_search_pages_are_for_readers_and_not_for_robots(client):
    response = client.get("/search/?q=a")
    assert 'content="noindex' in response.content.decode()
    assert response["X-Robots-Tag"].startswith("noindex")
    assert not response.cookies
    assert "Disallow: /search/" in client.get("/robots.txt").content.decode()


def test_every_empty_answer_is_written(client):
    slug = make_article().slug
    for path in ("/search/?q=zebra", "/search/?q=???", f"/articles/{slug}/search/?q=zebra"):
        assert 'class="empty"' in client.get(path).content.decode()
    assert 'class="empty"' not in client.get("/search/").content.decode()


def test_the_api_finds_articles_and_comments_and_pages_on(client):
    relax()
    author, article = make_user(), make_article()
    made = [make_comment(author=author, article=article, body=f"Tide {n}") for n in range(21)]
    first = client.get("/api/v1/search?q=tide").json()
    assert [item["id"] for item in first["comments"]] == [c.pk for c in reversed(made[1:])]
    assert first["comments"][0]["passage"][0] == {"text": "Tide", "asked": True}
    rest = client.get(f"/api/v1/search?q=tide&before={first['next']}&article={article.slug}").json()
    assert [item["id"] for item in rest["comments"]] == [made[0].pk] and rest["next"] is None


def test_the_index_is_made_anew_by_a_command():
    comment = make_comment(body=f"{SECRET} words")
    make_comment(body=f"{SECRET} words", status=Status.HELD)
    search.INDEX.clear()
    search.INDEX.put(5_000_000, [SECRET])
    told = StringIO()
    call_command("rebuild_search", stdout=told)
    assert indexed() == [comment.pk]
    assert "1 comments" in told.getvalue()


def test_removed_words_leave_no_trace_in_the_index_once_it_is_tidied():
    if connection.vendor != "sqlite":  # PostgreSQL removes what it removes
        assert search.tidy() is False
        return
    relax()
    for n in range(30):
        make_comment(body=f"Other words {n}.")
    comment = make_comment(body=f"{SECRET}canary words")
    operations.withdraw_comment(actor=comment.author, comment=comment)
    while search.tidy():
        pass
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(instr(block, %s)) FROM comments_words_data", [b"canary"]
        )
        blocks, traces = cursor.fetchone()
    assert blocks and not traces
    assert search.tidy() is False
