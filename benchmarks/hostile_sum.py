"""The table of the hostile harness, of one run or of several that took a part each.

    python -m benchmarks.hostile_sum FILES...

FILES are what `python -m benchmarks.hostile --json FILE` wrote. Exits 1 when any of them was not
clean, or its control saw nothing.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

KINDS = ("executions", "reports", "intrusions")


@dataclass
class Count:
    """One line of the table: how many texts came out at a sink, and what happened there.

    missing: texts that should have come out; said: the first faults in words.
    """

    sink: str
    texts: int = 0
    pages: int = 0
    executions: int = 0
    reports: int = 0
    intrusions: int = 0
    missing: int = 0
    said: list[str] = field(default_factory=list)

    def add(self, other: "Count") -> None:
        """Count what another run saw at the same sink."""
        for name in ("texts", "pages", *KINDS, "missing"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.said += other.said

    @property
    def is_clean(self) -> bool:
        return not (self.missing or any(getattr(self, kind) for kind in KINDS))


@dataclass
class Tally:
    """What one run saw, or several together. seconds: of the longest; control_saw: in each."""

    texts: int
    posted: int
    refused: dict[str, dict[str, int]]
    statuses: dict[str, int]
    browser: str
    seconds: float
    control_saw: bool
    rows: list[Count]
    controls: list[Count]

    @property
    def is_clean(self) -> bool:
        return all(row.is_clean for row in self.rows)

    def write(self, path: Path) -> None:
        """Keep it as JSON for a sum."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Tally":
        """What `write` kept."""
        kept = json.loads(path.read_text(encoding="utf-8"))
        kept["rows"] = [Count(**row) for row in kept["rows"]]
        kept["controls"] = [Count(**row) for row in kept["controls"]]
        return cls(**kept)


def together(tallies: Sequence[Tally]) -> Tally:
    """Several runs as one."""
    refused: dict[str, Counter[str]] = {}
    for tally in tallies:
        for what, codes in tally.refused.items():
            refused.setdefault(what, Counter()).update(codes)
    return Tally(
        texts=sum(tally.texts for tally in tallies),
        posted=sum(tally.posted for tally in tallies),
        refused={what: dict(codes) for what, codes in refused.items()},
        statuses=dict(sum((Counter(tally.statuses) for tally in tallies), Counter())),
        browser=", ".join(sorted({tally.browser for tally in tallies})),
        seconds=max(tally.seconds for tally in tallies),
        control_saw=all(tally.control_saw for tally in tallies),
        rows=_added(row for tally in tallies for row in tally.rows),
        controls=_added(row for tally in tallies for row in tally.controls),
    )


def _added(rows: Iterable[Count]) -> list[Count]:
    found: dict[str, Count] = {}
    for row in rows:
        found.setdefault(row.sink, Count(row.sink)).add(row)
    return list(found.values())


def table(tally: Tally) -> str:
    """The counts as Markdown: figures alone, never a text."""
    rows = [row for row in tally.rows if row.pages or row.texts or not row.is_clean]
    counts = [(row.pages, row.executions, row.reports, row.intrusions) for row in rows]
    lines = [
        "| Sink | Texts | Pages | Executions | Reports | Intrusions |",
        "|---|--:|--:|--:|--:|--:|",
        *(_line(row.sink, row.texts, *each) for row, each in zip(rows, counts, strict=True)),
        _line("**all of them**", "", *(sum(column) for column in zip(*counts, strict=True))),
    ]
    for row in tally.controls:
        seen = (row.pages, row.executions, row.reports, row.intrusions)
        lines.append(_line(f"*{row.sink}*", row.texts, *seen))
    return "\n".join(lines)


def _line(sink: str, *counts: int | str) -> str:
    return f"| {sink} | {' | '.join(f'{n:,}' if isinstance(n, int) else n for n in counts)} |"


def tell(tally: Tally) -> int:
    """Print all of it, faults to the error output. Returns the exit status."""
    print(f"{tally.texts:,} texts, {tally.posted:,} stored as comments; {tally.statuses}")
    for what, codes in tally.refused.items():
        print(f"refused as {what}: {codes or 'none'}")
    print(f"{tally.browser}, {tally.seconds:,.0f} s\n")
    print(table(tally))
    for row in tally.rows:
        for said in row.said:
            print(f"WRONG {row.sink}: {said}", file=sys.stderr)
        if row.missing:
            print(f"WRONG {row.sink}: {row.missing} texts did not come out", file=sys.stderr)
    if not tally.control_saw:
        print("WRONG control: nothing was seen where nothing protects", file=sys.stderr)
    return 0 if tally.is_clean and tally.control_saw else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    options = parser.parse_args()
    return tell(together([Tally.read(path) for path in options.files]))


if __name__ == "__main__":
    sys.exit(main())
