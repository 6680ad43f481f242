"""Ignored people are folded away for who ignores them, and learn nothing."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError

from accounts import ignoring
from accounts.errors import Forbidden
from accounts.models import Ignored
from articles import operations as articles
from comments import fragments, operations
from comments.models import Comment, Notification
from record.models import Entry
from tests.comments.test_pages import login
from tests.factories import make_comment, make_user, relax

pytestmark = pytest.mark.django_db
FOLD = '<details class="ignored">'


@pytest.fixture
def scene(db):
    relax()
    loud = make_comment(body="Loud words.")
    reply = make_comment(parent=loud, body="A calm reply.")
    reader = make_user()
    ignoring.ignore_person(actor=reader, person=loud.author)
    return loud, reply, reader


def test_the_comment_is_folded_and_its_replies_stay(client, scene):
    loud, reply, reader = scene
    login(client, reader)
    for path in (loud.call_to_action.article.get_absolute_url(), f"/c/{loud.pk}/"):
        html = client.get(path).content.decode()
        assert html.count(FOLD) == 1
        thread = html[html.index(f'id="c{loud.pk}"') :]
        folded = thread[thread.index(FOLD) : thread.index("</details>")]
        assert "Loud words." in folded and "A calm reply." not in folded
        assert f'id="c{reply.pk}"' in thread
        assert f"/c/{loud.pk}/report/" in folded


def test_nobody_else_sees_a_fold(client, scene):
    loud, _reply, _reader = scene
    path = loud.call_to_action.article.get_absolute_url()
    assert FOLD not in client.get(path).content.decode()
    for user in (make_user(), loud.author):
        login(client, user)
        assert FOLD not in client.get(path).content.decode()


def test_a_tombstone_is_nobodys_and_not_folded(client, scene):
    loud, _reply, reader = scene
    operations.withdraw_comment(actor=loud.author, comment=loud)
    login(client, reader)
    html = client.get(loud.call_to_action.article.get_absolute_url()).content.decode()
    assert FOLD not in html and "Withdrawn by its author." in html


def test_the_ignored_person_is_told_nothing_and_the_log_holds_nothing(scene):
    loud, _reply, reader = scene
    assert not Notification.objects.filter(user=loud.author, comment__author=reader).exists()
    assert not Entry.objects.filter(verb__contains="ignor").exists()


def test_a_reply_by_somebody_ignored_is_not_told(scene):
    loud, _reply, reader = scene
    mine = make_comment(author=reader, article=loud.call_to_action.article)
    make_comment(author=loud.author, parent=mine)
    assert not Notification.objects.filter(user=reader).exists()
    make_comment(parent=mine)
    assert Notification.objects.filter(user=reader).count() == 1


def test_people_are_ignored_and_read_again_on_their_profile(client):
    reader, person = make_user(), make_user()
    path = f"/people/{person.pk}/"
    assert "ignore" not in client.get(path).content.decode().lower()
    assert client.post(f"{path}ignore/").status_code == 302
    assert not Ignored.objects.exists()
    login(client, reader)
    assert f'action="{path}ignore/"' in client.get(path).content.decode()
    assert client.get(f"{path}ignore/").status_code == 405
    for _twice in range(2):
        assert client.post(f"{path}ignore/").status_code == 302
    assert Ignored.objects.get().person == person
    assert f'action="{path}stop-ignoring/"' in client.get(path).content.decode()
    assert person.display_name in client.get("/account/ignored/").content.decode()
    answer = client.post(f"{path}stop-ignoring/", {"from": "list"})
    assert answer["Location"] == "/account/ignored/"
    assert not Ignored.objects.exists()
    assert 'class="empty"' in client.get("/account/ignored/").content.decode()


def test_nobody_ignores_themselves_or_without_signing_in(client):
    reader = make_user()
    with pytest.raises(ValidationError):
        ignoring.ignore_person(actor=reader, person=reader)
    with pytest.raises(Forbidden):
        ignoring.ignore_person(actor=AnonymousUser(), person=reader)
    login(client, reader)
    assert client.post(f"/people/{reader.pk}/ignore/").status_code == 302
    assert not Ignored.objects.exists()


def test_the_list_has_an_end(monkeypatch):
    monkeypatch.setattr(ignoring, "MOST", 2)
    reader, people = make_user(), [make_user() for _n in range(3)]
    for person in people[:2]:
        ignoring.ignore_person(actor=reader, person=person)
    with pytest.raises(ValidationError) as refused:
        ignoring.ignore_person(actor=reader, person=people[2])
    assert refused.value.code == "too_many_ignored"
    ignoring.ignore_person(actor=reader, person=people[0])
    assert reader.ignoring.count() == 2


def test_a_changed_byline_moves_the_writers_mark(scene):
    loud, reply, _reader = scene
    article, editor = loud.call_to_action.article, make_user(role="editor")
    before = list(article.bylines.values_list("author_id", flat=True))

    def marked() -> list[int]:
        while fragments.refresh_stale():
            pass
        rows = Comment.objects.filter(fragment__contains='class="writer"')
        return sorted(rows.values_list("pk", flat=True))

    assert before and marked() == []
    articles.save_article(actor=editor, article=article, authors=[loud.author])
    assert marked() == [loud.pk]
    articles.save_article(actor=editor, article=article, authors=[reply.author, editor])
    assert marked() == [reply.pk]
    stale = Comment.objects.filter(fragment_stale=True)
    articles.save_article(actor=editor, article=article, authors=[editor, reply.author])
    assert not stale.exists()
