"""Invented comments: the same seed says the same, and no two say the same thing."""

import re
from collections.abc import Callable
from random import Random

SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "mo", "nu", "pa", "re", "si", "to")
ENGLISH: list[str] = re.findall(
    r"\w+",
    """
    about after again air all along and another answer any are around ask at away back because
    been before begin below between book both bring building but by came can carry change
    children city close cold come could country course cut day did do does door down draw each
    early eat end enough even every eye family far farm father feet few field find first follow
    food for form found from garden gave get give go good great green ground group grow had half
    hand has have he head hear help her here high him his home horse house how if in is it just
    keep kind know land large last later learn leave left letter life light like line list
    little live long look made make man many may mean men might miles money more morning most
    mother mountain move much must name near need never new next night no north not now number
    of off often old on once one only open or order other our out over own page paper part
    people place plan plant point put question quick rain read right river road room round run
    said same saw say school sea second see seem sentence set she ship short should show side
    small snow so some song soon south spell stand start state stay still stop story street
    study such summer sun sure table take talk teach tell than that the their them then there
    these they thing think this those thought three through time to together told too took town
    travel tree try turn two under until up use very voice wait walk want warm was watch water
    way we week well went were what wheel when where which while white who why will wind winter
    with without word work world would write year you young your
    """,
)


def babble(random: Random) -> str:
    """A word of no language."""
    return "".join(random.choice(SYLLABLES) for _n in range(random.randint(1, 4)))


def english(random: Random) -> str:
    """A plain English word."""
    return random.choice(ENGLISH)


def text(random: Random, number: int, word: Callable[[Random], str] = babble) -> str:
    """A comment of one to four paragraphs, some with a quote, a link or marked words."""
    paragraphs = []
    for _paragraph in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        words = [word(random) for _n in range(random.randint(8, 60))]
        if random.random() < 0.2:
            words[3] = f"*{words[3]}*"
        paragraphs.append(" ".join(words).capitalize() + ".")
    if random.random() < 0.1:
        paragraphs.insert(0, f"> {' '.join(word(random) for _n in range(12))}")
    if random.random() < 0.05:
        paragraphs.append(f"[{word(random)}](https://example.org/{number})")
    return "\n\n".join(paragraphs)
