"""Editors' picks: on top of the discussion, and never of what is not live."""

import pytest
from django.core.exceptions import ObjectDoesNotExist

from accounts.errors import Forbidden
from accounts.ignoring import ignore_person
from articles.models import CallToAction
from comments import operations
from comments.models import Comment, Notice
from record.models import Entry
from tests.comments.test_pages import fill, login
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Status = Comment.Status


@pytest.fixture
def editor(db):
    relax()
    return make_user(role="editor")


def pick(editor, comment, picked=True) -> None:
    operations.pick(actor=editor, comment=comment, picked=picked)


def picks(article) -> list[int]:
    return CallToAction.objects.get(article=article).picks


def page(client, article, query="") -> str:
    return client.get(article.get_absolute_url() + query).content.decode()


def test_the_newest_three_picks_stand_on_top_of_the_first_page(client, editor):
    article, author = make_article(), make_user()
    made = [
        make_comment(article=article, author=author, body=f"Said thing {n}.") for n in range(30)
    ]
    for n in (0, 1, 2, 3):
        pick(editor, made[n])
    assert picks(article) == [made[3].pk, made[2].pk, made[1].pk]
    html = page(client, article)
    top = html[html.index('class="picks"') : html.index('id="threads"')]
    assert [f"Said thing {n}." in top for n in range(4)] == [False, True, True, True]
    # One that is on another page is linked there.
    assert f'href="/c/{made[1].pk}/"' in top
    assert 'class="picks"' not in page(client, article, "?sort=oldest&after=" + next_cursor(html))


def next_cursor(html: str) -> str:
    at = html.index("after=") + len("after=")
    return html[at : html.index("#discussion", at)]


def test_a_pick_on_the_page_is_linked_in_place_and_marked(client, editor):
    comment = make_comment()
    pick(editor, comment)
    html = page(client, comment.call_to_action.article)
    assert f'href="#c{comment.pk}"' in html
    assert html.count('<span class="picked">Editors’ pick</span>') == 1
    pick(editor, comment, picked=False)
    html = page(client, comment.call_to_action.article)
    assert 'class="picks"' not in html and 'class="picked"' not in html


def test_only_editors_pick_and_only_what_is_live(editor):
    comment = make_comment()
    for user in (make_user(), comment.author):
        with pytest.raises(Forbidden):
            pick(user, comment)
    for status in (Status.PENDING, Status.HELD, Status.REJECTED):
        with pytest.raises(ObjectDoesNotExist):
            pick(editor, make_comment(status=status))
    assert not Comment.objects.filter(picked_at__isnull=False).exists()


@pytest.mark.parametrize("way", ["withdraw", "hold", "reject"])
def test_a_pick_that_goes_is_none_any_more_nor_when_it_returns(client, editor, way):
    comment = make_comment(body="zanzibar words")
    article = comment.call_to_action.article
    pick(editor, comment)
    assert picks(article) == [comment.pk]
    if way == "withdraw":
        operations.withdraw_comment(actor=comment.author, comment=comment)
    else:
        rule = getattr(operations, way)
        notice = Notice(reason="spam", guideline="no_spam")
        rule(actor=editor, comment=comment, revision_id=comment.latest_id, notice=notice)
    assert picks(article) == []
    assert "zanzibar" not in page(client, article)
    if way != "withdraw":
        operations.approve(actor=editor, comment=comment, revision_id=comment.latest_id)
        assert picks(article) == []
        assert Comment.objects.get(pk=comment.pk).picked_at is None


def test_a_pick_is_logged_once_and_moves_the_version(editor):
    comment = make_comment()
    before = CallToAction.objects.get(pk=comment.call_to_action_id).version
    pick(editor, comment)
    pick(editor, comment)
    assert Entry.objects.filter(verb="pick", subject_id=comment.pk, actor_id=editor.pk).count() == 1
    assert CallToAction.objects.get(pk=comment.call_to_action_id).version == before + 1


def test_an_edit_of_a_pick_shows_its_new_words_when_they_are_live(client, editor):
    comment = make_comment(body="Before the edit.")
    article = comment.call_to_action.article
    pick(editor, comment)
    operations.edit_comment(actor=comment.author, comment=comment, body="After the edit.")
    assert "Before the edit." in page(client, article)
    comment.refresh_from_db()
    operations.approve(actor=None, comment=comment, revision_id=comment.latest_id)
    html = page(client, article)
    assert html.count("After the edit.") >= 2 and "Before the edit." not in html


def test_a_pick_of_somebody_ignored_is_left_out(client, editor):
    comment, reader = make_comment(body="Said aloud."), make_user()
    pick(editor, comment)
    ignore_person(actor=reader, person=comment.author)
    login(client, reader)
    assert 'class="picks"' not in page(client, comment.call_to_action.article)


def test_picks_cost_no_query_and_push_no_reply_off_the_page(
    client, editor, django_assert_num_queries
):
    relax()
    article = make_article()
    fill(article, 25, 10)
    page(client, make_article())  # what the house keeps in mind is read
    with django_assert_num_queries(5):
        plain = page(client, article)
    deep = Comment.objects.filter(root__isnull=False).order_by("-number", "-pk")[:2]
    chosen = [*deep.values_list("pk", flat=True), Comment.objects.filter(root=None).first().pk]
    Comment.objects.filter(pk__in=chosen).update(excerpt="Picked words")
    CallToAction.objects.filter(article=article).update(picks=chosen)
    with django_assert_num_queries(5):
        html = page(client, article)
    assert html.count('aria-labelledby="pick-') == 3
    threads = html[html.index('id="threads"') :]
    assert threads == plain[plain.index('id="threads"') :]


def test_an_editor_picks_on_the_comments_own_page_and_a_reader_sees_no_such_button(client, editor):
    comment = make_comment()
    path = comment.get_absolute_url()
    assert "picking" not in client.get(path).content.decode()
    login(client, make_user())
    assert "picking" not in client.get(path).content.decode()
    assert client.post(f"{path}pick/", {"picked": "1"}).status_code == 403
    login(client, editor)
    assert "picking" in client.get(path).content.decode()
    assert client.post(f"{path}pick/", {"picked": "1"}).status_code == 302
    assert picks(comment.call_to_action.article) == [comment.pk]
    assert client.post(f"{path}pick/", {"picked": "0"}).status_code == 302
    assert picks(comment.call_to_action.article) == []
    operations.withdraw_comment(actor=comment.author, comment=comment)
    assert client.post(f"{path}pick/", {"picked": "1"}).status_code == 404
