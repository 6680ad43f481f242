"""The shipped weights against invented cases; they may not fall under these floors."""

from datetime import UTC, datetime

import pytest

from moderation.pipeline import AuthorFacts, Outcome, Policy, Submission, judge
from moderation.scorer import load
from moderation.scorer_training.templates import asked
from tests.scorer import cases

SCORER = load()


def _p(text: str, label: str = "toxicity") -> float:
    return SCORER.score(text).probabilities[label]


def _auc(positive: list[float], negative: list[float]) -> float:
    wins = sum((p > n) + (p == n) / 2 for p in positive for n in negative)
    return wins / (len(positive) * len(negative))


def test_abuse_is_told_from_plain_disagreement():
    assert _auc([_p(text) for text in cases.ABUSE], [_p(text) for text in cases.FAIR]) >= 0.95


@pytest.mark.parametrize("text", cases.ABUSE)
def test_abuse_is_held(text):
    assert [finding.code for finding in _judged(text).findings] == ["abuse"]


def test_fair_comments_are_rarely_held():
    bar = SCORER.header["thresholds"]["toxicity"]["hold"]
    held = [text for text in cases.FAIR if _p(text) >= bar]
    assert len(held) <= len(cases.FAIR) * 0.1, held


def test_a_groups_name_is_no_evidence():
    pairs = [
        (group, _p(line.format(group))) for line in cases.ABOUT_GROUPS for group in cases.GROUPS
    ]
    bar = SCORER.header["thresholds"]["toxicity"]["hold"]
    held = [(group, value) for group, value in pairs if value >= bar]
    assert len(held) <= 0.05 * len(pairs), held


@pytest.mark.parametrize("group", cases.GROUPS)
def test_hatred_of_a_group_is_told_from_talk_about_it(group):
    hateful = [_p(line.format(group)) for line in cases.AGAINST_GROUPS]
    others = [_p(line.format(each)) for line in cases.ABOUT_GROUPS for each in cases.GROUPS]
    fair = [_p(line.format(group)) for line in cases.ABOUT_GROUPS]
    every = [_p(line.format(each)) for line in cases.AGAINST_GROUPS for each in cases.GROUPS]
    assert _auc(every, fair) >= 0.85
    assert _auc(hateful, others) >= 0.85


@pytest.mark.parametrize("text", cases.DISGUISED)
def test_disguised_abuse_is_held_and_named_as_disguised(text):
    verdict = SCORER.score(text)
    assert verdict.probabilities["toxicity"] >= SCORER.header["thresholds"]["toxicity"]["hold"]
    assert verdict.disguised


@pytest.mark.parametrize("text", cases.SPAM)
def test_spam_is_held(text):
    assert _p(text, "spam") >= SCORER.header["thresholds"]["spam"]["hold"]


@pytest.mark.parametrize("text", [*cases.FAIR, *cases.WITH_LINKS])
def test_ordinary_comments_are_no_spam(text):
    assert _p(text, "spam") < SCORER.header["thresholds"]["spam"]["hold"]


@pytest.mark.parametrize(("text", "label"), cases.KINDS)
def test_each_kind_is_recognised(text, label):
    assert _p(text, label) >= SCORER.header["thresholds"][label]["hold"]


def test_the_words_that_carried_a_verdict_are_shown_where_they_stand():
    text = "I read your column twice, and you are a stupid idiot."
    spans = SCORER.score(text).spans["toxicity"]
    shown = " ".join(text[start:end] for start, end, _ in spans)
    assert "idiot" in shown
    assert "column" not in shown


def test_a_disguised_word_is_shown_as_it_was_written():
    text = "Ignore him, he is an іdі0t as always."
    spans = SCORER.score(text).spans["toxicity"]
    assert any("іdі0t" in text[start:end] for start, end, _ in spans)


def _judged(text):
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    author = AuthorFacts(3, now, approved=5)
    return judge(Submission(1, 2, text, now, author), Policy(), ("abuse", "spam"))


def test_neutral_prose_scores_low_and_is_not_held():
    """Words that quarrels never use are no evidence of one."""
    values = sorted(_p(text) for text in cases.NEUTRAL)
    assert values[len(values) // 2] <= 0.12
    assert sum(value >= 0.3 for value in values) <= 4, values[-6:]
    held = [text for text in cases.NEUTRAL if _judged(text).outcome is not Outcome.APPROVE]
    assert len(held) <= 1, held


@pytest.mark.parametrize("text", cases.FOUL_PICTURES)
def test_a_foul_picture_alone_is_held_and_shown(text):
    (finding, *_rest) = _judged(text).findings
    assert finding.code == "abuse"
    assert any(not text[start:end].isspace() for start, end in finding.spans)


@pytest.mark.parametrize("text", cases.KIND_PICTURES)
def test_a_harmless_picture_is_not_held(text):
    assert _judged(text).findings == ()


def test_a_row_of_one_picture_is_shown_as_a_whole():
    (finding, *_rest) = _judged("Well 🖕🖕🖕").findings
    assert [tuple(span) for span in finding.spans] == [(5, 8)]


def test_sentences_about_groups_that_training_never_sees_keep_their_floors():
    """As `evaluate_scorer` measures them: over all, and fair ones of the worst group (BPSN)."""
    scored = [(case, _p(case.text)) for case in asked()]
    hateful = [value for case, value in scored if case.hateful]
    fair = [value for case, value in scored if not case.hateful]
    assert _auc(hateful, fair) >= 0.83
    worst = min(
        _auc(
            [value for case, value in scored if case.hateful and case.group != group],
            [value for case, value in scored if not case.hateful and case.group == group],
        )
        for group in {case.group for case, _value in scored}
    )
    assert worst >= 0.70
