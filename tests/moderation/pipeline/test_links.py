import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.pipeline.links import canonical_host, find_links, find_names, is_within

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=150)
LINKISH_TEXT = st.text("ahtps:/.[]()<>@% \\dot\u200b。comxn-1", max_size=80)


@pytest.mark.parametrize(
    ("text", "piece", "host"),
    [
        ("see https://example.com.", "https://example.com", "example.com"),
        ("(http://example.com/a_(b))", "http://example.com/a_(b)", "example.com"),
        ("[text](https://example.com/a)", "https://example.com/a", "example.com"),
        ("[text](<https://example.com/a>)", "https://example.com/a", "example.com"),
        ("<https://example.com>", "https://example.com", "example.com"),
        ("[a.org](http://a.org)", "http://a.org", "a.org"),
        ("[1]: https://example.com", "https://example.com", "example.com"),
        ("HTTPS://EXAMPLE.COM/x?y=1#z!", "HTTPS://EXAMPLE.COM/x?y=1#z", "example.com"),
        ("http://example.com:8080/", "http://example.com:8080/", "example.com"),
        ("http://192.168.0.1/x", "http://192.168.0.1/x", "192.168.0.1"),
        ("www.example.museum", "www.example.museum", None),
        ("www.example.org, too", "www.example.org", "www.example.org"),
        ("go to example.com", "example.com", "example.com"),
        ("EXAMPLE.COM is", "EXAMPLE.COM", "example.com"),
        ("bit.ly/abc!", "bit.ly/abc", "bit.ly"),
        ("goo.gl:443", "goo.gl:443", "goo.gl"),
        ("//example.com/x", "example.com/x", "example.com"),
        ("**https://example.com**", "https://example.com", "example.com"),
        ("bücher.de", "bücher.de", "bücher.de"),
        ("пример.рф", "пример.рф", "пример.рф"),
        ("例子.中国", "例子.中国", "例子.中国"),
        ("example。com", "example。com", "example.com"),
        ("http://example.com./", "http://example.com./", "example.com"),
        ("http://xn--bcher-kva.de", "http://xn--bcher-kva.de", "bücher.de"),
    ],
)
def test_a_link_is_found_with_its_host_and_its_end(text, piece, host):
    links = find_links(text)
    if host is None:
        assert links == ()
        return
    assert [(text[link.start : link.end], link.host) for link in links] == [(piece, host)]
    assert links[0].disguise is None


@pytest.mark.parametrize(
    "text",
    [
        "It is finished.It was late.",
        "be it so.Today we",
        "file.txt, node.js and main.rs",
        "the U.S.A. and e.g. this",
        "me.name@example.com",
        "version 1.2.3 costs 3.50",
        "wait...what",
        "and/or",
        "http:// alone",
        "the dot com bubble",
        "a red dot in the corner",
        "[text](page)",
        "The dot com crash and dot com dreams of the dot com",
        "12:30.",
    ],
)
def test_what_is_no_link_is_left_alone(text):
    assert find_links(text) == ()


@pytest.mark.parametrize(
    ("text", "host", "disguise"),
    [
        ("hxxp://example.com/x", "example.com", "scheme"),
        ("h**ps://example.com", "example.com", "scheme"),
        ("http:\\\\example.com", "example.com", "scheme"),
        ("http : //example.com", "example.com", "scheme"),
        ("https://example[.]com/x", "example.com", "dots"),
        ("example dot com", "example.com", "dots"),
        ("example DOT com", "example.com", "dots"),
        ("example (dot) shop", "example.shop", "dots"),
        ("example[.]com", "example.com", "dots"),
        ("https://bank.example@evil.com/", "evil.com", "user"),
        ("ev\u200bil.com", "evil.com", "invisible"),
        ("https://ev\u00adil.com", "evil.com", "invisible"),
        ("http://%65vil.com", "evil.com", "percent"),
        ("аpple.com", "аpple.com", "lookalike"),
        ("аррӏе.com", "аррӏе.com", "lookalike"),
        ("https://xn--80ak6aa92e.com", "аррӏе.com", "lookalike"),
        ("[bank.com](https://evil.com/x)", "evil.com", "label"),
        ("[https://bank.com](https://bank.com.evil.com)", "bank.com.evil.com", "label"),
    ],
)
def test_a_disguised_link_is_found_with_its_disguise(text, host, disguise):
    assert [(link.host, link.disguise) for link in find_links(text)] == [(host, disguise)]


def test_a_link_is_a_copy_of_its_text_only_once():
    assert len(find_links("[https://a.org/](https://a.org/) and [b](https://b.org)")) == 2


def test_a_label_may_name_the_site_above_its_target():
    assert find_links("[example.com](https://www.example.com/x)")[0].disguise is None
    assert find_links("[www.example.com](https://example.com/x)")[0].disguise is None


def test_names_of_any_ending_are_found_for_comparison_with_a_list():
    assert [name.host for name in find_names("visit Evil.Museum now")] == ["evil.museum"]


@pytest.mark.parametrize(
    ("host", "domains", "expected"),
    [
        ("example.com", {"example.com"}, True),
        ("a.b.example.com", {"example.com"}, True),
        ("notexample.com", {"example.com"}, False),
        ("example.com.evil.org", {"example.com"}, False),
        ("com", {"example.com"}, False),
    ],
)
def test_a_host_is_within_its_own_domain_and_those_above(host, domains, expected):
    assert is_within(host, domains) is expected


def test_one_host_has_one_spelling():
    spellings = ["Bücher.DE", "xn--bcher-kva.de", "bücher.de.", "bu\u0308cher.de", "ｂücher.de"]
    assert {canonical_host(host) for host in spellings} == {"bücher.de"}


@given(ANY_TEXT | LINKISH_TEXT)
def test_links_of_any_text_lie_within_it_in_order_and_apart(text):
    end = 0
    for link in find_links(text):
        assert end <= link.start < link.end <= len(text)
        end = link.end
