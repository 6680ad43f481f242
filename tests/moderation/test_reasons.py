"""Why editors reject: a list that admins keep, and what old decisions go on telling."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from accounts.errors import Forbidden
from articles.models import Guideline
from comments.models import Comment
from moderation import operations, reasons
from moderation.models import CannedNote, RejectionReason
from moderation.scorer import LABELS
from moderation.statement import statement_of
from record.models import Entry
from tests.admin_pages import path
from tests.factories import make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Status = Comment.Status


@pytest.fixture
def head():
    return make_user(role="admin")


@pytest.fixture
def save(head, django_capture_on_commit_callbacks):
    def save(reason: RejectionReason) -> RejectionReason:
        with django_capture_on_commit_callbacks(execute=True):
            return operations.save_reason(actor=head, reason=reason)

    return save


def reason(code: str) -> RejectionReason:
    return RejectionReason.objects.get(code=code)


def rudeness(**facts) -> RejectionReason:
    facts = {"code": "rude", "told": "It is rude.", "key": "r", "position": 9} | facts
    return RejectionReason(**facts)


def reject(comment: Comment, code: str, **ruling):
    return operations.rule(
        actor=make_user(role="editor"),
        comment=comment,
        revision_id=comment.latest_id,
        outcome="reject",
        reason=code,
        **ruling,
    )


def codes(error) -> dict[str, list[str]]:
    found = error.value.error_dict
    return {field: [each.code for each in errors] for field, errors in found.items()}


# --- What is offered ---------------------------------------------------------------------------


def test_the_first_list_offers_every_reason_of_ours_under_a_key_of_its_own():
    offered = reasons.for_desk()
    assert [each.code for each in offered] == list(reasons.EDITOR)
    assert "".join(each.key for each in offered) == "aospiu"
    for each in offered:
        ours = reasons.EDITOR[each.code]
        assert (each.told, each.guideline, each.notes) == (str(ours.told), ours.guideline, [])


def test_our_own_sentences_are_told_in_the_readers_language():
    with translation.override("de"):
        assert reasons.told("off_topic") == str(reasons.EDITOR["off_topic"].told)
        german = reasons.for_desk()[1].told
    assert german != reasons.for_desk()[1].told


def test_a_reason_of_the_house_is_offered_given_and_told(save):
    no_rudeness = Guideline.objects.create(code="manners", title="Manners", text="Be kind.")
    save(rudeness(guideline=no_rudeness))
    assert reasons.for_desk()[-1].code == "rude"
    comment = make_comment(status=Status.HELD)
    record = reject(comment, "rude")
    assert record.reason == "rude"
    row = Comment.objects.get(pk=comment.pk)
    assert row.notice["guideline"] == "manners"
    statement = statement_of(row)
    assert statement.told == "It is rude." and statement.guideline == no_rudeness


def test_a_reason_of_ours_may_be_said_otherwise_and_rest_on_another_guideline(save):
    row = reason("off_topic")
    row.told = "Please stay with the question."
    row.guideline = Guideline.objects.create(code="focus", title="Focus", text="Stay with it.")
    save(row)
    assert reasons.told("off_topic") == "Please stay with the question."
    assert reasons.guideline_of("off_topic") == "focus"


def test_a_retired_reason_is_refused_for_new_rulings_and_told_for_old_ones(save):
    save(rudeness())
    comment, other = make_comment(status=Status.HELD), make_comment(status=Status.HELD)
    reject(comment, "rude")
    row = reason("rude")
    row.active = False
    save(row)
    assert "rude" not in [each.code for each in reasons.for_desk()]
    with pytest.raises(ValidationError) as refusal:
        reject(other, "rude")
    assert refusal.value.code == "bad_reason" and not other.decisions.exists()
    assert statement_of(Comment.objects.get(pk=comment.pk)).told == "It is rude."


@pytest.mark.parametrize("code", ["", "rude", "shouting", "appeal_upheld"])
def test_what_the_list_does_not_offer_is_no_reason(code):
    with pytest.raises(ValidationError) as refusal:
        reject(make_comment(status=Status.HELD), code)
    assert refusal.value.code == "bad_reason"


def test_the_reasons_of_checks_are_told_without_asking_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert reasons.told("shouting") and reasons.guideline_of("shouting") == "readability"
        assert reasons.told("") == "" and reasons.guideline_of("") == ""


def test_the_list_costs_two_queries_and_then_none_for_a_while(django_assert_num_queries):
    with django_assert_num_queries(2):
        reasons.for_desk()
    with django_assert_num_queries(0):
        reasons.told("off_topic")


# --- Who keeps it ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_only_admins_keep_the_list(role):
    actor = make_user(role=role)
    note = CannedNote.objects.create(title="Thanks", text="Thank you.")
    for deed in (
        lambda: operations.save_reason(actor=actor, reason=rudeness()),
        lambda: operations.save_canned_note(actor=actor, note=note),
        lambda: operations.delete_canned_note(actor=actor, note=note),
    ):
        with pytest.raises(Forbidden):
            deed()
    assert not RejectionReason.objects.filter(code="rude").exists()


def test_a_change_is_in_the_log(save):
    made = save(rudeness())
    entry = Entry.objects.get(verb="save_reason")
    assert entry.subject_id == made.pk
    assert entry.detail == {"code": "rude", "guideline": "", "active": True, "reworded": False}
    made.told = "It is quite rude."
    save(made)
    assert Entry.objects.filter(verb="save_reason").order_by("pk").last().detail["reworded"]


@pytest.mark.parametrize(
    ("facts", "field", "code"),
    [
        ({"told": ""}, "told", "told_missing"),
        ({"told": "x\0y"}, "told", "forbidden_characters"),
        ({"code": "shouting"}, "code", "code_taken"),
        ({"code": "appeal_upheld"}, "code", "code_taken"),
        ({"code": "spam"}, "code", "unique"),
        ({"key": "R"}, "key", "bad_key"),
        ({"key": "?"}, "key", "bad_key"),
        ({"key": "a"}, "__all__", "unique"),
    ],
)
def test_what_would_confuse_is_refused(save, facts, field, code):
    with pytest.raises(ValidationError) as refusal:
        save(rudeness(**facts))
    assert field in codes(refusal)
    assert code in codes(refusal)[field] or code == "unique"


def test_a_code_stays_and_the_illegal_stays_offered(save):
    row = reason("spam")
    row.code, row.told = "advertising", "It advertises."
    with pytest.raises(ValidationError) as refusal:
        save(row)
    assert codes(refusal) == {"code": ["code_fixed"]}
    row = reason("illegal")
    row.active = False
    with pytest.raises(ValidationError) as refusal:
        save(row)
    assert codes(refusal) == {"active": ["needed"]}


def test_the_key_of_a_retired_reason_is_free(save):
    row = reason("unreadable")
    row.active = False
    save(row)
    assert save(rudeness(key="u")).key == "u"


# --- Notes that are sent often -----------------------------------------------------------------


def test_a_note_is_offered_with_its_reason_or_with_all(head, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for title, about in (("Thanks", None), ("Elsewhere", reason("off_topic"))):
            operations.save_canned_note(
                actor=head, note=CannedNote(title=title, text=f"{title}.", reason=about)
            )
    offered = {each.code: each.notes for each in reasons.for_desk()}
    assert offered["spam"] == [("Thanks", "Thanks.")]
    assert sorted(offered["off_topic"]) == [("Elsewhere", "Elsewhere."), ("Thanks", "Thanks.")]
    with django_capture_on_commit_callbacks(execute=True):
        operations.delete_canned_note(actor=head, note=CannedNote.objects.get(title="Thanks"))
    assert {each.code: each.notes for each in reasons.for_desk()}["spam"] == []
    verbs = Entry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["save_canned_note", "save_canned_note", "delete_canned_note"]


# --- In the admin ------------------------------------------------------------------------------


def test_an_admin_adds_and_retires_a_reason_in_the_admin(client, head):
    client.force_login(head)
    form = {"code": "rude", "told": "It is rude.", "key": "r", "position": "7", "active": "on"}
    assert client.post(path(RejectionReason, "add"), form).status_code == 302
    made = reason("rude")
    retired = {"told": "It is rude.", "key": "r", "position": "7"}
    assert client.post(path(RejectionReason, "change", made.pk), retired).status_code == 302
    assert not reason("rude").active
    assert client.get(path(RejectionReason, "delete", made.pk)).status_code == 403


def test_the_admin_says_why_a_reason_is_refused(client, head):
    client.force_login(head)
    form = {"code": "rude", "told": "", "key": "r", "position": "7", "active": "on"}
    answer = client.post(path(RejectionReason, "add"), form, follow=True).content.decode()
    assert "Write what the author is told." in answer
    assert not RejectionReason.objects.filter(code="rude").exists()


# --- what the check of abuse says, by what it fired for --------------------------------------


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["profanity"], "foul language"),
        (["sexually_explicit", "profanity"], "sexual content"),
        (["threat"], "threaten"),
        (["identity_attack"], "group of people"),
        (["profanity", "insult"], "attack or demean somebody"),
        (["toxicity"], "attack or demean somebody"),
        ([], "attack or demean somebody"),
    ],
)
def test_an_author_is_told_what_fired(labels, said):
    assert said in reasons.told("abuse", labels)


def test_swearing_at_nobody_is_told_as_swearing_wherever_its_author_reads_it(client):
    relax()
    never = {f"{label}_hold": 1.0 for label in LABELS if label != "profanity"}
    operations.change_policy(actor=None, changes={**never, "profanity_reject": 0.3})
    comment = make_comment(status="pending", body="What the fuck is this shit?")
    operations.judge(comment_id=comment.pk)
    comment.refresh_from_db()
    assert comment.status == "rejected" and comment.notice["labels"] == ["profanity"]
    client.force_login(comment.author)
    for page in (f"/c/{comment.pk}/decision/", f"/c/{comment.pk}/", "/my/comments/"):
        html = client.get(page, follow=True).content.decode()
        assert "it contains foul language" in html, page
        assert "attack or demean" not in html, page
    told = client.get(f"/api/v1/comments/{comment.pk}").json()["own"]["notice"]["told"]
    assert "foul language" in told
