"""The shipped weights against invented cases; they may not fall under these floors."""

import pytest

from moderation.scorer import load
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
    assert _p(text) >= SCORER.header["thresholds"]["toxicity"]["hold"]


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
