"""The article page and its discussion, as readers get it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from articles import standing_texts
from articles.models import Article, CallToAction
from comments import operations, ports
from comments.models import Comment, Notice
from comments.querysets import ROWS_BELOW_ARTICLE
from comments.threads import encode_cursor
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Status = Comment.Status


def fill(article, roots: int, replies: int = 0) -> None:
    """Live comments written straight to the table: thousands through operations would take long."""
    author, now = make_user(), timezone.now()
    made = Comment.objects.bulk_create(
        Comment(
            call_to_action=article.call_to_action, author=author, status=Status.APPROVED,
            live_at=now - timedelta(seconds=n), listed=True, fragment=f"<p>root {n}</p>",
            thread_count=replies, reply_count=replies, last_number=replies,
        )
        for n in range(roots)
    )  # fmt: skip
    Comment.objects.bulk_create(
        Comment(
            call_to_action=article.call_to_action, author=author, status=Status.APPROVED,
            live_at=now, listed=True, fragment=f"<p>reply {n}</p>", parent=root, root=root,
            depth=1, number=n + 1,
        )
        for root in made
        for n in range(replies)
    )  # fmt: skip


def shown(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'<li class="(?:thread|branch)" id="c(\d+)"', html)]


@pytest.fixture(autouse=True)
def _standing_texts_at_hand(monkeypatch, db):
    """They are read once in some seconds, or once for each policy, so no page's own queries are
    among them."""
    monkeypatch.setattr(standing_texts, "KEPT", 1e9)
    standing_texts.guidelines()
    standing_texts.footer_pages()
    ports.rules_for(Article(pk=1))


def queries(client, url, django_assert_max_num_queries, most):
    with django_assert_max_num_queries(most) as counted:
        response = client.get(url)
    assert response.status_code == 200
    return len(counted), response.content.decode()


@pytest.mark.parametrize("signed_in", [False, True], ids=["anonymous", "signed in"])
@pytest.mark.parametrize("kind", ["open_question", "choice"])
def test_a_page_costs_the_same_queries_for_one_and_a_thousand_comments(
    client, django_assert_max_num_queries, signed_in, kind
):
    options = ("Yes", "No") if kind == "choice" else ()
    small = make_article(kind=kind, options=options)
    large = make_article(kind=kind, options=options)
    fill(small, 1, 1)
    fill(large, 100, 9)
    if signed_in:
        client.force_login(make_user(), "allauth.account.auth_backends.AuthenticationBackend")
    most = 11 if signed_in else 6
    few, _ = queries(client, small.get_absolute_url(), django_assert_max_num_queries, most)
    many, html = queries(client, large.get_absolute_url(), django_assert_max_num_queries, most)
    assert few == many
    assert len(shown(html)) <= ROWS_BELOW_ARTICLE


def test_every_thread_shows_its_first_replies_before_any_shows_more(client):
    article = make_article()
    fill(article, 24, 3)
    busy = make_comment(article=article)
    Comment.objects.bulk_create(
        Comment(
            call_to_action=article.call_to_action, author=busy.author, status=Status.APPROVED,
            live_at=timezone.now(), listed=True, fragment="<p>busy</p>", parent=busy, root=busy,
            depth=1, number=n + 1,
        )
        for n in range(500)
    )  # fmt: skip
    Comment.objects.filter(pk=busy.pk).update(thread_count=500, reply_count=500)
    html = client.get(article.get_absolute_url()).content.decode()
    on_page = shown(html)
    assert len(on_page) == ROWS_BELOW_ARTICLE
    by_root = Comment.objects.filter(pk__in=on_page, root__isnull=False).values_list("root_id")
    assert len({pk for (pk,) in by_root}) == 25
    assert f'href="/c/{busy.pk}/"' in html


@pytest.mark.parametrize("sort", ["newest", "oldest", "replies", "best"])
def test_paging_shows_every_thread_once_in_order(client, sort):
    article = make_article()
    fill(article, 60)
    for pk, n in zip(Comment.objects.values_list("pk", flat=True), range(60), strict=True):
        Comment.objects.filter(pk=pk).update(score=(n % 7) / 7, thread_count=0)
    url, seen = f"{article.get_absolute_url()}?sort={sort}", []
    for _page in range(3):
        html = client.get(url).content.decode()
        seen += shown(html)
        found = re.search(r'href="([^"]*after=[^"#]*)', html)
        url = found and found.group(1).replace("&amp;", "&")
    assert url is None
    key = {"newest": "-live_at", "oldest": "live_at", "replies": "-thread_count", "best": "-score"}
    tie = "id" if sort == "oldest" else "-id"
    expected = Comment.objects.filter(call_to_action__article=article).order_by(key[sort], tie)
    assert seen == list(expected.values_list("pk", flat=True))


def test_a_page_that_does_not_exist_is_a_404(client):
    path = make_article().get_absolute_url()
    for query in ("?sort=worst", "?after=nonsense", "?sort=best&after=" + "A" * 3000):
        assert client.get(path + query).status_code == 404


def test_an_anonymous_reader_gets_no_cookie_anywhere(client):
    comment = make_comment()
    article = comment.call_to_action.article
    for path in ("/", article.get_absolute_url(), comment.get_absolute_url(), "/nowhere/"):
        assert not client.get(path).cookies


@pytest.mark.parametrize("status", [Status.PENDING, Status.HELD, Status.REJECTED])
def test_what_is_not_live_is_nowhere_but_with_its_author(client, status):
    secret = "zanzibar-secret"
    root = make_comment()
    article = root.call_to_action.article
    hidden = make_comment(parent=root, body=f"{secret} words", status=status)
    places = (
        "/",
        article.get_absolute_url(),
        root.get_absolute_url(),
        f"/articles/{article.slug}/comments.atom",
        "/feeds/articles.atom",
        "/sitemap.xml",
        f"/api/v1/articles/{article.slug}/comments",
        f"/api/v1/articles/{article.slug}/comments?parent={root.pk}",
        f"/api/v1/comments/{root.pk}",
        f"/people/{hidden.author_id}/",
    )
    other = make_user()
    for user in (None, other):
        if user:
            client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        for place in places:
            assert secret not in client.get(place).content.decode(), place
        assert client.get(hidden.get_absolute_url()).status_code == 404
        assert client.get(f"/api/v1/comments/{hidden.pk}").status_code == 404
        assert client.get(f"/c/{hidden.pk}/state/").status_code in (302, 404)
    client.force_login(hidden.author, "allauth.account.auth_backends.AuthenticationBackend")
    assert secret in client.get(article.get_absolute_url()).content.decode()
    assert secret in client.get(f"/c/{hidden.pk}/state/").content.decode()
    assert client.get("/my/comments/").status_code == 200


def login(client, user):
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return user


def test_posting_without_javascript_shows_the_answer_to_its_author(client):
    article, author = make_article(), login(client, make_user())
    form = client.get(article.get_absolute_url()).content.decode()
    key = re.search(r'name="idempotency_key" value="(\w+)"', form).group(1)
    sent = {"body": "My own answer.", "idempotency_key": key}
    url = f"/articles/{article.slug}/comments/"
    first, again = client.post(url, sent), client.post(url, sent)
    comment = Comment.objects.get()
    assert first.status_code == again.status_code == 302
    assert first["Location"] == f"{article.get_absolute_url()}#own-{comment.pk}"
    html = client.get(article.get_absolute_url()).content.decode()
    assert f'id="own-{comment.pk}"' in html and "My own answer." in html
    assert comment.author == author


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"body": ""}, 422),
        ({"body": "x" * 5_001}, 422),
        ({"body": "a\x00"}, 422),
        ({"body": "Yes", "parent": "10" * 15}, 422),
        ({"body": "Yes", "parent": "x"}, 422),
        ({"body": "Yes", "choice": "1"}, 422),
    ],
)
def test_a_refused_post_says_why_and_keeps_what_was_typed(client, sent, status):
    article = make_article()
    login(client, make_user())
    response = client.post(f"/articles/{article.slug}/comments/", sent)
    assert response.status_code == status
    html = response.content.decode()
    assert 'class="error' in html or 'role="alert"' in html
    if sent["body"].strip("\x00") and "\x00" not in sent["body"]:
        assert sent["body"] in html
    assert not Comment.objects.exists()


def test_an_anonymous_post_is_sent_to_sign_in(client):
    article = make_article()
    response = client.post(f"/articles/{article.slug}/comments/", {"body": "Hello"})
    assert response.status_code == 302 and response["Location"].startswith("/accounts/login/")
    assert not Comment.objects.exists()


def test_an_id_no_row_can_have_is_a_404(client):
    login(client, make_user())
    big = "1" + "0" * 30
    for path in (f"/c/{big}/", f"/c/{big}/reply/", f"/c/{2**63}/", "/c/0/", "/c/-1/"):
        assert client.get(path).status_code == 404, path


def test_a_state_turns_into_the_comment_when_it_goes_live(client):
    comment = make_comment(status=Status.PENDING)
    login(client, comment.author)
    path = f"/c/{comment.pk}/state/"
    waiting = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert f'hx-get="{path}?looks=1"' in waiting
    operations.approve(actor=None, comment=comment, revision_id=comment.latest_id)
    live = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert f'id="c{comment.pk}"' in live and "hx-trigger" not in live


def test_the_author_is_told_which_words_held_it(client):
    comment = make_comment(status=Status.PENDING, body="Buy this now.")
    notice = Notice(
        reason="suspect_phrases", guideline="respect", spans=((0, 3),), wait_seconds=1_800
    )
    operations.hold(actor=None, comment=comment, revision_id=comment.latest_id, notice=notice)
    login(client, comment.author)
    html = client.get(comment.call_to_action.article.get_absolute_url()).content.decode()
    assert "<mark>Buy</mark>" in html
    assert "about 30 minutes" in html


def test_edit_withdraw_and_react_work_without_javascript(client):
    comment = make_comment(body="First words")
    login(client, comment.author)
    page = client.get(f"/c/{comment.pk}/edit/").content.decode()
    assert "First words" in page
    assert client.post(f"/c/{comment.pk}/edit/", {"body": "Second words"}).status_code == 302
    assert Comment.objects.get(pk=comment.pk).latest.source == "Second words"
    assert client.get(f"/c/{comment.pk}/withdraw/").status_code == 200
    assert Comment.objects.get(pk=comment.pk).withdrawn_at is None
    other = make_comment()
    assert client.get(f"/c/{other.pk}/react/?value=1").status_code == 200
    assert Comment.objects.get(pk=other.pk).ups == 0
    assert client.post(f"/c/{other.pk}/react/", {"value": "1"}).status_code == 302
    assert Comment.objects.get(pk=other.pk).ups == 1
    client.post(f"/c/{comment.pk}/withdraw/")
    assert Comment.objects.get(pk=comment.pk).withdrawn_at


def test_a_stranger_can_neither_edit_nor_withdraw(client):
    comment = make_comment(body="Mine")
    for user in (make_user(), make_user(role="editor")):
        login(client, user)
        for action in ("edit", "withdraw"):
            path = f"/c/{comment.pk}/{action}/"
            assert client.get(path).status_code == 404
            assert client.post(path, {"body": "Yours"}).status_code == 404
    assert Comment.objects.get(pk=comment.pk).latest.source == "Mine"


def test_a_permalink_shows_ancestors_and_replies_in_few_queries(
    client, django_assert_max_num_queries
):
    relax()
    author = make_user()
    top = make_comment(author=author)
    chain = [top]
    for n in range(12):
        chain.append(make_comment(parent=chain[-1], author=author, body=f"Level {n} speaks here."))
    middle = chain[6]
    with django_assert_max_num_queries(6):
        html = client.get(middle.get_absolute_url()).content.decode()
    ids = shown(html)
    assert middle.pk in ids and chain[5].pk in ids and chain[7].pk in ids
    assert f'id="c{middle.pk}" aria-current="true"' in html


def test_a_long_chain_goes_on_behind_a_link(client):
    relax()
    author, last = make_user(), None
    for n in range(9):
        fields = {"parent": last} if last else {}
        last = make_comment(author=author, body=f"Level {n} speaks here.", **fields)
    html = client.get(last.call_to_action.article.get_absolute_url()).content.decode()
    assert len(shown(html)) == 6
    assert html.count('class="onward"') == 1


def test_a_choice_shows_live_counts_beside_its_options(client):
    article = make_article(kind="choice", options=("Yes", "No"))
    yes = article.call_to_action.options.get(text="Yes")
    make_comment(article=article, choice=yes)
    make_comment(article=article, choice=yes, status=Status.HELD)
    assert CallToAction.objects.get(article=article).live_count == 1
    yes.refresh_from_db()
    assert yes.live_count == 1
    assert "Yes" in client.get(article.get_absolute_url()).content.decode()


def test_permalinks_and_sorted_pages_are_not_indexed(client):
    comment = make_comment()
    path = comment.call_to_action.article.get_absolute_url()
    assert 'content="noindex' in client.get(comment.get_absolute_url()).content.decode()
    assert 'content="noindex' in client.get(path + "?sort=best").content.decode()
    assert 'content="noindex' not in client.get(path).content.decode()


def test_a_preview_is_safe_and_stores_nothing(client):
    login(client, make_user())
    path = f"{make_article().get_absolute_url()}preview/"
    html = client.post(path, {"body": "**x** <script>alert(1)</script>"}).content.decode()
    assert "<strong>x</strong>" in html and "<script" not in html
    for nothing in ("", "- ", "\ufffe"):
        assert client.post(path, {"body": nothing}).status_code == 422
    assert not Comment.objects.exists()


def test_an_author_of_many_held_comments_costs_no_more_queries(
    client, django_assert_max_num_queries
):
    relax()
    article, author = make_article(kind="choice", options=("Yes", "No")), make_user()
    choice = article.call_to_action.options.first()
    for n in range(20):
        make_comment(
            article=article, author=author, choice=choice, status=Status.HELD, body=f"Held {n}."
        )
    login(client, author)
    _count, html = queries(client, article.get_absolute_url(), django_assert_max_num_queries, 11)
    assert html.count('class="own"') == 20


@pytest.mark.parametrize("hide", ["withdraw", "unpublish", "hold"])
def test_a_refused_reply_does_not_repeat_words_that_are_not_public(client, hide):
    parent = make_comment(body="zanzibar words", status="held" if hide == "hold" else "approved")
    article = parent.call_to_action.article
    if hide == "withdraw":
        operations.withdraw_comment(actor=parent.author, comment=parent)
    elif hide == "unpublish":
        Article.objects.filter(pk=article.pk).update(status="draft")
    login(client, make_user())
    other = make_article()
    for place in (article, other):
        response = client.post(
            f"/articles/{place.slug}/comments/", {"body": "hi", "parent": parent.pk}
        )
        assert response.status_code in (404, 422)
        assert "zanzibar" not in response.content.decode()
    for verb in ("", "reply/", "react/", "report/", "state/", "edit/"):
        response = client.get(f"/c/{parent.pk}/{verb}")
        assert response.status_code == 404, verb
    assert client.post(f"/c/{parent.pk}/react/", {"value": "1"}).status_code == 404


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("replies", float("inf")), ("replies", 10**400), ("replies", "x"), ("replies", None),
        ("best", 10**400), ("best", float("nan")), ("best", [1]), ("newest", "x"), ("newest", 5),
        ("newest", "0001-01-01T00:00:00+23:59"), ("newest", "9999-12-31T23:59:59-23:59"),
    ],
)  # fmt: skip
def test_a_cursor_made_by_hand_is_a_404_at_most(client, sort, key):
    path = make_comment().call_to_action.article.get_absolute_url()
    cursor = encode_cursor(sort, key, 1)
    assert client.get(f"{path}?sort={sort}&after={cursor}").status_code == 404
    assert client.get(f"/api/v1{path}comments?sort={sort}&after={cursor}").status_code in (404, 422)


def test_the_api_pages_the_replies_of_one_comment(client):
    root = make_comment(status="approved")
    article = root.call_to_action.article
    reply = make_comment(article=article, parent=root, status="approved")
    listed = f"/api/v1/articles/{article.slug}/comments"
    assert [item["id"] for item in client.get(listed).json()["items"]] == [root.pk]
    replies = client.get(f"{listed}?parent={root.pk}").json()["items"]
    assert [item["id"] for item in replies] == [reply.pk]
