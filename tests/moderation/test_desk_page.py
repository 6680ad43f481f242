"""The desk's page: the list, the comment in focus, and what becomes of it under another's hand."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import standing_texts
from comments import operations as comments
from comments.models import Comment
from moderation import operations, reasons
from moderation.desk.difference import ADDED, KEPT, REMOVED, difference
from moderation.models import (
    DecisionRecord,
    Figure,
    PendingEffect,
    QueueItem,
    RejectionReason,
    SavedView,
)
from moderation.operations.claims import CLAIMED_FOR, claim, release
from moderation.operations.effects import RULING_GRACE, carry_out_due
from moderation.operations.escalation import escalate
from moderation.operations.landing import land
from moderation.pipeline.decision import Finding, Outcome
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Status = Comment.Status
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def editor(client):
    editor = make_user(role="editor", display_name="Odile Deskly")
    sign_in(client, editor)
    return editor


def sign_in(client, user):
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")


def held(body: str = "A limited offer, friends.", **fields) -> Comment:
    """A comment that a check has held, with its evidence."""
    comment = make_comment(status=Status.PENDING, body=body, **fields)
    found = Finding(
        code="abuse",
        outcome=Outcome.HOLD,
        score=0.81,
        spans=((2, 15),),
        detail={"labels": [{"label": "insult", "score": 0.9, "from": 0.5}]},
    )
    land(
        actor=None,
        comment=comment,
        revision_id=comment.latest_id,
        outcome="hold",
        findings=(found,),
        scores={"insult": 0.9, "spam": 0.12},
        scorer="test",
    )
    return Comment.objects.select_related("author", "latest").get(pk=comment.pk)


def forget_what_is_kept() -> None:
    """What a process reads anew from time to time would be counted now and then."""
    standing_texts.forget()
    reasons.forget()


def html_of(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def rows_in(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'<li id="row-(\d+)"', html)]


def rule(client, comment: Comment, outcome: str = "approve", **sent):
    wanted = {"revision": comment.latest_id, "outcome": outcome, **sent}
    return client.post(f"/desk/comments/{comment.pk}/rule/", wanted, headers=SCRIPT)


# --- What an editor sees -----------------------------------------------------------------------


def test_the_card_says_why_it_waits_and_who_wrote_it(client, editor):
    article = make_article(title="The last night train", question="Would you take it again?")
    parent = make_comment(article=article, body="It was late again.")
    comment = held(parent=parent)
    escalate(actor=editor, comment=comment, note="Is the offer real?")
    html = html_of(client, f"/desk/comments/{comment.pk}/")
    for said in (
        "The last night train",
        "Would you take it again?",
        "It was late again.",
        "<mark>limited offer</mark>",
        "Our checks think it may attack or demean somebody.",
        "abuse · 0.81",
        "an insult",
        "0.90",
        "Is the offer real?",
        "Overturned",
        f'href="/desk/?tab=all&author={comment.author_id}"',
        f'href="/desk/comments/{comment.pk}/thread/"',
        f'href="/desk/people/{comment.author_id}/?comment={comment.pk}"',
    ):
        assert said in html, said
    assert "style=" not in html and "onclick" not in html


def test_every_reason_is_offered_with_its_key(client, editor):
    comment = held()
    html = html_of(client, f"/desk/comments/{comment.pk}/card/")
    offered = re.findall(r'name="reason" value="(\w+)" data-key="(.)"', html)
    known = RejectionReason.objects.filter(active=True).values_list("code", "key")
    assert offered == list(known) and offered
    assert "<html" not in html, "the card alone"


def test_the_thread_shows_what_readers_do_not_see(client, editor):
    parent = make_comment(body="The root of it.")
    comment = held(parent=parent)
    make_comment(parent=parent, status=Status.REJECTED, body="Nobody shows this.")
    html = html_of(client, f"/desk/comments/{comment.pk}/thread/")
    places = [html.index(each) for each in ("The root", "limited offer", "Nobody shows this")]
    assert places == sorted(places)


def test_a_long_thread_is_read_part_by_part(client, editor, monkeypatch):
    relax()
    monkeypatch.setattr("moderation.desk.listing.AROUND", 2)
    parent = make_comment(body="The root of it.")
    replies = [make_comment(parent=parent, body=f"Reply {n}.") for n in range(9)]
    path = f"/desk/comments/{replies[4].pk}/thread/"

    def read(url: str) -> tuple[list[int], dict[str, str]]:
        html = html_of(client, url)
        ways = re.findall(r'rel="(prev|next)" href="([^"]+)"', html)
        return [int(found) for found in re.findall(r"Reply (\d)\.", html)], dict(ways)

    shown, ways = read(path)
    assert shown == [2, 3, 4, 5, 6] and set(ways) == {"prev", "next"}
    earlier, back = read(ways["prev"])
    assert earlier == [0, 1] and set(back) == {"next"}
    assert read(back["next"])[0][0] == 2
    later, back = read(ways["next"])
    assert later == [7, 8] and set(back) == {"prev"}
    assert read(path + "?before=x&after=²")[0] == shown
    assert read(path + f"?after={replies[8].pk}")[0] == []


def test_counts_that_were_cut_off_say_so(client, editor, monkeypatch):
    relax()
    monkeypatch.setattr("moderation.queue.context.MANY", 2)
    author = make_user()
    for _number in range(3):
        comment = make_comment(author=author)
    for path in (f"/desk/comments/{comment.pk}/", f"/desk/people/{author.pk}/"):
        html = html_of(client, path)
        assert "<dt>Live</dt><dd>2+</dd>" in html and "<dt>Rejected</dt><dd>0</dd>" in html


def test_a_search_says_what_it_looks_through(client, editor):
    assert "Search what waits" in html_of(client, "/desk/")
    assert "Search all comments" in html_of(client, "/desk/?tab=all")
    html = html_of(client, "/desk/?tab=rejected&q=harbour")
    assert "Search what was rejected" in html
    assert 'href="/desk/?tab=all&q=harbour"' in html


def test_the_copies_that_a_check_named_are_linked(client, editor):
    relax()
    first, copy = make_comment(), make_comment(status=Status.PENDING)
    land(
        actor=None,
        comment=copy,
        revision_id=copy.latest_id,
        outcome="hold",
        findings=(Finding("twins", Outcome.HOLD, detail={"comments": [first.pk]}),),
    )
    html = html_of(client, f"/desk/comments/{copy.pk}/")
    assert "Nearly the same" in html and f'href="/desk/comments/{first.pk}/"' in html


def test_the_desk_says_how_long_half_of_what_waits_waits(client, editor):
    held()
    assert "is decided within" not in html_of(client, "/desk/")
    Figure.objects.create(name="desk.wait", value=600)
    assert "Half of what waits is decided within" in html_of(client, "/desk/")
    assert "is decided within" not in html_of(client, "/desk/?tab=all")


def test_a_count_of_the_last_minute_says_so(client, editor, monkeypatch):
    relax()
    monkeypatch.setattr("moderation.queue.counting.EXACT", 1)
    held(), held()
    Figure.objects.create(name="desk.tabs", value={"waiting": 1234})
    assert '<b class="number">≈ 1,234</b>' in html_of(client, "/desk/")
    assert client.get("/desk/changes/").json()["counts"]["waiting"] == "≈ 1,234"


def test_each_tab_has_what_it_says(client, editor):
    waiting, live = held(), make_comment()
    gone = make_comment(status=Status.REJECTED)
    reported = make_comment()
    operations.report(comment=reported, reporter=make_user(), reason="spam", note="")
    for path, expected in (
        ("/desk/", {waiting.pk}),
        ("/desk/reported/", {reported.pk}),
        ("/desk/?tab=approved", {live.pk, reported.pk}),
        ("/desk/?tab=rejected", {gone.pk}),
        ("/desk/?tab=all", {waiting.pk, live.pk, gone.pk, reported.pk}),
    ):
        assert set(rows_in(html_of(client, path))) == expected, path


def test_the_filters_stand_in_the_address_and_lead_on_with_every_row(client, editor):
    first, second = held(), held(body="Another limited offer.")
    query = f"author={second.author_id}"
    html = html_of(client, f"/desk/?{query}")
    assert rows_in(html) == [second.pk]
    assert f'href="/desk/comments/{second.pk}/?{query}"' in html
    assert f"By {second.author.display_name}" in html
    assert rows_in(html_of(client, "/desk/?q=another")) == [second.pk]
    assert rows_in(html_of(client, "/desk/?reason=flood")) == []
    escalate(actor=editor, comment=first, note="")
    assert rows_in(html_of(client, "/desk/?escalated=1")) == [first.pk]


def test_a_page_of_many_costs_the_same_queries_as_one_of_few(
    client, editor, django_assert_num_queries, django_assert_max_num_queries
):
    relax()
    for _number in range(2):
        held()
    client.get("/desk/")
    forget_what_is_kept()
    with django_assert_max_num_queries(40) as few:
        client.get("/desk/")
    for _number in range(12):
        held()
    forget_what_is_kept()
    with django_assert_num_queries(len(few)):
        client.get("/desk/")


def test_views_are_kept_opened_and_thrown_away(client, editor):
    client.post("/desk/views/", {"name": "Escalated", "query": "escalated=1&after=x"})
    view = SavedView.objects.get()
    assert (view.owner, view.query) == (editor, "escalated=1")
    assert 'href="/desk/?escalated=1"' in html_of(client, "/desk/")
    said = client.post("/desk/views/", {"name": " ", "query": ""}, follow=True).content.decode()
    assert "Give the view a name." in said
    client.post(f"/desk/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


# --- Ruling ------------------------------------------------------------------------------------


def test_a_ruling_is_recorded_at_once_and_reaches_readers_later(client, editor):
    comment = held()
    answer = rule(client, comment)
    record = comment.decisions.first()
    assert answer.json() == {"undo": f"/desk/rulings/{record.pk}/undo/"}
    assert record.actor == editor and not Comment.objects.get(pk=comment.pk).is_live
    due = PendingEffect.objects.get().due_at - record.at
    assert abs(due - RULING_GRACE) < timedelta(seconds=1)
    assert rows_in(html_of(client, "/desk/")) == []
    undone = client.post(answer.json()["undo"], headers=SCRIPT).json()
    assert undone == {"seen": DecisionRecord.objects.order_by("pk").last().pk}
    assert rows_in(html_of(client, "/desk/")) == [comment.pk]


def test_without_a_script_a_ruling_leads_to_the_next_comment_with_its_way_back(client, editor):
    first, second = held(), held()
    html = html_of(client, "/desk/")
    assert rows_in(html) == [first.pk, second.pk]
    following = re.search(r'name="next" value="([^"]+)"', html).group(1)
    sent = client.post(
        f"/desk/comments/{first.pk}/rule/",
        {"revision": first.latest_id, "outcome": "approve", "next": following},
    )
    record = first.decisions.first()
    assert sent["Location"] == f"/desk/comments/{second.pk}/?ruled={record.pk}"
    html = html_of(client, sent["Location"])
    assert f"Approved: the comment of {first.author.display_name}." in html
    back = client.post(f"/desk/rulings/{record.pk}/undo/")
    assert back["Location"].startswith(f"/desk/comments/{first.pk}/?ruled=")
    assert "Taken back" in html_of(client, back["Location"])


@pytest.mark.parametrize("url", ["https://evil.example/desk/", "//evil.example/desk/", "/other/"])
def test_a_form_leads_nowhere_but_to_the_desk(client, editor, url):
    comment = held()
    sent = client.post(
        f"/desk/comments/{comment.pk}/rule/",
        {"revision": comment.latest_id, "outcome": "approve", "next": url},
    )
    assert sent["Location"].startswith("/desk/?ruled=")


def test_a_ruling_on_changed_words_is_refused_and_shows_the_change(client, editor):
    comment = held(body="A limited offer, dear friends.")
    read = comment.latest_id
    comments.edit_comment(
        actor=comment.author, comment=comment, body="A generous offer, dear friends."
    )
    now = Comment.objects.get(pk=comment.pk)
    sent = {"revision": read, "outcome": "approve", "note": "Half a note"}
    answer = client.post(f"/desk/comments/{comment.pk}/rule/", sent, headers=SCRIPT)
    assert answer.status_code == 409
    card = answer.json()["card"]
    assert "<del>limited</del><ins>generous</ins>" in card
    assert f'data-revision="{now.latest_id}"' in card and "Half a note" in card
    page = client.post(f"/desk/comments/{comment.pk}/rule/", sent)
    assert page.status_code == 409 and "<del>limited</del>" in page.content.decode()
    assert not comment.decisions.filter(actor=editor).exists()


def test_a_decision_that_came_first_is_never_overwritten(client, editor):
    comment = held()
    seen = comment.decisions.first().pk
    other = make_user(role="editor", display_name="Ferran Deskly")
    operations.rule(
        actor=other,
        comment=comment,
        revision_id=comment.latest_id,
        outcome="reject",
        reason="spam",
        effect_after=RULING_GRACE,
    )
    answer = rule(client, comment, seen=seen)
    assert answer.status_code == 409 and "Ferran Deskly" in answer.json()["message"]
    assert comment.decisions.first().actor == other


def test_nobody_is_offered_a_ruling_on_their_own_words(client, editor):
    comment = held(author=editor)
    html = html_of(client, f"/desk/comments/{comment.pk}/card/")
    assert "/rule/" not in html


# --- Several editors ---------------------------------------------------------------------------


def changes(client, *shown: Comment, query: str = "", since=None) -> dict:
    pairs = ".".join(f"{each.pk}-{each.latest_id}" for each in shown)
    since = (since or timezone.now()).isoformat().replace("+", "%2B")
    answer = client.get(f"/desk/changes/?shown={pairs}&since={since}&{query}")
    assert answer.status_code == 200
    return answer.json()


def test_the_page_hears_who_decided_what_and_how_much_is_left(client, editor):
    first, second, third = held(), held(), held()
    other = make_user(role="editor", display_name="Ferran Deskly")
    operations.rule(
        actor=other,
        comment=first,
        revision_id=first.latest_id,
        outcome="approve",
        effect_after=RULING_GRACE,
    )
    comments.withdraw_comment(actor=second.author, comment=second)
    found = changes(client, first, second, third)
    assert found["gone"] == [
        {"id": first.pk, "said": "Approved by Ferran Deskly"},
        {"id": second.pk, "said": "Its author has changed or withdrawn it."},
    ]
    assert found["counts"]["waiting"] == "1" and found["counts"]["approved"] == "1"
    assert found["claimed"] == {} and found["came"] == 0


def test_the_page_hears_what_has_come_in_and_what_was_changed(client, editor):
    first = held()
    moment = timezone.now()
    held()
    assert changes(client, first, since=moment)["came"] == 1
    assert changes(client, first, since=moment, query="reason=flood")["came"] == 0
    comments.edit_comment(actor=first.author, comment=first, body="Something else.")
    assert changes(client, first)["changed"] == [first.pk]


def test_the_page_hears_of_what_came_back_by_an_undo_though_it_is_as_old_as_it_was(client, editor):
    first, back, waits = held(), held(), held()
    moment = timezone.now()
    records = [
        operations.rule(
            actor=make_user(role="editor"), comment=each, revision_id=each.latest_id,
            outcome="approve", effect_after=RULING_GRACE,
        )
        for each in (back, waits)
    ]  # fmt: skip
    assert changes(client, first, since=moment)["came"] == 0
    operations.undo(actor=records[0].actor, record=records[0])
    assert changes(client, first, since=moment)["came"] == 1
    assert changes(client, first, back, since=moment)["came"] == 0
    assert changes(client, first, since=moment, query="reason=flood")["came"] == 0
    assert changes(client, first, since=timezone.now())["came"] == 0
    # Later it is told as any other decision: its time is new.
    carry_out_due(now=timezone.now() + RULING_GRACE)
    records[1].refresh_from_db()
    operations.undo(actor=records[1].actor, record=records[1])
    assert changes(client, first, since=moment)["came"] == 2


@pytest.mark.parametrize("query", ["shown=x.1-.-2.9-" + "9" * 30, "since=yesterday", "tab=nowhere"])
def test_nonsense_is_no_question(client, editor, query):
    assert client.get(f"/desk/changes/?{query}").json()["gone"] == []


def test_asking_costs_the_same_for_one_row_and_for_many(
    client, editor, django_assert_num_queries, django_assert_max_num_queries
):
    relax()
    many = [held() for _number in range(8)]
    changes(client, many[0])
    with django_assert_max_num_queries(17) as few:
        changes(client, many[0])
    with django_assert_num_queries(len(few)):
        changes(client, *many)


def test_a_claim_names_its_editor_to_the_others_alone_and_runs_out(client, editor):
    comment = held()
    other = make_user(role="editor", display_name="Ferran Deskly")
    claim(actor=other, comment=comment)
    told = "Ferran Deskly is reading this"
    assert changes(client, comment)["claimed"] == {str(comment.pk): told}
    assert client.post(f"/desk/comments/{comment.pk}/claim/").json() == {"claimed": told}
    assert told in html_of(client, "/desk/")
    assert rule(client, comment).status_code == 200, "who reads it may still be overtaken"
    QueueItem.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert client.post(f"/desk/comments/{comment.pk}/claim/").json() == {"claimed": ""}
    entry = QueueItem.objects.get()
    assert entry.claimed_by == editor
    assert abs(entry.claimed_until - timezone.now() - CLAIMED_FOR) < timedelta(seconds=5)


def test_reading_the_next_lets_go_of_the_last(editor):
    first, second = held(), held()
    claim(actor=editor, comment=first)
    claim(actor=editor, comment=second)
    assert list(QueueItem.objects.filter(claimed_by=editor)) == [second.queue_item]
    assert release(actor=editor) == 1
    assert not QueueItem.objects.filter(claimed_until__isnull=False).exists()


# --- Who may -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"), [("", 302), ("reader", 403), ("editor", 200), ("admin", 200)]
)
def test_who_may_look_and_act(client, role, status):
    comment = held()
    if role:
        sign_in(client, make_user(role=role))
    pages = [
        *("/desk/", "/desk/reported/", "/desk/?tab=all", "/desk/changes/"),
        *(reverse(name, args=[comment.pk]) for name in ("desk_comment", "desk_card")),
        reverse("desk_thread", args=[comment.pk]),
    ]
    for path in pages:
        assert client.get(path).status_code == status, path
    for path in (reverse("desk_claim", args=[comment.pk]), reverse("desk_release")):
        assert client.post(path).status_code == status, path
        assert client.get(path).status_code == (405 if role else 302)
    kept = client.post("/desk/views/", {"name": "Mine", "query": ""})
    assert kept.status_code == (302 if status == 200 else status)
    assert SavedView.objects.exists() == (status == 200)
    assert rule(client, comment).status_code == status
    assert comment.decisions.filter(actor__isnull=False).exists() == (status == 200)


def test_one_editor_does_not_delete_anothers_view(client, editor):
    view = SavedView.objects.create(owner=make_user(role="editor"), name="Theirs", query="")
    assert client.post(f"/desk/views/{view.pk}/delete/").status_code == 403
    assert SavedView.objects.exists()


# --- The difference ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("One two three.", "One 2 three."),
        ("", "All new."),
        ("All gone.", ""),
        ("Same.", "Same."),
        ("كلمة قديمة هنا", "كلمة جديدة هنا"),
        ("word " * 3_000, "words " * 3_000),
    ],
)
def test_a_difference_holds_both_texts_whole(old, new):
    pieces = difference(old, new)
    assert "".join(text for kind, text in pieces if kind in (KEPT, REMOVED)) == old
    assert "".join(text for kind, text in pieces if kind in (KEPT, ADDED)) == new
    assert all(text for _kind, text in pieces)


def test_a_difference_marks_words_and_leaves_the_rest():
    assert difference("One two three.", "One 2 three.") == [
        (KEPT, "One "),
        (REMOVED, "two"),
        (ADDED, "2"),
        (KEPT, " three."),
    ]


# --- What narrows it --------------------------------------------------------------------------


def test_the_filters_of_every_tab_know_the_houses_own_reasons_and_its_articles(client, editor):
    RejectionReason.objects.create(code="gossip", told="It is gossip.", key="g", active=False)
    reasons.forget()
    article = make_article(title="The last night train")
    make_comment(article=article)
    html = html_of(client, "/desk/?tab=approved")
    assert '<option value="gossip">It is gossip.</option>' in html
    assert f'<option value="{article.pk}">The last night train</option>' in html
    assert '<select id="by-older"' in html and '<select id="by-age"' in html


def test_an_author_is_chosen_by_name(client, editor):
    relax()
    author = make_user(display_name="Ada Night")
    mine, _other = make_comment(author=author), make_comment()
    answer = client.get("/desk/", {"tab": "approved", "by": " ada night ", "label": "threat"})
    assert answer.url == f"/desk/?tab=approved&label=threat&author={author.pk}"
    html = html_of(client, f"/desk/?tab=approved&author={author.pk}")
    assert rows_in(html) == [mine.pk] and 'name="by" value="Ada Night"' in html
    assert client.get("/desk/", {"tab": "approved", "by": ""}).url == "/desk/?tab=approved"
    answer = client.get("/desk/", {"by": "Nobody Known"}, follow=True)
    assert "Nobody here is called “Nobody Known”." in unescape(answer.content.decode())
    client.force_login(make_user(), "allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/desk/", {"by": "Ada Night"}).status_code == 403
