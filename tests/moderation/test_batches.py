"""One ruling on many comments: what it takes in, how it is carried out, and taking it back."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.errors import Forbidden
from accounts.models import User
from articles import standing_texts
from comments import operations as comments
from comments.models import Comment, Notification
from moderation import chosen, operations, reasons, tasks
from moderation.chosen import count_histogram, histogram, sample_of
from moderation.desk import batches as desk_batches
from moderation.models import Batch, DecisionRecord, Figure, QueueItem, QueueScore, Sketch
from moderation.operations import queueing
from moderation.operations.batches import make_batch, run_batch, stalled, undo_batch
from moderation.operations.effects import RULING_GRACE
from moderation.queue import Selection
from record.models import Entry
from tests.factories import make_article, make_comment, make_user, relax
from tests.refusals import refusal

pytestmark = pytest.mark.django_db
Status = Comment.Status
State = Batch.State
PATIENT = 600.0  # seconds for one part, however busy the machine
SPAM = Selection(score="spam", low=0.5, high=1.0)


@pytest.fixture
def article():
    relax()
    return make_article()


@pytest.fixture
def editor():
    return make_user(role="editor")


def waiting(article, score: float = 0.9, **fields) -> Comment:
    """A comment that waits, as the desk keeps it, with this score for spam."""
    comment = make_comment(article=article, status=Status.HELD, **fields)
    DecisionRecord.objects.create(
        comment=comment,
        revision_id=comment.latest_id,
        outcome="hold",
        status_before=Status.PENDING,
        reason="spam",
        scores={"spam": score},
        software="test",
    )
    queueing.follow(comment)
    return comment


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def make(editor: User, selection: Selection = SPAM, **ruling) -> Batch:
    return make_batch(
        actor=editor,
        selection=selection,
        **{"outcome": "reject", "reason": "spam", **ruling},
    )


def carry_out(batch: Batch, at: int | None = 0) -> Batch:
    while at is not None:
        at = run_batch(batch_id=batch.pk, at=at)
    return fresh(batch)


# --- what it takes in --------------------------------------------------------------------------


def test_a_range_takes_in_what_lies_within_it(article, editor):
    low, middle, high = (waiting(article, score) for score in (0.2, 0.5, 0.95))
    batch = make(editor, Selection(score="spam", low=0.5, high=0.95))
    members = set(batch.members.values_list("comment", "revision"))
    assert members == {(middle.pk, middle.latest_id)} and batch.total == 1
    batch = make(editor, Selection(score="spam", low=0.5, high=1.0))
    assert set(batch.members.values_list("comment", flat=True)) == {middle.pk, high.pk}
    assert low.pk not in batch.members.values_list("comment", flat=True)


def test_a_cluster_is_taken_in(article, editor):
    one, two, _other = (waiting(article) for _number in range(3))
    for comment in (one, two):
        Sketch.objects.update_or_create(
            comment=comment,
            defaults={
                "revision_id": comment.latest_id,
                "at": comment.created_at,
                "cluster": one.pk,
            },
        )
    batch = make(editor, Selection(cluster=one.pk))
    assert set(batch.members.values_list("comment", flat=True)) == {one.pk, two.pk}


def test_an_authors_waiting_or_live_comments_are_taken_in(article, editor):
    author = make_user()
    held, _other = waiting(article, author=author), waiting(article)
    live = make_comment(article=article, author=author)
    queueing.follow(live)
    batch = make(editor, Selection(author=author.pk))
    assert list(batch.members.values_list("comment", flat=True)) == [held.pk]
    batch = make(editor, Selection(tab="approved", author=author.pk))
    assert list(batch.members.values_list("comment", flat=True)) == [live.pk]
    carry_out(batch)
    assert fresh(live).status == Status.REJECTED and not fresh(live).is_live


def test_ticked_comments_are_taken_in_with_the_words_that_were_read(article, editor):
    one, two = waiting(article), waiting(article)
    seen = [(one.pk, one.latest_id), (two.pk, one.latest_id), (10**9, 1)]
    batch = make(editor, Selection(), seen=seen)
    assert list(batch.members.values_list("comment", "revision")) == [(one.pk, one.latest_id)]


def test_what_came_after_the_page_was_opened_is_left_out(article, editor):
    one = waiting(article)
    opened = timezone.now()
    waiting(article)
    batch = make(editor, until=opened)
    assert list(batch.members.values_list("comment", flat=True)) == [one.pk]


def test_a_batch_takes_no_more_than_its_limit(article, editor, monkeypatch):
    monkeypatch.setattr(chosen, "AT_ONCE", 3)
    for number in range(5):
        waiting(article, 0.5 + number / 20)
    found = chosen.chosen(SPAM)
    assert len(found.members) == 3 and not found.is_all
    assert make(editor).total == 3


@pytest.mark.parametrize(
    ("selection", "ruling", "code"),
    [
        (SPAM, {"outcome": "hold"}, "bad_outcome"),
        (SPAM, {"reason": "because"}, "bad_reason"),
        (SPAM, {"note": "x" * 1_001}, "note_too_long"),
        (Selection(words="casino"), {}, "bad_selection"),
        (Selection(tab="approved"), {}, "bad_selection"),
        (Selection(tab="all", author=1), {}, "bad_selection"),
        (Selection(score="threat", low=0.5), {}, "none_chosen"),
    ],
)
def test_what_no_batch_is_made_of(article, editor, selection, ruling, code):
    waiting(article)
    with refusal(code):
        make(editor, selection, **ruling)
    assert not Batch.objects.exists()


@pytest.mark.parametrize("role", ["reader"])
def test_only_editors_make_and_undo_batches(article, editor, role):
    waiting(article)
    with pytest.raises(Forbidden):
        make(make_user(role=role))
    with pytest.raises(Forbidden):
        undo_batch(actor=make_user(role=role), batch=make(editor))


# --- carrying it out ---------------------------------------------------------------------------


def test_every_comment_gets_a_record_of_its_own_under_the_editors_name(article, editor):
    rows = [waiting(article) for _number in range(4)]
    batch = carry_out(make(editor, note="No advertising, please."))
    assert (batch.state, batch.done, batch.refused) == (State.DONE, 4, 0)
    assert batch.finished_at and not batch.members.exists() and batch.note == ""
    for row in rows:
        record = row.decisions.first()
        assert (record.actor, record.outcome, record.batch) == (editor, "reject", batch)
        assert fresh(row).notice["note"] == "No advertising, please."
        assert Notification.objects.filter(user=row.author, kind="rejected", comment=row).exists()
    verbs = list(Entry.objects.about(batch).order_by("pk").values_list("verb", flat=True))
    assert verbs == ["make_batch", "end_batch"]


def test_readers_hear_of_a_batch_once_it_is_carried_out(article, editor):
    row = waiting(article)
    carry_out(make(editor, outcome="approve"))
    assert fresh(row).is_live


def test_a_batch_begins_when_its_time_to_be_taken_back_is_over(
    article, editor, monkeypatch, django_capture_on_commit_callbacks
):
    row, rung = waiting(article), []
    monkeypatch.setattr(tasks.run_batch, "ring", lambda *args, **when: rung.append((args, when)))

    def ring_of(make_it) -> tuple[Batch, tuple]:
        with django_capture_on_commit_callbacks(execute=True):
            made = make_it()
        return made, rung.pop()

    grace, at_once = {"after": RULING_GRACE.total_seconds()}, {"after": 0.0}
    batch, told = ring_of(lambda: make(editor))
    assert told == ((batch.pk, 0), grace)
    # Whoever is banned has heard of it by then.
    seen = [(row.pk, row.latest_id)]
    one, told = ring_of(lambda: make(editor, Selection(), seen=seen, told_once=True))
    assert told == ((one.pk, 0), at_once)
    carry_out(one)
    undone, told = ring_of(lambda: undo_batch(actor=editor, batch=one))
    assert told == ((undone.pk, 0), at_once)


def test_nobody_hears_of_a_batch_that_is_taken_back_in_time(article, editor, client):
    row = waiting(article)
    before = Comment.objects.filter(pk=row.pk).values().get()
    batch, told = make(editor), Notification.objects.count()
    sign_in(client, make_user(role="editor"))
    sent = client.post(f"/desk/batches/{batch.pk}/undo/")
    assert sent.status_code == 302 and sent["Location"] == f"/desk/batches/{batch.pk}/"
    batch = carry_out(batch)
    assert (batch.state, batch.done) == (State.STOPPED, 0) and Batch.objects.count() == 1
    assert Comment.objects.filter(pk=row.pk).values().get() == before
    assert Notification.objects.count() == told and not row.decisions.filter(batch=batch).exists()
    verbs = list(Entry.objects.about(batch).order_by("pk").values_list("verb", flat=True))
    assert verbs == ["make_batch", "end_batch", "undo_batch"]
    html = client.get(sent["Location"]).content.decode()
    assert "0 comments decided." in html and "/undo/" not in html
    assert client.post(f"/desk/batches/{batch.pk}/undo/").status_code == 409


def test_it_goes_on_from_where_a_worker_died(article, editor):
    for _number in range(5):
        waiting(article)
    batch = make(editor)
    assert run_batch(batch_id=batch.pk, at=0, size=2, within=PATIENT) == 2
    assert fresh(batch).done == 2 and batch.members.count() == 3
    assert stalled() == []
    later = timezone.now() + timedelta(minutes=1)
    assert stalled(now=later) == [(batch.pk, 2)]
    assert run_batch(batch_id=batch.pk, at=2, within=PATIENT) is None
    assert fresh(batch).state == State.DONE and stalled(now=later) == []


def test_a_turn_that_comes_twice_is_harmless(article, editor):
    for _number in range(4):
        waiting(article)
    batch = make(editor)
    run_batch(batch_id=batch.pk, at=0, size=2, within=PATIENT)
    assert run_batch(batch_id=batch.pk, at=0, size=2, within=PATIENT) is None
    assert fresh(batch).done == 2
    tasks.run_batch(batch.pk, 0)
    assert fresh(batch).done == 2
    tasks.run_batch(batch.pk, 2)
    carry_out(batch, fresh(batch).done)
    assert fresh(batch).done == 4
    assert DecisionRecord.objects.filter(batch=batch).count() == 4


def test_a_part_ends_in_time_and_has_one_comment_at_least(article, editor):
    for _number in range(3):
        waiting(article)
    batch = make(editor)
    assert run_batch(batch_id=batch.pk, at=0, within=0.0) == 1
    assert run_batch(batch_id=batch.pk, at=1, within=0.0) == 2


def test_what_cannot_be_ruled_on_is_left_as_it_is_and_counted(article, editor):
    relax(edit_minutes=60)
    own = waiting(article, author=editor)
    changed, withdrawn, decided, wavering = (waiting(article) for _number in range(4))
    batch = make(editor)
    comments.edit_comment(actor=changed.author, comment=changed, body="Other words entirely.")
    comments.withdraw_comment(actor=withdrawn.author, comment=withdrawn)
    for row, after in ((decided, timedelta(0)), (wavering, RULING_GRACE)):
        operations.rule(
            actor=make_user(role="editor"), comment=row, revision_id=row.latest_id,
            outcome="approve", effect_after=after,
        )  # fmt: skip
    batch = carry_out(batch)
    assert (batch.done, batch.refused) == (0, 5)
    assert batch.refusals == {
        "own_comment": 1, "changed": 1, "withdrawn": 1, "already_decided": 2,
    }  # fmt: skip
    assert fresh(own).status == Status.HELD and fresh(decided).is_live


def test_an_appealed_comment_is_its_appeals(article, editor):
    row = waiting(article)
    operations.rule(
        actor=make_user(role="editor"), comment=row, revision_id=row.latest_id,
        outcome="reject", reason="spam",
    )  # fmt: skip
    operations.appeal(actor=row.author, comment=fresh(row))
    seen = [(row.pk, row.latest_id)]
    batch = carry_out(make(editor, Selection(), seen=seen, outcome="approve"))
    assert batch.refusals == {"appealed": 1} and not fresh(row).is_live


def test_what_is_so_already_is_refused(article, editor):
    live = make_comment(article=article)
    seen = [(live.pk, live.latest_id)]
    batch = carry_out(make(editor, Selection(), seen=seen, outcome="approve"))
    assert batch.refusals == {"already_so": 1}


def test_who_is_no_editor_any_more_decides_nothing(article, editor):
    row = waiting(article)
    batch = make(editor)
    editor.groups.clear()
    batch = carry_out(batch)
    assert batch.refusals == {"editors_only": 1} and fresh(row).status == Status.HELD


# --- taking it back ----------------------------------------------------------------------------


def test_undoing_a_batch_undoes_each_decision_by_a_second_record(article, editor):
    rows = [waiting(article) for _number in range(3)]
    batch = carry_out(make(editor))
    other = make_user(role="editor")
    undone = carry_out(undo_batch(actor=other, batch=batch))
    assert (undone.undoes, undone.done, undone.refused) == (batch, 3, 0)
    for row in rows:
        record = row.decisions.first()
        assert record.undoes.batch == batch and record.batch == undone and record.actor == other
        assert fresh(row).status == Status.HELD
    assert QueueItem.objects.filter(status=Status.HELD).count() == 3
    assert QueueScore.objects.filter(label="spam").count() == 3


def test_undoing_leaves_what_was_decided_since(article, editor):
    kept, back = waiting(article), waiting(article)
    batch = carry_out(make(editor))
    operations.rule(actor=editor, comment=kept, revision_id=kept.latest_id, outcome="approve")
    undone = carry_out(undo_batch(actor=editor, batch=batch))
    assert undone.refusals == {"not_latest": 1} and undone.done == 1
    assert fresh(kept).is_live and fresh(back).status == Status.HELD


def test_undoing_a_batch_under_way_stops_it(article, editor):
    for _number in range(4):
        waiting(article)
    batch = make(editor)
    at = run_batch(batch_id=batch.pk, at=0, size=1)
    undone = undo_batch(actor=editor, batch=batch)
    assert run_batch(batch_id=batch.pk, at=at) is None
    assert fresh(batch).state == State.STOPPED and fresh(batch).finished_at
    assert carry_out(undone).done == 1
    assert Comment.objects.filter(status=Status.HELD).count() == 4


def test_a_batch_is_undone_once_and_an_undoing_never(article, editor):
    waiting(article)
    batch = carry_out(make(editor))
    undone = carry_out(undo_batch(actor=editor, batch=batch))
    with refusal("already_so"):
        undo_batch(actor=editor, batch=batch)
    with refusal("not_undoable"):
        undo_batch(actor=editor, batch=undone)


def test_a_batch_that_decided_nothing_is_not_undone(article, editor):
    row = waiting(article)
    batch = make(editor)
    comments.withdraw_comment(actor=row.author, comment=row)
    carry_out(batch)
    with pytest.raises(ValidationError):
        undo_batch(actor=editor, batch=batch)


# --- the histogram and the sample --------------------------------------------------------------


def test_the_histogram_counts_what_waits_by_equal_parts(article):
    for score in (0.0, 0.04, 0.5, 0.99, 1.0):
        waiting(article, score)
    # The range that is chosen takes nothing away.
    bars = histogram(SPAM).bars
    assert (bars[0], bars[10], bars[19], sum(bars)) == (2, 1, 2, 5)


def test_the_histogram_counts_what_fits_the_other_choices(client, article, editor, monkeypatch):
    ours = waiting(article, 0.2)
    waiting(article, 0.9)
    within = SPAM.but(author=ours.author_id)
    counted = histogram(within)
    assert (counted.bars[4], sum(counted.bars), counted.is_of_all) == (1, 1, False)
    sign_in(client, editor)
    address = f"/desk/batches/?score=spam&author={ours.author_id}"
    html = client.get(address).content.decode()
    assert html.count("<td>1</td>") == 1 and "fits your other choices, by this score" in html
    # More of them than can be looked through here: then all that waits, and the page says so.
    waiting(article, 0.9, author=ours.author)
    monkeypatch.setattr(chosen, "AT_ONCE", 1)
    monkeypatch.setattr(chosen, "_PAGES", 1)
    count_histogram("spam")
    counted = histogram(within)
    assert (sum(counted.bars), counted.is_of_all) == (3, True)
    assert "these bars are of everything" in client.get(address).content.decode()


def test_of_very_many_the_worker_counts_and_the_page_reads(article, monkeypatch):
    monkeypatch.setattr(chosen, "AT_ONCE", 2)
    for _number in range(3):
        waiting(article)
    counted = histogram(SPAM)
    assert sum(counted.bars) == 0 and counted.at is None and counted.is_old
    count_histogram("spam")
    counted = histogram(SPAM)
    assert sum(counted.bars) == 3 and not counted.is_old
    Figure.objects.update(at=timezone.now() - timedelta(minutes=2))
    assert histogram(SPAM).is_old


def test_a_sample_is_the_same_for_the_same_seed_and_keeps_what_stays():
    members = [(number, number) for number in range(1, 200)]
    drawn = sample_of(members, "seed")
    assert len(drawn) == len(set(drawn)) == 10 and drawn == sample_of(members[::-1], "seed")
    assert drawn != sample_of(members, "another")
    without = sample_of([pair for pair in members if pair[0] != drawn[0]], "seed")
    assert set(drawn[1:]) < set(without)


# --- the desk ----------------------------------------------------------------------------------

NEW = "/desk/batches/?score=spam&low=0.5&high=1&seed=first"


def sign_in(client, user: User) -> None:
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")


def test_the_page_shows_the_range_a_sample_and_the_ruling(client, article, editor):
    for number in range(12):
        waiting(article, 0.6, body=f"Words of number {number}, as it was.")
    waiting(article, 0.3, body="Beyond the range.")
    sign_in(client, editor)
    html = client.get(NEW).content.decode()
    assert html.count("<rect") == 20 and html.count('class="in"') == 10
    assert html.count('type="range"') == 2 and 'value="0.50"' in html
    assert "12 comments" in html and html.count('<article class="card"') == 10
    assert "Beyond the range." not in html
    drawn = re.findall(r'id="card-(\d+)"', html)
    assert drawn == re.findall(r'id="card-(\d+)"', client.get(NEW).content.decode())
    assert "style=" not in html


def test_a_ruling_on_a_range_works_without_a_script(client, article, editor):
    row, beyond = waiting(article), waiting(article, 0.2)
    sign_in(client, editor)
    html = client.get(NEW).content.decode()
    until = html.split('name="until" value="')[1].split('"')[0]
    form = {"chosen": "score=spam&low=0.5", "until": until, "outcome": "reject"}
    sent = client.post("/desk/batches/", form)
    assert sent.status_code == 422 and "Choose a reason." in sent.content.decode()
    sent = client.post("/desk/batches/", form | {"reason": "spam"})
    batch = Batch.objects.get()
    assert sent.status_code == 302 and sent["Location"] == f"/desk/batches/{batch.pk}/"
    html = client.get(sent["Location"]).content.decode()
    assert 'http-equiv="refresh"' in html and "Stop, and take it back" in html and "0/1" in html
    carry_out(batch)
    html = client.get(sent["Location"]).content.decode()
    assert "1 comment decided." in html and "refresh" not in html
    assert fresh(row).status == Status.REJECTED and fresh(beyond).status == Status.HELD
    sent = client.post(f"/desk/batches/{batch.pk}/undo/")
    assert sent.status_code == 302
    assert client.post(f"/desk/batches/{batch.pk}/undo/").status_code == 409
    carry_out(Batch.objects.exclude(pk=batch.pk).get())
    assert fresh(row).status == Status.HELD
    assert "takes back batch" in client.get(sent["Location"]).content.decode()


def test_the_page_says_what_no_batch_is_made_of(client, article, editor):
    sign_in(client, editor)
    refused = client.get("/desk/batches/?q=casino")
    assert refused.status_code == 422
    assert "Choose a range of scores" in refused.content.decode()
    assert client.get("/desk/batches/?seen=1").status_code == 404
    empty = client.get("/desk/batches/?score=threat&low=0.9")
    assert "There is nothing of that kind." in empty.content.decode()
    assert client.get("/desk/batches/").status_code == 200


def test_the_list_of_batches_names_the_author_and_goes_on_to_the_first(
    client, article, editor, monkeypatch
):
    monkeypatch.setattr(desk_batches, "LATELY", 2)
    author = make_user(display_name="Rowan Rash")
    row = waiting(article, author=author)
    made = [make(editor, Selection(author=author.pk)), *(make(editor) for _number in range(3))]
    assert row.author == made[0].author and made[1].author is None
    sign_in(client, editor)
    shown, address = [], "/desk/batches/"
    while address:
        html = client.get(address).content.decode()
        shown += [int(number) for number in re.findall(r'href="/desk/batches/(\d+)/"', html)]
        found = re.search(r'href="([^"#]+)#lately" rel="next"', html)
        address = found and found[1]
        assert (f"/desk/people/{author.pk}/" in html) == (not address)
    assert shown == [batch.pk for batch in reversed(made)]
    assert client.get("/desk/batches/?before=x").status_code == 200


# Method, path; then the status for nobody, a reader, an editor, an admin.
TABLE = [
    ("GET", "/desk/batches/", 302, 403, 200, 200),
    ("POST", "/desk/batches/", 302, 403, 422, 422),
    ("GET", "/desk/batches/{}/", 302, 403, 200, 200),
    ("POST", "/desk/batches/{}/undo/", 302, 403, 302, 302),
]


@pytest.mark.parametrize(("number", "role"), list(enumerate([None, "reader", "editor", "admin"])))
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]} {row[1]}")
def test_who_may_do_what(client, article, editor, row, number, role):
    method, path, *expected = row
    waiting(article)
    batch = carry_out(make(editor))
    if role:
        sign_in(client, make_user(role=role))
    got = client.generic(method, path.format(batch.pk))
    assert got.status_code == expected[number]
    assert Batch.objects.count() == 1 + (expected[number] == 302 and role is not None)


def test_the_page_costs_the_same_queries_for_few_and_for_many(
    client, article, editor, django_assert_num_queries, django_assert_max_num_queries
):
    sign_in(client, editor)
    for _number in range(2):
        waiting(article)
    client.get(NEW)
    standing_texts.forget()
    reasons.forget()
    with django_assert_max_num_queries(45) as few:
        client.get(NEW)
    for _number in range(10):
        waiting(article)
    standing_texts.forget()
    reasons.forget()
    with django_assert_num_queries(len(few)):
        client.get(NEW)
