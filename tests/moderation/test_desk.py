"""The desk's cards: what an editor can do with a comment that was approved."""

import pytest

from articles.models import CallToAction
from comments import operations as comments
from comments.models import Comment
from moderation import operations
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db
Status = Comment.Status
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def editor(client):
    editor = make_user(role="editor")
    client.force_login(editor, "allauth.account.auth_backends.AuthenticationBackend")
    return editor


def ruled(editor, outcome: str = "approve", **ruling) -> Comment:
    comment = make_comment(status=Status.HELD)
    operations.rule(
        actor=editor, comment=comment, revision_id=comment.latest_id, outcome=outcome, **ruling
    )
    return Comment.objects.select_related("call_to_action").get(pk=comment.pk)


def picks(comment: Comment) -> list[int]:
    return CallToAction.objects.get(pk=comment.call_to_action_id).picks


def test_an_editor_picks_an_approved_comment_at_the_desk_and_takes_it_back(client, editor):
    comment = ruled(editor)
    address = f"/desk/comments/{comment.pk}/pick/"
    html = client.get(f"/desk/comments/{comment.pk}/").content.decode()
    assert f'action="{address}"' in html and "Make it an editors’ pick" in html
    sent = client.post(address, {"picked": "1"})
    assert sent.status_code == 302 and sent["Location"] == f"/desk/comments/{comment.pk}/"
    assert picks(comment) == [comment.pk]
    html = client.get(sent["Location"]).content.decode()
    assert f'id="card-{comment.pk}"' in html and "Take it from the editors’ picks" in html
    assert client.post(address, {"picked": "0"}).status_code == 302
    assert picks(comment) == []


def test_a_script_is_told_that_it_was_done_and_nothing_else(client, editor):
    comment = ruled(editor)
    answer = client.post(f"/desk/comments/{comment.pk}/pick/", {"picked": "1"}, headers=SCRIPT)
    assert answer.json() == {} and picks(comment) == [comment.pk]
    html = client.get(f"/desk/comments/{comment.pk}/card/").content.decode()
    assert "Take it from the editors’ picks" in html and 'name="picked" value="0"' in html


def test_what_readers_do_not_see_has_no_such_button(client, editor):
    rejected = ruled(editor, "reject", reason="off_topic")
    withdrawn = ruled(editor)
    comments.withdraw_comment(actor=withdrawn.author, comment=withdrawn)
    for comment in (rejected, withdrawn):
        html = client.get(f"/desk/comments/{comment.pk}/").content.decode()
        assert f'id="card-{comment.pk}"' in html and "/pick/" not in html
    assert client.post(f"/desk/comments/{withdrawn.pk}/pick/", {"picked": "1"}).status_code == 404


@pytest.mark.parametrize("role", ["", "reader"])
def test_only_editors_pick_at_the_desk(client, role):
    comment = ruled(make_user(role="editor"))
    if role:
        client.force_login(make_user(), "allauth.account.auth_backends.AuthenticationBackend")
    sent = client.post(f"/desk/comments/{comment.pk}/pick/", {"picked": "1"})
    assert sent.status_code == (403 if role else 302)
    assert picks(comment) == []
