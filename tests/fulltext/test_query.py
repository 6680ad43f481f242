"""What readers type is words and phrases, whatever it is."""

import json
from pathlib import Path

import pytest

from fulltext import as_fts5, as_tsquery, as_tsvector, as_words, parse

HOSTILE = Path(__file__).parent.parent / "hostile" / "texts.jsonl"


@pytest.mark.parametrize(
    ("typed", "fts5"),
    [
        ("", ""),
        ("  ?! ", ""),
        ("fair", '"fair"*'),
        ("ai", '"ai"'),
        ("Fair Poínt", '"fair" AND "point"*'),
        ('"fair point" calm', '"fair point" AND "calm"*'),
        ("«fair point»", '"fair point"'),
        ('an "open phrase', '"an" AND "open phrase"'),
        ("don't", '"don t"'),
        ("Straße", '"strasse"*'),
        ("東京", '"東 京"'),
        ("fair fair", '"fair" AND "fair"*'),
        ('a OR b) NEAR(x, 1) -c* col:d ^e "', None),
        ("½ ﬁne", '"12" AND "fine"*'),
    ],
)
def test_what_is_typed_is_words_and_phrases_and_never_syntax(typed, fts5):
    found = as_fts5(parse(typed))
    if fts5 is not None:
        assert found == fts5
    for sign in "()^:-":
        assert sign not in found


def test_a_long_query_is_cut_and_stays_short():
    query = parse("word " * 5_000)
    assert len(query.text) <= 200
    assert sum(len(term.words) for term in parse("東" * 10_000).terms) == 24


def test_no_hostile_text_leaves_a_quote_or_an_operator_in_a_query():
    for line in HOSTILE.read_text(encoding="utf-8").splitlines():
        text = json.loads(line)["text"]
        query = parse(text)
        words = [word for term in query.terms for word in term.words]
        assert "\0" not in query.text
        assert not set("'\"\\()*:&|!<>^ ") & set("".join(words)), text
        assert as_tsquery(query).count("'") == 2 * len(words)


def test_words_are_the_same_in_a_text_and_in_a_query():
    text = "Ünïcode: it's Ørsted's 東京タワー, naïve ﬁgures of 1½ l & more"
    for chunk in text.split():
        words = [word for term in parse(f'"{chunk}"').terms for word in term.words]
        assert " ".join(words) in as_words(text)


def test_a_vector_has_places_weights_and_no_phrase_across_texts():
    assert as_tsvector(["One two", "two"]) == "'one':1A 'two':2A,4B"
