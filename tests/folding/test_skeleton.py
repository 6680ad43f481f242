import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from folding import fingerprint, skeleton

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=100)


@pytest.mark.parametrize(
    "names",
    [
        (
            "Alice",
            "alice",
            "ALICE",
            "AIice",
            "A1ice",
            "А lісе",
            "al\u200bice",
            "Alïce",
            "A.L.I.C.E",
        ),
        ("Morgan", "Mоrgan", "Μorgan", "rnorgan", "M0rgan", "𝕄organ", "Ｍｏｒｇａｎ"),
        ("Olaf", "0laf", "Оlaf", "ØIaf"),
        ("сосо", "coco", "СОСО"),
        ("Том", "Tom"),
        ("Vivian", "\u202eVivian", "Vi-vi_an", "Vi vi an"),
        ("Willow", "vvillow"),
    ],
)
def test_names_that_look_alike_share_a_skeleton(names):
    for one, other in itertools.pairwise(names):
        assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice", "Alicia"),
        ("Иван", "Ирина"),
        ("Мария", "Марина"),
        ("王伟", "王芳"),
        ("محمد", "أحمد"),
        ("Νίκος", "Νίνος"),
        ("कमल", "कमला"),
        ("editor2", "editor3"),
        ("🎈", "🎉"),
    ],
)
def test_names_that_differ_to_the_eye_have_different_skeletons(one, other):
    assert skeleton(one) != skeleton(other)


def test_a_name_of_punctuation_alone_has_no_skeleton():
    assert skeleton("... --- \u200b") == ""


@given(ANY_TEXT)
@example("r.n")
@example("v.vv")
@example("\u1112\u200b\u1161.\u11ab")
def test_a_skeleton_is_its_own_skeleton(name):
    assert skeleton(skeleton(name)) == skeleton(name)


@pytest.mark.parametrize(
    "disguise",
    [
        "Best online CASINO, big bonus!",
        "best-online casino\n\nbig bonus",
        "b e s t online c.a.s.i.n.o big bonus",
        "Best 0nl1ne cаsіnо b1g bonus",
        "b\u200best onl\u0336ine casino ＢＩＧ bonus",
    ],
)
def test_a_disguised_text_keeps_its_fingerprint(disguise):
    assert fingerprint(disguise) == fingerprint("Best online casino, big bonus")


@pytest.mark.parametrize(
    ("one", "other"),
    [("In 2024", "In 2025"), ("No", "Yes"), ("👍", "👎"), ("", "?"), ("нет", "да")],
)
def test_different_texts_have_different_fingerprints(one, other):
    assert fingerprint(one) != fingerprint(other)


@given(ANY_TEXT)
def test_a_fingerprint_is_32_hexadecimal_digits_of_any_text(text):
    assert len(fingerprint(text)) == 32
    int(fingerprint(text), 16)
