"""One discussion to tell to several products, and which of its comments an answer holds."""

import re
from random import Random
from typing import Any

from benchmarks.prose import english, text

AUTHORS = 40
THREAD = 4  # a top-level comment and its three replies: what every one of the products can show
_MARK = re.compile(rb"mark(\d{5})(?!\d)")


def said(size: int, *, flat: bool = False) -> list[dict[str, Any]]:
    """So many comments as {author, parent, body}: numbers, and English words in Markdown."""
    random = Random(size)
    return [
        {
            "author": number % AUTHORS,
            "parent": None if flat or number % THREAD == 0 else number - number % THREAD,
            "body": marked(random, number),
        }
        for number in range(size)
    ]


def marked(random: Random, number: int) -> str:
    """A comment that ends in its number, by which an answer that holds it is known."""
    return f"{text(random, number, english)}\n\nmark{number:05}"


def held(answer: bytes) -> set[int]:
    """The numbers of the comments whose words are in an answer, whatever its form is."""
    return {int(number) for number in _MARK.findall(answer)}
