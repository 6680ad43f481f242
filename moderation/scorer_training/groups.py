"""Groups of people by name, and texts in which one group is exchanged for another."""

from __future__ import annotations

import random
import re

# Plural, singular with its article, adjective.
GROUPS: tuple[tuple[str, str, str], ...] = (
    ("women", "a woman", "female"),
    ("men", "a man", "male"),
    ("girls", "a girl", "young"),
    ("gay people", "a gay man", "gay"),
    ("gays", "a gay person", "gay"),
    ("lesbians", "a lesbian", "lesbian"),
    ("bisexuals", "a bisexual woman", "bisexual"),
    ("homosexuals", "a homosexual", "homosexual"),
    ("queer people", "a queer person", "queer"),
    ("trans people", "a trans woman", "trans"),
    ("transgender people", "a transgender man", "transgender"),
    ("nonbinary people", "a nonbinary person", "nonbinary"),
    ("straight people", "a straight man", "straight"),
    ("heterosexuals", "a heterosexual", "heterosexual"),
    ("black people", "a black man", "black"),
    ("blacks", "a black woman", "black"),
    ("African Americans", "an African American", "African American"),
    ("white people", "a white man", "white"),
    ("whites", "a white woman", "white"),
    ("Asians", "an Asian", "Asian"),
    ("Chinese people", "a Chinese woman", "Chinese"),
    ("Japanese people", "a Japanese man", "Japanese"),
    ("Indians", "an Indian", "Indian"),
    ("Pakistanis", "a Pakistani", "Pakistani"),
    ("Arabs", "an Arab", "Arab"),
    ("Africans", "an African", "African"),
    ("Latinos", "a Latino", "Latino"),
    ("Latinas", "a Latina", "Latina"),
    ("Hispanics", "a Hispanic woman", "Hispanic"),
    ("Mexicans", "a Mexican", "Mexican"),
    ("Native Americans", "a Native American", "Native American"),
    ("Turks", "a Turk", "Turkish"),
    ("Poles", "a Pole", "Polish"),
    ("Russians", "a Russian", "Russian"),
    ("Americans", "an American", "American"),
    ("Europeans", "a European", "European"),
    ("Roma", "a Roma woman", "Roma"),
    ("immigrants", "an immigrant", "immigrant"),
    ("migrants", "a migrant", "migrant"),
    ("refugees", "a refugee", "refugee"),
    ("foreigners", "a foreigner", "foreign"),
    ("Muslims", "a Muslim", "Muslim"),
    ("Jews", "a Jew", "Jewish"),
    ("Jewish people", "a Jewish man", "Jewish"),
    ("Christians", "a Christian", "Christian"),
    ("Catholics", "a Catholic", "Catholic"),
    ("Protestants", "a Protestant", "Protestant"),
    ("Hindus", "a Hindu", "Hindu"),
    ("Buddhists", "a Buddhist", "Buddhist"),
    ("Sikhs", "a Sikh", "Sikh"),
    ("atheists", "an atheist", "atheist"),
    ("Mormons", "a Mormon", "Mormon"),
    ("disabled people", "a disabled person", "disabled"),
    ("deaf people", "a deaf man", "deaf"),
    ("blind people", "a blind woman", "blind"),
    ("paralysed people", "a paralysed man", "paralysed"),
    ("autistic people", "an autistic person", "autistic"),
    ("people in wheelchairs", "a man in a wheelchair", "paraplegic"),
    ("old people", "an old man", "old"),
    ("elderly people", "an elderly woman", "elderly"),
    ("young people", "a young man", "young"),
    ("teenagers", "a teenager", "teenage"),
    ("veterans", "a veteran", "veteran"),
    ("poor people", "a poor man", "poor"),
)

# Forms of a group's name that may stand for each other in real text.
PLURALS = tuple(
    dict.fromkeys(
        group[0].lower() for group in GROUPS if " " not in group[0] or "people" in group[0]
    )
)
ADJECTIVES = tuple(dict.fromkeys(group[2].lower() for group in GROUPS[:16] + GROUPS[41:52]))
_GROUP = re.compile(
    rf"\b(?:({'|'.join(sorted(PLURALS, key=len, reverse=True))})|({'|'.join(ADJECTIVES)}))\b",
    re.IGNORECASE,
)


def exchanged(text: str, source: random.Random) -> str:
    """The text with every group in it exchanged for another one; unchanged where there is none."""
    plural, adjective = source.choice(PLURALS), source.choice(ADJECTIVES)
    return _GROUP.sub(lambda found: plural if found[1] else adjective, text)
