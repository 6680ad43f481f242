"""How many edited copies of one text find each other, and how many unlike texts do.

    python -m benchmarks.near_copies [--texts FILE]

Copies are of invented texts. FILE: unlike texts, one a line, to count chance meetings in; without
it they are made of the invented sentences below.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

from moderation.pipeline.likeness import likeness, shingles
from moderation.pipeline.sketches import own_letters, sketch
from moderation.pipeline.submission import Policy

TEXTS = (
    "The harbour fee is a swindle. Councillor Maren Holt sold 3 piers to her friends, and nobody "
    "in this town was asked. Stop her before the vote on Monday, or you will all pay for it.",
    "Don't believe a word of the report about the tram. Engineer Tobias Venn was paid by the cable "
    "company, the 12 test rides never happened, and the brakes failed twice in front of a school.",
    "I lost 4 years waiting for that clinic to call back. Doctor Ilse Brandt laughs at patients "
    "behind their backs. Tell everyone you know to stay away, and sign before they delete this.",
    "This paper is paid by the windmill lobby, that is why it never prints the truth. 9 farms in "
    "Oster Valley have lost their sheep to the noise. Ask the editor what he earned for silence.",
    "Finally somebody shows how to earn money from home! My cousin Petra made 700 in her first "
    "week with the method of Coach Larsson. Only a few places are left, so write to him today.",
    "Nobody wants the new quarter. The mayor Jonas Reeve promised a park and gives us 5 towers for "
    "strangers. They will take the flats, the school places and the jobs. Go to the town hall on "
    "Friday and shout until they listen. Bring your neighbours, bring drums, and do not be polite. "
    "The police will look away, two officers have promised that already. We were quiet too long.",
)
NAMES = ("Maren Holt", "Tobias Venn", "Ilse Brandt", "Oster Valley", "Petra", "Larsson", "Jonas")
OTHER_NAMES = ("Agda Sorrel", "Wim Tarp", "Nele Quist", "Birk Moor", "Runa", "Falk", "Edda Lind")
FILLERS = ("honestly", "folks", "really", "my friends", "as I said", "believe me", "of course")
DIGITS = {"3": "three", "4": "four", "5": "five", "9": "nine", "12": "twelve", "700": "seven"}
LEET = str.maketrans({"a": "4", "e": "3", "o": "0", "s": "5"})
ALIKE = Policy().raid_similarity
ENDINGS = ("example", "test", "invalid")

Edit = Callable[[str, random.Random], str]


def inserted_words(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    for _word in range(max(2, len(words) // 10)):
        words.insert(chance.randrange(len(words)), chance.choice(FILLERS))
    return " ".join(words)


def changed_names(text: str, chance: random.Random) -> str:
    for name in NAMES:
        text = text.replace(name, chance.choice(OTHER_NAMES))
    return text


def leet(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    return " ".join(word.translate(LEET) if chance.random() < 0.5 else word for word in words)


def swapped_sentences(text: str, chance: random.Random) -> str:
    sentences = re.split(r"(?<=[.!?]) ", text)
    chance.shuffle(sentences)
    return " ".join(sentences)


def zero_width(text: str, chance: random.Random) -> str:
    return "".join(char + ("\u200b" if chance.random() < 0.2 else "") for char in text)


def numbers_in_words(text: str, chance: random.Random) -> str:
    """Half of them, so that two copies differ."""
    return re.sub(
        r"\d+",
        lambda found: DIGITS.get(found[0], found[0]) if chance.random() < 0.5 else found[0],
        text,
    )


def appended_link(text: str, chance: random.Random) -> str:
    name = "".join(chance.choice("abcdefghij") for _letter in range(12))
    return f"{text} https://{name}.{chance.choice(ENDINGS)}/{chance.randrange(10**9)}"


def one_word_in_ten(text: str, chance: random.Random, share: float = 0.1) -> str:
    words = text.split(" ")
    for at in chance.sample(range(len(words)), round(len(words) * share)):
        words[at] = "".join(chance.choice("bcdfghklmnprst") for _letter in words[at])
    return " ".join(words)


def one_word_in_five(text: str, chance: random.Random) -> str:
    return one_word_in_ten(text, chance, 0.2)


def three_at_once(text: str, chance: random.Random) -> str:
    for edit in chance.sample(PLAIN, 3):
        text = edit(text, chance)
    return text


PLAIN: tuple[Edit, ...] = (
    inserted_words,
    changed_names,
    leet,
    swapped_sentences,
    zero_width,
    numbers_in_words,
    appended_link,
)
EDITS: tuple[Edit, ...] = (*PLAIN, one_word_in_ten, one_word_in_five, three_at_once)


def copies(edit: Edit, *, of_each: int, seed: int = 7) -> Iterator[tuple[str, str]]:
    """Pairs of copies of one text, each edited on its own."""
    chance = random.Random(f"{seed} {edit.__name__}")
    for text in TEXTS:
        for _pair in range(of_each):
            yield edit(text, chance), edit(text, chance)


def unlike(count: int, seed: int = 7) -> list[str]:
    """Texts that share single sentences at most now and then."""
    chance = random.Random(seed)
    sentences = [part for text in TEXTS for part in re.split(r"(?<=[.!?]) ", text)]
    made = []
    for _text in range(count):
        words = " ".join(sentences).split()
        chance.shuffle(words)
        made.append(" ".join(words[: chance.randrange(15, 80)]))
    return made


def figures(pairs: list[tuple[str, str]]) -> tuple[float, float, float]:
    """Which share of the pairs shares a band; the mean likeness; the share at ALIKE or above."""
    met = alike = 0
    total = 0.0
    for one, other in pairs:
        letters = own_letters(one), own_letters(other)
        met += bool(set(sketch(letters[0])) & set(sketch(letters[1])))
        score = likeness(shingles(letters[0]), shingles(letters[1]))
        total += score
        alike += score >= ALIKE
    return met / len(pairs), total / len(pairs), alike / len(pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path)
    options = parser.parse_args()
    print("| Edit of both copies | found by a sketch | mean likeness | likeness 0.5 or above |")
    print("|---|---|---|---|")
    for edit in EDITS:
        met, mean, alike = figures(list(copies(edit, of_each=50)))
        print(f"| {edit.__name__.replace('_', ' ')} | {met:.3f} | {mean:.2f} | {alike:.3f} |")
    texts = options.texts.read_text(encoding="utf-8").splitlines() if options.texts else unlike(500)
    known = [own_letters(text) for text in dict.fromkeys(texts)]
    known = [letters for letters in known if len(letters) >= 60]
    sketches = [set(sketch(letters)) for letters in known]
    by_value: dict[int, list[int]] = {}
    for at, values in enumerate(sketches):
        for value in values:
            by_value.setdefault(value, []).append(at)
    met_pairs = {pair for found in by_value.values() for pair in combinations(found, 2)}
    alike_pairs = sum(
        likeness(shingles(known[one]), shingles(known[other])) >= 0.6 for one, other in met_pairs
    )
    print(f"\n{len(known)} unlike texts, {len(known) * (len(known) - 1) // 2} pairs:")
    print(f"{len(met_pairs)} share a band, {alike_pairs} of them have a likeness of 0.5 or above")
    long = " ".join(unlike(200))[:5_000]
    own_letters.cache_clear()
    started = time.process_time()
    letters = own_letters(long)
    read = time.process_time()
    sketch(letters)
    done = time.process_time()
    print(f"5,000 characters: letters {(read - started) * 1e3:.1f} ms, sketch", end=" ")
    print(f"{(done - read) * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
