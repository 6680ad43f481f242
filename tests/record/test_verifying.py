"""Whatever is done to a sealed log is found."""

from datetime import datetime, timedelta, timezone
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.models import DecisionRecord
from moderation.operations import judge, rule
from record import chain, heads, log
from record.models import Entry, Reach, Seal
from record.sealing import seal
from record.verifying import Verification
from tests.factories import make_comment, make_user
from tests.record import tampering

pytestmark = pytest.mark.django_db
ENTRIES = 9
UTC_PLUS_ONE = timezone(timedelta(hours=1))
TABLES = {"entry": "record_entry", "decision": "moderation_decisionrecord"}
FIELDS = {
    "entry": {
        "verb": "forged",
        "subject": "forged",
        "subject_id": 999,
        "actor_id": 999,
        "detail": '{"role": "admin"}',
        "at": "2020-02-02 02:02:02+00:00",
    },
    "decision": {
        "outcome": "forged",
        "status_before": "forged",
        "reason": "forged",
        "findings": '[{"code": "forged"}]',
        "scores": '{"toxicity": 0.001}',
        "scorer": "forged",
        "software": "forged",
        "waited_seconds": 86_400,
        "actor_id": 999,
        "at": "2020-02-02 02:02:02+00:00",
    },
}


def faults(*, kept=(), unsealed_for=timedelta(0)) -> list[str]:
    return list(Verification(kept=kept, unsealed_for=unsealed_for).faults())


@pytest.fixture
def sealed() -> heads.Head:
    """A log of entries and decisions, sealed, and its head as somebody wrote it down."""
    editor = make_user(role="editor")
    for number in range(ENTRIES):
        log.append(actor=editor, verb="test", subject=editor, detail={"number": number})
        if number % 4 == 0:
            comment = make_comment(status="pending")
            judge(comment_id=comment.pk)
            seal()
    comment = make_comment(status="held")
    rule(actor=editor, comment=comment, revision_id=comment.latest_id, outcome="approve")
    seal()
    assert DecisionRecord.objects.count() == 4
    assert faults() == []
    return heads.head()


def every_example(test):
    calm = settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    return calm(test)


def a_place() -> st.SearchStrategy[int]:
    return st.integers(0, 10_000)


def the_link(number: int) -> Seal:
    links = list(Seal.objects.order_by("position"))
    return links[number % len(links)]


# --- One thing is done, and one line says so ------------------------------------------------------


@every_example
@given(place=a_place(), field=a_place())
def test_an_edited_row_is_found_and_named(sealed, place, field):
    link = the_link(place)
    name, value = sorted(FIELDS[link.source].items())[field % len(FIELDS[link.source])]
    table = TABLES[link.source]
    with tampering.hands_on():
        tampering.write(f"UPDATE {table} SET {name} = %s WHERE id = %s", value, link.row)
        assert faults() == [
            f"place {link.position}: {link.source} {link.row} or its link was changed"
        ]


@every_example
@given(place=a_place())
def test_a_removed_row_is_found_and_named(sealed, place):
    link = the_link(place)
    with tampering.hands_on():
        tampering.remove_row(link.source, link.row)
        assert faults() == [f"place {link.position}: {link.source} {link.row} was removed"]


@every_example
@given(first=a_place(), second=a_place())
def test_swapped_rows_are_found(sealed, first, second):
    entries = list(Entry.objects.order_by("pk").values())
    one, other = entries[first % len(entries)], entries[second % len(entries)]
    said = ("verb", "subject", "subject_id", "actor_id", "detail", "at")
    same = all(one[name] == other[name] for name in said)
    with tampering.hands_on():
        for into, out_of in ((one, other), (other, one)):
            Entry.objects.filter(pk=into["id"]).update(**{name: out_of[name] for name in said})
        assert len(faults()) == (0 if same else 2)


@every_example
@given(place=a_place(), length=st.integers(1, 4))
def test_links_removed_with_their_rows_are_found(sealed, place, length):
    first = the_link(place).position
    gone = list(Seal.objects.filter(position__gte=first, position__lt=first + length))
    with tampering.hands_on():
        for link in gone:
            tampering.remove_row(link.source, link.row)
            tampering.remove_link(link.position)
        found = faults(kept=[sealed])
        places = sorted(link.position for link in gone)
        if places[-1] == sealed.position:
            # A shorter chain is whole in itself: only a head that was kept elsewhere tells.
            assert faults() == []
            assert found == [
                f"cut off: the log ends at place {places[0] - 1}, and the head that was kept"
                f" is of place {sealed.position}"
            ]
        else:
            assert len(found) == 1 and found[0].endswith("removed from the chain")


@every_example
@given(place=a_place())
def test_a_link_removed_without_its_row_is_found(sealed, place):
    link = the_link(place)
    with tampering.hands_on():
        tampering.remove_link(link.position)
        found = faults(kept=[sealed])
    assert f"{link.source} {link.row}: not sealed within 0 s" in found and len(found) == 2


@every_example
@given(place=a_place(), other=a_place())
def test_links_that_change_places_are_found(sealed, place, other):
    one, two = the_link(place), the_link(other)
    with tampering.hands_on():
        tampering.write("UPDATE record_seal SET position = -1 WHERE position = %s", one.position)
        tampering.write(
            "UPDATE record_seal SET position = %s WHERE position = %s", one.position, two.position
        )
        tampering.write("UPDATE record_seal SET position = %s WHERE position = -1", two.position)
        assert bool(faults()) == (one.position != two.position)


@every_example
@given(place=a_place(), byte=st.integers(0, 31), bit=st.integers(0, 7))
def test_an_edited_link_is_found(sealed, place, byte, bit):
    link = the_link(place)
    forged = bytearray(link.hash)
    forged[byte] ^= 1 << bit
    with tampering.hands_on():
        Seal.objects.filter(pk=link.pk).update(hash=bytes(forged))
        found = faults(kept=[sealed])
    # The next link holds on to another hash; after the last one comes the head that was kept.
    assert len(found) == 2


@every_example
@given(place=a_place())
def test_a_chain_that_was_made_anew_is_found_by_the_head_that_was_kept(sealed, place):
    link = the_link(place)
    with tampering.hands_on():
        tampering.write(
            f"UPDATE {TABLES[link.source]} SET actor_id = 12345 WHERE id = %s", link.row
        )
        tampering.relink()
        assert faults() == []
        assert faults(kept=[sealed]) == [heads.rewritten(sealed)]


# --- What is not sealed ---------------------------------------------------------------------------


def test_an_entry_without_a_seal_is_a_fault_once_it_has_waited_too_long(sealed):
    entry = log.append(actor=None, verb="test", subject=make_user(), detail={})
    assert faults(unsealed_for=timedelta(minutes=1)) == []
    with tampering.hands_on():
        Entry.objects.filter(pk=entry.pk).update(at=now() - timedelta(seconds=61))
        assert faults(unsealed_for=timedelta(minutes=1)) == [
            f"entry {entry.pk}: not sealed within 60 s"
        ]
        Entry.objects.filter(pk=entry.pk).update(at=now() + timedelta(days=9))
        assert len(faults(unsealed_for=timedelta(minutes=1))) == 1, "of a time to come"


def test_a_row_hidden_from_the_sealer_is_found(sealed):
    Reach.objects.update(up_to=10**9)
    log.append(actor=None, verb="test", subject=make_user(), detail={})
    assert seal() == 0
    assert len(faults()) == 1


def test_links_outside_the_chain_and_of_unknown_tables_are_found(sealed):
    Seal.objects.create(position=-5, source="entry", row=10**9, hash=bytes(32))
    Seal.objects.create(position=sealed.position + 1, source="nowhere", row=1, hash=bytes(32))
    assert faults() == [
        "place -5: a link that is not part of the chain",
        f"place {sealed.position + 1}: nowhere is no table of the log",
    ]


# --- The form of a row ----------------------------------------------------------------------------


def test_a_look_at_the_newest_links_finds_what_was_done_to_them_and_reads_no_others(sealed):
    assert list(Verification(since=sealed.position - 4).faults()) == []
    last = the_link(-1)
    with tampering.hands_on():
        tampering.write("UPDATE record_seal SET hash = %s WHERE position = %s", bytes(32), last.pk)
        look = Verification(since=sealed.position - 4)
        assert list(look.faults()) == [
            f"place {last.pk}: {last.source} {last.row} or its link was changed"
        ]
        assert look.links == 4
    older = Verification(since=sealed.position)
    assert (list(older.faults()), older.links) == ([], 0)


def test_the_form_of_a_row_is_fixed():
    """A change here would break every chain there is."""
    moment = datetime(2026, 11, 23, 15, 0, 0, 250, tzinfo=UTC_PLUS_ONE)
    row = {
        "id": 7,
        "at": moment,
        "actor_id": None,
        "verb": "é",
        "batch": "",
        "undone": False,
        "waited": 0,
        "detail": {"b": [0.25, None], "a": True},
        "findings": [],
    }
    written = chain.form(row)
    assert written == (
        b'{"at":"2026-11-23T14:00:00.000250+00:00","detail":{"a":true,"b":[0.25,null]},"id":7,'
        b'"verb":"\\u00e9","waited":0}'
    )
    assert chain.link(chain.START, 1, "entry", written).hex() == (
        "59457ce1a4d607ecc0ed5f5d91e2d99a52fbb3ab6f7d39f43da70ee6c973dfb2"
    )


def test_a_column_that_is_added_later_changes_no_hash():
    row = {"id": 7, "verb": "test"}
    later = row | {"batch_id": None, "note": "", "shadow": False, "more": {}, "list": []}
    assert chain.form(later) == chain.form(row)
    assert chain.form(row | {"waited": 0}) != chain.form(row)


# --- The tables refuse, and the command tells -----------------------------------------------------


@pytest.mark.parametrize("table", tampering.TABLES)
@pytest.mark.parametrize("deed", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_tables_of_the_log_refuse_changes(sealed, table, deed):
    key = "position" if table == "record_seal" else "id"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        tampering.write(deed.format(table, key, key))


def verify(*args: str) -> tuple[int, str]:
    said = StringIO()
    try:
        call_command("verify_log", *args, stdout=said)
    except SystemExit as ended:
        return ended.code, said.getvalue()
    return 0, said.getvalue()


def test_the_command_says_what_it_read_and_ends_with_1_when_there_is_a_fault(sealed, tmp_path):
    file = tmp_path / "heads"
    call_command("publish_head", str(file), stdout=StringIO())
    code, said = verify("--head", str(file))
    assert code == 0 and f"{sealed.position} links" in said and "0 faults" in said
    with tampering.hands_on():
        tampering.remove_link(sealed.position)
        code, said = verify("--head", str(file), "--unsealed-for", "0")
        assert code == 1
        assert [line.partition(":")[0] for line in said.splitlines()[:-1]] == [
            "cut off",
            f"decision {DecisionRecord.objects.first().pk}",
        ]


def test_a_verification_reads_a_fixed_number_of_queries_a_chunk(sealed, django_assert_num_queries):
    # The head, one chunk of links with two tables, the empty chunk, and what two tables lack.
    with django_assert_num_queries(7):
        faults()
