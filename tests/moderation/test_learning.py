"""What rulings teach the scorer, who cannot steer it, and how it is taken back."""

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from accounts.errors import Forbidden
from articles.models import Guideline
from comments.models import Comment
from moderation import intake, operations, reasons
from moderation.models import DecisionRecord, LearnedModel, RejectionReason
from moderation.operations import learning
from moderation.pipeline import Policy, scores
from moderation.pipeline.submission import Lesson
from moderation.scorer.residual import area
from record.models import Entry
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
State = LearnedModel.State
# A house where people quarrel over teapots, in words that mean no harm anywhere else.
HARSH = "You are a complete {} if you pour before it has drawn, and so say {} of us."
MILD = "I pour after {} minutes, as my {} did, and it has never tasted of anything else."
SCOLDS = ("kettlehead", "spoutling", "lidless creature")


@pytest.fixture(autouse=True)
def free_to_post():
    relax()


def ruled(count, *, editors, authors=12, harsh_are_fair=False, since=0):
    """So many rulings, every other one on a harsh comment, by the editors in turn."""
    article = make_article()
    writers = [make_user() for _each in range(authors)]
    for number in range(since, since + count):
        harsh = number % 2 == 0
        words = HARSH.format(SCOLDS[number % 3], number) if harsh else MILD.format(number, "aunt")
        comment = make_comment(
            article=article,
            author=writers[number % authors],
            body=words,
            status=Comment.Status.PENDING,
        )
        rejected = harsh and not harsh_are_fair
        operations.rule(
            actor=editors[number % len(editors)],
            comment=comment,
            revision_id=comment.latest_id,
            outcome="reject" if rejected else "approve",
            reason="abusive" if rejected else "",
        )


@pytest.fixture
def editors():
    return [make_user(role="editor") for _each in range(3)]


def chance_of(text):
    policy = intake.policy_from(intake.current_policy())
    return scores.probabilities_of(text, policy)["toxicity"]


def test_rulings_move_what_is_like_them_and_leave_the_rest(editors):
    harsh, mild = HARSH.format("kettlehead", "all"), "The council met on Tuesday to discuss drains."
    before = chance_of(harsh), chance_of(mild)
    ruled(200, editors=editors)
    (lesson,) = operations.learn()
    assert lesson.state == State.IN_FORCE and lesson.kind == "abuse"
    assert lesson.figures["after"][1] < lesson.figures["before"][1]
    assert chance_of(harsh) > before[0] + 0.2
    assert abs(chance_of(mild) - before[1]) < 0.1
    assert Entry.objects.filter(verb="learn").count() == 1


def test_no_text_is_read_again_before_there_are_enough_new_rulings(editors, monkeypatch):
    ruled(200, editors=editors)
    assert operations.learn()
    read = []
    monkeypatch.setattr(learning, "_read", lambda rulings, judge: read.append(len(rulings)) or [])
    assert operations.learn() == []
    ruled(learning.LEAST_NEW - 1, editors=editors, since=2_000)
    assert operations.learn() == []
    assert read == []


def test_no_text_is_read_where_there_is_too_little_to_learn_from(editors, monkeypatch):
    monkeypatch.setattr(learning, "_read", lambda rulings, judge: pytest.fail("read"))
    ruled(60, editors=editors)
    assert operations.learn() == []


def test_what_was_lifted_by_a_lesson_shows_its_words_and_names_it(editors):
    ruled(200, editors=editors)
    (lesson,) = operations.learn()
    text = HARSH.format("kettlehead", "all")
    comment = make_comment(status=Comment.Status.PENDING, body=text)
    record = operations.judge(comment_id=comment.pk)
    (found,) = (one for one in record.findings if one["code"] == "abuse")
    assert found["detail"]["lesson"] == lesson.pk
    shown = " ".join(text[start:end] for start, end in found["spans"])
    assert "kettlehead" in shown or "complete" in shown


def test_what_a_lesson_lifts_without_a_word_of_it_is_not_held(editors):
    ruled(200, editors=editors)
    (lesson,) = operations.learn()
    residual = learning.Residual.from_bytes(bytes(lesson.weights))
    constant = residual.dense * 0
    constant[-1] = 3.0
    wordless = learning.Residual(residual.scorer, constant, residual.buckets[:0], constant[:0])
    policy = Policy(learned=(Lesson("abuse", 1, wordless),))
    text = "Read it."
    lifted = scores.probabilities_of(text, policy)["toxicity"]
    assert lifted >= scores.recommended()["toxicity"]
    assert scores.judged_by("abuse", scores.ABUSE, text, policy) is None


def test_a_reason_that_an_admin_added_teaches_by_its_guideline(editors):
    respect = Guideline.objects.create(code="respect", title="Be kind", text="To all of us.")
    facts = {"told": "It hounds somebody.", "key": "9", "position": 99}
    RejectionReason.objects.create(code="hounding", guideline=respect, **facts)
    reasons.forget()
    for reason in ("hounding", "off_topic"):
        comment = make_comment(status=Comment.Status.PENDING)
        operations.rule(
            actor=editors[0],
            comment=comment,
            revision_id=comment.latest_id,
            outcome="reject",
            reason=reason,
        )
    (ruling,) = learning._rulings("abuse", timezone.now())
    assert ruling.target == 1
    assert learning._rulings("spam", timezone.now()) == []


def test_the_area_counts_each_ruling_by_its_weight():
    margin, target = np.array([0.0, 1.0, 2.0]), np.array([1, 0, 1])
    assert area(margin, target, np.ones(3)) == pytest.approx(0.5)
    assert area(margin, target, np.array([1.0, 1.0, 3.0])) == pytest.approx(0.75)
    assert area(np.zeros(3), target, np.array([1.0, 1.0, 3.0])) == pytest.approx(0.5)


def test_words_of_one_author_teach_nothing(editors):
    ruled(200, editors=editors, authors=2)
    for lesson in operations.learn():
        residual = learning.Residual.from_bytes(bytes(lesson.weights))
        assert len(residual.buckets) == 0


def test_one_editor_has_at_most_half_the_say():
    day = timedelta(days=1)
    facts = [(1, author, day) for author in range(90)]
    facts += [(2, author, day) for author in range(90, 100)]
    weights = learning._weights(facts)
    assert sum(weights[:90]) == pytest.approx(sum(weights[90:]))


def test_one_author_has_at_most_five_rulings_worth_and_old_ones_count_less():
    fresh = [(1, 7, timedelta()) for _each in range(50)]
    assert sum(learning._weights(fresh)) == pytest.approx(5)
    old, new = learning._weights([(1, 7, learning.HALF_LIFE), (1, 8, timedelta())])
    assert old == pytest.approx(new / 2)


def test_what_was_undone_teaches_nothing(editors):
    ruled(1, editors=editors)
    record = DecisionRecord.objects.filter(actor__isnull=False).get()
    assert len(learning._rulings("abuse", timezone.now())) == 1
    operations.undo(actor=editors[0], record=record)
    assert learning._rulings("abuse", timezone.now()) == []


def test_a_lesson_that_later_rulings_contradict_is_taken_back(editors):
    ruled(200, editors=editors)
    (lesson,) = operations.learn()
    ruled(80, editors=editors, harsh_are_fair=True, since=1_000)
    operations.learn()
    lesson.refresh_from_db()
    assert lesson.state == State.RETURNED and lesson.ended_at
    assert Entry.objects.get(verb="end_lesson").detail["state"] == "returned"


def test_an_admin_resets_it_in_one_step_and_nobody_else_does(editors):
    text = HARSH.format("kettlehead", "all")
    before = chance_of(text)
    ruled(200, editors=editors)
    (lesson,) = operations.learn()
    with pytest.raises(Forbidden):
        operations.reset_learning(actor=editors[0])
    assert chance_of(text) != before
    assert operations.reset_learning(actor=make_user(role="admin")) == 1
    lesson.refresh_from_db()
    assert lesson.state == State.RESET
    assert chance_of(text) == before
    # What was ruled before it teaches nothing again, however many rulings follow soon.
    LearnedModel.objects.update(created_at=timezone.now() - timedelta(days=9))
    assert operations.learn() == []
    assert chance_of(text) == before


def test_a_lesson_over_other_weights_is_not_used(editors):
    text = HARSH.format("kettlehead", "all")
    before = chance_of(text)
    ruled(200, editors=editors)
    (lesson,) = operations.learn()
    residual = learning.Residual.from_bytes(bytes(lesson.weights))
    other = learning.Residual("other", residual.dense, residual.buckets, residual.weights)
    LearnedModel.objects.update(scorer="other", weights=other.to_bytes())
    intake.lists_of.cache_clear()
    assert chance_of(text) == before
    operations.learn()
    lesson.refresh_from_db()
    assert lesson.state == State.OUTDATED
