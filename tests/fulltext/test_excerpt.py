"""The passage that is shown of what was found."""

from fulltext import excerpt, parse


def said(pieces) -> str:
    return "".join(f"[{words}]" if asked else words for words, asked in pieces)


def test_the_words_that_were_looked_for_are_marked_in_their_own_spelling():
    text = "Die Straße war naïve — und die STRASSEN waren es auch."
    assert said(excerpt(text, parse("naive strasse"))) == (
        "Die [Straße] war [naïve] — und die [STRASSEN] waren es auch."
    )


def test_a_phrase_is_marked_as_one_and_its_words_alone_are_not():
    assert said(excerpt("A point. A fair point, a fair one.", parse('"fair point"'))) == (
        "A point. A [fair point], a fair one."
    )


def test_a_long_text_is_cut_at_words_around_what_was_looked_for():
    text = "some words go by " * 100 + "the needle is here " + "and others follow " * 100
    passage = said(excerpt(text, parse("needle"), length=120))
    assert passage.startswith("…") and passage.endswith("…")
    assert "[needle]" in passage
    assert len(passage) <= 126
    assert not passage.startswith("…e ")


def test_the_passage_is_the_one_that_says_most_of_it():
    text = "alpha " + "x " * 300 + "alpha and beta " + "y " * 300
    assert "[alpha] and [beta]" in said(excerpt(text, parse("alpha beta"), length=120))


def test_a_text_that_has_none_of_it_begins_at_its_beginning():
    assert said(excerpt("Nothing of the kind. " * 50, parse("zebra"), length=60)).startswith(
        "Nothing"
    )
    assert excerpt("", parse("zebra")) == []


def test_room_at_the_end_is_used_for_what_comes_before():
    text = "many words before it " * 3 + "and the needle."
    assert said(excerpt(text, parse("needle"), length=200)) == text.replace("needle", "[needle]")
