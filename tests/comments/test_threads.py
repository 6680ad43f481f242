from contextlib import suppress
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.threads import decode_cursor, encode_cursor, nest, walk, wilson


def row(pk: int, parent: int | None = None, replies: int = 0):
    return SimpleNamespace(id=pk, parent_id=parent, reply_count=replies)


def shape(trees):
    return [(node.row.id, node.level) for node, opening in walk(trees) if opening]


def test_replies_stand_below_what_they_answer_in_the_order_given():
    rows = [row(1), row(2), row(3, 1), row(4, 2), row(5, 3), row(6, 1)]
    assert shape(nest(rows)) == [(1, 0), (3, 1), (5, 2), (6, 1), (2, 0), (4, 1)]


def test_a_row_without_its_parent_on_the_page_stands_alone_and_says_so():
    (tree,) = nest([row(9, 4)])
    assert tree.detached and tree.level == 0


def test_what_is_too_deep_is_left_out_and_its_last_shown_ancestor_goes_on():
    rows = [row(1), *(row(n, n - 1) for n in range(2, 10))]
    trees = nest(rows, depth=3)
    assert shape(trees) == [(1, 0), (2, 1), (3, 2)]
    deepest = trees[0].children[0].children[0]
    assert deepest.continues


def test_a_chain_of_ten_thousand_is_walked_without_recursion():
    rows = [row(1), *(row(n, n - 1) for n in range(2, 10_001))]
    assert len(shape(nest(rows, depth=20_000))) == 10_000


@given(st.lists(st.integers(0, 40), max_size=60))
def test_every_row_within_depth_appears_once_and_every_opening_closes(parents):
    rows = [row(i + 1, p if 0 < p <= i else None) for i, p in enumerate(parents)]
    events = list(walk(nest(rows, depth=1_000)))
    assert sorted(n.row.id for n, opening in events if opening) == [r.id for r in rows]
    assert sum(1 if opening else -1 for _, opening in events) == 0


@pytest.mark.parametrize(
    ("better", "worse"),
    [((10, 0), (1, 0)), ((1, 0), (0, 0)), ((90, 10), (9, 1)), ((5, 5), (1, 5))],
)
def test_more_and_surer_praise_scores_higher(better, worse):
    assert wilson(*better) > wilson(*worse)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_score_is_a_share(ups, downs):
    assert 0.0 <= wilson(ups, downs) <= 1.0


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 2**63 - 1))
def test_a_cursor_returns_what_it_was_made_of(key, pk):
    assert decode_cursor(encode_cursor("best", key, pk), "best") == (key, pk)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "💥",
        "bm9uc2Vuc2U",
        "W10",
        encode_cursor("newest", 1, 2),
        encode_cursor("best", 1, -1),
        encode_cursor("best", 1, 2**63),
        "[" * 4000,
    ],
)
def test_anything_else_is_not_a_cursor(cursor):
    with pytest.raises(ValueError):
        decode_cursor(cursor, "best")


@given(st.text())
def test_no_text_makes_a_cursor_fail_otherwise(text):
    with suppress(ValueError):
        decode_cursor(text, "best")
