"""Where words leave the site by other ways than its pages: no formula in any table, no line of its
own in any mail's head, and nothing uploaded that is kept as it came."""

import ast
import csv
import io
import json
import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.apps import apps
from django.core import mail as outbox
from django.db import models

from accounts import export
from accounts.models import User
from articles.models import LeadImage
from comments import mail
from comments.models import Notification
from moderation.models import Phrase
from moderation.operations import phrases
from tests.factories import make_article, make_comment, make_user
from tests.hostile import TEXTS

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parent.parent.parent
ROOMS = ("config", "moderation", "comments", "articles", "accounts", "record")
# Beside those of texts.jsonl: what else a spreadsheet has been seen to run.
FORMULAS = [
    *("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", " =1+1", "\u00a0=1", "＝1+1", "＋1"),
    *("－1", "＠SUM(1)", "'=1+1", "''=1+1", "=HYPERLINK(\"http://rejoinder.invalid\",\"a\")"),
    *("=cmd|'/C calc'!A0", "DDE (\"cmd\";\"/C calc\";\"!A0\")A0", "a;=1+1", "1;@SUM(1)", "=1;=2"),
    "-2+3+cmd|' /C calc'!A0",
]  # fmt: skip
SPREADSHEET = [text.text for text in TEXTS if text.kind == "spreadsheet"]
HEADERS = [text.text for text in TEXTS if text.kind == "header"]


def runs(cell: str) -> bool:
    """Would a spreadsheet take it for a formula, wherever it parts cells?"""
    parts = [cell, *cell.split(";")]
    return any(part.strip("\t\r\n \u00a0")[:1] in {*"=+-@＝＋－＠"} - {""} for part in parts)


@pytest.mark.parametrize("place", ["text", "note"])
def test_no_list_that_is_taken_out_has_a_live_formula(place):
    head, texts = make_user(role="admin"), [*FORMULAS, *SPREADSHEET]
    assert len(SPREADSHEET) > 5
    field = Phrase._meta.get_field(place)
    texts = [text[: field.max_length] for text in texts if "\0" not in text]
    assert any(map(runs, texts))
    for number, text in enumerate(texts):
        named = {"text": f"word {number}", "effect": "hold", place: text}
        Phrase.objects.get_or_create(text=named["text"], effect="hold", defaults=named)
    written = "".join(phrases.phrases_as_csv(actor=head))
    cells = [cell for row in csv.reader(io.StringIO(written)) for cell in row]
    assert [cell for cell in cells if runs(cell)] == []
    assert len(cells) > 4 * 10


def test_there_is_one_table_to_take_out_and_it_is_the_one_above():
    """Whatever else writes a table, or says that it does, must be examined as that one is."""
    writers, tables = set(), set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if "scorer_training" in name:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and node.attr in ("writer", "DictWriter"):
                    writers.add(name)
                elif isinstance(node, ast.Constant) and str(node.value).lower().startswith(
                    ("text/csv", "text/tab", "application/vnd")
                ):
                    tables.add(name)
    assert writers == {"moderation/operations/phrases.py"}
    assert tables == {"moderation/admin/listed.py"}


def test_an_export_says_hostile_words_as_words():
    author = make_user()
    for text in [*FORMULAS[:4], "<script>__hostile()</script>", "</main><img src=x onerror=x>"]:
        make_comment(author=author, body=f"A thought: {text}")
    User.objects.filter(pk=author.pk).update(bio="</script><script>__hostile()</script>")
    author.refresh_from_db()
    page = b"".join(export.as_page(author)).decode()
    assert "<script" not in page and "<img" not in page and "onerror=x&gt;" in page
    assert json.loads(b"".join(export.as_json(author)))["sections"]


# --- mails ----------------------------------------------------------------------------------------


def sent(number: int = 0) -> dict[str, str]:
    """The head of a mail as the next machine reads it."""
    raw = outbox.outbox[number].message().as_bytes()
    return dict(message_from_bytes(raw, policy=policy.default).items())


@pytest.mark.parametrize("text", [*HEADERS, *FORMULAS[:3], "Bread\r\nBcc: all@example.org"])
def test_no_words_of_anybody_make_a_line_in_the_head_of_a_mail(text):
    text = re.sub("[\0\ud800-\udfff]", "", text)  # refused at every edge
    parent = make_comment(article=make_article(title=text[:150]))
    author = make_user()
    User.objects.filter(pk=author.pk).update(display_name=text[:40])
    answer = make_comment(parent=parent, author=User.objects.get(pk=author.pk), body="So.")
    told = Notification.objects.get(user=answer.parent.author, kind=Notification.Kind.REPLY)
    assert mail.send(notification_id=told.pk)
    head = sent()
    assert set(head) <= {
        *("Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To"),
        *("Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted"),
        *("List-Id", "X-Auto-Response-Suppress", "Content-Language", "Precedence"),
    }
    assert head["To"] == parent.author.email


# --- uploads --------------------------------------------------------------------------------------


def test_the_only_file_that_is_kept_is_a_picture_that_was_made_anew():
    kept = {
        field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.FileField)
    }
    # tests/articles/test_images.py: re-encoded, bounded in pixels before a byte of it is decoded.
    assert kept == {LeadImage._meta.get_field("file")}


def test_files_are_taken_in_by_two_forms_of_the_admin_alone():
    taking = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if path.parent.name == "migrations":
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                named = getattr(node, "attr", getattr(node, "id", ""))
                if named in ("FileField", "ImageField", "FILES", "ClearableFileInput"):
                    taking.add(str(path.relative_to(ROOT)))
    assert taking == {
        "articles/admin_forms.py",
        "articles/models.py",
        "moderation/admin/listed.py",
    }


def test_a_file_for_a_reader_is_nothing(client):
    person = make_user()
    client.force_login(person)
    file = io.BytesIO(b"x" * 1000)
    file.name = "x.svg"
    for path in ("/account/profile/", "/language/", "/account/mail/"):
        assert client.post(path, {"picture": file, "file": file}).status_code in (200, 302, 422)
    assert not any((Path(LeadImage._meta.get_field("file").storage.location)).rglob("*.svg"))
