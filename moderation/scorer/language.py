"""Whether a text is in a language that the scorer has figures for."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

# English and German: the figures are in docs/model-card.md.
MEASURED = ("en", "de")
UNKNOWN = ""
OTHER = "other"
_READ = 2_000
# From so many words on a text of ours has its share of common small ones: one in ten.
_SENTENCE = 7
_LEAST_SHARE = 0.1
_LEAST_WORDS = 5
_LEAST_LETTERS = 20
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Only where a run begins: trying again from each of its letters would be quadratic.
_LINK = re.compile(r"(?<!\S)(?=\S+://\S)\S+|www\.\S+|[@#]\w+")
# The commonest words of each language; they hold a sentence together whatever it is about.
_COMMON = {
    "en": "the of and to a in is that it you i for was with on are be this have not but they he "
    "his at by from or an we my your will would what there who so if about all can when up out "
    "no do me just like how their which been has more were them than its had him her she get "
    "don't it's i'm you're isn't can't dont im us our too very only because why don youre "
    "people some any as one also should could did does then now these those think know go "
    "into today still after before over off down back again here where other another same own "
    "something everything nothing anything someone everyone anyone every each much many most "
    "never always often ever already almost maybe perhaps really actually probably enough else "
    "got made make makes take took taken give gave given say says said see seen saw come came want "
    "need look looks looking looked work works working thing things times day days week year "
    "years way first last new old good better best great little long right thank thanks please "
    "well yes yeah oh wait let lets let's that's there's he's she's they're we're i'll i've i'd "
    "you'll you've doesn't didn't won't wasn't aren't couldn't wouldn't shouldn't haven't hasn't "
    "while during between against without within through under until since though although both "
    "few less least such being going went gone put used use using might must may shall happened",
    "de": "der die das und ist nicht ich du es ein eine zu den mit sich auf für von dem wie im "
    "auch sie wir ihr er so aber wenn was hat noch nur mal bei aus nach dass haben sind war oder "
    "als an um am schon mir mich man kann wird werden sein einen einer eines dann doch da mehr "
    "kein keine alle hier ja nein über vor zum zur immer diese dieser dieses habe hast gibt uns "
    "euch ihre ihren durch gegen ganz wieder warum weil jetzt muss machen gut",
    "fr": "le la les de des et est un une que qui dans pour pas sur ce il elle je tu nous vous ils "
    "ne se au aux du avec plus par mais son sa ses cette c'est j'ai d'un qu'il on tout comme être "
    "fait bien sont ont même leur",
    "es": "el la los las de del y es un una que en por para con no se su lo como más pero sus le "
    "al ya este esta si porque todo son muy hay ser está yo tú me mi qué eso",
    "it": "il lo la gli le di del della e è un una che in per con non si su come più ma sono ho "
    "hai ha anche questo questa perché al alla dei nel tutto solo molto",
    "pt": "o a os as de do da dos das e é um uma que em por para com não se no na seu sua mais mas "
    "como foi ele ela eu você isso muito também são está tem",
    "nl": "de het een en van is dat niet ik je in op te zijn met voor die er maar ook om aan wat "
    "als dan naar wel nog zo heeft bij deze hij ze we geen uit door over worden",
    "pl": "nie to się w na i z że do jest jak co tak za ale o po tylko od był czy już dla ja ty "
    "może tym jego ich przez",
    "tr": "bir ve bu da de ne için çok ama ben sen o değil mi var yok daha gibi kadar olarak her "
    "şey ile diye sonra biz siz",
    "sv": "och att det i är som på en för av med inte den till har jag de om ett men så vi kan "
    "från du när man var ska",
    "da": "og i jeg det at er en til på de med han af for ikke der var mig sig men et har som om "
    "vi min havde hun nu over da fra du ud dem hvad når blev kan være bare også vil så mange",
    "hr": "i je u se na da su za od ne ali kao što to sam ako bi te nije samo već ima ili koji "
    "sve još",
    "ro": "și de la cu nu în că este un o pe se din mai pentru sunt ce care dar am fi au",
    "id": "yang dan di ini itu dengan untuk tidak dari dalam akan pada juga saya ke karena ada "
    "orang kita mereka sudah bisa",
    "cs": "je to se na že v a s z do jsem ale jak tak by si co není už jsou pro když ve za po",
}
_LANGUAGES: dict[str, tuple[str, ...]] = {}
for _name, _words in _COMMON.items():
    for _common in _words.split():
        _LANGUAGES[_common] = (*_LANGUAGES.get(_common, ()), _name)


def language(text: str) -> str:
    """ "en", "de", "other", or "" where the text is too short or too bare to say.

    Reads the first 2,000 characters. Never raises.
    """
    text = _LINK.sub(" ", text[:_READ])
    letters = [char for char in text if char.isalpha()]
    if not letters:
        return UNKNOWN
    latin = sum(_is_latin(char) for char in letters)
    if latin < len(letters) / 2:
        return OTHER if len(letters) - latin >= 4 else UNKNOWN
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    votes: defaultdict[str, float] = defaultdict(float)
    hits = 0
    for word in words:
        spoken = _LANGUAGES.get(word, ())
        hits += bool(spoken)
        for name in spoken:
            # A word of several languages says little.
            votes[name] += 1.0 / len(spoken)
    if any(char in "äöüß" for char in text.lower()):
        votes["de"] += 0.5
    enough = len(words) >= _LEAST_WORDS and len(letters) >= _LEAST_LETTERS
    measured = max(MEASURED, key=lambda name: votes[name])
    # A sentence that hardly has one of its small words is none of ours, whichever else it is.
    ours = sum(measured in _LANGUAGES.get(word, ()) for word in words)
    if len(words) >= _SENTENCE and max(votes[measured], ours / 2) < _LEAST_SHARE * len(words):
        return OTHER
    best, count = max(votes.items(), key=lambda vote: (vote[1], vote[0]))
    if best in MEASURED and count > 0:
        return best
    if enough and count >= 2 and count > 1.5 * votes[measured]:
        return OTHER
    return measured if votes[measured] else UNKNOWN


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith(("LATIN", "FULLWIDTH LATIN"))
