"""The sealer: everything once, in one chain, whoever else seals or dies meanwhile."""

import pytest
from django.test.utils import override_settings

from accounts.models import User
from moderation.models import DecisionRecord
from moderation.operations import judge
from record import heads, log, sealing
from record.models import Entry, Reach, Seal
from record.operations import seal_and_publish
from record.sealing import seal
from record.verifying import Verification
from tests.factories import make_comment
from tests.record.own_database import ASIDE, own_database


def write(count: int) -> None:
    for number in range(count):
        log.append(actor=None, verb="test", subject=User(pk=1), detail={"number": number})


def all_sealed() -> bool:
    entries = set(Entry.objects.values_list("pk", flat=True))
    return entries == set(Seal.objects.filter(source="entry").values_list("row", flat=True))


@pytest.mark.django_db
def test_a_decision_is_sealed_as_it_stands_without_an_entry_of_its_own():
    comment = make_comment(status="pending")
    before = Entry.objects.count()
    record = judge(comment_id=comment.pk)
    assert Entry.objects.count() == before
    seal()
    assert Seal.objects.filter(source="decision", row=record.pk).exists()
    assert not DecisionRecord.objects.exclude(
        pk__in=Seal.objects.filter(source="decision").values("row")
    ).exists()


@pytest.mark.django_db
def test_places_have_no_gaps_where_numbers_have():
    write(3)
    Entry.objects.create(pk=Entry.objects.first().pk + 50, verb="test", subject="test")
    seal()
    assert all_sealed()
    places = list(Seal.objects.order_by("position").values_list("position", flat=True))
    assert places == list(range(1, len(places) + 1))


@pytest.mark.django_db
def test_more_rows_than_a_batch_are_sealed_at_one_call(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 4)
    write(11)
    assert seal() >= 11
    assert all_sealed() and seal() == 0


@pytest.mark.django_db
def test_a_call_stops_at_a_whole_batch_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 4)
    write(11)
    assert seal(seconds=0) == 4
    assert list(Verification().faults()) == []
    while seal(seconds=0):
        pass
    assert all_sealed()


@pytest.mark.django_db
def test_an_idle_sealer_asks_five_questions_whatever_was_sealed_before(
    django_assert_max_num_queries,
):
    write(30)
    seal()
    with django_assert_max_num_queries(8):
        assert seal() == 0


@pytest.mark.django_db
def test_a_sealer_that_was_overtaken_links_nothing_and_looks_again():
    seal()
    write(2)
    before = sealing._head()
    haul = sealing._haul(sealing.covered()[1])
    assert haul.source.name == "entry" and len(haul.rows) == 2
    seal()
    count = Seal.objects.count()
    assert not sealing._link(haul, before)
    assert Seal.objects.count() == count


# --- The head -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_head_is_written_after_each_sealing_and_never_over_one_that_says_otherwise(
    tmp_path, caplog
):
    file = tmp_path / "head"
    with override_settings(LOG_HEAD_FILE=file):
        seal_and_publish()
        write(3)
        seal_and_publish()
        assert heads.read(file.read_text().splitlines()) == [heads.head()]
        kept = f"{heads.head().position + 1} {'ab' * 32} 2026-11-23T15:00:00+00:00\n"
        file.write_text(kept)
        write(1)
        seal_and_publish()
    assert file.read_text() == kept and all_sealed()
    assert "cut off" in caplog.text or "rewritten" in caplog.text
    assert [path.name for path in tmp_path.iterdir()] == ["head"], "no draft is left"


@pytest.mark.django_db
def test_a_head_that_cannot_be_written_stops_no_sealing(tmp_path, caplog):
    with override_settings(LOG_HEAD_FILE=tmp_path / "nowhere" / "head"):
        write(2)
        seal_and_publish()
    assert all_sealed() and "was not written" in caplog.text


@pytest.mark.django_db
def test_the_head_is_public_only_where_it_is_switched_on(client):
    write(1)
    seal()
    assert client.get("/.well-known/rejoinder-log-head").status_code == 404
    with override_settings(LOG_HEAD_PUBLIC=True):
        response = client.get("/.well-known/rejoinder-log-head")
        assert heads.read(response.content.decode().splitlines()) == [heads.head()]
        assert client.post("/.well-known/rejoinder-log-head").status_code == 405


# --- Several processes ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def database(tmp_path_factory, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), own_database(tmp_path_factory.mktemp("log")) as found:
        yield found


def test_two_sealers_at_once_link_each_row_once_while_others_write(database):
    said = database.run(f"""{ASIDE}
sealing.seal()
write(3000)
sealing.BATCH = 20
pids = [aside(lambda: os.write(1, b"%d\\n" % sealing.seal(seconds=120))) for _ in range(2)]
pids.append(aside(lambda: [write(1) for _ in range(300)]))
assert all(os.waitpid(pid, 0)[1] == 0 for pid in pids)
print(sealing.seal(seconds=120), *faults(), sep="\\n")
""")
    one, other, rest = (int(line) for line in said.splitlines())
    assert one and other, "they did not meet"
    assert one + other + rest == 3300


def test_a_sealer_that_is_killed_leaves_a_whole_chain_and_the_next_goes_on(database):
    said = database.run(f"""{ASIDE}
sealing.seal()
write(6000)
sealing.BATCH = 5
for pause in (0.05, 0.2, 0.5):
    pid = aside(lambda: sealing.seal(seconds=120))
    assert killed(pid, after=pause), "it had ended before"
    found = faults()
    assert 0 < len(found) <= 6000 and all("not sealed" in fault for fault in found), found[:9]
sealing.BATCH = 1000
print(len(found), sealing.seal(seconds=120), *faults(), sep="\\n")
""")
    left, linked = (int(line) for line in said.splitlines())
    assert left == linked


@pytest.mark.django_db
def test_every_table_that_is_sealed_has_a_reach():
    seal()
    assert set(Reach.objects.values_list("source", flat=True)) == {"decision", "entry"}
