"""Nothing that readers may write does anything in a real browser, wherever it comes out again."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks.hostile import Outcome, run, tally
from benchmarks.hostile_passage import Extent, spread
from benchmarks.hostile_sum import table
from tests.hostile import TEXTS

pytestmark = [pytest.mark.browser, pytest.mark.site]
# Some texts of every class; `make hostile` takes all of them and opens more pages.
CHOSEN = spread(TEXTS, 210)
BRIEFLY = Extent(sample=3, every=3, people=20, admin_pages=1, controlled=100)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    # In a thread of its own: other browser tests keep a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        texts = [text.text for text in CHOSEN]
        return thread.submit(lambda: asyncio.run(run(texts, extent=BRIEFLY))).result()


def test_every_class_of_attack_is_tried():
    assert len(CHOSEN) >= 200
    assert {text.kind for text in CHOSEN} == {text.kind for text in TEXTS}


def test_nothing_runs_is_reported_or_stands_where_it_should_not(outcome):
    told = [f"{row.sink}: {said}" for row in outcome.rows for said in row.said]
    assert outcome.is_clean, "\n".join([*told, table(tally(outcome, len(CHOSEN)))])


def test_every_text_that_may_be_stored_comes_out(outcome):
    refused = sum(outcome.refused["comments"].values())
    assert outcome.posted > 0.9 * len(CHOSEN)
    assert outcome.posted + refused >= len(CHOSEN)
    missing = {row.sink: row.missing for row in outcome.rows if row.missing}
    assert not missing
    by_sink = {row.sink: len(row.shown) for row in outcome.rows}
    for sink in (
        *("article, its threads unfolded", "thread", "feed", "my comments, being checked"),
        *("API: a thread", "news of a discussion", "export, as JSON"),
    ):
        assert by_sink[sink] > 0.9 * len(CHOSEN), sink


def test_the_same_texts_run_where_nothing_protects_a_page(outcome):
    for row in outcome.controls:
        assert min(row.executions, row.reports, row.intrusions) > 0, row
