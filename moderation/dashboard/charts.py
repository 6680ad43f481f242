"""Charts as shapes for a template to draw: no script, no style, nothing from elsewhere.

A chart comes with the table of what it shows. Lengths are in the units of its own picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

WIDTH = 480
TALL = 200
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 12, 26
ROW, BAR = 34, 10
SQUARE, BELOW = 268, 34  # a calibration, and what its largest dot leaves for numbers below it
LABELS = 8  # at most along the axis
LETTER = 8  # units that one takes below a chart, as large as a phone has it
LABEL_LETTERS = 52  # of what stands above a bar


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    series: int
    told: str


@dataclass(frozen=True, slots=True)
class Words:
    """anchor: start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    radius: float
    told: str


@dataclass(frozen=True, slots=True)
class Rule:
    x1: float
    y1: float
    x2: float
    y2: float
    kind: str = "grid"


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure in words above a chart. note: of what."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Chart:
    """name: unlike any other on the page; description: what it shows, for those who do not see it;
    series: what each colour means; header and rows: the same as a table; links: where the rows
    lead to, one for each or none."""

    name: str
    title: str
    description: str
    height: float
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    series: tuple[str, ...] = ()
    bars: list[Bar] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    facts: tuple[Fact, ...] = ()
    links: list[str] = field(default_factory=list)
    width: float = WIDTH

    @property
    def is_empty(self) -> bool:
        return not self.bars and not self.dots

    @property
    def table(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each row with where it leads to, if anywhere."""
        return list(zip(self.links or [""] * len(self.rows), self.rows, strict=True))


def columns(
    name: str,
    title: str,
    description: str,
    *,
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[float]]],
    header: str,
    marks: Sequence[str] = (),
    unit: str = "",
    head: tuple[str, ...] = (),
    cells: Sequence[tuple[str, ...]] = (),
) -> Chart:
    """One column for each label, with the series stacked in it.

    marks: what stands below a column instead of its label, empty for nothing; unit: behind each
    number; head and cells: of the table beside the labels, instead of the numbers drawn.
    """
    totals = [sum(values) for values in zip(*(each for _name, each in series), strict=True)]
    most = _round_up(max(totals, default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    scale = (TALL - TOP - BOTTOM) / most
    bars, base = [], [TALL - BOTTOM] * len(labels)
    for place, (series_name, values) in enumerate(series):
        for at, value in enumerate(values):
            height = value * scale
            base[at] -= height
            if value:
                told = f"{labels[at]}, {series_name}: {_told(value)}{unit}"
                x = LEFT + at * step + step * 0.12
                bars.append(Bar(_r(x), _r(base[at]), _r(step * 0.76), _r(height), place, told))
    below = [(at, mark) for at, mark in enumerate(marks or labels) if mark]
    longest = max((len(mark) for _at, mark in below), default=1)
    fitting = max(1, int((WIDTH - LEFT - RIGHT) / ((longest + 2) * LETTER)))
    every = -(-len(below) // min(LABELS, fitting))
    words = [
        Words(_r(LEFT + (at + 0.5) * step), TALL - 8, mark, "middle")
        for at, mark in below[:: max(every, 1)]
    ]
    rules, steps = _across(most, unit)
    return Chart(
        name=name,
        title=title,
        description=description,
        height=TALL,
        header=(header, *(head or (series_name for series_name, _values in series))),
        rows=[
            (label, *(cells[at] if cells else (_told(values[at]) for _name, values in series)))
            for at, label in enumerate(labels)
        ],
        series=tuple(series_name for series_name, _values in series) if len(series) > 1 else (),
        bars=bars,
        rules=rules,
        words=words + steps,
    )


def rows(
    name: str,
    title: str,
    description: str,
    *,
    values: Sequence[tuple[str, float, str]],
    header: tuple[str, ...],
    cells: list[tuple[str, ...]] | None = None,
    most: float | None = None,
    second: Sequence[tuple[float, str]] = (),
    series: tuple[str, ...] = (),
    links: Sequence[str] = (),
) -> Chart:
    """One bar across for each (label, value, value in words), the label above it.

    second: (value, in words) of another bar below each; series: what the two are.
    """
    drawn = [
        (label, [(value, told), *second[at : at + 1]])
        for at, (label, value, told) in enumerate(values)
    ]
    most = most or max((value for _label, both in drawn for value, _told in both), default=0) or 1
    tall = ROW + (BAR + 2 if second else 0)
    bars, words = [], []
    for at, (label, both) in enumerate(drawn):
        y = at * tall
        told = " · ".join(each for _value, each in both)
        words += [Words(0, y + 13, _cut(label)), Words(WIDTH, y + 13, told, "end")]
        for place, (value, each) in enumerate(both):
            width = max(2.0, value / most * WIDTH) if value else 0.0
            if width:
                said = f"{label}, {series[place]}: {each}" if series else f"{label}: {each}"
                top = y + 18 + place * (BAR + 2)
                bars.append(Bar(0, top, _r(width), BAR, place, said))
    return Chart(
        name=name,
        title=title,
        description=description,
        height=max(tall * len(drawn), 1),
        header=header,
        rows=[(label, told) for label, _value, told in values] if cells is None else cells,
        series=series,
        bars=bars,
        words=words,
        links=list(links),
    )


def calibration(
    name: str,
    title: str,
    description: str,
    *,
    bins: Sequence[tuple[float, float, int]],
    header: tuple[str, ...],
    cells: list[tuple[str, ...]],
    facts: tuple[Fact, ...] = (),
) -> Chart:
    """What was said against what was so: a dot for each (mean score, share, how many) on a square
    whose diagonal is right."""
    wide, tall = WIDTH - LEFT - RIGHT, SQUARE - TOP - BELOW
    largest = max((many for _score, _share, many in bins), default=1) or 1

    def at(score: float, share: float) -> tuple[float, float]:
        return _r(LEFT + score * wide), _r(TOP + (1 - share) * tall)

    dots = [
        Dot(*at(score, share), _r(4 + 8 * (many / largest) ** 0.5), f"{share:.2f} ({many})")
        for score, share, many in bins
        if many
    ]
    steps = (0.0, 0.25, 0.5, 0.75, 1.0)
    words = [Words(at(step, 0)[0], SQUARE - 6, f"{step:g}", "middle") for step in steps]
    words += [Words(LEFT - 6, at(0, step)[1] + 4, f"{step:g}", "end") for step in steps]
    return Chart(
        name=name,
        title=title,
        description=description,
        height=SQUARE,
        header=header,
        rows=cells,
        dots=dots,
        rules=[Rule(*at(0, step), *at(1, step)) for step in steps]
        + [Rule(*at(0, 0), *at(1, 1), "right")],
        words=words,
        facts=facts,
    )


def _across(most: int, unit: str) -> tuple[list[Rule], list[Words]]:
    """Lines across a picture of columns, and the number at each."""
    steps = [0, most // 2, most] if most > 1 else [0, 1]
    height = TALL - TOP - BOTTOM
    ys = [(_r(TALL - BOTTOM - step / most * height), step) for step in steps]
    return (
        [Rule(LEFT, y, WIDTH - RIGHT, y) for y, _step in ys],
        [Words(LEFT - 6, y + 4, f"{step}{unit}", "end") for y, step in ys],
    )


def _told(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.1f}"


def _cut(label: str) -> str:
    """As much of it as stands beside a number, at a phone's size of letters too."""
    if len(label) <= LABEL_LETTERS:
        return label
    return f"{label[: LABEL_LETTERS - 1].rstrip()}…"


def _round_up(most: float) -> int:
    """The next even number, or the next of one digit and noughts."""
    most = ceil(most)
    if most <= 2:
        return max(most, 1)
    unit = 10 ** (len(str(most)) - 1)
    steps = -(-most // unit)
    return steps * unit if unit > 1 else steps + steps % 2


def _r(value: float) -> float:
    return round(value, 2)
