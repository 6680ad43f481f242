"""The work on a text grows as the text does, whatever is in it: counted in lines of code that run,
not in time. `make bench-texts` has the seconds at full length."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from benchmarks.markdown import CASES, SPOKEN, judged
from markup import plain, render_comment

SIZE = 200  # characters, and twice that
LITTLE = 5_000  # lines; below that the growth says nothing
LINEAR = 2.8  # times the lines for twice the text; 4 is quadratic
DEAREST = 2_500  # lines for a character


def lines(work: Callable[[str], object], text: str) -> int:
    """How many lines of Python run, whoever's they are."""
    ran = 0

    def counting(frame: FrameType, event: str, said: Any) -> Callable:
        nonlocal ran
        ran += 1
        return counting

    before = sys.gettrace()
    sys.settrace(lambda frame, event, said: counting)
    try:
        work(text)
    finally:
        sys.settrace(before)
    return ran


def steep(work: Callable[[str], object], cases: dict[str, Callable[[int], str]]) -> dict[str, Any]:
    """Texts that cost too much, or more and more."""
    work("Once, so that what is made on first use is there.")
    always, found = lines(work, "a"), {}
    for name, make in cases.items():
        short, long = (lines(work, make(size)) - always for size in (SIZE, 2 * SIZE))
        if long > DEAREST * 2 * SIZE or long / max(short, LITTLE) > LINEAR:
            found[name] = (short, long)
    return found


def test_the_count_tells_what_is_quadratic():
    def pairs(text: str) -> int:
        found = 0
        for one in text:
            for other in text:
                found += one == other
        return found

    def each(text: str) -> int:
        found = 0
        for one in text:
            found += one == "a"
        return found

    cases = {"any": CASES["words: 'a'"]}
    assert steep(pairs, cases) == {
        "any": (pytest.approx(80_000, rel=0.1), pytest.approx(320_000, rel=0.1))
    }
    assert steep(each, cases) == {}


def test_no_markdown_is_dear_to_render():
    assert steep(render_comment, CASES) == {}


def test_no_html_is_dear_to_make_plain():
    some = {name: case for name, case in CASES.items() if name.startswith(("lists", "quotes"))}
    html = {name: render_comment(case(4 * SIZE)) for name, case in some.items()}
    assert steep(plain, {name: lambda size, html=html[name]: html[:size] for name in html}) == {}


def test_no_text_is_dear_to_judge():
    assert steep(judged, SPOKEN) == {}


def test_every_kind_of_attack_is_there_and_at_its_length():
    assert len(CASES) > 100 and len(SPOKEN) > 35
    for make in (*CASES.values(), *SPOKEN.values()):
        assert 0 < len(make(SIZE)) <= SIZE
