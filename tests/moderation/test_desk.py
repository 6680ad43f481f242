"""The desk's cards: what an editor can do with a comment that was approved."""

import pytest

from articles.models import CallToAction
from comments import operations as comments
from comments.models import Comment
from moderation import operations
from tests.factories import make_comment, make_user

pytestmark = pytest.mark.django_db
Status = Comment.Status
DECIDED = "/desk/decided/"


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
    html = client.get(DECIDED).content.decode()
    assert f'action="{address}"' in html and "Make it an editors’ pick" in html
    sent = client.post(address, {"picked": "1"})
    assert sent.status_code == 302 and sent["Location"] == f"{DECIDED}#card-{comment.pk}"
    assert picks(comment) == [comment.pk]
    html = client.get(sent["Location"]).content.decode()
    assert f'id="card-{comment.pk}"' in html and "Take it from the editors’ picks" in html
    assert client.post(address, {"picked": "0"}).status_code == 302
    assert picks(comment) == []


def test_a_script_gets_the_button_alone_as_it_is_now(client, editor):
    comment = ruled(editor)
    address = f"/desk/comments/{comment.pk}/pick/"
    answer = client.post(address, {"picked": "1"}, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert "Take it from the editors’ picks" in html and 'name="picked" value="0"' in html
    assert "<article" not in html and f'id="pick-{comment.pk}"' in html


def test_what_readers_do_not_see_has_no_such_button(client, editor):
    ruled(editor, "reject", reason="off_topic")
    undone = ruled(editor)
    operations.undo(actor=editor, record=undone.decisions.first())
    withdrawn = ruled(editor)
    comments.withdraw_comment(actor=withdrawn.author, comment=withdrawn)
    html = client.get(DECIDED).content.decode()
    assert html.count('<article class="card') == 4
    assert "/pick/" not in html
    assert client.post(f"/desk/comments/{withdrawn.pk}/pick/", {"picked": "1"}).status_code == 404


@pytest.mark.parametrize("role", ["", "reader"])
def test_only_editors_pick_at_the_desk(client, role):
    comment = ruled(make_user(role="editor"))
    if role:
        client.force_login(make_user(), "allauth.account.auth_backends.AuthenticationBackend")
    sent = client.post(f"/desk/comments/{comment.pk}/pick/", {"picked": "1"})
    assert sent.status_code == (403 if role else 302)
    assert picks(comment) == []
