"""Which texts are called foreign, and which are too short to say."""

import pytest

from moderation.scorer.language import MEASURED, language

GERMAN = [
    "Ich finde, dass die Stadt mehr für die Radwege tun muss.",
    "Das ist nicht wahr, und der Bürgermeister weiß es auch.",
    "Warum gibt es hier keine Straßenbahn mehr?",
]
FOREIGN = [
    "Je ne suis pas d'accord avec le maire, il faut que les gens le sachent.",
    "No estoy de acuerdo con el alcalde y creo que la gente lo sabe.",
    "Non sono d'accordo con il sindaco, e questo lo sanno tutti.",
    "Nie zgadzam się z burmistrzem i myślę, że to jest błąd.",
    "Belediye başkanı bir şey yapmıyor ve bu çok kötü bir durum.",
    "Jeg er ikke enig med borgmesteren, og det ved han godt.",
    "Le conseil a décidé hier de construire un nouveau pont l'année prochaine.",
    "Kaupunginvaltuusto päätti eilen, että uusi silta rakennetaan ensi vuonna.",
    "A városi tanács tegnap úgy döntött, hogy jövőre új híd épül.",
    "Linnavolikogu otsustas eile, et uus sild ehitatakse järgmisel aastal.",
    "Miesto taryba vakar nusprendė kitais metais statyti naują tiltą.",
    "Udal batzarrak atzo erabaki zuen zubi berria eraikitzea datorren urtean.",
    "L'ajuntament va decidir ahir construir un pont nou l'any vinent.",
    "Këshilli i qytetit vendosi dje të ndërtojë një urë të re vitin e ardhshëm.",
    "Baraza la mji liliamua jana kujenga daraja jipya mwaka ujao.",
    "Я не согласен с мэром города.",
    "لا أتفق مع رئيس البلدية",
    "我不同意市长的看法。",
    "市長の意見には賛成できません。",
]
SHORT = ["", "!!!", "lol", "Bravo!", "C'est la vie", "OK", "12345", "😀😀", "Merci", "Déjà vu"]


def test_english_and_german_are_measured():
    assert MEASURED == ("en", "de")


@pytest.mark.parametrize(
    "text",
    [
        "I do not agree with the mayor, and he knows it.",
        "This is what the council should have done in May.",
        "Chad and the other guys from São Paulo were there, weren't they?",
        "The café's crème brûlée is très chic, don't you think?",
        # Without a word of the grammar's own, as headlines and jokes are.
        "City drowned in paperwork yesterday, officials still looking into causes.",
        "Wait, something something budget, something something buses. Great work everyone!",
        "Thank heavens! Almost got stuck there, happened twice already.",
    ],
)
def test_english_is_english(text):
    assert language(text) == "en"


@pytest.mark.parametrize("text", GERMAN)
def test_german_is_german(text):
    assert language(text) == "de"


@pytest.mark.parametrize("text", FOREIGN)
def test_a_sentence_in_another_language_is_foreign(text):
    assert language(text) == "other"


@pytest.mark.parametrize("text", SHORT)
def test_a_text_of_a_few_words_is_not_called_foreign(text):
    assert language(text) != "other"
