"""What must be in the log is written there, in codes and numbers alone."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import operations as accounts
from accounts import sanctions
from accounts.erasure import ask_erasure, call_off_erasure, erase_account
from articles.models import Section
from articles.operations import publish, unpublish
from comments.models import Comment
from moderation import operations as moderation
from moderation.models import DecisionRecord, LinkDomain, Phrase, RejectionReason
from moderation.operations import trials
from record import log
from record.deeds import TOLD, told
from record.models import Entry, Seal
from record.sealing import seal
from record.verifying import Verification
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent


class People:
    def __init__(self) -> None:
        self.admin, self.editor = make_user(role="admin"), make_user(role="editor")
        self.reader = make_user(display_name="Zanzibar Quill")


@pytest.fixture
def people() -> People:
    return People()


def _sanctioned(people: People, kind: str):
    until = timezone.now() + timedelta(days=2) if kind == "suspend" else None
    return sanctions.give(
        actor=people.editor, user=people.reader, kind=kind, until=until, note="zanzibar words"
    )


def _lifted(people: People) -> None:
    sanctions.lift(actor=people.editor, sanction=_sanctioned(people, "ban"))


def _acknowledged(people: People) -> None:
    sanctions.acknowledge(actor=people.reader, sanction=_sanctioned(people, "warn"))


def _phrase(people: People) -> Phrase:
    row = Phrase(text="zanzibar", note="zanzibar words", effect="hold")
    moderation.save_rules(actor=people.admin, rows=[row])
    return row


def _trial(people: People):
    return trials.propose(
        actor=people.admin,
        name="zanzibar words",
        changes={"links_allowed": 7},
        add=[Phrase(text="zanzibar", effect="hold")],
    )


def _asked(people: People) -> None:
    ask_erasure(actor=people.reader, user=people.reader, words=True)


def _called_off(people: People) -> None:
    _asked(people)
    call_off_erasure(actor=people.reader, user=people.reader)


DEEDS = {
    # roles
    "set_role": lambda people: accounts.set_role(
        actor=people.admin, user=people.reader, role="editor"
    ),
    "create_account": lambda people: accounts.create_account(
        actor=people.admin, email="zanzibar@example.org", role="admin"
    ),
    # sanctions
    "set_standing": lambda people: accounts.set_standing(
        actor=people.editor, user=people.reader, restricted=True
    ),
    "give_sanction": lambda people: _sanctioned(people, "suspend"),
    "lift_sanction": _lifted,
    "acknowledge_warning": _acknowledged,
    # policies
    "change_policy": lambda people: moderation.change_policy(
        actor=people.admin, changes={"links_allowed": 9, "toxicity_hold": 0.5}
    ),
    "save_rule": _phrase,
    "delete_rule": lambda people: moderation.delete_rule(actor=people.admin, row=_phrase(people)),
    "propose_change": _trial,
    "enable_change": lambda people: trials.enable(actor=people.admin, trial=_trial(people)),
    # erasures
    "ask_erasure": _asked,
    "call_off_erasure": _called_off,
    "erase_account": lambda people: erase_account(
        actor=people.admin, user=people.reader, words=True
    ),
}


@pytest.mark.parametrize("verb", DEEDS)
def test_a_deed_of_consequence_is_in_the_log_and_then_in_the_chain(people, verb):
    before = set(Entry.objects.values_list("pk", flat=True))
    DEEDS[verb](people)
    written = Entry.objects.exclude(pk__in=before).filter(verb=verb)
    assert written.count() == 1
    assert "zanzibar" not in str(list(Entry.objects.values())).lower()
    seal()
    assert Seal.objects.filter(source="entry", row=written.get().pk).exists()


def test_an_entry_is_written_with_its_deed_or_not_at_all(people):
    before = Entry.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        DEEDS["set_role"](people)
        raise RuntimeError
    assert Entry.objects.count() == before
    people.reader.refresh_from_db()
    assert not people.reader.is_editor


def test_a_blocked_domain_is_logged_without_its_name(people):
    moderation.save_rules(actor=people.admin, rows=[LinkDomain(domain="zanzibar.example")])
    assert "zanzibar" not in str(list(Entry.objects.values()))


def test_what_is_published_is_logged_without_its_words(people):
    article = make_article(slug="zanzibar", title="Zanzibar", status="draft", published_at=None)
    publish(actor=people.editor, article=article)
    unpublish(actor=people.editor, article=article)
    Section.objects.create(name="Zanzibar", slug="zanzibar")
    assert Entry.objects.about(article).count() == 2
    assert "zanzibar" not in str(list(Entry.objects.values())).lower()


@pytest.mark.parametrize(
    "detail",
    [
        {"reason": "They wrote badly."},
        {"name": "Ada"},
        {"Ada": 1},
        {"deep": [{"deeper": ["two words"]}]},
        {"mail": "ada@example.org"},
        {"long": "a" * 81},
        {"line": "a\n"},
        {"other": object()},
    ],
)
def test_words_and_names_are_refused_and_not_repeated(people, detail):
    with pytest.raises(ValueError, match="the log takes codes") as refusal:
        log.append(actor=None, verb="test", subject=people.reader, detail=detail)
    assert "Ada" not in str(refusal.value) and "wrote" not in str(refusal.value)


def test_codes_numbers_and_times_are_taken(people):
    detail = {
        "code": "change_policy",
        "when": timezone.now().isoformat(),
        "clock": "08:30:00",
        "numbers": [1, 0.25, None, True],
        "address": "example.org",
    }
    assert log.append(actor=None, verb="test", subject=people.reader, detail=detail).detail


@pytest.mark.parametrize("words", [True, False])
def test_an_erasure_leaves_the_chain_whole(people, words):
    relax()
    article = make_article()
    for body in ("Zanzibar is a word of mine.", "And a second zanzibar thought of mine."):
        comment = make_comment(author=people.reader, article=article, body=body, status="pending")
        moderation.judge(comment_id=comment.pk)
        comment.refresh_from_db()
        moderation.rule(
            actor=people.editor,
            comment=comment,
            revision_id=comment.latest_id,
            outcome="reject",
            reason=RejectionReason.objects.first().code,
            note="A zanzibar note.",
        )
    _sanctioned(people, "warn")
    seal()
    kept = list(DecisionRecord.objects.order_by("pk").values())
    assert len(kept) >= 4
    erase_account(actor=None, user=people.reader, words=words)
    people.reader.refresh_from_db()
    assert people.reader.erased_at
    assert list(DecisionRecord.objects.order_by("pk").values()) == kept
    seal()
    assert list(Verification(unsealed_for=timedelta(0)).faults()) == []
    said = str([list(Entry.objects.values()), list(DecisionRecord.objects.values())]).lower()
    assert "zanzibar" not in said


def test_every_deed_that_the_code_writes_has_words():
    written = set()
    for room in ("accounts", "articles", "comments", "moderation", "record"):
        for path in (ROOT / room).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            written |= set(re.findall(r"""\bverb="([a-z_]+)\"""", source))
    assert len(written) > 30 and written <= set(TOLD)
    known = {"publish", "unpublish", "schedule", "archive", "open_discussion", "close_discussion"}
    known |= {f"{step}_change" for step in ("propose", "shadow", "enable", "drop")}
    known |= {f"save_{kind}" for kind in ("guideline", "housepage", "section", "tag")}
    assert set(TOLD) == written | known
    assert told("settle_reports") == "left what was reported as it is"
    assert told("an_old_deed") == "an old deed"


def test_what_time_erases_is_logged_in_numbers():
    comment = make_comment(status="rejected")
    Comment.objects.filter(pk=comment.pk).update(decided_at=timezone.now() - timedelta(days=400))
    done = moderation.retain()
    entry = Entry.objects.filter(verb="retain").get()
    assert entry.actor is None and entry.detail == done and done["texts"] == 1
    moderation.retain()
    assert Entry.objects.filter(verb="retain").count() == 1
