"""Which addresses a link may lead to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markup.links import LONGEST_LINK, acceptable_link


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org",
        "https://example.org/",
        "HTTPS://EXAMPLE.ORG/A",
        "https://sub.example.org:8443/a/b.html?c=d&e=f#g",
        "https://example.org?a",
        "https://example.org#a",
        "https://example.org/a(b)'c;d,e[f]{g}|h^i~j!k*l@m:n$o",
        "https://example.org/%E2%82%AC%0A",
        "http://localhost:8000/",
        "http://192.0.2.7/",
        "https://xn--bcher-kva.example/",
        "https://4chan.example/",
        "mailto:a.b+c_d@example.org",
    ],
)
def test_a_plain_absolute_address_may_be_linked(address):
    assert acceptable_link(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "/a",
        "//example.org",
        "http:",
        "http://",
        "http:///a",
        "https:example.org",
        "https:/example.org",
        "https:\\\\example.org",
        "javascript:a",
        "javascript://example.org/%0aa",
        "data:text/html,a",
        "vbscript:a",
        "ftp://example.org",
        "file:///a",
        "tel:1",
        "xhttps://example.org",
        " https://example.org",
        "https://example.org\n",
        "https://example.org/ a",
        "https://exa\tmple.org",
        "https://example.org/\x00",
        "https://example.org/\\a",
        'https://example.org/"a',
        "https://example.org/<a",
        "https://example.org/`a",
        "https://example.org/é",
        "https://éxample.org/",
        "https://a@example.org",
        "https://a:b@example.org",
        "https://example.org:b@example.com",
        "https://@example.org",
        "https://example.org:/",
        "https://example.org:65536/",
        "https://example.org:８０/",
        "https://-example.org",
        "https://example-.org",
        "https://.example.org",
        "https://example..org",
        "https://exa_mple.org",
        "https://exa%6dple.org",
        "https://" + "a" * 64 + ".org",
        "https://" + "a." * 127 + "org",
        "https://[::1]/",
        "https://2130706433/",
        "https://127.1/",
        "https://0x7f.0.0.1/",
        "https://0177.0.0.1/",
        "https://256.0.0.1/",
        "https://1.2.3.4.5/",
        "https://example.0x7f/",
        "https://xn--/",
        "https://xn--a-ecp.ru/",
        "https://xn--n3h.example/",
        "mailto:",
        "mailto:a",
        "mailto:@example.org",
        "mailto:a@",
        "mailto:a@example.org?bcc=b@example.org",
        "mailto:a@example.org,b@example.org",
        "mailto:a%0ab@example.org",
        "https://example.org/" + "a" * LONGEST_LINK,
    ],
)
def test_anything_else_may_not_be_linked(address):
    assert not acceptable_link(address)


@pytest.mark.parametrize("address", ["/", "/guidelines/", "/a/b?c=d#e"])
def test_a_path_of_the_site_may_be_linked_where_that_is_allowed(address):
    assert acceptable_link(address, site_paths=True)
    assert not acceptable_link(address)


@pytest.mark.parametrize(
    "address", ["//example.org", "/\\example.org", "/\t/example.org", "///a", "a/b", "#a", "?a"]
)
def test_a_path_that_could_leave_the_site_may_not(address):
    assert not acceptable_link(address, site_paths=True)


@given(st.text(), st.sampled_from('\t\n\r \\"<>`\x00\x7f\u00a0\u2028\u3002\uff0f\u2044'))
def test_an_odd_character_anywhere_refuses_the_address(text, odd):
    assert not acceptable_link(f"https://example.org/{text}{odd}", site_paths=True)
    assert not acceptable_link(f"https://{odd}{text}example.org/", site_paths=True)
    assert not acceptable_link(f"{odd}https://example.org/{text}", site_paths=True)
