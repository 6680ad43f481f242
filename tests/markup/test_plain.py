"""Rendered HTML as readable text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from markup import plain, render_article, render_comment


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", ""),
        ("One *two* `three`.\n\nFour\nfive.", "One two three.\nFour\nfive."),
        ("> a\n\nb", "a\nb"),
        ("- a\n- b\n  - c", "a\nb\nc"),
        ("1986. What a year\n1987. And another", "1986. What a year\n1987. And another"),
        ("1. a\n\n   b\n\n2. c", "1. a\nb\n2. c"),
        ("&lt;b&gt; &amp;lt; <i>", "<b> &lt; <i>"),
        ("[a](https://example.org) b", "a b"),
        ("```\na\n\n  b\n```", "a\nb"),
        ("\u00a0 a \u2003 b", "a b"),
    ],
)
def test_plain_text_keeps_the_words_and_drops_the_tags(source, text):
    assert plain(render_comment(source)) == text


def test_headings_and_cells_of_an_article_stand_apart():
    assert plain(render_article("# A\nb\n\n|c|d|\n|-|-|\n|e|f|")) == "A\nb\nc d\ne f"


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (100, "The reader, the editor and the law"),
        (34, "The reader, the editor and the law"),
        (33, "The reader, the editor and the…"),
        (16, "The reader, the…"),
        (15, "The reader…"),
        (12, "The reader…"),
        (1, "…"),
    ],
)
def test_a_longer_text_is_cut_between_words(limit, text):
    assert plain("<p>The reader, the editor and the law</p>", limit) == text


def test_what_is_quoted_can_be_left_out():
    html = render_comment("> Their words.\n>\n> > And those before.\n\nMine.")
    assert plain(html, quotes=False) == "Mine."
    assert "Their words." in plain(html)


def test_a_word_without_end_is_cut_where_it_stands():
    assert plain("<p>" + "w" * 50 + "</p>", 10) == "w" * 9 + "…"
    assert plain("<p>a " + "w" * 50 + "</p>", 10) == "a wwwwwww…"


@settings(deadline=None)
@given(st.text(), st.integers(min_value=1, max_value=80))
def test_a_cut_text_never_exceeds_its_limit_and_is_a_beginning(source, limit):
    whole = plain(render_comment(source))
    cut = plain(render_comment(source), limit)
    assert len(cut) <= limit
    assert whole.startswith(cut.removesuffix("…"))
