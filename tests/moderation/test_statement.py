"""The statement of reasons, the author's own view, and contesting from the page."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from articles.models import Guideline
from comments import operations as comments
from comments.models import Comment
from moderation import operations
from moderation.models import Appeal, LegalNotice, Phrase
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Status = Comment.Status
DOOR = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(client, user):
    client.force_login(user, DOOR)


def refuse(comment, *, editor=None, **ruling) -> Comment:
    operations.rule(
        actor=editor or make_user(role="editor"),
        comment=comment,
        revision_id=comment.latest_id,
        outcome="reject",
        **{"reason": "off_topic", **ruling},
    )
    return Comment.objects.get(pk=comment.pk)


def by_machine(body: str = "A casino for every reader.") -> Comment:
    Phrase.objects.create(text="casino", effect=Phrase.Effect.REJECT)
    comment = make_comment(status=Status.PENDING, body=body)
    operations.judge(comment_id=comment.pk)
    return Comment.objects.get(pk=comment.pk)


def read(client, comment, status: int = 200) -> str:
    """The page's words, as its author reads them."""
    sign_in(client, comment.author)
    response = client.get(f"/c/{comment.pk}/decision/")
    assert response.status_code == status
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main")] if "<main" in html else html
    return re.sub(r"\s+", " ", strip_tags(main))


def test_it_says_what_the_machine_decided_and_by_which_words(client):
    guideline = Guideline.objects.create(code="respect", title="Be kind", text="To all of us.")
    comment = by_machine()
    text = read(client, comment)
    assert "Your comment was not published" in text
    assert "Our automatic checks decided this on" in text and "No person has read it." in text
    assert "It contains words that are not published here." in text
    assert guideline.title in text and guideline.text in text
    assert "Readers do not see your comment." in text
    assert "Your account is not affected" in text
    html = client.get(f"/c/{comment.pk}/decision/").content.decode()
    assert "<mark>casino</mark>" in html and "<q><bdi>casino</bdi></q>" in html
    record = comment.decisions.get()
    assert f"version {record.policy_id}, in force since" in text
    assert f"automatic checks, version {record.software}" in text


def test_the_parts_that_led_to_it_stand_each_on_a_line(client):
    Phrase.objects.create(text="roulette", effect=Phrase.Effect.REJECT)
    comment = by_machine("A casino, with roulette, and once more a casino.")
    sign_in(client, comment.author)
    html = client.get(f"/c/{comment.pk}/decision/").content.decode()
    listed = "".join(f"<li><q><bdi>{words}</bdi></q></li>" for words in ("casino", "roulette"))
    assert f">{listed}</ul>" in html and "These parts of your comment" in html


def test_it_says_that_a_person_decided_with_their_note_and_never_who(client):
    editor = make_user(role="editor", display_name="Quilla Quist")
    comment = refuse(make_comment(status=Status.HELD), editor=editor, note="Ask it elsewhere.")
    text = read(client, comment)
    assert "An editor read it and decided this on" in text
    assert "It is not about the article or its question." in text
    assert "Ask it elsewhere." in text
    assert "The decision is about your comment as a whole." in text
    assert "Quilla" not in text


def test_it_says_that_live_words_were_removed_and_that_a_notice_led_to_it(client):
    comment = make_comment()
    notice = LegalNotice.objects.create(
        comment=comment, why="w", law="l", name="N", email="n@x.org"
    )
    operations.settle_legal_notice(
        actor=make_user(role="editor"),
        notice=notice,
        revision_id=comment.latest_id,
        outcome="removed",
        answer="It is a threat.",
    )
    text = read(client, Comment.objects.get(pk=comment.pk))
    assert "Your comment was removed" in text
    assert "a line in its place says that an editor removed it" in text
    assert "Somebody had told us so; we do not say who." in text
    assert "n@x.org" not in text and "It is a threat." not in text


def test_it_says_that_earlier_words_stay_when_an_edit_was_refused(client):
    relax(edit_minutes=60)
    comment = make_comment(body="The earlier words.")
    comments.edit_comment(actor=comment.author, comment=comment, body="Casino for all of you.")
    Phrase.objects.create(text="casino", effect=Phrase.Effect.REJECT)
    operations.judge(comment_id=comment.pk)
    text = read(client, Comment.objects.get(pk=comment.pk))
    assert "Your edit was not published" in text
    assert "Readers see what you had written before the edit." in text


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        ({"restricted": True}, "an editor reads each of your comments"),
        ({"suspended_until": timezone.now() + timedelta(days=9)}, "your account cannot post"),
    ],
)
def test_it_says_when_the_account_is_affected_otherwise(client, standing, said):
    comment = refuse(make_comment(status=Status.HELD))
    for name, value in standing.items():
        setattr(comment.author, name, value)
    comment.author.save()
    text = read(client, comment)
    assert said in text and "Your account is not affected" not in text


@pytest.mark.parametrize("role", ["reader", "editor", "admin"])
def test_it_is_for_its_author_alone(client, role):
    comment = refuse(make_comment(status=Status.HELD))
    assert client.get(f"/c/{comment.pk}/decision/").status_code == 302
    sign_in(client, make_user(role=role))
    assert client.get(f"/c/{comment.pk}/decision/").status_code == 404
    assert client.post(f"/c/{comment.pk}/appeal/").status_code == 404


def test_it_is_neither_indexed_nor_cached(client):
    comment = refuse(make_comment(status=Status.HELD))
    sign_in(client, comment.author)
    response = client.get(f"/c/{comment.pk}/decision/")
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in response.content.decode()


@pytest.mark.parametrize("status", [Status.PENDING, Status.HELD, Status.APPROVED])
def test_there_is_none_without_a_rejection(client, status):
    comment = make_comment(status=status)
    sign_in(client, comment.author)
    assert client.get(f"/c/{comment.pk}/decision/").status_code == 404


def test_it_says_when_the_decision_no_longer_stands(client):
    editor = make_user(role="editor")
    comment = refuse(make_comment(status=Status.HELD), editor=editor)
    operations.undo(actor=editor, record=comment.decisions.first())
    text = read(client, comment)
    assert "This decision no longer stands" in text and "being looked at again" in text
    assert "Contest this decision" not in text


def test_its_reasons_are_told_for_as_long_as_they_are_kept(client, monkeypatch):
    comment = by_machine()
    operations.change_policy(actor=None, changes={"receipt_days": 30})
    assert "words that are not published here" in read(client, comment)
    later = timezone.now() + timedelta(days=31)
    assert operations.retain(now=later)["receipts"] == 1
    monkeypatch.setattr(timezone, "now", lambda: later)
    sign_in(client, comment.author)
    html = client.get(f"/c/{comment.pk}/decision/").content.decode()
    assert "The reasons are no longer kept." in html and "<mark>" not in html
    assert "words that are not published here" not in html


# --- contesting from the page -------------------------------------------------------------------


def test_the_button_contests_without_a_script_and_the_page_says_so(client):
    comment = by_machine()
    assert "Contest this decision" in read(client, comment)
    response = client.post(f"/c/{comment.pk}/appeal/", {"words": "It is a book's title."})
    assert response.status_code == 302
    assert response["Location"] == f"/c/{comment.pk}/decision/#contest"
    text = read(client, comment)
    assert "You contested this decision on" in text and "It is a book&#x27;s title." in text
    assert "A person will rule" in text and "Contest this decision" not in text
    article = comment.call_to_action.article
    page = client.get(article.get_absolute_url()).content.decode()
    assert "You have contested this decision." in page


def test_words_that_are_too_long_come_back_to_be_shortened(client):
    comment = by_machine()
    sign_in(client, comment.author)
    response = client.post(f"/c/{comment.pk}/appeal/", {"words": "zebra " * 200})
    assert response.status_code == 422 and not Appeal.objects.exists()
    html = response.content.decode()
    assert "zebra zebra" in html and 'role="alert"' in html


def test_the_second_time_is_a_conflict_that_shows_the_first(client):
    comment = by_machine()
    sign_in(client, comment.author)
    client.post(f"/c/{comment.pk}/appeal/", {"words": "Once."})
    response = client.post(f"/c/{comment.pk}/appeal/", {"words": "Twice."})
    assert response.status_code == 409
    assert "You have contested this decision already." in response.content.decode()
    assert Appeal.objects.get().words == "Once."


def test_what_became_of_an_appeal_is_told(client):
    upheld, overturned = by_machine(), refuse(make_comment(status=Status.HELD))
    for comment, outcome in ((upheld, "upheld"), (overturned, "overturned")):
        appeal = operations.appeal(actor=comment.author, comment=comment)
        operations.rule_on_appeal(
            actor=make_user(role="editor"), appeal=appeal, outcome=outcome, note="We looked."
        )
    text = read(client, upheld)
    assert "the decision of our checks stands" in text and "We looked." in text
    text = read(client, overturned)
    assert "This decision was overturned" in text and "Your comment is live" in text


# --- the author's own view ----------------------------------------------------------------------


def own_view(client, comment) -> str:
    sign_in(client, comment.author)
    return client.get(f"/c/{comment.pk}/state/").content.decode()


def test_a_held_comment_is_told_the_measured_wait_and_keeps_asking(client):
    first, article = make_comment(status=Status.HELD), make_article()
    Comment.objects.filter(pk=first.pk).update(decided_at=timezone.now() - timedelta(minutes=12))
    operations.rule(
        actor=make_user(role="editor"),
        comment=first,
        revision_id=first.latest_id,
        outcome="approve",
    )
    Phrase.objects.create(text="miracle cure", effect=Phrase.Effect.HOLD)
    comment = make_comment(article=article, status=Status.PENDING, body="A miracle cure for all.")
    operations.judge(comment_id=comment.pk)
    html = own_view(client, comment)
    assert "half had waited about 13 minutes or less" in html or "about 12 minutes" in html
    assert "<mark>miracle cure</mark>" in html and "Waiting for an editor" in html
    assert f'hx-get="/c/{comment.pk}/state/?looks=1"' in html
    late = client.get(f"/c/{comment.pk}/state/?looks=5000").content.decode()
    assert "load delay:15000ms" in late


def test_a_wait_that_nobody_measured_is_not_invented(client):
    Phrase.objects.create(text="miracle cure", effect=Phrase.Effect.HOLD)
    comment = make_comment(status=Status.PENDING, body="A miracle cure for all.")
    operations.judge(comment_id=comment.pk)
    html = own_view(client, comment)
    assert "so we cannot say how long it will take" in html
    assert "about" not in strip_tags(html).split("Waiting for an editor", 1)[1].split("cure")[0]


def test_the_wait_is_the_median_of_the_last_day(client):
    editor = make_user(role="editor")
    for minutes in (1, 2, 50):
        comment = make_comment(status=Status.HELD)
        ago = timezone.now() - timedelta(minutes=minutes)
        Comment.objects.filter(pk=comment.pk).update(decided_at=ago)
        operations.rule(
            actor=editor, comment=comment, revision_id=comment.latest_id, outcome="approve"
        )
    Phrase.objects.create(text="miracle cure", effect=Phrase.Effect.HOLD)
    held = make_comment(status=Status.PENDING, body="A miracle cure for all.")
    operations.judge(comment_id=held.pk)
    assert Comment.objects.get(pk=held.pk).notice["wait_seconds"] == pytest.approx(120, abs=5)


def test_a_rejected_comment_leads_to_its_statement_and_asks_no_more(client):
    comment = by_machine()
    html = own_view(client, comment)
    assert f'href="/c/{comment.pk}/decision/"' in html and "Not published" in html
    assert "hx-get" not in html
    operations.appeal(actor=comment.author, comment=comment)
    assert "hx-get" in own_view(client, comment)
