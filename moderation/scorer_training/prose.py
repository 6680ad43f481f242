"""Sentences of our own in which nobody is spoken to or about: things, places, work, weather.

The labelled sets are talk, mostly heated. Without these, words that such talk never uses are taken
for what their neighbours among the word vectors are, and a list of garden tools for abuse.
"""

from __future__ import annotations

import random
from collections.abc import Collection

from .rows import Row

_words = str.split
_THINGS = _words(
    """
    ladder rope bucket lantern basket hinge thread needle kettle spoon bowl plate jar lid
    tray shelf drawer cupboard curtain carpet pillow blanket mirror candle lamp clock vase
    bottle cork funnel sieve oven stove grate chimney roof gutter tile brick beam plank
    board nail screw bolt spring wheel axle gear belt pump valve pipe hose tap tank filter
    gauge switch wire cable fuse battery sensor signal antenna radio camera lens tripod map
    compass chart ticket stamp envelope parcel letter book page chapter index table column
    row file folder key lock door gate fence wall bridge tunnel path road lane corner square
    market station platform train tram bus ferry boat sail mast anchor harbour pier
    lighthouse river stream lake pond well spring meadow field orchard garden hedge tree
    branch leaf root seed flower rose tulip fern moss reed grass hay barn stable mill tower
    church school library museum theatre hall stage violin flute drum piano bell stone rock
    pebble sand clay hill valley slope ridge cliff cave hollow island shore wave tide wind
    rain snow ice frost fog cloud storm sun moon star shadow light dust smoke ash fire bread
    dough flour butter cheese milk cream egg onion garlic carrot leek potato tomato bean pea
    lentil rice noodle soup stock salt pepper sugar honey jam lemon apple pear plum cherry
    grape walnut tea coffee sandwich cake crust pan pot knife fork cat dog hen goose duck
    swallow heron owl crow mouse hare fox deer horse cow sheep goat bee moth spider trout
    shirt coat scarf glove boot button ribbon wool linen cotton loom chair bench tent sack
    chest box wagon cart sledge bicycle engine rudder oar net hook reel paint brush easel
    frame canvas ink pencil paper glue
    """
)
_LIKE = _words(
    """
    old new small large narrow wide long short heavy light warm cold dry wet clean dusty
    smooth rough round flat steep shallow deep quiet empty full open closed wooden iron
    copper woollen green blue red yellow grey white brown early late broken mended borrowed
    spare second last upper lower left right near far bright dim thick thin soft hard sharp
    blunt loose tight ripe
    """
)
_DO = _words(
    """
    lift carry fold wash dry paint mend measure count weigh fill empty open close turn move
    lower tie cut peel slice stir pour heat cool cover label sort stack store fetch lend
    borrow clean oil sand polish sew knit plant water pick gather load unload check replace
    tighten loosen rub
    """
)
# {t} a thing, {l} what it is like, {d} what is done to it, {n} a number, {w} any word at all.
_LINES = (
    "The {t} stands beside the {t}.",
    "The {l} {t} is behind the {t}, and the {t} is on top of it.",
    "{d} the {t} and put it next to the {l} {t}.",
    "First {d} the {t}, then {d} the {t}, and leave both to dry.",
    "{n} of these, a {l} {t} and a {t} with a {t} on it.",
    "A {t}, a {t}, two of the {l} ones, and a {t}.",
    "{t}, {t}, {t}, {t}.",
    "{t}, {l} {t}, {t}, {t}, {t} and {t}.",
    "the {t} and the {t} and the {t} and the {t}",
    "The {t}. The {t}. The {l} {t}.",
    "The {t}.",
    "{l} {t}",
    "{t} {t}",
    "{w} {w}",
    "{w} {w} {w} {w}",
    "{w}, {w} and {w}",
    "The {w} and the {w} are in the second {t}.",
    "This part is about the {w} and the {w}.",
    "On page {n} there is something on the {w}, the {t} and the {w}.",
    "The {w} of the {t} was {l}.",
    "We {d} the {t} before the {t} gets {l}.",
    "It takes {n} minutes to {d} the {t}.",
    "You need a {t}, some {t} and a {l} {t}.",
    "Do not {d} the {t} while the {t} is still {l}.",
    "If the {t} is {l}, {d} it again.",
    "The {t} weighs {n} kilos, the {t} only {n}.",
    "Chapter {n} is about the {t}, chapter {n} about the {t}.",
    "Where the {t} ends, the {t} begins.",
    "Past the {t} there is a {l} {t} with a {t} in it.",
    "From the {t} to the {t} it is {n} minutes on foot.",
    "In the morning the {t} was {l} and the {t} was gone.",
    "There was a {t} on the {t} and a {t} under it.",
    "All night the {t} stood by the {t}.",
    "Over the {t} the {t}, over the {t} the {t}.",
    "A {l} {t} in a {l} {t}, and nothing else.",
    "She asked for the {t}. He gave her the {l} {t}.",
    '"Where is the {t}?" "Under the {t}."',
    '"Did you {d} the {t}?" "Not yet, the {t} is {l}."',
    '"Is this your {t}?" "No, mine is {l}."',
    "My {t} is {l}, yours is {l}.",
    "The {t} goes through the {t} and comes out at the {t}.",
    "He mends {t} and {t}, she sells {t}.",
    "Step {n}: {d} the {t}. Step {n}: {d} the {t}.",
    "{d} it with a {t} until it is {l}.",
    "The {t} opens at {n} and closes when the {t} is {l}.",
    "Red is for the {t}, blue for the {t}, {l} for the {t}.",
    "It smells of {t} and {t} here.",
    "Between the {t} and the {t} lies a {l} {t}.",
    "The {t} was built before the {t}, of {t} and {t}.",
    "Monday the {t}, Tuesday the {t}, Friday the {l} {t}.",
)
COUNT = 3_000
_SEED = 11


def prose(words: Collection[str], labels: dict[str, float], weight: float) -> list[Row]:
    """COUNT sentences, the same for the same `words`: what may stand for {w}, in a fixed order."""
    source = random.Random(_SEED)
    any_word = list(words) or list(_THINGS)
    rows = []
    for at in range(COUNT):
        line = _LINES[at % len(_LINES)]
        for slot, choices in (("{t}", _THINGS), ("{l}", _LIKE), ("{d}", _DO), ("{w}", any_word)):
            while slot in line:
                line = line.replace(slot, source.choice(choices), 1)
        while "{n}" in line:
            line = line.replace("{n}", str(source.randint(2, 60)), 1)
        if source.random() < 0.8:
            line = line[0].upper() + line[1:]
        rows.append(Row(line, "templates", "templates", dict(labels), weight))
    return rows
