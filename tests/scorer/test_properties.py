"""What holds for the scorer whatever the text."""

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.scorer import LABELS, load
from moderation.scorer.language import language
from moderation.scorer.reading import LIMIT
from moderation.scorer_training.worst import WORST

SCORER = load()
# Counted steps for a text of at most LIMIT characters, and for any longer one.
MOST_WORK = 25 * LIMIT

# Any code point, lone surrogates included, and what disguises are made of.
ANY = st.text(st.characters(exclude_categories=[]), max_size=400)
HOSTILE = st.text(
    st.sampled_from("aiou fckstd*.-_@$1!0\u200b\u0336\u00e9іа\ud800ｆ😀\n"), max_size=400
)
REPEATED = st.builds(
    lambda piece, times: (piece * times)[:6_000],
    st.text(st.characters(exclude_categories=[]), min_size=1, max_size=12),
    st.integers(1, 2_000),
)


def _check(text: str) -> None:
    verdict = SCORER.score(text)
    assert set(verdict.probabilities) <= set(LABELS)
    for value in verdict.probabilities.values():
        assert math.isfinite(value)
        assert 0 <= value <= 1
    for spans in [*verdict.spans.values(), verdict.disguised]:
        past = 0
        for start, end, *weight in spans:
            assert past <= start < end <= len(text)
            assert all(0 < each <= 1 for each in weight)
            past = start if spans is verdict.disguised else end
    assert verdict.work <= MOST_WORK
    assert verdict == SCORER.score(text)
    assert language(text) in ("en", "de", "other", "")


@given(ANY)
@settings(max_examples=200, deadline=None)
def test_any_text_gets_a_sound_verdict(text):
    _check(text)


@given(HOSTILE)
@settings(max_examples=200, deadline=None)
def test_any_mixture_of_disguises_gets_a_sound_verdict(text):
    _check(text)


@given(REPEATED)
@settings(max_examples=60, deadline=None)
def test_any_repetition_gets_a_sound_verdict(text):
    _check(text)


@pytest.mark.parametrize("name", WORST)
def test_the_worst_texts_cost_no_more_counted_work_than_stated(name):
    assert SCORER.score(WORST[name]).work <= MOST_WORK


@pytest.mark.parametrize("name", WORST)
def test_the_worst_texts_are_judged_in_bounded_time(name):
    text = WORST[name]
    SCORER.score(text)
    spent = []
    for _ in range(3):
        started = time.process_time()
        SCORER.score(text)
        spent.append(time.process_time() - started)
    # 20 ms on a quiet machine; a busy one, and one with slower cores, gets room.
    assert min(spent) < 0.1
