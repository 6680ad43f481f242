"""How a disguised text is read, and that the way back leads to the right place."""

import pytest

from moderation.scorer.lexicon import Lexicon
from moderation.scorer.reading import LIMIT, disguises, read

KNOWN = ("the", "of", "to", "you", "are", "a", "an", "i", "it", "is", "such", "what", "and", "in")
LEXICON = Lexicon([*KNOWN, "that", "this", "hello", "world", "fool"], ["idiot", "stupid", "moron"])


def _words(text: str) -> list[str]:
    return [word.text for word in read(text, LEXICON).words]


@pytest.mark.parametrize(
    "written",
    [
        "id1ot",
        "1d!0t",
        "ïdîöt",
        "іdіоt",
        "ｉｄｉｏｔ",
        "𝓲𝓭𝓲𝓸𝓽",
        "i\u200bd\u200bi\u200bot",
        "i\u0336d\u0336i\u0336o\u0336t\u0336",
        "i d i o t",
        "i.d.i.o.t",
        "i-d-i-o-t",
        "i_d_i_o_t",
        "id.iot",
        "id iot",
        "id*ot",
        "i***t",
        "idoit",
        "idioooot",
        "idiiot",
    ],
)
def test_a_disguised_word_is_read_and_found_where_it_stands(written):
    text = f"such an {written}, that is"
    reading = read(text, LEXICON)
    assert "idiot" in [word.text for word in reading.words]
    assert [text[start:end].strip(",") for start, end in disguises(reading)] == [written]


@pytest.mark.parametrize(
    "text",
    [
        "covid19 and mp3 on the 4th of May 2020",
        "version 2.0.1 of the U.N. report",
        "@john wrote to me#you",
        "https://example.org/1d10t?a=b",
        "e-mail me at somebody@example.org",
        "a b testing",
        "C++ and C# are languages",
    ],
)
def test_numbers_names_and_addresses_are_no_disguise(text):
    assert not list(disguises(read(text, LEXICON)))


def test_letters_apart_are_cut_into_the_words_they_spell():
    assert _words("y o u a r e a n i d i o t") == ["you", "are", "an", "idiot"]


def test_letters_apart_keep_the_wider_gaps_between_words():
    assert _words("y o u  a r e  a  f o o l")[:2] == ["you", "are"]


def test_a_text_in_cyrillic_letters_stays_in_them():
    assert _words("Это мое мнение") == ["это", "мое", "мнение"]


def test_of_a_text_beyond_the_limit_the_beginning_and_the_end_are_read():
    text = "hello " * 1_000 + "world " * 1_000 + "id1ot"
    reading = read(text, LEXICON)
    assert len(reading.folded) <= LIMIT
    assert [text[start:end] for start, end in disguises(reading)] == ["id1ot"]


def test_links_are_kept_apart_from_words():
    reading = read("see https://example.org/x and shop.example.com now", LEXICON)
    assert reading.links == ["https://example.org/x", "shop.example.com"]
