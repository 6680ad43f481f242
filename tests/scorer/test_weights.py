"""The file of weights: nothing but what was written is read."""

import json
import shutil
from datetime import UTC, datetime

import pytest

from moderation.pipeline import AuthorFacts, Outcome, Policy, Submission, judge, scores
from moderation.scorer import WeightsError, load
from moderation.scorer.weights_file import SHIPPED, read_weights

SIZE = SHIPPED.stat().st_size


@pytest.fixture
def copied(tmp_path):
    return shutil.copy(SHIPPED, tmp_path / "scorer.bin")


def flip(path, place):
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 4]))


# The name, the digest, the header, the words, the table and the last kernel.
@pytest.mark.parametrize("place", [3, 30, 200, 40_000, SIZE // 2, SIZE - 1])
def test_a_single_bit_that_fell_over_is_noticed(copied, place):
    flip(copied, place)
    with pytest.raises(WeightsError):
        load(copied)


@pytest.mark.parametrize("size", [0, 10, 40, SIZE // 2, SIZE - 1])
def test_a_file_that_was_cut_off_is_noticed(copied, size):
    with copied.open("r+b") as file:
        file.truncate(size)
    with pytest.raises(WeightsError):
        load(copied)


def test_damaged_weights_hold_every_comment(copied, monkeypatch):
    flip(copied, SIZE // 2)
    monkeypatch.setattr(scores, "load", lambda: load(copied))
    now = datetime(2026, 3, 1, tzinfo=UTC)
    fair = Submission(1, 2, "The library opens at ten.", now, AuthorFacts(3, now, approved=5))
    for cached in (scores.scorer, scores.verdict_on):
        cached.cache_clear()
    try:
        decision = judge(fair, Policy(), ("disguised_words", "abuse", "spam"))
    finally:
        scores.scorer.cache_clear()
    assert decision.outcome is Outcome.HOLD and decision.scores == {}
    assert {found.code for found in decision.findings} == {"check_failed"}


def test_the_report_is_of_the_weights_that_ship():
    report = json.loads(SHIPPED.with_name("report.json").read_text(encoding="utf-8"))
    assert report["version"] == read_weights().version
