"""Simulate what a site's rulings teach the scorer, on labelled comments it was never taught.

    python -m benchmarks.learning DATA [--orders 5]

DATA is the folder that `manage.py train_scorer` reads. For each set, its held-out comments arrive
in a random order; three editors in turn rule as the labels say; after 0, 100, 500 and 2,000 rulings
a lesson is taken as the site takes it (moderation/operations/learning.py), and the next 1,000
comments, which neither it nor the scorer has seen, are ranked by it. Prints a table.
"""

import argparse
import os
import platform
import sys
from datetime import date
from pathlib import Path
from random import Random
from statistics import mean

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from moderation.scorer import load  # noqa: E402
from moderation.scorer.residual import Ruled, fit, look, quality  # noqa: E402
from moderation.scorer_training.datasets import read_all  # noqa: E402
from moderation.scorer_training.rows import Row  # noqa: E402

RULINGS = (0, 100, 500, 2_000)
NEXT = 1_000
EDITORS = 3
# By source: what its comments are. Rows the scorer was taught are left out.
SETS = {"spans": "news comments", "forum": "forum posts, insults"}


def ruled(rows: list[Row]) -> list[Ruled]:
    """The rows as editors would leave them, each by another author."""
    scorer = load()
    return [
        Ruled(look(scorer, row.text), int(row.labels["toxicity"] >= 0.5), 1.0, at % EDITORS, at)
        for at, row in enumerate(rows)
    ]


def areas(stream: list[Ruled], *, scorer: str, label: int) -> list[tuple[float, float] | None]:
    """The area under the curve over the NEXT after so many RULINGS, of the scorer alone and with
    what they taught; None where the rows run out."""
    found: list[tuple[float, float] | None] = []
    for count in RULINGS:
        coming = stream[count : count + NEXT]
        if len(coming) < NEXT:
            found.append(None)
            continue
        lesson = fit(stream[:count], scorer=scorer, label=label) if count else None
        alone, taught = (quality(coming, each, label=label).area for each in (None, lesson))
        found.append((alone, taught))
    return found


def cell(found: tuple[tuple[float, float] | None, ...]) -> str:
    """Over all orders: the mean with the lesson, that of the scorer alone, the range of gains."""
    if None in found:
        return ""
    alone, taught = (mean(pair[at] for pair in found) for at in (0, 1))
    gains = [pair[1] - pair[0] for pair in found]
    if not any(gains):
        return f"{taught:.3f}"
    return f"{taught:.3f}, alone {alone:.3f} ({min(gains):+.3f} to {max(gains):+.3f})"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--orders", type=int, default=5, help="in which the comments arrive")
    options = parser.parse_args()
    scorer = load()
    label = scorer.labels.index("toxicity")
    rows, _found = read_all(options.data)
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    print(f"{date.today():%d %B %Y}, {system}, numpy {np.__version__}, weights {scorer.version}\n")
    print(f"| Comments | {' | '.join(f'{count:,} rulings' for count in RULINGS)} |")
    print(f"|---|{'--:|' * len(RULINGS)}")
    for source, what in SETS.items():
        held_out = [
            row
            for row in rows
            if row.source == source and row.side != "train" and "toxicity" in row.labels
        ]
        if len(held_out) < NEXT:
            continue
        stream, columns = ruled(held_out), []
        for order in range(options.orders):
            Random(order).shuffle(stream)
            columns.append(areas(stream, scorer=scorer.version, label=label))
        cells = [cell(found) for found in zip(*columns, strict=True)]
        print(f"| {what}, {len(stream):,} | {' | '.join(cells)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
