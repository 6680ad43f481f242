"""What the readers of a broken site say: plain sentences that the house's checks let through."""

from random import Random

HELD_WORD, REJECTED_WORD = "marmalade", "thundercloud"
_THINGS = (
    *("river", "stone", "lamp", "winter", "garden", "letter", "bridge", "copper", "window"),
    *("story", "harbour", "thread", "candle", "meadow", "ladder", "ribbon", "kettle", "signal"),
    *("orchard", "saddle", "market", "engine", "mirror", "basket", "island", "carpet", "museum"),
)
_OPENINGS = (
    "We met by the {0} with a {1} in the morning.",
    "My neighbour keeps a {0} next to the old {1}.",
    "Last week I read about a {0} and a {1} in the evening paper.",
    "There was a {0} on the table beside the {1} when I came home.",
    "Every spring we walk from the {0} to the {1}.",
)
_OPINIONS = (
    "I think that the {2} is better than a new {3}.",
    "It seems to me that a {2} is worth more than any {3}.",
    "In my view the {2} and the {3} belong together.",
    "Nobody asked what the {2} means for the {3}.",
    "I would rather keep the {2} and let the {3} go.",
)


def mark(key: str, n: int) -> str:
    """A word that no other text on any page holds."""
    return f"{key}{n}th"


def sentence(key: str, n: int, *, plain: bool = False) -> str:
    """The n-th comment of a test. Of ten, one is held and one rejected; plain: none."""
    random = Random(f"{key} {n}")
    things = random.sample(_THINGS, 4)
    text = f"{random.choice(_OPENINGS)} {random.choice(_OPINIONS)}".format(*things)
    text += f" This is the {mark(key, n)} time that I say so. Thank you."
    if not plain and n % 10 == 7:
        text += f" A {HELD_WORD} for you."
    elif not plain and n % 10 == 9:
        text += f" A {REJECTED_WORD} for you."
    return text
