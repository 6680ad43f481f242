"""Phrases as a file, in and out, and the box to try a text in."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.errors import Forbidden
from articles.models import Guideline
from moderation import operations
from moderation.models import DecisionRecord, LinkDomain, Phrase, Policy, Trial
from moderation.operations import phrases, trials
from record.models import Entry
from tests.admin_pages import HOSTILE, messages
from tests.factories import make_user

pytestmark = pytest.mark.django_db
READ, WRITE = "admin:moderation_phrase_read_file", "admin:moderation_phrase_write_file"


@pytest.fixture
def head(client):
    user = make_user(role="admin")
    client.force_login(user)
    return user


def listed(*rows: tuple[str, str]) -> None:
    operations.save_rules(
        actor=None, rows=[Phrase(text=text, effect=effect) for text, effect in rows]
    )


def taken(head, text: str, *, replace: bool = False):
    return phrases.import_phrases(actor=head, data=text.encode(), replace=replace)


def out(head) -> str:
    return "".join(phrases.phrases_as_csv(actor=head))


def on_the_list() -> set[tuple[str, str]]:
    return set(Phrase.objects.values_list("text", "effect"))


def test_a_file_is_stored_whole_and_makes_one_policy(head):
    listed(("old", "hold"))
    before = Policy.objects.count()
    read, policy = taken(head, "text,effect,note\nnew,hold,why\nworse,reject,\n")
    assert (len(read.add), read.same) == (2, 0)
    assert on_the_list() == {("old", "hold"), ("new", "hold"), ("worse", "reject")}
    assert Policy.objects.count() == before + 1
    assert policy.created_by == head
    assert Entry.objects.filter(verb="save_rule", actor=head).count() == 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("x,maybe,,", "effect"),
        (",hold,,", "text"),
        (f"{'x' * 201},hold,,", "text"),
        ("x,hold,no_such_guideline,", "guideline"),
        ("x,hold,,\x00", "characters"),
        (f"x,hold,,{'n' * 201}", "note"),
        ("good,hold,,", "line 2"),
    ],
)
def test_one_wrong_line_stores_nothing_and_is_told_by_its_number(head, line, told):
    read, policy = taken(head, f"text,effect,guideline,note\ngood,hold,,\n{line}\n")
    assert policy is None
    assert [number for number, _said in read.errors] == [3]
    assert told in read.errors[0][1]
    assert not Phrase.objects.exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe\x00", "not_text"),
        (b"phrase;kind\nx;hold\n", "no_header"),
        (b"", "no_header"),
        (b"text,effect\n" + b"x" * phrases.MOST_BYTES, "too_large"),
    ],
)
def test_what_is_no_such_file_is_refused(head, data, code):
    with pytest.raises(Exception, match=".") as refused:
        phrases.import_phrases(actor=head, data=data, replace=True)
    assert refused.value.code == code
    assert not Phrase.objects.exists()


def test_a_file_of_too_many_lines_stores_nothing(head, monkeypatch):
    monkeypatch.setattr(phrases, "MOST_LINES", 3)
    rows = "".join(f"word{number},hold\n" for number in range(5))
    read, policy = taken(head, f"text,effect\n{rows}")
    assert policy is None
    assert "too many lines" in read.errors[-1][1]


def test_what_the_file_leaves_out_goes_where_that_was_asked_and_stays_else(head):
    listed(("old", "hold"), ("kept", "hold"))
    taken(head, "text,effect\nkept,hold\n")
    assert on_the_list() == {("old", "hold"), ("kept", "hold")}
    taken(head, "text,effect\nkept,hold\n", replace=True)
    assert on_the_list() == {("kept", "hold")}


def test_a_file_that_changes_nothing_makes_no_policy(head):
    listed(("kept", "hold"))
    before = Policy.objects.count()
    read, policy = taken(head, "text,effect\nkept,hold\n")
    assert (read.same, policy.pk) == (1, Policy.objects.first().pk)
    assert Policy.objects.count() == before


def test_semicolons_and_a_mark_of_order_are_read_as_spreadsheets_write_them(head):
    phrases.import_phrases(
        actor=head, data="\ufefftext;effect\nword;hold\n".encode(), replace=False
    )
    assert on_the_list() == {("word", "hold")}


FORMULAS = (
    *("=1+1", "+1", "-1", "@sum", "'=1", "''@x", "＝1", '=cmd|"/c x"!A0'),
    *("a;=1+1", "a; @x", "a;'=1", "a;;+1;-1", 'a;=cmd|"/c x"!A0&"', "=1;=2"),
)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_that_goes_out_is_a_formula_and_it_comes_back_as_it_was(head, text):
    listed((text, "hold"))
    Phrase.objects.update(note=text)
    cells = [cell for row in csv.reader(io.StringIO(out(head))) for cell in row]
    # Split once more, as a spreadsheet does where decimals have a comma.
    cells += [part for cell in cells for part in cell.split(";")]
    assert not [cell for cell in cells if cell.lstrip()[:1] in "=+-@＝" and cell]
    written = out(head)
    Phrase.objects.all().delete()
    taken(head, written)
    assert list(Phrase.objects.values_list("text", "note")) == [(text, text)]


def test_a_list_comes_back_as_it_went_out(head):
    guideline = Guideline.objects.create(code="respect", title="Respect", text="x")
    rows = [
        Phrase(text="cheap, tonic", effect="hold", note='a "note"', guideline=guideline),
        Phrase(text="casino*", effect="reject"),
        Phrase(text="مثال", effect="hold"),
    ]
    operations.save_rules(actor=None, rows=rows)
    written = out(head)
    read, _policy = taken(head, written, replace=True)
    assert (read.same, read.add, read.remove) == (3, [], [])


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_only_admins_read_and_write_the_list(role):
    actor = make_user(role=role)
    with pytest.raises(Forbidden):
        out(actor)
    with pytest.raises(Forbidden):
        phrases.read_phrases(actor=actor, data=b"text,effect\n", replace=False)


# --- in the admin ---------------------------------------------------------------------------


def sent(client, text: str, **more):
    file = SimpleUploadedFile("phrases.csv", text.encode(), "text/csv")
    return client.post(reverse(READ), {"file": file, **more}, follow=True)


def test_an_admin_takes_a_file_in_and_gets_it_out(client, head):
    response = sent(client, "text,effect\ncheap tonic,hold\n")
    assert "Stored: 1" in messages(response)
    page = client.get(reverse(WRITE))
    assert page["Content-Type"].startswith("text/csv")
    assert "attachment" in page["Content-Disposition"]
    assert b"cheap tonic" in b"".join(page.streaming_content)


def test_the_page_says_which_lines_are_wrong(client, head):
    response = sent(client, f"text,effect\nx,{HOSTILE.replace(',', '')}\n")
    page = response.content.decode()
    assert "Nothing was stored" in page
    assert "<script>alert(1)" not in page
    assert not Phrase.objects.exists()


def test_a_file_can_be_tried_before_it_is_stored(client, head):
    response = sent(client, "text,effect\ncheap tonic,hold\n", moderation_phrase_try_first="1")
    trial = Trial.objects.get()
    assert response.redirect_chain[-1][0] == reverse(
        "admin:moderation_trial_change", args=[trial.pk]
    )
    assert not Phrase.objects.exists()
    assert [each["text"] for each in trial.change["add"]] == ["cheap tonic"]


def test_the_box_shows_what_fires_in_place_now_and_under_a_proposed_change(client, head):
    listed(("casino", "reject"))
    operations.save_rules(actor=None, rows=[LinkDomain(domain="bad.example", effect="block")])
    trial = trials.propose(
        actor=head, name="Tonic", changes={}, add=[Phrase(text="tonic", effect="hold")]
    )
    before = DecisionRecord.objects.count(), Entry.objects.count()
    text = f"A c4sino at https://bad.example/x sells tonic. {HOSTILE}"
    response = client.post(
        reverse("admin:moderation_phrase_try_text"), {"text": text, "trial": trial.pk}
    )
    now, proposed = response.context["shown"]
    assert [words for words, is_evidence in now.pieces if is_evidence][:1] == ["c4sino"]
    assert "tonic" not in [words for words, is_evidence in now.pieces if is_evidence]
    assert "tonic" in [words for words, is_evidence in proposed.pieces if is_evidence]
    assert ("bad.example", "not published") in now.links
    assert now.outcome == "Not published" or now.outcome == "Rejected"
    assert {label for label, *_rest in now.scores} >= {"an insult", "advertising"}
    page = response.content.decode()
    assert "<mark>c4sino</mark>" in page
    assert "<script>alert(1)" not in page
    assert (DecisionRecord.objects.count(), Entry.objects.count()) == before


def test_the_box_reads_a_text_as_a_readers(client, head):
    response = client.post(
        reverse("admin:moderation_phrase_try_text"),
        {"text": "You are a pathetic idiot and everybody here knows it."},
    )
    (now,) = response.context["shown"]
    assert any("idiot" in words for words, is_evidence in now.pieces if is_evidence)
