"""What a comment and an article look like once rendered."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from markup import plain, render_article, render_comment

REL = 'rel="ugc nofollow noopener"'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("", ""),
        (" \n\t\n", ""),
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("One\ntwo", "<p>One<br>\ntwo</p>"),
        (
            "*a* _b_ **c** __d__",
            "<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong></p>",
        ),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("```js secret\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("# x", "<p># x</p>"),
        ("x\n===", "<p>x<br>\n===</p>"),
        ("a\n\n---", "<p>a</p>\n<p>---</p>"),
        ("    four spaces", "<p>four spaces</p>"),
        ("|a|\n|-|\n|b|", "<p>|a|<br>\n|-|<br>\n|b|</p>"),
        (
            "<b>a</b> &amp; &copy; <!-- b -->",
            "<p>&lt;b&gt;a&lt;/b&gt; &amp; © &lt;!-- b --&gt;</p>",
        ),
        ("[a]: https://example.org\n\n[a]", None),
        ("AT&T 5 > 4 < 6", "<p>AT&amp;T 5 &gt; 4 &lt; 6</p>"),
        ("a\x00b\x02c\x03\ud800d\x85e", "<p>abcde</p>"),
        ("&#2; &#0;", "<p>\ufffd \ufffd</p>"),
    ],
)
def test_a_comment_renders_its_small_markdown_and_shows_the_rest_as_text(source, html):
    if html is None:
        html = (
            f'<p>[a]: <a href="https://example.org" {REL}>https://example.org</a></p>\n<p>[a]</p>'
        )
    assert render_comment(source) == html


@pytest.mark.parametrize(
    ("source", "inside"),
    [
        (
            "[a](https://example.org/b?c=1&d=2)",
            f'<a href="https://example.org/b?c=1&amp;d=2" {REL}>a</a>',
        ),
        ('[a](https://example.org "a title")', f'<a href="https://example.org" {REL}>a</a>'),
        (
            "see https://example.org/x.",
            f'see <a href="https://example.org/x" {REL}>https://example.org/x</a>.',
        ),
        (
            "HTTPS://Example.ORG/X",
            f'<a href="HTTPS://Example.ORG/X" {REL}>HTTPS://Example.ORG/X</a>',
        ),
        ("<a@example.org>", f'<a href="mailto:a@example.org" {REL}>a@example.org</a>'),
        (
            "https://bücher.example/ü",
            f'<a href="https://xn--bcher-kva.example/%C3%BC" {REL}>https://bücher.example/ü</a>',
        ),
        (
            "<https://xn--80ak6aa92e.example>",
            f'<a href="https://xn--80ak6aa92e.example" {REL}>https://xn--80ak6aa92e.example</a>',
        ),
        ("[](https://example.org)", f'<a href="https://example.org" {REL}>https://example.org</a>'),
        (
            "[\u200b](https://example.org)",
            f'<a href="https://example.org" {REL}>\u200bhttps://example.org</a>',
        ),
        (
            "[*\u3164*](https://example.org)",
            f'<a href="https://example.org" {REL}><em>\u3164</em>https://example.org</a>',
        ),
        (
            "[a <https://example.org/in>](https://example.org/out)",
            f'<a href="https://example.org/out" {REL}>a https://example.org/in</a>',
        ),
        ("![a](https://example.org/b.png)", f'!<a href="https://example.org/b.png" {REL}>a</a>'),
    ],
)
def test_a_link_keeps_its_address_in_sight_and_says_who_wrote_it(source, inside):
    assert render_comment(source) == f"<p>{inside}</p>"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("[**a** b](javascript:c)", "<strong>a</strong> b"),
        ("[a](/b)", "a"),
        ("[a](//example.org)", "a"),
        ("[a](ftp://example.org)", "a"),
        ("[a](https://b@example.org/)", "a"),
        ("<javascript:a>", "javascript:a"),
        ("readme.md a@example.org //example.org ftp://example.org www.example.org", None),
        ("[a](javascript:b) [c](data:d) e", "a c e"),
    ],
)
def test_a_link_that_may_not_be_followed_becomes_its_text(source, text):
    assert render_comment(source) == f"<p>{source if text is None else text}</p>"


def test_an_article_has_headings_from_h2_to_h4_tables_rules_and_links_within_the_site():
    source = (
        "# A\n\n## B\n\n### C\n\n#### D\n\n###### E\n\nF\n===\n\n***\n\n"
        "|a|b|\n|:-|-:|\n|1|2|\n\n[g](/guidelines/) [h](https://example.org) [i]\n\n"
        "[i]: https://example.org/i 'title'"
    )
    assert render_article(source) == (
        "<h2>A</h2>\n<h2>B</h2>\n<h3>C</h3>\n<h4>D</h4>\n<h4>E</h4>\n<h2>F</h2>\n<hr>\n"
        "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n"
        "<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n"
        '<p><a href="/guidelines/" rel="noopener">g</a> '
        '<a href="https://example.org" rel="noopener">h</a> '
        '<a href="https://example.org/i" rel="noopener">i</a></p>'
    )


def test_an_article_shows_raw_html_and_images_as_text_too():
    assert render_article("<b>a</b> ![c](https://example.org/c.png)") == (
        '<p>&lt;b&gt;a&lt;/b&gt; !<a href="https://example.org/c.png" rel="noopener">c</a></p>'
    )


@pytest.mark.parametrize("opening", ["> ", "- ", "1. ", "> - ", "- > "])
def test_text_nested_too_deep_is_shown_and_not_nested_further(opening):
    html = render_comment(opening * 60 + "the very bottom")
    assert "the very bottom" in html
    assert html.count("<blockquote>") + html.count("<ul>") + html.count("<ol>") <= 8


def test_emphasis_nested_too_deep_is_shown_and_not_nested_further():
    html = render_comment("".join(f"*a{i} " for i in range(40)) + "z* " * 40)
    assert html.count("<em>") == html.count("</em>") == 8
    assert "a39" in html


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["> ", "- ", "1. ", "*", "_", "`", "\n", "\n\n", " ", "# "])))
def test_no_word_is_lost_whatever_stands_around_it(marks):
    words = [f"w{place}w" for place in range(len(marks) + 1)]
    source = words[0] + "".join(a + b for a, b in zip(marks, words[1:], strict=True))
    shown = plain(render_comment(source))
    assert [word for word in words if word not in shown] == []


@pytest.fixture
def eager_threads():
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("eager_threads")
def test_threads_that_render_at_once_do_not_mix_their_texts():
    sources = [
        f"reader {n}: https://example.org/{n} *and* https://example.org/b" for n in range(60)
    ]
    alone = [render_comment(source) for source in sources]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(5):
            assert list(threads.map(render_comment, sources)) == alone


@pytest.mark.parametrize(
    "unit",
    ["- \n", "1. a\n", "- > > a\n", "[*", "[", "![", "](", "http://[a][", "http://xn--", "*a_*b_",
     "**a *b ", "> ", "> - ", "`a``b", "<", "<a ", "&", "&#x", "mailto:a@", "http://a.b ", "a.",
     "- 1. > ", "\\", "~~~\n", "```\n", "-\n\n", "[a](", "[a]: b\n", "a\n=\n", "|\n|-|\n"],
)  # fmt: skip
def test_five_thousand_characters_of_the_worst_markdown_stay_cheap(unit):
    # The worst known takes 0.28 s on a busy core; the bound leaves room for a slower machine.
    source = (unit * 5000)[:5000]
    began = time.process_time()
    render_comment(source)
    assert time.process_time() - began < 1.5
