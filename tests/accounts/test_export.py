"""Everything a person wrote and everything that is kept about them, to take away."""

import base64
import hashlib
import html
import json
import re
import time
from itertools import islice

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import export, ports
from accounts import operations as accounts
from accounts.models import Ignored, User
from comments import operations as comments
from comments.models import Follow
from moderation import operations as moderation
from tests.accounts.canaries import new_canaries, plant
from tests.admin_pages import HOSTILE
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


def exported(user: User) -> dict:
    return json.loads(b"".join(export.as_json(user)))


def page_of(user: User) -> str:
    return b"".join(export.as_page(user)).decode()


def sign_in(client, user: User, *, prove: bool = True) -> None:
    EmailAddress.objects.get_or_create(user=user, email=user.email, primary=True, verified=True)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    if prove:
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def body(answer) -> str:
    return b"".join(answer.streaming_content).decode()


def test_everything_that_is_planted_comes_out_again_in_both_forms():
    canaries = new_canaries()
    user = User.objects.get(pk=plant(canaries, password=PASSWORD))
    comments.withdraw_comment(actor=user, comment=user.comments.live().first())
    as_json, as_page = json.dumps(exported(user)).lower(), page_of(user).lower()
    elsewhere = {
        "signin",  # planted by another test
        "passkey",  # a name of recovery codes, which have none
        "quotedreport",  # what others said in confidence about this person
    }
    for place, canary in canaries.items():
        if place == "aboutme":
            # The editor's note to the author comes out; the reporter's words do not.
            assert as_json.count(canary) == 2, "in the notice and in the note"
        elif place not in elsewhere:
            assert canary in as_json, place
            assert canary in as_page, place
        else:
            assert canary not in as_json and canary not in as_page, place


def test_nobody_elses_words_and_no_secret_comes_out():
    user, other = make_user(), make_user(display_name="Wren Ashby")
    comment = make_comment(author=user)
    make_comment(author=other, parent=comment, body="Said by somebody else entirely.")
    token, secret = accounts.issue_token(actor=user, user=user, name="a script")
    said = json.dumps(exported(user)) + page_of(user)
    assert "somebody else entirely" not in said and "Wren Ashby" not in said
    for hidden in (secret, token.digest, user.password, other.email):
        assert hidden not in said


def test_a_comment_comes_with_its_versions_its_state_and_what_was_decided():
    relax()
    user, editor = make_user(), make_user(role="editor")
    comment = make_comment(author=user, body="The first words.", status="held")
    moderation.rule(
        actor=editor,
        comment=comment,
        revision_id=comment.latest_id,
        outcome="reject",
        reason="off_topic",
        note="Try the other article.",
    )
    comments.edit_comment(actor=user, comment=comment, body="The second words.")
    sections = exported(user)["sections"]
    (row,) = sections["comments"]
    assert [version["text"] for version in row["versions"]] == [
        "The first words.",
        "The second words.",
    ]
    assert row["status"] == "pending" and not row["is_live"]
    (decision,) = sections["decisions"]
    assert (decision["code"], decision["reason_code"]) == ("reject", "off_topic")
    assert editor.display_name not in json.dumps(sections)


def test_every_part_is_there():
    relax()
    user = make_user(bio="Keeps bees.")
    accounts.set_role(actor=None, user=user, role="reader")
    comment = make_comment()
    question = comment.call_to_action
    comments.react(actor=user, comment=comment, value=1)
    comments.save_draft(actor=user, call_to_action=question, parent=None, body="Begun.")
    Follow.objects.create(user=user, call_to_action=question)
    Ignored.objects.create(user=user, person=comment.author)
    moderation.report(reporter=user, reason="spam", comment=comment, note="Look at it.")
    sections = exported(user)["sections"]
    assert sections["account"][0]["about_you"] == "Keeps bees."
    assert sections["reactions"][0]["value"] == 1
    assert sections["drafts"][0]["text"] == "Begun."
    assert sections["followed_discussions"] and sections["ignored_people"]
    assert sections["reports"][0]["note"] == "Look at it."
    assert sections["log"][0]["deed"] == "set_role"


def test_hostile_text_stays_text_on_a_page_that_allows_itself_nothing():
    relax()
    user = make_user(bio=HOSTILE)
    make_comment(author=user, article=make_article(title=HOSTILE), body=HOSTILE)
    page = page_of(user)
    assert html.escape(HOSTILE) in page
    assert (
        "<script" not in page
        and "<img" not in page
        and " onerror=" not in html.unescape(re.sub(r">[^<]*<", "><", page))
    )
    (style,) = re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    assert not re.findall(r"(?:src|href)=[\"'](?!#)", page), "it loads nothing and leads nowhere"
    assert page.count("<html") == page.count("</html>") == 1


def test_rows_are_read_in_chunks_while_they_are_sent(monkeypatch):
    relax()
    monkeypatch.setattr(export, "CHUNK", 2)
    user = make_user()
    article = make_article()
    for number in range(7):
        make_comment(author=user, article=article, body=f"Sentence number {number}.")
    monkeypatch.setattr(ports, "export_parts", ports.export_parts[1:2])
    with CaptureQueriesContext(
        connection,
    ) as asked:
        pieces = export.as_json(user)
        first = b"".join(islice(pieces, 3))
        early = len(asked)
        rest = b"".join(pieces)
    assert b"number 0" in first and b"number 6" not in first
    assert b"number 6" in rest
    assert 0 < early < len(asked)


@pytest.mark.parametrize("name", ["export_json", "export_html"])
def test_a_download_needs_signing_in_and_one_more_proof(client, name):
    assert client.get(reverse(name)).url.startswith(reverse("account_login"))
    user = make_user()
    sign_in(client, user, prove=False)
    assert client.get(reverse(name)).url.startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.get(reverse(name))
    assert answer.status_code == 200 and answer.streaming
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "no-store" in answer["Cache-Control"]
    assert user.email in body(answer)


def test_whoever_has_nothing_to_prove_it_with_signs_in_anew(client):
    user = make_user()
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    answer = client.get(reverse("export_json"))
    assert not answer.streaming
    assert reverse("account_logout") in answer.content.decode()
    session = client.session
    session["account_authentication_methods"] = [{"method": "code", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    assert client.get(reverse("export_json")).streaming


def test_the_page_speaks_the_readers_language_and_clock_though_it_is_sent_later(client):
    user = make_user(time_zone="Asia/Tokyo", language="de")
    sign_in(client, user)
    said = body(client.get(reverse("export_html")))
    assert '<html lang="de"' in said
    assert "+09:00" in said
