"""What the comparison with other products rests on: equal discussions, answers that hold them, and
figures that are judged as it says."""

import json
from html import escape
from pathlib import Path

import pytest

from benchmarks.discussion import THREAD, held, said
from benchmarks.html_page import hidden_fields, parts
from benchmarks.peers import ISSO, OURS, XTD, Kind, check, over, times
from benchmarks.reading import Asked, Server
from tests.supplies import loose

PINS = Path(__file__).parent.parent / "benchmarks" / "peers.txt"


def kind(table: str, product: str, costs: list[float], holds: int = 0, body: bytes = b"") -> Kind:
    asked = Asked(Server(0, 0), "/", costs=costs, body=body)
    return Kind(table, product, "asked", asked, size=holds, holds=holds)


def test_a_discussion_is_the_same_every_time_and_no_comment_says_what_another_does():
    comments = said(100)
    assert comments == said(100)
    assert len({one["body"] for one in comments}) == 100


def test_every_reply_answers_the_comment_that_opens_its_thread():
    comments = said(10)
    assert [one["parent"] for one in comments] == [None, 0, 0, 0, None, 4, 4, 4, None, 8]
    assert THREAD == 4
    assert all(one["parent"] is None for one in said(10, flat=True))


@pytest.mark.parametrize("written", [str, escape, json.dumps, "<p>{}</p>".format])
def test_an_answer_in_any_form_holds_the_comments_whose_words_are_in_it(written):
    answer = "".join(written(one["body"]) for one in said(12)[:7])
    assert held(answer.encode()) == set(range(7))


def test_a_comment_that_is_there_twice_counts_once_and_a_longer_number_is_none():
    assert held(b"mark00003 mark00003 mark000041 mark0005") == {3}


def test_an_answer_that_lacks_a_comment_stops_the_run():
    check([kind("read", ISSO, [1.0], holds=2, body=b"mark00000 mark00001")])
    with pytest.raises(RuntimeError, match="1 comments, not 2"):
        check([kind("read", ISSO, [1.0], holds=2, body=b"mark00001 and mark00001")])


def test_the_hidden_fields_of_one_form_are_found_and_nothing_else():
    page = (
        '<form action="/other/"><input type="hidden" name="token" value="not this"></form>'
        '<input type="hidden" name="stray" value="0">'
        '<form method="post" action="/post/#box"><input type=hidden name=token value="a&amp;b">'
        '<input name="typed" value="no"></form>'
    )
    assert hidden_fields(page, "/post/") == {"token": "a&b"}
    with pytest.raises(KeyError):
        hidden_fields(page, "/elsewhere/")


def test_the_files_of_a_page_are_counted_once_each():
    page = (
        '<link rel="stylesheet" href="/a.css"><link rel="icon" href="/i.svg"><script>1</script>'
        '<script src="/b.js"></script><img src="//else.example/1"><img src="//else.example/1">'
    )
    assert parts(page) == ["/a.css", "/b.js", "//else.example/1"]


def test_reading_is_compared_for_each_comment_in_the_answer_round_by_round():
    ours = kind("read", OURS, [1.0, 2.0, 50.0], holds=10)
    theirs = kind("read", ISSO, [100.0, 400.0, 1000.0], holds=100)
    assert times(theirs, ours) == 10.0


@pytest.mark.parametrize(("theirs", "faults"), [(9.9, 1), (10.0, 0)])
def test_a_page_must_be_so_many_times_cheaper_than_every_peers(theirs, faults):
    posts = [kind("post", OURS, [1.0]), kind("post", XTD, [2.0])]
    reads = [kind("read", OURS, [1.0], 10), kind("read", XTD, [theirs], 10)]
    assert len(over([*reads, *posts], 10)) == faults


def test_every_way_to_post_to_ours_is_held_against_the_best_peer():
    peers = [kind("post", ISSO, [5.0]), kind("post", XTD, [9.0])]
    ways = [kind("post", OURS, [4.9]), kind("post", OURS, [6.0])]
    [fault] = over([*ways, *peers], 10)
    assert "1.20 times Isso" in fault


def test_the_peers_are_pinned_by_hash_and_named_without_an_index():
    text = PINS.read_text(encoding="utf-8")
    assert loose(text) == []
    assert "isso==" in text and "django-comments-xtd==" in text
    assert "://" not in text
