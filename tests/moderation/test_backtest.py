"""What a changed phrase, threshold or check would have made of the last decisions."""

import pytest
from django.utils import timezone

from accounts.errors import Conflict, Forbidden
from comments.models import Comment, CommentRevision
from moderation import operations
from moderation.models import ArticlePolicy, DecisionRecord, Phrase, Policy
from moderation.operations import trials
from moderation.trying.proposal import OF_THE_MOMENT, READ_BY
from record.models import Entry
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
# Unlike each other, so that no check of copies speaks.
TONICS = (
    "My grandmother swore by a spoonful of tonic before every long walk.",
    "Whoever opened the new cafe by the station serves tonic with everything.",
    "The article forgets that tonic was once sold by every chemist in town.",
    "I would rather read about trains than about tonic, if you ask me.",
    "Has anybody measured how much tonic a household buys in a whole year?",
    "Our school gave each of us tonic in winter, and we hated the taste.",
    "Prices went up again, tonic included, and wages did not follow them.",
    "A bottle of tonic costs less than a ticket for the morning bus.",
    "Nothing in the report explains why tonic is taxed and lemonade is not.",
)
PLAIN = "The new timetable works well for everybody who starts before eight."


@pytest.fixture
def head():
    return make_user(role="admin")


@pytest.fixture
def article():
    relax()
    return make_article()


def judged(article, body=PLAIN, **more) -> DecisionRecord:
    comment = make_comment(article=article, body=body, status="pending", **more)
    return operations.judge(comment_id=comment.pk)


def outcome_of(head, decisions=1_000, **change) -> dict:
    trial = trials.propose(actor=head, name="A change", **({"changes": {}} | change))
    trials.try_on_decisions(actor=head, trial=trial, decisions=decisions)
    while trials.go_on_with_backtest(trial_id=trial.pk):
        pass
    trial.refresh_from_db()
    assert trial.backtest_wanted == 0
    return trial.backtest


def test_a_new_phrase_shows_what_it_would_have_held_and_what_people_had_said_of_it(head, article):
    records = [judged(article, words) for words in TONICS[:3]]
    judged(article)
    operations.rule(
        actor=head,
        comment=records[0].comment,
        revision_id=records[0].revision_id,
        outcome="reject",
        reason="spam",
    )
    found = outcome_of(head, add=[Phrase(text="tonic", effect="hold")])
    assert found["moves"] == {"approve>hold": 3}
    assert found["looked"] == 4
    assert found["samples"]["approve>hold"] == [record.pk for record in reversed(records)]
    assert found["ruled"] == {"approve>hold": {"reject": 1}}
    assert not Phrase.objects.exists(), "nothing was saved"
    assert set(Comment.objects.values_list("status", flat=True)) == {"approved", "rejected"}


def test_a_removed_phrase_shows_what_it_would_have_released(head, article):
    operations.save_rules(actor=None, rows=[Phrase(text="tonic", effect="reject")])
    judged(article, "I drink tonic with my breakfast.")
    found = outcome_of(head, remove=[Phrase.objects.get()])
    assert found["moves"] == {"reject>approve": 1}


def test_a_phrase_that_another_reason_stands_beside_changes_nothing(head, article):
    operations.save_rules(actor=None, rows=[Phrase(text="tonic", effect="hold")])
    judged(article, "I DRINK TONIC WITH MY BREAKFAST EVERY SINGLE MORNING OF THE WEEK.")
    found = outcome_of(head, remove=[Phrase.objects.get()])
    assert (found["looked"], found["moves"]) == (1, {})


def test_a_threshold_is_held_against_the_scores_that_were_kept(head, article, monkeypatch):
    rude = judged(article, "You are a pathetic idiot and everybody here knows it.")
    plain = judged(article)
    assert (rude.outcome, plain.outcome) == ("hold", "approve")
    assert rude.scores["insult"] > 0.5 > plain.scores["insult"]
    never = {f"{label}_hold": 1.0 for label in rude.scores if label != "spam"}
    assert outcome_of(head, changes=never)["moves"] == {"hold>approve": 1}
    found = outcome_of(head, changes={"insult_reject": 0.5})
    assert found["moves"] == {"hold>reject": 1}
    assert found["samples"] == {"hold>reject": [rude.pk]}
    # A plain text is not scored again: what was kept of it is enough.
    monkeypatch.setattr("moderation.pipeline.scores.verdict_on", None)
    CommentRevision.objects.filter(pk=rude.revision_id).update(erased_at=timezone.now())
    assert outcome_of(head, changes={"insult_reject": 0.5})["moves"] == {}


def test_a_check_that_is_switched_off_releases_what_it_alone_had_held(head, article):
    judged(article, "I DRINK TONIC WITH MY BREAKFAST EVERY SINGLE MORNING OF THE WEEK.")
    judged(article)
    found = outcome_of(head, changes={"checks_off": ["shouting"]})
    assert found["moves"] == {"hold>approve": 1}


def test_a_check_that_is_switched_on_again_holds_what_it_would_have_held(head, article):
    operations.change_policy(actor=None, changes={"checks_off": ["shouting"]})
    judged(article, "I DRINK TONIC WITH MY BREAKFAST EVERY SINGLE MORNING OF THE WEEK.")
    found = outcome_of(head, changes={"checks_off": []})
    assert found["moves"] == {"approve>hold": 1}


def test_newcomers_are_counted_as_they_were_then(head, article):
    author = make_user()
    first, second = (judged(article, words, author=author) for words in TONICS[:2])
    found = outcome_of(head, changes={"newcomer_first_n": 1})
    assert found["samples"] == {"approve>hold": [first.pk]}
    assert second.outcome == "approve"


def test_a_mode_and_reading_hours_are_told_and_an_editors_own_comments_pass(head, article):
    judged(article)
    judged(article, author=make_user(role="editor"))
    assert outcome_of(head, changes={"mode": "waits"})["moves"] == {"approve>hold": 1}


def test_what_the_past_cannot_tell_is_said_and_not_guessed(head, article):
    judged(article)
    found = outcome_of(head, changes={"flood_limit": 1, "raid_authors": 2})
    assert set(found["untold"]) == {"flood", "raids"}
    assert found["moves"] == {}


def test_erased_texts_are_left_out_and_counted(head, article):
    record = judged(article, "Buy the cheap tonic.")
    judged(article)
    CommentRevision.objects.filter(pk=record.revision_id).update(
        source="", html="", erased_at=timezone.now()
    )
    found = outcome_of(head, add=[Phrase(text="cheap tonic", effect="hold")])
    assert (found["looked"], found["erased"], found["moves"]) == (1, 1, {})


def test_an_articles_own_rules_stay_in_force(head, article):
    operations.save_rules(actor=None, rows=[ArticlePolicy(article=article, newcomer_first_n=5)])
    judged(article)
    found = outcome_of(head, changes={"newcomer_first_n": 3})
    assert found["moves"] == {}


def test_only_the_last_decisions_are_looked_at_and_slices_add_up(head, article, monkeypatch):
    for words in TONICS[:5]:
        judged(article, words)
    monkeypatch.setattr(trials, "AT_ONCE", 2)
    added = [Phrase(text="tonic", effect="hold")]
    assert outcome_of(head, decisions=3, add=added)["moves"] == {"approve>hold": 3}
    assert outcome_of(head, decisions=9, add=added)["moves"] == {"approve>hold": 5}


def test_a_slice_that_is_counted_twice_counts_once(head, article):
    judged(article, "Buy the cheap tonic.")
    trial = trials.propose(
        actor=head, name="x", changes={}, add=[Phrase(text="cheap tonic", effect="hold")]
    )
    trials.try_on_decisions(actor=head, trial=trial)
    trials.go_on_with_backtest(trial_id=trial.pk)
    assert trials.go_on_with_backtest(trial_id=trial.pk) is False
    trial.refresh_from_db()
    assert trial.backtest["moves"] == {"approve>hold": 1}


def test_a_back_test_costs_the_same_queries_for_few_and_for_many(
    head, article, django_assert_max_num_queries, django_assert_num_queries
):
    def run():
        trial = trials.propose(
            actor=head, name="x", changes={}, add=[Phrase(text="tonic", effect="hold")]
        )
        trials.try_on_decisions(actor=head, trial=trial)
        return trial

    judged(article, TONICS[0])
    first = run()
    with django_assert_max_num_queries(16) as few:
        trials.go_on_with_backtest(trial_id=first.pk)
    for words in TONICS[1:]:
        judged(article, words)
    second = run()
    with django_assert_num_queries(len(few)):
        trials.go_on_with_backtest(trial_id=second.pk)


@pytest.mark.parametrize("decisions", [0, -1, 10_001])
def test_a_back_test_is_bounded(head, article, decisions):
    with pytest.raises(Exception, match="decisions"):
        outcome_of(head, decisions=decisions, changes={"links_allowed": 5})


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_only_admins_try_changes(head, role):
    trial = trials.propose(actor=head, name="x", changes={"links_allowed": 9})
    actor = make_user(role=role)
    for attempt in (
        lambda: trials.propose(actor=actor, name="x", changes={"links_allowed": 7}),
        lambda: trials.try_on_decisions(actor=actor, trial=trial),
        lambda: trials.start_shadow(actor=actor, trial=trial),
        lambda: trials.enable(actor=actor, trial=trial),
        lambda: trials.drop(actor=actor, trial=trial),
    ):
        with pytest.raises(Forbidden):
            attempt()
    assert Entry.objects.filter(verb__endswith="_change").count() == 1


def test_a_change_that_is_over_is_not_tried_again(head):
    trial = trials.propose(actor=head, name="x", changes={"links_allowed": 9})
    trials.drop(actor=head, trial=trial)
    with pytest.raises(Conflict):
        trials.try_on_decisions(actor=head, trial=trial)


def test_every_rule_that_judging_reads_is_either_asked_again_or_named_as_untold():
    """A new field of the policy fails here until somebody says which."""
    read = frozenset().union(*READ_BY.values(), *OF_THE_MOMENT.values())
    elsewhere = {
        *("max_length", "edit_minutes", "post_limit", "post_seconds", "reactions"),
        *("rejected_text_days", "report_days", "receipt_days", "auto_close_days"),
        *("check_budget_ms", "checks_off", "created_by", "urgent_threat", "urgent_minutes"),
        *("proof_always", "proof_sign_ups", "proof_first_posts", "proof_days"),
    }
    fields = {field.name for field in Policy._meta.concrete_fields if field.editable}
    assert fields - read - elsewhere == {"id"}


def test_nothing_is_written_but_the_trial(head, article):
    judged(article, "Buy the cheap tonic.")
    before = DecisionRecord.objects.count(), Policy.objects.count()
    outcome_of(head, add=[Phrase(text="cheap tonic", effect="reject")])
    assert (DecisionRecord.objects.count(), Policy.objects.count()) == before
