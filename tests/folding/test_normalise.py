import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folding import has_forbidden, is_blank, normalise

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
TRICKY_TEXT = st.text(
    "ae\u0301\u0323\u0344\u0f73\u0958\u0338\u200b\u200c\u200d\u202e\u2066\u200f\ufe0f\U0001f468"
    "\U0001f3fb\U0001f3f4\U000e0067\U000e007f \t\n\r\0\u2028\u3164ब्रمیก\u1100\u1161\u11a8",
    max_size=60,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e\u0301", "é"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("a\x00b\x07c\x1b[31md\x9fe\tf", "abc[31mde\tf"),
        ("\n \n  first  \nsecond\t\n\n", "  first\nsecond"),
        ("a\n\nb", "a\n\nb"),
        ("\ufeffwo\u00adrd\u2060s\u200b", "words"),
        ("abc\u202edef\u202c \u2066x\u2069 \u2067y", "abcdef x y"),
        ("שלום\u200f!", "שלום\u200f!"),
        ("می‌خواهم", "می‌خواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("a\u200db\u200cc", "abc"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("👩🏽\u200d🚀", "👩🏽\u200d🚀"),
        ("❤️\u200d🔥", "❤️\u200d🔥"),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", None),
        ("a\U000e0067\U000e0062b", "ab"),
        ("ประเทศ\u200bไทย", "ประเทศ\u200bไทย"),
        ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
        ("a\ufe0f\ufe0f\ufe0fb", "a\ufe0fb"),
    ],
)
def test_a_text_is_stored_in_one_form(text, expected):
    assert normalise(text) == (text if expected is None else expected)


def test_smeared_marks_are_cut_to_what_a_language_may_need():
    assert len(unicodedata.normalize("NFD", normalise("a" + "\u0301\u0323" * 50_000))) == 11


@given(ANY_TEXT | TRICKY_TEXT)
def test_normalising_twice_is_normalising_once(text):
    once = normalise(text)
    assert normalise(once) == once
    assert "\0" not in once
    assert "\r" not in once


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x\udfff", "\udc00\ud800"])
def test_what_no_database_can_carry_is_forbidden(text):
    assert has_forbidden(text)


@pytest.mark.parametrize("text", ["", "abc", "👨\u200d👩\u200d👧", "\U0010ffff", "\x01"])
def test_everything_else_is_not_forbidden(text):
    assert not has_forbidden(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \t\r\n",
        "\u00a0\u2003\u3000\u1680",
        "\u200b\u200c\u200d\u2060\ufeff\u00ad",
        "\u3164\uffa0\u115f\u1160",
        "\u2800\u2800",
        "\u0301\u0336",
        "\u0903",
        "\ufe0f\U000e0061\U000e007f",
        "\u202e\u2066\u200e",
        "\0\x07\x9f",
        "\ud800",
    ],
)
def test_a_text_without_anything_to_see_is_blank(text):
    assert is_blank(text)
    assert is_blank(normalise(text))


@pytest.mark.parametrize("text", ["a", ".", "👍", "é", "e\u0301", " \u200b1", "ه", "一", "\u06dd"])
def test_a_text_with_anything_to_see_is_not_blank(text):
    assert not is_blank(text)
    assert not is_blank(normalise(text))
