"""Notices that a comment is illegal: from anybody, to an editor, and back by mail."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, TooMany
from accounts.limits import LIMITS, Limit
from accounts.operations import erase_account
from comments.models import Comment
from moderation import mail as notice_mail
from moderation import operations
from moderation.models import LegalNotice
from record.models import Entry
from tests.factories import make_comment, make_user
from tests.refusals import codes, refusal

pytestmark = pytest.mark.django_db
DOOR = "allauth.account.auth_backends.AuthenticationBackend"
Status = Comment.Status
SAID = {
    "why": "It calls for violence against my street.",
    "law": "Ireland, Incitement Act",
    "name": "Ada Example",
    "email": "ada@example.org",
    "good_faith": "on",
}


@pytest.fixture(autouse=True)
def _nobody_has_knocked_before(db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()  # where it is counted how often somebody came


def give(comment: Comment | None = None, **said) -> LegalNotice:
    return operations.give_legal_notice(
        notifier=None, comment=comment or make_comment(), **{**SAID, "good_faith": True, **said}
    )


def settle(notice: LegalNotice, outcome: str, *, editor=None, answer="We looked.") -> LegalNotice:
    return operations.settle_legal_notice(
        actor=editor or make_user(role="editor"),
        notice=notice,
        revision_id=notice.comment.latest_id,
        outcome=outcome,
        answer=answer,
    )


# --- giving ------------------------------------------------------------------------------------


def test_anybody_gives_a_notice_without_an_account_and_gets_a_receipt_at_once(client):
    comment = make_comment()
    page = client.get(f"/c/{comment.pk}/notice/")
    assert page.status_code == 200 and "You need no account." in page.content.decode()
    answer = client.post(f"/c/{comment.pk}/notice/", SAID)
    notice = LegalNotice.objects.get()
    html = answer.content.decode()
    assert answer.status_code == 201
    assert "We have received your notice" in html and "ada@example.org" in html
    assert f"<dd>{notice.pk}</dd>" in html
    assert notice.comment == comment and notice.notifier is None and notice.law == SAID["law"]
    assert Entry.objects.about(notice).get().actor is None
    assert "Ada" not in str(Entry.objects.about(notice).get().detail)


def test_a_signed_in_reader_finds_their_address_filled_in(client):
    reader, comment = make_user(), make_comment()
    client.force_login(reader, DOOR)
    assert reader.email in client.get(f"/c/{comment.pk}/notice/").content.decode()
    client.post(f"/c/{comment.pk}/notice/", SAID)
    assert LegalNotice.objects.get().notifier == reader


def test_the_form_asks_for_what_is_missing_and_keeps_what_was_written(client):
    comment = make_comment()
    answer = client.post(f"/c/{comment.pk}/notice/", {"why": "Because."})
    html = answer.content.decode()
    assert answer.status_code == 422 and not LegalNotice.objects.exists()
    assert "Because." in html and "We can act on a notice only if you state this." in html
    assert html.count('class="error"') == 4


def test_name_and_address_may_be_left_out_for_sexual_abuse_of_minors_alone(client):
    comment = make_comment()
    nameless = {name: text for name, text in SAID.items() if name not in ("name", "email")}
    assert client.post(f"/c/{comment.pk}/notice/", nameless).status_code == 422
    answer = client.post(f"/c/{comment.pk}/notice/", {**nameless, "about_minors": "on"})
    assert answer.status_code == 201
    assert "You gave no address" in answer.content.decode()
    assert LegalNotice.objects.get().about_minors
    assert notice_mail.send(notice_id=LegalNotice.objects.get().pk) == 0


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"why": "  "}, "missing"),
        ({"law": ""}, "missing"),
        ({"name": ""}, "missing"),
        ({"email": ""}, "missing"),
        ({"email": "nobody"}, "invalid"),
        ({"email": "a@example.org\nBcc: b@example.org"}, "invalid"),
        ({"why": "x" * 2_001}, "note_too_long"),
        ({"why": "a\x00b"}, "forbidden_characters"),
        ({"good_faith": False}, "good_faith"),
    ],
)
def test_what_is_not_complete_is_refused(said, code):
    with pytest.raises(ValidationError) as refused:
        give(**said)
    assert code in codes(refused.value)
    assert not LegalNotice.objects.exists()


@pytest.mark.parametrize("status", [Status.PENDING, Status.HELD, Status.REJECTED])
def test_only_what_readers_see_can_be_noticed(client, status):
    comment = make_comment(status=status)
    assert client.get(f"/c/{comment.pk}/notice/").status_code == 404
    with pytest.raises(ObjectDoesNotExist):
        give(comment)


def test_one_place_and_one_address_have_a_pace(client, monkeypatch):
    comment = make_comment()
    for number in range(10):
        said = {**SAID, "email": f"ada{number}@example.org"}
        assert client.post(f"/c/{comment.pk}/notice/", said).status_code == 201
    assert client.post(f"/c/{comment.pk}/notice/", SAID).status_code == 429
    monkeypatch.setitem(LIMITS, "legal_notice", Limit(3_600, subject=2))
    give()
    give()
    with pytest.raises(TooMany):
        give()


def test_a_form_from_another_site_is_refused():
    comment = make_comment()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/c/{comment.pk}/notice/", SAID).status_code == 403


# --- settling ----------------------------------------------------------------------------------


def test_removing_rejects_the_comment_as_illegal_and_names_the_decision():
    notice = give()
    editor = make_user(role="editor")
    settled = settle(notice, "removed", editor=editor)
    comment = Comment.objects.get(pk=notice.comment_id)
    assert not comment.is_live and comment.notice["reason"] == "illegal"
    assert settled.decision == comment.decisions.first() and settled.settled_by == editor


def test_what_is_not_illegal_stays():
    notice = settle(give(), "not_illegal")
    assert Comment.objects.get(pk=notice.comment_id).is_live and notice.decision is None


def test_a_comment_is_gone_only_when_readers_do_not_see_it():
    notice = give()
    with refusal("still_shown"):
        settle(notice, "gone")
    operations.rule(
        actor=make_user(role="editor"),
        comment=notice.comment,
        revision_id=notice.comment.latest_id,
        outcome="reject",
        reason="spam",
    )
    assert settle(notice, "gone").outcome == "gone"


def test_a_notice_is_settled_once_by_an_editor_with_a_reason():
    notice = give()
    with pytest.raises(Forbidden):
        settle(notice, "removed", editor=make_user())
    with refusal("missing"):
        settle(notice, "not_illegal", answer=" ")
    with refusal("bad_outcome"):
        settle(notice, "approve")
    settle(notice, "not_illegal")
    with pytest.raises(Conflict):
        settle(notice, "removed")
    assert Comment.objects.get(pk=notice.comment_id).is_live


def test_nobody_settles_a_notice_about_their_own_comment():
    author = make_user(role="editor")
    with pytest.raises(Forbidden):
        settle(give(make_comment(author=author)), "not_illegal", editor=author)


# --- mails -------------------------------------------------------------------------------------


def test_the_receipt_and_the_answer_are_mailed_once_and_quote_nothing_that_was_sent():
    notice = give()
    assert notice_mail.unsent() == [notice.pk]
    assert notice_mail.send(notice_id=notice.pk) == 1
    assert notice_mail.send(notice_id=notice.pk) == 0
    (receipt,) = mail.outbox
    assert receipt.to == ["ada@example.org"] and str(notice.pk) in receipt.subject
    settle(notice, "removed", answer="It is a threat under section 2.")
    assert notice_mail.unsent() == [notice.pk]
    assert notice_mail.send(notice_id=notice.pk) == 1
    assert notice_mail.unsent() == []
    answer = mail.outbox[1]
    assert "The comment has been removed." in answer.body
    assert "It is a threat under section 2." in answer.body
    for sent in mail.outbox:
        assert f"/c/{notice.comment_id}/" in sent.body
        assert SAID["why"] not in sent.body and "Ada" not in sent.body


def test_a_mail_that_the_server_refuses_is_tried_again(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    notice = give()
    assert notice_mail.send(notice_id=notice.pk) == 0
    assert notice_mail.unsent() == [notice.pk]
    notice.refresh_from_db()
    assert notice.receipt_mailed_at is None


# --- the desk, and keeping ---------------------------------------------------------------------


def test_it_stands_on_top_of_what_was_reported_and_is_settled_there(client):
    reported = make_comment(body="Merely rude.")
    operations.report(reporter=make_user(), comment=reported, reason="abuse")
    notice = give(make_comment(body="A threat."))
    client.force_login(make_user(role="editor"), DOOR)
    html = client.get("/desk/reported/").content.decode()
    assert html.index("Said to be illegal") < html.index("Merely rude.")
    assert SAID["why"] in html and "ada@example.org" in html
    answer = client.post(
        f"/desk/notices/{notice.pk}/settle/",
        {"revision": notice.comment.latest_id, "outcome": "removed", "answer": "A threat."},
    )
    assert answer.status_code == 302
    assert "Said to be illegal" not in client.get("/desk/reported/").content.decode()


def test_a_settlement_that_is_refused_is_shown_with_what_was_written(client):
    notice = give()
    client.force_login(make_user(role="editor"), DOOR)
    sent = {"revision": notice.comment.latest_id, "outcome": "", "answer": "Half a reason"}
    answer = client.post(f"/desk/notices/{notice.pk}/settle/", sent)
    assert answer.status_code == 422 and "Half a reason" in answer.content.decode()
    stale = {**sent, "outcome": "removed", "revision": notice.comment.latest_id + 1}
    assert client.post(f"/desk/notices/{notice.pk}/settle/", stale).status_code == 409
    notice.refresh_from_db()
    assert notice.settled_at is None


@pytest.mark.parametrize("role", [None, "reader"])
def test_nobody_but_editors_settles(client, role):
    notice = give()
    if role:
        client.force_login(make_user(role=role), DOOR)
    sent = {"revision": notice.comment.latest_id, "outcome": "removed", "answer": "x"}
    answer = client.post(f"/desk/notices/{notice.pk}/settle/", sent)
    assert answer.status_code == (403 if role else 302)


def test_it_is_kept_until_settled_and_then_for_the_days_of_the_policy():
    kept, old = give(), settle(give(), "not_illegal")
    assert operations.retain(now=timezone.now() + timedelta(days=364))["legal_notices"] == 0
    assert operations.retain(now=timezone.now() + timedelta(days=366))["legal_notices"] == 1
    assert LegalNotice.objects.filter(pk=kept.pk).exists()
    assert not LegalNotice.objects.filter(pk=old.pk).exists()


def test_erasing_an_account_erases_what_its_notices_say():
    reader = make_user()
    signed_out = give(email=reader.email)
    erase_account(actor=reader, user=reader)
    signed_out.refresh_from_db()
    assert not (signed_out.why or signed_out.name or signed_out.email or signed_out.law)


# --- the form for reports ----------------------------------------------------------------------


def test_who_is_signed_out_is_offered_both_ways_and_reports_nothing(client):
    comment = make_comment()
    page = client.get(f"/c/{comment.pk}/report/").content.decode()
    assert f"/accounts/login/?next=/c/{comment.pk}/report/" in page
    assert f"/c/{comment.pk}/notice/" in page
    assert client.post(f"/c/{comment.pk}/report/", {"reason": "spam"}).status_code == 403
    assert not comment.reports.exists()


def test_disagreement_is_told_the_truth_and_a_report_is_thanked_for(client):
    comment = make_comment()
    client.force_login(make_user(), DOOR)
    form = client.get(f"/c/{comment.pk}/report/").content.decode()
    assert "Tell us here instead" in form and "I disagree with it" in form
    said = client.post(f"/c/{comment.pk}/report/", {"reason": "disagree"}).content.decode()
    assert "no editor sees it" in said and f"/c/{comment.pk}/reply/" in said
    assert not comment.reports.exists()
    said = client.post(f"/c/{comment.pk}/report/", {"reason": "spam"}).content.decode()
    assert "on an editor’s desk" in said and comment.reports.exists()


def test_a_report_without_a_reason_comes_back_with_its_note(client):
    comment = make_comment()
    client.force_login(make_user(), DOOR)
    answer = client.post(f"/c/{comment.pk}/report/", {"note": "Look at the second line."})
    assert answer.status_code == 422
    assert "Look at the second line." in answer.content.decode()
