"""What an editor chooses to look at: orders, filters, search, counts, and what they cost."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import Forbidden
from articles.models import Section
from comments.models import Comment, CommentRevision
from moderation import desk_words, operations, queue
from moderation.models import (
    Appeal,
    DecisionRecord,
    Figure,
    QueueItem,
    QueueScore,
    Sketch,
)
from moderation.queue import Selection, counting, figures, finding
from moderation.queue.selection import AGES, LABELS, LANGUAGES, TABS
from moderation.waiting import PATIENCE
from tests.factories import make_article, make_comment, make_user

Status = Comment.Status
MINUTE = timedelta(minutes=1)


@pytest.fixture
def editor(db):
    return make_user(role="editor")


def place_all(count: int, *, status: str = Status.HELD, article=None, author=None) -> list[int]:
    """Comments with their rows at the desk, in few statements: two labels, two languages, two
    reasons, one a minute."""
    article, author = article or make_article(), author or make_user()
    now = timezone.now()
    call_to_action = article.call_to_action
    made = Comment.objects.bulk_create(
        Comment(call_to_action=call_to_action, author=author, status=status, decided_at=now)
        for _number in range(count)
    )
    revisions = CommentRevision.objects.bulk_create(
        CommentRevision(
            comment=comment, source=f"Word {number}.", html=f"<p>Word {number}.</p>", fingerprint=""
        )
        for number, comment in enumerate(made)
    )
    for comment, revision in zip(made, revisions, strict=True):
        comment.latest = revision
    Comment.objects.bulk_update(made, ["latest"])
    held = status == Status.HELD
    rows = QueueItem.objects.bulk_create(
        QueueItem(
            comment=comment,
            status=status,
            article=article,
            section_id=article.section_id,
            author=author,
            reason=("abuse", "spam")[number % 2],
            label=("threat", "spam")[number % 2],
            language=("en", "de")[number % 2],
            risk=number % 10 / 10,
            at=now - number * MINUTE,
            due_at=now - number * MINUTE + (10 - number % 10) * MINUTE if held else None,
            open_reports=number % 3,
            report_weight=number % 3 / 2,
            # Not in the order of the decisions.
            reported_at=now - (count - number) * MINUTE if number % 3 else None,
        )
        for number, comment in enumerate(made)
    )
    if held:
        QueueScore.objects.bulk_create(
            QueueScore(item=row, label="threat", value=number / count)
            for number, row in enumerate(rows)
        )
    for number, comment in enumerate(made):
        desk_words.INDEX.put(comment.pk, [f"Word {number}"], place=desk_words.PLACES[status])
    return [comment.pk for comment in made]


def read(selection: Selection, size: int = 25) -> list[int]:
    """Every comment of a selection, page by page."""
    ids: list[int] = []
    while True:
        found = finding.find(selection, size=size)
        ids += found.ids
        if found.next is None:
            return ids
        selection = selection.but(after=found.next)


# --- Addresses ----------------------------------------------------------------------------------


def test_a_selection_survives_its_address():
    asked = (
        "tab=waiting&order=oldest&article=3&section=2&reason=spam&label=threat&author=9&age=7d&older=1d"
        "&language=unknown&escalated=1&score=spam&low=0.8&high=0.95&cluster=4&q=two+words&after=x"
    )
    selection = Selection.from_query(QueryDict(asked))
    assert selection == Selection(
        order="oldest",
        article=3,
        section=2,
        reason="spam",
        label="threat",
        author=9,
        age="7d",
        older="1d",
        language="unknown",
        escalated=True,
        score="spam",
        low=0.8,
        high=0.95,
        cluster=4,
        words="two words",
        after="x",
    )
    assert Selection.from_query(QueryDict(selection.as_query())) == selection
    assert Selection().as_query() == "" and not Selection(order="oldest").is_filtered
    assert selection.but(label="").after == "" and selection.is_filtered


TEXT = st.text(max_size=12)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "tab",
                "order",
                "article",
                "section",
                "reason",
                "label",
                "author",
                "age",
                "older",
                "low",
                "high",
                "after",
            ]
        )
        | st.sampled_from(["language", "escalated", "score", "cluster", "q"]),
        st.sampled_from([*TABS, *AGES, *LANGUAGES, *LABELS, "due", "score", "0.3", "1", "-1"])
        | TEXT,
    )
)
def test_any_address_at_all_is_a_selection_that_says_the_same_again(query):
    selection = Selection.from_query(query)
    assert selection.ordered_by in selection.orders
    assert Selection.from_query(QueryDict(selection.as_query())) == selection


# --- Order --------------------------------------------------------------------------------------


def test_the_desk_comes_in_its_orders(editor):
    ids = place_all(30)
    rows = list(QueueItem.objects.all())

    def ordered(key):
        return [row.pk for row in sorted(rows, key=key)]

    assert read(Selection(), size=7) == ordered(lambda row: (row.due_at, row.pk))
    assert read(Selection(order="oldest"), size=7) == ids[::-1]
    assert read(Selection(order="newest"), size=7) == ids
    most = ordered(lambda row: (-row.report_weight, -row.pk))
    assert read(Selection(order="reported"), size=7) == most
    reported = [pk for pk in most if QueueItem.objects.get(pk=pk).open_reports]
    assert read(Selection(tab="reported"), size=7) == reported


@pytest.mark.django_db
def test_no_harmless_comment_is_passed_over_for_longer_than_the_bound(editor):
    ids = place_all(60)
    patience = 10 * MINUTE  # of the rows above: risk takes as much as all of it away
    rows = QueueItem.objects.in_bulk()
    served = read(Selection())
    assert sorted(served) == sorted(ids)
    for place, pk in enumerate(served):
        assert all(rows[before].at <= rows[pk].at + patience for before in served[:place])
    assert served != sorted(ids, key=lambda pk: rows[pk].at)
    assert PATIENCE > 1


# --- Filters ------------------------------------------------------------------------------------


def test_each_filter_leaves_what_it_names_in_every_tab_and_order(editor):
    other = make_article()
    Section.objects.get_or_create(slug="sport", defaults={"name": "Sport"})
    sport = Section.objects.get(slug="sport")
    other.section = sport
    other.save()
    someone = make_user()
    for status in (Status.HELD, Status.APPROVED, Status.REJECTED):
        place_all(12, status=status)
        place_all(6, status=status, article=other, author=someone)
    now = timezone.now()
    QueueItem.objects.filter(
        pk__in=list(QueueItem.objects.values_list("pk", flat=True)[::5])
    ).update(escalated_at=now)
    wanted = {
        "article": (other.pk, lambda row: row.article_id == other.pk),
        "section": (sport.pk, lambda row: row.section_id == sport.pk),
        "author": (someone.pk, lambda row: row.author_id == someone.pk),
        "reason": ("spam", lambda row: row.reason == "spam"),
        "label": ("threat", lambda row: row.label == "threat"),
        "language": ("de", lambda row: row.language == "de"),
        "age": ("1h", lambda row: since(row) > now - timedelta(hours=1)),
        "older": ("1h", lambda row: since(row) <= now - timedelta(hours=1)),
        "escalated": (True, lambda row: row.escalated_at is not None),
    }
    # Old ones, so that the age leaves some out.
    old = list(QueueItem.objects.values_list("pk", flat=True)[::4])
    for row in QueueItem.objects.filter(pk__in=old):
        row.at -= timedelta(hours=3)
        row.reported_at = row.reported_at and row.reported_at - timedelta(hours=3)
        row.save()
    rows = list(QueueItem.objects.all())
    of_tab = {
        "waiting": lambda row: row.status == "held",
        "approved": lambda row: row.status == "approved",
        "rejected": lambda row: row.status == "rejected",
        "reported": lambda row: row.open_reports > 0,
        "all": lambda row: True,
    }
    names = list(wanted)
    pairs = [(one,) for one in names] + list(zip(names, names[1:] + names[:1], strict=True))
    for tab, on_tab in of_tab.items():

        def since(row, column="reported_at" if tab == "reported" else "at"):
            return getattr(row, column)

        at_of = {row.pk: since(row) for row in rows}
        for chosen in pairs:
            selection = Selection(tab=tab, **{name: wanted[name][0] for name in chosen})
            expected = {
                row.pk
                for row in rows
                if on_tab(row) and all(wanted[name][1](row) for name in chosen)
            }
            for order in selection.orders:
                asked = selection.but(order=order)
                served = read(asked, size=4)
                assert len(served) == len(set(served)), (asked, "twice")
                assert set(served) == expected, asked
                if order in ("newest", "oldest"):
                    times = [at_of[pk] for pk in served]
                    assert times == sorted(times, reverse=order == "newest"), asked
            assert set(queue.matching(selection).values_list("pk", flat=True)) == expected


def test_rare_combinations_are_looked_for_a_stretch_at_a_time(editor, monkeypatch):
    monkeypatch.setattr(finding, "LOOKED", 10)
    place_all(40)
    rare = QueueItem.objects.order_by("-due_at").first()
    QueueItem.objects.filter(pk=rare.pk).update(language="other")
    selection = Selection(label=rare.label, language="other")
    page = queue.page_of(reader=editor, selection=selection)
    assert page.items == [] and page.next
    assert read(selection) == [rare.pk]
    for tab in ("reported", "all"):
        QueueItem.objects.filter(pk=rare.pk).update(open_reports=1)
        assert read(selection.but(tab=tab)) == [rare.pk]


def test_a_range_of_scores_comes_from_its_top_and_has_its_lower_edge_alone(editor):
    ids = place_all(20)
    served = read(Selection(score="threat", low=0.25, high=0.5), size=2)
    assert served == ids[5:10][::-1]
    assert read(Selection(score="threat", low=0.9, high=1.0)) == ids[18:][::-1]
    assert read(Selection(score="threat", low=0.0, high=0.3, language="de")) == [
        ids[5],
        ids[3],
        ids[1],
    ]
    QueueScore.objects.filter(item=ids[19]).update(value=1.0)
    assert ids[19] in read(Selection(score="threat", low=0.9, high=1.0))


def test_a_raid_is_a_filter_under_every_name_it_had(editor):
    ids = place_all(8)
    for pk in ids[:5]:
        comment = Comment.objects.get(pk=pk)
        Sketch.objects.create(
            comment=comment, revision_id=comment.latest_id, cluster=ids[0], at=timezone.now()
        )
    assert sorted(read(Selection(cluster=ids[3]), size=2)) == ids[:5]
    assert read(Selection(cluster=ids[0], language="de", order="newest")) == [
        ids[1],
        ids[3],
    ]


def test_appeals_come_longest_wait_first_with_what_is_contested(editor):
    comments = []
    for _number in range(3):
        comment = make_comment(status=Status.HELD)
        operations.rule(
            actor=editor,
            comment=comment,
            revision_id=comment.latest_id,
            outcome="reject",
            reason="off_topic",
        )
        operations.appeal(actor=comment.author, comment=comment, words="Read it again.")
        comments.append(comment)
    page = queue.page_of(reader=editor, selection=Selection(tab="appeals"), size=2)
    assert [item.comment.pk for item in page.items] == [each.pk for each in comments[:2]]
    assert page.items[0].appeal == Appeal.objects.get(comment=comments[0])
    assert page.items[0].appeal.words == "Read it again."
    served = read(Selection(tab="appeals", author=comments[2].author_id))
    assert served == [comments[2].pk]
    assert read(Selection(tab="appeals", order="newest"), size=1) == [
        each.pk for each in reversed(comments)
    ]


# --- Search -------------------------------------------------------------------------------------


def test_words_are_found_in_what_readers_see_and_in_what_they_do_not(editor):
    made = {
        status: make_comment(status=status, body=f"The harbour, {status}.")
        for status in (Status.HELD, Status.REJECTED, Status.APPROVED)
    }
    everywhere = [each.pk for each in made.values()][::-1]
    assert read(Selection(tab="all", words="HARBOUR")) == everywhere
    for tab, status in (("waiting", "held"), ("rejected", "rejected"), ("approved", "approved")):
        assert read(Selection(tab=tab, words="harbour")) == [made[status].pk]
    assert read(Selection(tab="all", words='"held harbour"')) == []
    assert read(Selection(tab="all", words='AND OR ( "')) == []
    by = made[Status.HELD].author_id
    assert read(Selection(tab="all", words="harbour", author=by)) == [made[Status.HELD].pk]


def test_a_word_that_many_say_is_read_page_by_page_whatever_else_is_asked(editor, monkeypatch):
    monkeypatch.setattr(finding, "_AT_ONCE", 5)
    monkeypatch.setattr(finding, "_LOOKS", 2)
    ids = place_all(60)
    assert read(Selection(words="word"), size=7) == ids[::-1]
    assert read(Selection(words="word", language="de"), size=7) == ids[1::2][::-1]
    assert read(Selection(words="word 7")) == [ids[7]]


# --- What is counted ----------------------------------------------------------------------------


def test_tabs_count_exactly_while_few_and_as_the_worker_counted_beyond(editor, monkeypatch):
    place_all(9)
    place_all(4, status=Status.APPROVED)
    operations.report(reporter=make_user(), profile=make_user(), reason="name")
    shown = queue.counts()
    assert {tab: (each.count, each.is_exact) for tab, each in shown.items()} == {
        "waiting": (9, True),
        "reported": (6 + 2 + 1, True),
        "appeals": (0, True),
        "approved": (4, True),
        "rejected": (0, True),
        "all": (13, True),
    }
    monkeypatch.setattr(counting, "EXACT", 5)
    assert queue.counts()["waiting"] == queue.Count(6, False)
    figures.count()
    place_all(1)
    assert queue.counts()["waiting"] == queue.Count(9, False)
    assert queue.counts()["approved"] == queue.Count(4, True)


def test_facets_name_what_waits_the_most_first_and_nothing_else(editor, monkeypatch):
    busy, quiet, decided = make_article(title="Busy"), make_article(title="Quiet"), make_article()
    place_all(6, article=busy)
    place_all(2, article=quiet)
    place_all(3, article=decided, status=Status.REJECTED)
    QueueItem.objects.filter(article=quiet).update(language="", label="")
    live = queue.facets()
    assert [(each.name, each.count) for each in live.articles] == [("Busy", 6), ("Quiet", 2)]
    assert [(each.name, each.count) for each in live.sections] == [("Society", 8)]
    assert {(each.value, each.count) for each in live.reasons} == {("abuse", 4), ("spam", 4)}
    assert {(each.value, each.count) for each in live.labels} == {("threat", 3), ("spam", 3)}
    languages = {(each.value, each.count) for each in live.languages}
    assert languages == {("en", 3), ("de", 3), ("unknown", 2)}
    monkeypatch.setattr("moderation.queue.choices.EXACT", 5)
    figures.count()
    # As of the last count: what came since is not in it.
    place_all(1, article=quiet)
    later = queue.facets()
    assert (later.articles, later.sections) == (live.articles, live.sections)
    assert set(later.languages) == set(live.languages)


def test_an_article_that_moves_takes_its_comments_to_its_new_section(editor):
    article = make_article()
    place_all(2, article=article)
    figures.count()
    article.section = Section.objects.create(name="Sport", slug="sport")
    article.save()
    figures.count()
    assert len(read(Selection(section=article.section_id))) == 2


def test_the_wait_that_was_measured_is_there_for_the_desk(editor):
    assert queue.expected_wait() is None
    comment = make_comment(status=Status.HELD)
    operations.rule(actor=editor, comment=comment, revision_id=comment.latest_id, outcome="approve")
    DecisionRecord.objects.filter(actor=editor).get()
    figures.count()
    assert queue.expected_wait() == 0
    assert Figure.objects.get(name="desk.wait").value == 0


# --- Cost and permission ------------------------------------------------------------------------

VIEWS = [
    *(Selection(tab=tab) for tab in TABS),
    *(Selection(order=order) for order in Selection().orders),
    Selection(language="de"),
    Selection(label="threat", language="en", reason="abuse"),
    Selection(age="1d"),
    Selection(score="threat", low=0.2, high=0.8),
    Selection(tab="all", language="de", label="spam"),
    Selection(escalated=True),
    Selection(words="word"),
]


def test_every_view_costs_the_same_queries_for_thirty_comments_and_for_three_hundred(editor):
    place_all(30)

    def cost() -> list[int]:
        taken = []
        for ask in (
            *(lambda each=each: queue.page_of(reader=editor, selection=each) for each in VIEWS),
            queue.counts,
            queue.facets,
            lambda: queue.saved_views(reader=editor),
        ):
            with CaptureQueriesContext(connection) as asked:
                ask()
            taken.append(len(asked))
        return taken

    assert cost()  # who the editor is, is asked once
    few = cost()
    place_all(270)
    assert all(now <= before for now, before in zip(cost(), few, strict=True))
    # Eight of a page's context, and at most two for each status that is looked through.
    assert max(few) <= 16


@pytest.mark.django_db
def test_readers_see_none_of_it_and_save_no_views():
    reader = make_user()
    comment = make_comment()
    for ask in (
        lambda: queue.page_of(reader=reader, selection=Selection()),
        lambda: queue.item(reader=reader, comment_id=comment.pk),
        lambda: queue.saved_views(reader=reader),
        lambda: operations.save_view(actor=reader, name="Mine", query=""),
    ):
        with pytest.raises(Forbidden):
            ask()
    assert queue.item(reader=make_user(role="editor"), comment_id=comment.pk).comment == comment


# --- Saved views --------------------------------------------------------------------------------


def test_a_view_keeps_what_an_address_says_under_a_name_and_the_same_name_replaces_it(editor):
    saved = operations.save_view(
        actor=editor, name=" Threats ", query="label=threat&nonsense=1&after=abc&tab=waiting"
    )
    assert (saved.name, saved.query, saved.shared) == ("Threats", "label=threat", False)
    again = operations.save_view(actor=editor, name="Threats", query="label=spam", shared=True)
    assert again.pk == saved.pk and again.query == "label=spam"
    assert queue.saved_views(reader=editor) == [again]


def test_others_see_shared_views_and_only_their_owner_or_an_admin_deletes_one(editor):
    own = operations.save_view(actor=editor, name="Own", query="tab=all")
    shared = operations.save_view(actor=editor, name="Shared", query="tab=all", shared=True)
    other, admin = make_user(role="editor"), make_user(role="admin")
    assert queue.saved_views(reader=other) == [shared]
    for actor, view in ((other, shared), (other, own), (admin, own), (make_user(), own)):
        with pytest.raises(Forbidden):
            operations.delete_view(actor=actor, view=view)
    operations.delete_view(actor=admin, view=shared)
    operations.delete_view(actor=editor, view=own)
    assert queue.saved_views(reader=editor) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "name_missing"), ("  ", "name_missing"), ("x" * 61, "note_too_long")],
)
def test_a_view_needs_a_name_of_bounded_length(editor, name, code):
    with pytest.raises(ValidationError) as refused:
        operations.save_view(actor=editor, name=name, query="")
    assert refused.value.code == code


def test_an_editor_keeps_a_bounded_number_of_views(editor, monkeypatch):
    monkeypatch.setattr("moderation.operations.saved_views.MOST", 2)
    for name in ("One", "Two", "Two"):
        operations.save_view(actor=editor, name=name, query="")
    with pytest.raises(ValidationError) as refused:
        operations.save_view(actor=editor, name="Three", query="")
    assert refused.value.code == "too_many"
