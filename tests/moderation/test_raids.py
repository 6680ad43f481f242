"""Raids in the database: who is found, what it costs, what is kept, and one ruling on all."""

import json
import random
from collections import Counter
from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.erasure import ask_erasure, erase_due
from accounts.errors import Forbidden
from benchmarks.near_copies import PLAIN, TEXTS
from comments import operations as comments
from comments.models import Comment
from moderation import intake, kin, operations, queue
from moderation.models import Batch, DecisionRecord, LinkDomain, Sketch, SketchValue
from moderation.operations import raids
from moderation.operations.batches import run_batch
from moderation.pipeline.likeness import likeness, shingles
from moderation.pipeline.sketches import own_letters
from tests.accounts.canaries import let_the_day_pass
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Status = Comment.Status
TEXT = TEXTS[0]

# Five of these clauses make a comment. Two people who talk of one thing share some of them.
OPENINGS = (
    "I read the plan twice and still do not see where the buses will turn",
    "My father ran a shop on that corner for thirty years",
    "As somebody who cycles there every morning",
    "The figures in the second table surprised me most",
    "We had the same debate about the library",
    "It is easy to forget how the square looked before the flood",
    "Nobody mentions the trees",
    "I teach at the school across the road",
    "What bothers me is the timetable",
    "Having sat on the planning board myself",
    "The photograph above the article is from the wrong side",
    "When the market moved we lost half our customers",
    "I would gladly pay a little more",
    "Two winters ago the heating failed in the whole block",
    "My neighbours and I counted the lorries last week",
)
MIDDLES = (
    "and I wonder whether anyone has asked the people who clean the streets",
    "so I would rather wait another year than do it badly",
    "while the council has published three estimates that contradict each other",
    "because children need a place that is dry in November",
    "although I admit that the old bridge could not have been saved",
    "which is why a trial of six months seems reasonable to me",
    "yet the consultation ended before most of us had heard of it",
    "and the noise is worse at night than any measurement admits",
    "but the engineers deserve credit for finishing on time",
    "since rents in the side streets have doubled anyway",
    "and that is something no model of traffic will ever show",
    "even if the mayor is right about the costs of doing nothing",
    "when a simple crossing with lights would have been enough",
    "unless the state pays its half as it once promised",
    "as the reader from the valley wrote below the last piece",
)
ENDINGS = (
    "Could the paper print the whole contract?",
    "Let us look at what other towns of our size have done.",
    "I will be at the meeting and listen first.",
    "A bench in the shade would be a start.",
    "Please ask the fire brigade before you decide.",
)


def made_innocents(count):
    """Comments of which no two are more than 45 % alike."""
    chance = random.Random(2)
    made, known = [], []
    while len(made) < count:
        (one, other), (then, last) = chance.sample(OPENINGS, 2), chance.sample(MIDDLES, 2)
        text = f"{one}, {then}. {other}, {last}. {chance.choice(ENDINGS)}"
        letters = shingles(own_letters(text))
        if all(likeness(letters, each) < 0.45 for each in known):
            made.append(text)
            known.append(letters)
    return made


INNOCENT = made_innocents(60)


def judged(*, body=TEXT, **fields):
    comment = make_comment(status=Status.PENDING, body=body, **fields)
    operations.judge(comment_id=comment.pk)
    return Comment.objects.select_related("latest", "author").get(pk=comment.pk)


def finding(comment):
    found = comment.decisions.filter(actor=None).first().findings
    return next((each["detail"] for each in found if each["code"] == "raids"), None)


def cluster_of(comment):
    return Sketch.objects.filter(comment=comment).values_list("cluster", flat=True).first()


@pytest.fixture
def house():
    relax()
    return [make_article() for _article in range(5)]


@pytest.fixture
def editor(client):
    editor = make_user(role="editor")
    client.force_login(editor, "allauth.account.auth_backends.AuthenticationBackend")
    return editor


def copies(count, articles, seed=5):
    """Edited copies of one text by as many new accounts, on one article after the other."""
    chance = random.Random(seed)
    return [
        judged(body=chance.choice(PLAIN)(TEXT, chance), article=articles[at % len(articles)])
        for at in range(count)
    ]


def seen(rows):
    return [(row.pk, row.latest_id) for row in rows]


# --- Finding one -------------------------------------------------------------------------------


def test_a_raid_of_sixty_comments_is_one_cluster_and_sixty_others_are_in_none(house):
    chance = random.Random(1)
    accounts = [make_user() for _account in range(40)]
    readers = [make_user(date_joined=timezone.now() - timedelta(days=90)) for _reader in range(30)]
    raid, others = [], []
    for at in range(60):
        body = TEXT
        for edit in chance.sample(PLAIN, 2):
            body = edit(body, chance)
        raid.append(judged(author=accounts[at % 40], article=house[at % 5], body=body))
        others.append(judged(author=readers[at % 30], article=house[at % 5], body=INNOCENT[at]))
    names = Counter(cluster_of(comment) for comment in raid)
    name, size = names.most_common(1)[0]
    assert size == 60 and name == raid[0].pk
    assert [cluster_of(comment) for comment in others] == [None] * 60
    assert [finding(comment) for comment in others] == [None] * 60
    assert all(comment.is_live for comment in others)
    # The first two went live before anybody could know.
    assert sum(comment.status == Status.HELD for comment in raid) == 58
    last = finding(raid[-1])
    assert last["size"] == 60 and last["authors"] == 40 and last["new_accounts"] == 40
    assert last["articles"] == 5


def test_the_third_author_makes_it_known_and_what_is_live_stays_live(house):
    first, second, third = copies(3, house)
    assert first.is_live and second.is_live and finding(second) is None
    assert third.status == Status.HELD and third.notice["reason"] == "raids"
    assert third.notice["guideline"] == "no_spam"
    detail = finding(third)
    assert detail["comments"] == [first.pk, second.pk] and detail["cluster"] == first.pk
    assert {cluster_of(comment) for comment in (first, second, third)} == {first.pk}


def test_a_growing_raid_keeps_its_name_when_its_first_comments_are_gone(house):
    first, *_rest = copies(4, house)
    comments.withdraw_comment(actor=first.author, comment=first)
    Sketch.objects.filter(comment=first).delete()
    assert finding(judged(article=house[0]))["cluster"] == first.pk


def test_two_raids_that_meet_are_one_from_then_on(house):
    three = copies(3, house)
    apart = copies(3, house, seed=9)
    later = apart[0].pk
    Sketch.objects.filter(comment__in=[row.pk for row in apart]).update(cluster=later)
    detail = finding(judged(article=house[1]))
    assert detail["cluster"] == three[0].pk and detail["size"] == 7
    assert {cluster_of(row) for row in (*three, *apart)} == {three[0].pk}
    assert raids.cluster_of(later) == three[0].pk, "an old card still leads there"


def test_editors_neither_make_a_raid_nor_are_held_for_one(house):
    for _editor in range(4):
        assert judged(author=make_user(role="editor"), article=house[0]).decisions.get()
    assert not Sketch.objects.exists()
    assert finding(judged(article=house[0])) is None


def test_a_policy_that_switches_it_off_keeps_nothing(house):
    relax(raid_authors=0, raid_link_authors=0)
    assert [finding(comment) for comment in copies(4, house)] == [None] * 4
    assert not Sketch.objects.exists()


def test_readers_who_quote_the_article_or_a_comment_are_no_raid(house):
    article = make_article(body=f"{TEXT} And that is all we know of *it* so far.")
    answered = make_comment(article=article, body=TEXTS[1])
    for number in range(5):
        said = INNOCENT[number]
        assert judged(article=article, body=f"{TEXT}\n\n{said}").is_live
        assert judged(parent=answered, body=f"“{TEXTS[1]}” {INNOCENT[number + 20]}").is_live
        marked = f"> {TEXTS[2]}\n\n{INNOCENT[number + 40]}"
        assert judged(article=house[number], body=marked).is_live
    assert not Sketch.objects.filter(cluster__isnull=False).exists()


def test_a_pushed_domain_is_a_raid_only_within_the_hour_and_unless_allowed(house):
    words = iter(INNOCENT)

    def pushed(host):
        return [
            judged(article=article, body=f"{next(words)} https://{host}/{article.pk}")
            for article in house
        ]

    *before, fifth = pushed("www.shop.example")
    assert all(comment.is_live for comment in before) and fifth.status == Status.HELD
    detail = finding(fifth)
    assert detail["domains"] == ["shop.example"] and detail["size"] == detail["authors"] == 5
    ago = timezone.now() - timedelta(minutes=61)
    Sketch.objects.update(at=ago)
    SketchValue.objects.update(at=ago)
    assert judged(body=f"{INNOCENT[-1]} https://shop.example/9").is_live
    operations.save_rules(
        actor=None, rows=[LinkDomain(domain="good.example", effect=LinkDomain.Effect.ALLOW)]
    )
    assert all(comment.is_live for comment in pushed("good.example"))
    # Pointing to another article of this house is what readers do.
    assert all(comment.is_live for comment in pushed("localhost"))


def test_a_domain_that_readers_linked_to_before_is_no_raid_unless_that_was_one(house):
    words = iter(INNOCENT)

    def link(count):
        return [
            judged(article=house[0], body=f"{next(words)} https://films.example/{at}")
            for at in range(count)
        ]

    yesterday = link(3)
    SketchValue.objects.update(at=timezone.now() - timedelta(days=1))
    assert all(comment.is_live for comment in link(6))
    Sketch.objects.filter(comment=yesterday[0]).update(cluster=yesterday[0].pk)
    assert link(1)[0].status == Status.HELD


def test_an_edit_is_found_by_its_new_words_alone(house):
    first = judged(article=house[0])
    edited = comments.edit_comment(actor=first.author, comment=first, body=TEXTS[5])
    operations.judge(comment_id=edited.pk)
    assert finding(copies(2, house)[1]) is None
    sketch = Sketch.objects.get(comment=first)
    assert sketch.revision_id == edited.latest_id and sketch.values.count() == 12


def test_a_raid_costs_two_queries_more_however_large_it_is(house, django_assert_num_queries):
    def gather():
        comment = make_comment(status=Status.PENDING, body=TEXT, article=house[0])
        row = Comment.objects.select_related(
            "author", "latest", "parent__live_revision", "call_to_action__article"
        ).get(pk=comment.pk)
        policy = intake.current_policy()
        with django_assert_num_queries(queries):
            return intake.submission_from(row, policy)

    queries = 7
    assert gather().alike == ()
    copies(2, house)
    queries = 8
    assert len(gather().alike) == 2
    copies(14, house)
    queries = 9
    submission = gather()
    assert len(submission.clusters) == 16
    assert sum(bool(each.text) for each in submission.alike) == kin.COMPARED_LIMIT


# --- What is kept --------------------------------------------------------------------------------


def test_sketches_go_after_seven_days_but_for_the_name_of_what_still_waits(house):
    live, _second, held = copies(3, house)
    later = timezone.now() + timedelta(days=8)
    assert operations.retain(now=later)["sketches"] == 2
    assert not SketchValue.objects.exists()
    assert cluster_of(held) == live.pk
    assert operations.retain(now=later)["sketches"] == 0


def test_a_sketch_goes_with_the_words_it_was_made_of(house):
    relax(rejected_text_days=1)
    comment = judged(article=house[0])
    comments.withdraw_comment(actor=comment.author, comment=comment)
    assert Sketch.objects.filter(comment=comment).exists()
    operations.retain(now=timezone.now() + timedelta(days=2))
    assert not Sketch.objects.filter(comment=comment).exists()


@pytest.mark.parametrize("words", [True, False])
def test_an_erased_account_leaves_no_sketch(house, words, django_capture_on_commit_callbacks):
    mine, other = copies(2, house)
    with django_capture_on_commit_callbacks(execute=True):
        ask_erasure(actor=mine.author, user=mine.author, words=words)
        let_the_day_pass(mine.author_id)
        assert erase_due() == 1
    assert list(Sketch.objects.values_list("comment", flat=True)) == [other.pk]
    assert {value.sketch.comment_id for value in SketchValue.objects.all()} == {other.pk}


# --- Ruling on all at once ---------------------------------------------------------------------


def test_one_ruling_decides_on_all_that_wait_each_with_a_record(house):
    editor = make_user(role="editor")
    first, second, *waiting = copies(8, house)
    done = operations.rule_on_cluster(
        actor=editor, cluster=first.pk, seen=seen(waiting), outcome="reject", reason="spam"
    )
    assert len(done.ruled) == 6 and done.refused == ()
    for comment in waiting:
        record = comment.decisions.first()
        assert record.actor_id == editor.pk and record.reason == "spam"
        assert Comment.objects.get(pk=comment.pk).status == Status.REJECTED
    assert Comment.objects.get(pk=first.pk).is_live and Comment.objects.get(pk=second.pk).is_live


def test_what_changed_meanwhile_is_left_and_named(house):
    editor = make_user(role="editor")
    first, _second, edited, decided, withdrawn, own, fair = copies(7, house)
    outside = make_comment(status=Status.HELD)
    pairs = seen([edited, decided, withdrawn, own, fair, outside])
    comments.edit_comment(actor=edited.author, comment=edited, body=f"{TEXT} No, wait.")
    operations.judge(comment_id=edited.pk)
    operations.rule(actor=editor, comment=decided, revision_id=decided.latest_id, outcome="approve")
    comments.withdraw_comment(actor=withdrawn.author, comment=withdrawn)
    Comment.objects.filter(pk=own.pk).update(author=editor)
    done = operations.rule_on_cluster(
        actor=editor, cluster=first.pk, seen=pairs, outcome="reject", reason="spam"
    )
    assert [record.comment_id for record in done.ruled] == [fair.pk]
    assert {each.comment_id: each.code for each in done.refused} == {
        edited.pk: "changed",
        decided.pk: "not_waiting",
        withdrawn.pk: "withdrawn",
        own.pk: "own_comment",
        outside.pk: "not_in_cluster",
    }
    assert Comment.objects.get(pk=decided.pk).is_live


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"outcome": "hold"}, "bad_outcome"),
        ({"reason": "no such"}, "bad_reason"),
        ({"note": "x" * 1_001}, "note_too_long"),
        ({"seen": []}, "none_chosen"),
        ({"seen": [(at, at) for at in range(1, 202)]}, "too_many"),
    ],
)
def test_a_ruling_that_cannot_be_is_refused_as_a_whole(house, wrong, code):
    first, _second, third = copies(3, house)
    ruling = {"seen": seen([third]), "outcome": "reject", "reason": "spam", **wrong}
    with pytest.raises(ValidationError) as refused:
        operations.rule_on_cluster(actor=make_user(role="editor"), cluster=first.pk, **ruling)
    assert refused.value.code == code
    assert not DecisionRecord.objects.filter(actor__isnull=False).exists()


def test_only_editors_rule_on_a_cluster_or_see_one(house):
    first, _second, third = copies(3, house)
    with pytest.raises(Forbidden):
        operations.rule_on_cluster(
            actor=make_user(), cluster=first.pk, seen=seen([third]), outcome="approve"
        )
    for ask in (queue.waiting, queue.decided_of_cluster):
        with pytest.raises(Forbidden):
            ask(reader=make_user(), cluster=first.pk)


# --- The desk ----------------------------------------------------------------------------------


def test_a_card_leads_to_the_cluster_and_its_form_rules_on_what_is_ticked(client, editor, house):
    first, second, *waiting = copies(6, house)
    other = make_comment(status=Status.HELD, body="Quite another matter altogether.")
    html = client.get(f"/desk/comments/{waiting[0].pk}/").content.decode()
    assert html.count(f'href="/desk/?cluster={first.pk}"') == 1
    assert "Part of a cluster of 6 comments by 6 authors" in html
    page = client.get(f"/desk/?cluster={first.pk}")
    html = page.content.decode()
    boxes = [f'name="seen" value="{row.pk}:{row.latest_id}" checked' for row in waiting]
    assert all(box in html for box in boxes) and html.count('name="seen"') == 4
    assert f"#card-{other.pk}" not in html and "Quite another matter" not in html
    assert f'href="/c/{first.pk}/"' in html and f'href="/c/{second.pk}/"' in html
    assert "style=" not in html and "onclick" not in html
    fair, *unfair = waiting
    sent = client.post(
        f"/desk/clusters/{first.pk}/rule/",
        {
            "seen": [f"{row.pk}:{row.latest_id}" for row in unfair],
            "outcome": "reject",
            "reason": "spam",
        },
    )
    batch = Batch.objects.get()
    assert sent.status_code == 302 and sent.url == f"/desk/batches/{batch.pk}/"
    assert batch.total == 3 and run_batch(batch_id=batch.pk, at=0, within=60) is None
    html = unescape(client.get(sent.url).content.decode())
    assert "3 comments decided." in html and f"Cluster {first.pk}" in html
    assert client.get(f"/desk/?cluster={first.pk}").content.decode().count('name="seen"') == 1
    statuses = {row.pk: Comment.objects.get(pk=row.pk).status for row in waiting}
    assert statuses == {fair.pk: Status.HELD, **{row.pk: Status.REJECTED for row in unfair}}
    again = client.post(
        f"/desk/clusters/{first.pk}/rule/",
        {"seen": [f"{unfair[0].pk}:{unfair[0].latest_id}"], "outcome": "approve"},
    )
    assert again.status_code == 422 and "Choose at least one comment." in again.content.decode()
    outside = client.post(
        f"/desk/clusters/{first.pk}/rule/",
        {"seen": f"{other.pk}:{other.latest_id}", "outcome": "approve"},
    )
    assert outside.status_code == 422 and Batch.objects.count() == 1
    assert client.post(sent.url + "undo/").status_code == 302
    undoing = Batch.objects.get(undoes=batch)
    assert run_batch(batch_id=undoing.pk, at=0, within=60) is None
    held = Comment.objects.filter(pk__in=[row.pk for row in unfair], status=Status.HELD)
    assert held.count() == 3


def test_every_cluster_and_author_leads_to_a_batch(client, editor, house):
    first, _second, *waiting = copies(5, house)
    html = client.get(f"/desk/?cluster={first.pk}").content.decode()
    assert f'href="/desk/batches/?cluster={first.pk}"' in html
    page = unescape(client.get(f"/desk/batches/?cluster={first.pk}").content.decode())
    assert "3 comments" in page and "All 3 of them" in page
    person = client.get(f"/desk/people/{waiting[0].author_id}/").content.decode()
    assert f'href="/desk/batches/?author={waiting[0].author_id}"' in person
    for query, leads in (
        ("", "/desk/batches/"),
        ("?tab=approved&author=7", "/desk/batches/?tab=approved&author=7"),
        ("?tab=rejected", "/desk/batches/"),
        ("?tab=appeals", "/desk/batches/"),
        ("?reason=raids&order=oldest", "/desk/batches/?reason=raids"),
    ):
        assert f'class="many" href="{leads}"' in unescape(
            client.get(f"/desk/{query}").content.decode()
        )


def test_a_form_without_a_reason_says_so_and_decides_nothing(client, editor, house):
    first, _second, third = copies(3, house)
    sent = client.post(
        f"/desk/clusters/{first.pk}/rule/",
        {"seen": f"{third.pk}:{third.latest_id}", "outcome": "reject", "note": "Kept words"},
    )
    html = sent.content.decode()
    assert sent.status_code == 422 and "Choose a reason." in html and "Kept words" in html
    assert Comment.objects.get(pk=third.pk).status == Status.HELD


def test_more_than_fit_are_ruled_on_in_parts_and_the_page_says_so(
    client, editor, house, monkeypatch
):
    monkeypatch.setattr(raids, "RULED_AT_ONCE", 3)
    monkeypatch.setattr("moderation.desk.clusters.RULED_AT_ONCE", 3)
    first, _second, *waiting = copies(7, house)
    html = client.get(f"/desk/?cluster={first.pk}").content.decode()
    assert html.count('name="seen"') == 3
    assert "These are the first 3 that wait." in html
    pairs = [f"{row.pk}:{row.latest_id}" for row in waiting]
    address = f"/desk/clusters/{first.pk}/rule/"
    assert client.post(address, {"seen": pairs, "outcome": "approve"}).status_code == 302
    batch = Batch.objects.get()
    assert batch.total == 3 and run_batch(batch_id=batch.pk, at=0, within=60) is None
    html = client.get(f"/desk/?cluster={first.pk}").content.decode()
    assert html.count('name="seen"') == 2 and "These are the first" not in html


@pytest.mark.parametrize("pair", ["x", "1", "1:", "1:2:3", "-1:2", f"{'9' * 19}:1", "²:1"])
def test_a_box_that_no_page_shows_is_not_found(client, editor, pair):
    sent = client.post("/desk/clusters/1/rule/", {"seen": pair, "outcome": "approve"})
    assert sent.status_code == 404


@pytest.mark.parametrize(("role", "status"), [("", 302), ("reader", 403)])
def test_nobody_but_editors_opens_a_cluster_or_sends_its_form(client, house, role, status):
    first, _second, third = copies(3, house)
    if role:
        client.force_login(make_user(), "allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(f"/desk/?cluster={first.pk}").status_code == status
    sent = client.post(
        f"/desk/clusters/{first.pk}/rule/",
        {"seen": f"{third.pk}:{third.latest_id}", "outcome": "approve"},
    )
    assert sent.status_code == status
    assert Comment.objects.get(pk=third.pk).status == Status.HELD


def test_a_desk_without_raids_asks_for_none(client, editor, django_assert_max_num_queries):
    make_comment(status=Status.HELD)
    with django_assert_max_num_queries(40) as few:
        client.get("/desk/")
    assert not [query for query in few if "COUNT" in query["sql"] and "_sketch" in query["sql"]]


# --- The API -----------------------------------------------------------------------------------


def test_a_program_reads_a_cluster_and_rules_on_it(client, editor, house):
    first, _second, third, fourth = copies(4, house)
    make_comment(status=Status.HELD)
    body = client.get(f"/api/v1/queue?cluster={first.pk}").json()
    assert [item["comment"]["id"] for item in body["items"]] == [third.pk, fourth.pk]
    assert body["waiting"] == 2
    assert body["items"][0]["cluster"] == {
        "id": first.pk,
        "comments": 4,
        "authors": 4,
        "articles": 4,
    }
    pairs = [{"comment": row.pk, "revision": row.latest_id} for row in (third, fourth)]
    pairs[1]["revision"] = third.latest_id
    ruling = {"seen": pairs, "outcome": "reject", "reason": "spam"}

    def send(ruling):
        return client.post(
            f"/api/v1/clusters/{first.pk}/rulings", json.dumps(ruling), "application/json"
        )

    answer = send(ruling).json()
    assert [record["comment"] for record in answer["ruled"]] == [third.pk]
    assert [(each["comment"], each["code"]) for each in answer["refused"]] == [
        (fourth.pk, "changed")
    ]
    assert send({**ruling, "seen": pairs[:1] * 201}).status_code == 422
    client.force_login(make_user(), "allauth.account.auth_backends.AuthenticationBackend")
    assert send(ruling).status_code == 403
    assert client.get(f"/api/v1/queue?cluster={first.pk}").status_code == 403
    client.logout()
    assert send(ruling).status_code == 401
