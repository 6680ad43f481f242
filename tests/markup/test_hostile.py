"""Nothing hostile gets through rendering: the corpus, and texts that nobody has written yet."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from markup import plain, render_article, render_comment
from markup.allowed import ARTICLE, COMMENT
from markup.sanitiser import sanitise
from tests import hostile
from tests.hostile import TEXTS, Hostile, faults

_KINDS = sorted({text.kind for text in TEXTS})
_SYNTAX = [
    *"<>&\"'`*_[]()!\\:;#=~|-+/ \t\n\r\x00\x01\u00a0\u200b\u202e\ufeff",
    *["```", "> ", "- ", "1. ", "](", "[a](", "![", "]: ", "<!--", "-->", "]]>", "<![CDATA["],
    *["<script>", "</script>", "<svg ", "<math>", "<style>", "</p>", "<a href=", "<img src=x:"],
    *[" onerror=__hostile()", " style=", " id=", " class=", "<textarea>", "</title>", "<b", "/>"],
    *["javascript:", "JaVa\tScRiPt:", "data:text/html,", "vbscript:", "mailto:", "http://", "//"],
    *["&#x6a;", "&#106", "&colon;", "&lt;", "&amp;", "%0a", "%00", "\\u003c", "xn--", "@", "."],
    *["example.org", "a@example.org", "https://example.org/", "\ud800", "é", "\U0001f600", "{{"],
]
_written = st.lists(
    st.one_of(st.sampled_from(_SYNTAX), st.text(max_size=6)), min_size=1, max_size=40
).map("".join)
_joined = st.builds(
    lambda texts, glue: glue.join(text.text[:400] for text in texts),
    st.lists(st.sampled_from(TEXTS), min_size=2, max_size=4),
    st.sampled_from(["", "\n", "\n\n", "\n> ", "\n- ", "[", "](", "`", '"']),
)


def _of_kind(kind: str) -> list[Hostile]:
    return [text for text in TEXTS if text.kind == kind]


def test_the_corpus_has_every_class_that_its_readme_names_and_no_text_twice():
    readme = Path(hostile.__file__).with_name("README.md").read_text(encoding="utf-8")
    named = [line.split("`")[1] for line in readme.splitlines() if line.startswith("| `")]
    assert named.count("feed") == 1
    assert sorted(named) == _KINDS
    assert len({text.text for text in TEXTS}) == len(TEXTS)


@pytest.mark.parametrize(
    "html",
    [
        "<p>a<script>b</script></p>",
        "<p onclick=x>a</p>",
        '<p class="a">a</p>',
        "<p>a",
        "a</p>",
        "<p><em>a</p></em>",
        "a < b",
        "a & b",
        "\x01",
        '<a href="javascript:x" rel="ugc nofollow noopener">a</a>',
        '<a href="//example.org/" rel="ugc nofollow noopener">a</a>',
        '<a href="https://a@example.org/" rel="ugc nofollow noopener">a</a>',
        '<a href="https://example.org/" rel="ugc nofollow">a</a>',
        '<a href="https://example.org/">a</a>',
        "<h2>a</h2>",
    ],
)
def test_the_judge_of_rendered_html_finds_what_is_wrong(html):
    assert faults(html)


@pytest.mark.parametrize("kind", _KINDS)
def test_a_hostile_comment_renders_to_nothing_but_text(kind):
    wrong = {
        text.text: found for text in _of_kind(kind) if (found := faults(render_comment(text.text)))
    }
    assert wrong == {}


@pytest.mark.parametrize("kind", _KINDS)
def test_a_hostile_article_renders_to_nothing_but_text(kind):
    wrong = {
        text.text: found
        for text in _of_kind(kind)
        if (found := faults(render_article(text.text), article=True))
    }
    assert wrong == {}


@pytest.mark.parametrize("kind", _KINDS)
def test_raw_html_that_the_parser_let_through_would_still_be_stopped(kind):
    wrong = {
        text.text: found
        for text in _of_kind(kind)
        if (found := faults(sanitise(text.text.encode("utf-8", "replace").decode(), COMMENT)))
    }
    assert wrong == {}


@pytest.mark.parametrize("kind", _KINDS)
def test_sanitising_what_was_rendered_changes_nothing(kind):
    for text in _of_kind(kind):
        comment, article = render_comment(text.text), render_article(text.text)
        assert sanitise(comment, COMMENT) == comment
        assert sanitise(article, ARTICLE) == article


@pytest.mark.parametrize("kind", _KINDS)
def test_no_hostile_text_is_slow_to_render(kind):
    # The slowest known takes half of this on one busy core; a quadratic one would take minutes.
    for text in _of_kind(kind):
        began = time.process_time()
        plain(render_comment(text.text))
        assert time.process_time() - began < 1.5, text.text[:60]


@settings(max_examples=400, deadline=None)
@given(_written | _joined)
def test_invented_texts_render_to_nothing_but_text(source):
    comment, article = render_comment(source), render_article(source)
    assert faults(comment) == []
    assert faults(article, article=True) == []
    assert sanitise(comment, COMMENT) == comment


@settings(max_examples=300, deadline=None)
@given(_written | _joined)
def test_invented_html_would_be_stopped_behind_the_parser(source):
    raw = source.encode("utf-8", "replace").decode()
    assert faults(sanitise(raw, COMMENT)) == []
    assert faults(sanitise(raw, ARTICLE), article=True) == []
