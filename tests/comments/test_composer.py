"""The answer box as the server draws it: preview, quote, toolbar."""

import re

import pytest

from comments import composing, operations
from comments.models import Comment
from comments.ports import Advice
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pace():
    relax()


def login(client, user):
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return user


def text_of(response, status=200) -> str:
    assert response.status_code == status
    return response.content.decode()


# --- preview ------------------------------------------------------------------------------------


def test_without_javascript_a_preview_shows_the_words_and_keeps_them(client):
    article = make_article()
    login(client, make_user())
    sent = {"body": "So *very* true.", "preview": "1"}
    html = text_of(client.post(f"/articles/{article.slug}/comments/", sent))
    assert "<p>So <em>very</em> true.</p>" in html
    assert ">\nSo *very* true.</textarea>" in html
    assert article.title in html and not Comment.objects.exists()


def test_a_preview_of_a_reply_keeps_its_place(client):
    parent = make_comment()
    login(client, make_user())
    sent = {"body": "So *very* true.", "preview": "1", "parent": parent.pk}
    html = text_of(client.post(f"/articles/{parent.call_to_action.article.slug}/comments/", sent))
    assert "<p>So <em>very</em> true.</p>" in html
    assert f'name="parent" value="{parent.pk}"' in html
    assert Comment.objects.count() == 1


def test_a_preview_of_an_edit_changes_nothing(client):
    comment = make_comment(body="Before.")
    login(client, comment.author)
    sent = {"body": "*After.*", "preview": "1"}
    html = text_of(client.post(f"/c/{comment.pk}/edit/", sent))
    assert "<p><em>After.</em></p>" in html and ">\n*After.*</textarea>" in html
    comment.refresh_from_db()
    assert comment.latest.source == "Before."


@pytest.mark.parametrize("body", ["", "x" * 5_001, ">", "\ufffe"])
def test_a_preview_of_what_cannot_be_posted_says_why(client, body):
    article = make_article()
    login(client, make_user())
    sent = {"body": body, "preview": "1"}
    html = text_of(client.post(f"/articles/{article.slug}/comments/", sent), 422)
    assert 'role="alert"' in html


def test_the_choice_made_is_kept_through_a_preview(client):
    article = make_article(kind="choice", options=("Yes", "No"))
    login(client, make_user())
    option = article.call_to_action.options.get(text="No")
    sent = {"body": "Why", "preview": "1", "choice": option.pk}
    html = text_of(client.post(f"/articles/{article.slug}/comments/", sent))
    assert re.search(rf'value="{option.pk}" required checked', html)


# --- quotes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "quoted"),
    [
        ("One line.", "> One line.\n\n"),
        ("One.\n\nTwo *three*.", "> One.\n>\n> Two *three*.\n\n"),
        ("> Theirs.\n\nMine.", "> Mine.\n\n"),
        ("Mine.\n\n> Theirs.\n\nMine again.", "> Mine.\n>\n> Mine again.\n\n"),
        ("> Nothing but theirs.", "> > Nothing but theirs.\n\n"),
    ],
)
def test_a_quote_holds_what_its_author_said_and_not_whom_they_quoted(source, quoted):
    assert composing.quote_of(make_comment(body=source)) == quoted


def test_a_long_comment_is_quoted_up_to_a_word(client):
    quoted = composing.quote_of(make_comment(body="word " * 900))
    assert len(quoted) < composing.QUOTED + 10
    assert quoted.endswith("word …\n\n")


def test_the_reply_page_quotes_by_a_plain_link_after_what_was_begun(client):
    parent = make_comment(body="A <b>claim</b>.")
    reader = login(client, make_user())
    page = f"/c/{parent.pk}/reply/"
    assert f'href="{page}?quote=1"' in text_of(client.get(page))
    html = text_of(client.get(f"{page}?quote=1"))
    assert ">\n&gt; A &lt;b&gt;claim&lt;/b&gt;.\n\n</textarea>" in html
    operations.save_draft(
        actor=reader, call_to_action=parent.call_to_action, parent=parent, body="Begun."
    )
    html = text_of(client.get(f"{page}?quote=1"))
    assert ">\nBegun.\n\n&gt; A &lt;b&gt;claim" in html


def test_words_that_are_not_live_are_never_quoted(client):
    live, edited = make_comment(body="Live."), make_comment(body="The live words.")
    edited_again = operations.edit_comment(
        actor=edited.author, comment=edited, body="The words being checked."
    )
    assert "being checked" not in composing.quote_of(edited_again)
    login(client, make_user())
    operations.withdraw_comment(actor=live.author, comment=live)
    live.refresh_from_db()
    assert composing.quote_of(live) == ""
    assert client.get(f"/c/{live.pk}/reply/?quote=1").status_code == 404


# --- the nudge's excerpt ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "marks", "shown"),
    [
        ("Short bad word.", ["bad"], "Short [bad] word."),
        ("a " * 60 + "bad", ["bad"], "… " + "a " * 19 + "[bad]"),
        ("bad" + " a" * 60, ["bad"], "[bad]" + " a" * 19 + " …"),
        ("bad" + " a" * 60 + " worse", ["bad", "worse"], None),
        ("One\n\nbad\nline", ["bad"], "One [bad] line"),
    ],
)
def test_an_excerpt_shows_the_words_with_a_little_around_them(text, marks, shown):
    spans = [(text.index(mark), text.index(mark) + len(mark)) for mark in marks]
    pieces = composing.excerpt(text, spans)
    got = "".join(f"[{words}]" if evidence else words for words, evidence in pieces)
    if shown is None:
        assert got.startswith("[bad] a") and " … " in got and got.endswith("a [worse]")
        assert len(got) < 110
    else:
        assert got == shown


def test_an_excerpt_of_very_much_is_short():
    text = "LOUD " * 400
    spans = [(at, at + 4) for at in range(0, len(text), 5)]
    pieces = composing.excerpt(text, spans)
    assert sum(len(words) for words, _evidence in pieces) < composing.EXCERPT + 50
    assert pieces[-1] == ("…", False)
    assert composing.excerpt("No spans.", []) == []


def test_an_advice_without_words_in_question_shows_no_excerpt():
    shown = composing.nudge(Advice("It is long.", None, (), waits=True), "Words.")
    assert shown["excerpt"] == []


# --- the toolbar --------------------------------------------------------------------------------


def test_every_tool_has_a_name_a_key_and_one_of_them_the_tab_stop(client):
    article = make_article()
    login(client, make_user())
    html = text_of(client.get(article.get_absolute_url()))
    toolbar = re.search(r'role="toolbar".*?</div>', html, re.DOTALL)[0]
    buttons = re.findall(r"<button[^>]*>", toolbar)
    assert len(buttons) == 6
    for button in buttons:
        assert 'type="button"' in button
        assert 'aria-label="' in button and 'aria-keyshortcuts="Control+' in button
    assert sum('tabindex="-1"' in button for button in buttons) == 5


def test_a_stranger_is_sent_no_box_and_none_of_its_scripts(client):
    html = text_of(client.get(make_article().get_absolute_url()))
    assert "<textarea" not in html
    assert "composer.js" not in html and "drafts.js" not in html
