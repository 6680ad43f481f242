import pytest
from hypothesis import given
from hypothesis import strategies as st

from folding import Latin, fold

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CASINO", "casino"),
        ("cásínô", "casino"),
        ("ca\u0301si\u0308no", "casino"),
        ("c\u200ba\u2060s\u00adi\u034fn\ufe0fo", "casino"),
        ("c\u0336a\u0336s\u0336i\u0336n\u0336o\u0336", "casino"),
        ("c\u20dda\u20ddsino", "casino"),
        ("ＣＡＳＩＮＯ", "casino"),
        ("𝓬𝓪𝓼𝓲𝓷𝓸", "casino"),
        ("ⓒⓐⓢⓘⓝⓞ", "casino"),
        ("🅲🅰🆂🅸🅽🅾", "casino"),
        ("ᴄᴀꜱɪɴᴏ", "casino"),
        ("саsіnо", "casino"),
        ("CΑSΙΝO", "casino"),
        ("ƈąʂıŋø", "casiŋo"),
        ("vіаgrа", "viagra"),
        ("шоrdpress", "wordpress"),
    ],
)
def test_disguises_come_off(text, expected):
    assert fold(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Я купил себе новый дом", "я купил себе новый дом"),
        ("Ёлка, мой дом и йод", "елка, мой дом и йод"),
        ("и\u0306од", "йод"),
        ("Это сор, а рот вот он", "это сор, а рот вот он"),
        ("Я купил iPhone в США", "я купил iphone в сша"),
        ("Αυτό είναι το σπίτι μου", "αυτο ειναι το σπιτι μου"),
        ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
        ("ISPARTA İstanbul ısırgan", "isparta istanbul isirgan"),
        ("Straße STRASSE STRAẞE", "strasse strasse strasse"),
        ("Ærø, smørrebrød, Łódź", "aero, smorrebrod, lodz"),
        ("مَرْحَبًا", "مرحبا"),
        ("مـــرحبا ١٢٣", "مرحبا 123"),
        ("کتاب‌ها", "كتابها"),
        ("他们去赌场", "他们去赌场"),
        ("ガｶﾞか\u3099", "ガガが"),
        ("हिन्दी", "हिन्दी"),
        ("ไทยแลนด์", "ไทยแลนด์"),
        ("한국어", "한국어"),
        ("ㅋㅋㅋ", "ᄏᄏᄏ"),
    ],
)
def test_other_languages_stay_in_their_own_letters(text, expected):
    assert fold(text).text == expected


def test_a_word_of_look_alikes_folds_only_where_latin_prevails():
    assert fold("hello сосо there").text == "hello coco there"
    assert fold("а где этот сосо живёт").text == "а где этот сосо живет"
    assert fold("hello сосо there", latin=Latin.MIXED).text == "hello сосо there"
    assert fold("hello сасаo there", latin=Latin.NEVER).text == "hello сасаo there"
    assert fold("сука", latin=Latin.ALWAYS).text == "cyka"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("c4s1n0", "casino"),
        ("$h!t", "shit"),
        ("b!tch!", "bitch!"),
        ("a$$", "ass"),
        ("A55 road", "a55 road"),
        ("2024", "2024"),
        ("$100", "$100"),
        ("kill k1ll", "kiii kiii"),
        ("с4ѕ1nо", "casino"),
    ],
)
def test_signs_are_read_as_letters_on_demand(text, expected):
    assert fold(text, leet=True).text == expected


def test_the_way_back_covers_what_a_disguise_added():
    text = "x c\u200ba\u0301s\u0336ino\u0301 y"
    folded = fold(text)
    start = folded.text.index("casino")
    first, last = folded.span(start, start + len("casino"))
    assert text[first:last] == "c\u200ba\u0301s\u0336ino\u0301"


def test_one_character_that_folds_to_several_maps_each_back_to_itself():
    folded = fold("aßﬃ")
    assert folded.text == "assffi"
    assert folded.offsets == ((0, 1), (1, 2), (1, 2), (2, 3), (2, 3), (2, 3))


@given(ANY_TEXT, st.booleans(), st.sampled_from(Latin))
def test_every_folded_character_has_its_place_in_order(text, leet, latin):
    folded = fold(text, leet=leet, latin=latin)
    assert len(folded.offsets) == len(folded.text)
    previous = (0, 0)
    for start, end in folded.offsets:
        assert 0 <= start < end <= len(text)
        assert start >= previous[0]
        assert end >= previous[1]
        previous = (start, end)


@given(st.text("abcxyzO01 .,-éßñ", max_size=100))
def test_folding_the_folded_latin_text_changes_nothing(text):
    assert fold(fold(text).text).text == fold(text).text
