"""Show hostile texts on every page of a real site in a real browser, and count what runs.

    python -m benchmarks.hostile FILE [--limit N] [--sample N] [--redirects] [--part I/N]
                                      [--json FILE]

FILE holds one JSON object a line with a `text`, or a JSON list of texts, or one text a line. A
site starts from an empty data folder with a policy that reports beside the one that blocks. Each
text is posted as a comment, and taken as a name, a bio, a note, and words of an article where it
may stand as such; then Chromium visits every place where they come out again. Prints a table;
exits 1 when anything ran, was reported, stood where it should not, or did not come out at all, or
when the positive control saw nothing. Several may run side by side, each on a part of the file.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from playwright.async_api import Playwright, async_playwright

from benchmarks import hostile_own as own
from benchmarks import hostile_places as places
from benchmarks.hostile_browser import Chromium, Row, Visitor, Watch
from benchmarks.hostile_control import control, policy_of
from benchmarks.hostile_passage import ENVIRONMENT, Extent, Passage, Stage, lay_out, spread
from benchmarks.hostile_server import OwnServer
from benchmarks.hostile_sinks import Sinks, Visitors
from benchmarks.hostile_sum import Count, Tally, tell
from tests.site import REPOSITORY, RunningSite

LATE = 1.0  # seconds for the last reports to arrive
# Below those that the kernel hands out by itself, so that nobody is given one between the choice
# and the start.
PORTS = range(21_000, 22_000)
WHOLE = Extent()
PLAIN_COUNT = 100  # in two articles: with what surrounds them, more than a page of the admin
PLAIN_WAYS = ("/", "/my/comments/", "/admin/", "https://example.org/")
# Each way of plain_texts is among those that are opened one by one.
LEARNT = Extent(sample=8, every=3, people=8, admin_pages=2)


@dataclass
class Outcome:
    """rows: by sink; controls: what must not be 0; refused: texts that may not stand as what they
    were tried as, by code; statuses: of the comments, once judged."""

    rows: list[Row]
    controls: list[Row]
    posted: int
    refused: dict[str, dict[str, int]]
    statuses: dict[str, int]
    browser: str
    seconds: float

    @property
    def is_clean(self) -> bool:
        return all(row.is_clean for row in self.rows)

    @property
    def control_saw(self) -> bool:
        """Does the harness see what it looks for, where it is?"""
        return all(min(row.executions, row.reports, row.intrusions) > 0 for row in self.controls)


def read_texts(path: Path) -> list[str]:
    """The texts of a file in any of its three forms."""
    raw = path.read_text(encoding="utf-8")
    try:
        whole = json.loads(raw)
    except ValueError:
        whole = None
    if isinstance(whole, list):
        return [str(text) for text in whole]
    lines = raw.removesuffix("\n").split("\n")
    try:
        return [json.loads(line)["text"] for line in lines]
    except (ValueError, TypeError, KeyError):
        return lines


def plain_texts() -> list[str]:
    """Words that do nothing, in all the ways a comment may be set."""
    ways = (
        "Plain words, number {}.",
        "A *word* of **weight** in number {}.",
        "Number {} has [a link](https://example.org/{}).",
        "> A quote in number {}\n\nand an answer.",
        "- one\n- two\n- and number {}",
        "3. three\n4. number {}",
        "`code` and\n\n    more code, number {}",
        "NUMBER {} IS SAID RATHER LOUD, LOUDER THAN IT HAS TO BE.",
    )
    syllables = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "mo", "nu")
    words = ["".join(syllables[int(digit)] for digit in str(n)) for n in range(PLAIN_COUNT)]
    return [ways[n % len(ways)].replace("{}", word) for n, word in enumerate(words)]


async def run(
    texts: list[str],
    *,
    redirects: Sequence[str] = (),
    extent: Extent = WHOLE,
) -> Outcome:
    """Take texts through a site of their own.

    redirects: addresses to go on to.
    """
    started = monotonic()
    server = OwnServer()
    env = {**ENVIRONMENT, "POLICY_REPORT_URI": server.report_url}
    with tempfile.TemporaryDirectory(prefix="rejoinder-hostile-") as folder:
        data_dir = Path(folder)
        with prepared(data_dir, env) as stage:
            house = stage("open_house")
            plain = lay_out(stage, plain_texts(), size=PLAIN_COUNT // 2, people=LEARNT.people)
            hostile = lay_out(stage, texts, people=extent.people)
            house["banned"] = stage("suspect_everything")
            async with async_playwright() as playwright:
                with own_port() as port, RunningSite(data_dir=data_dir, port=port, env=env) as site:
                    _say("the site is open", started)
                    watch = Watch(site.url, server)
                    passages = [Passage(site, stage, house, made) for made in (plain, hostile)]
                    version, controls = await asyncio.gather(
                        _visit(playwright, watch, passages, texts, redirects, extent),
                        control(playwright, spread(texts, extent.controlled), policy_of(site.url)),
                    )
    server.close()
    passage = passages[1]
    return Outcome(
        rows=list(watch.rows.values()),
        controls=controls,
        posted=sum(len(batch.sources) for batch in hostile.batches),
        refused={"comments": dict(passage.refused), **hostile.refused},
        statuses=dict(passage.statuses),
        browser=version,
        seconds=monotonic() - started,
    )


async def _visit(
    playwright: Playwright,
    watch: Watch,
    passages: Sequence[Passage],
    texts: Sequence[str],
    redirects: Sequence[str],
    extent: Extent,
) -> str:
    """Learn from the first passage, watch the second. Returns the browser's version."""
    plain, hostile = passages
    async with Chromium(playwright, watch) as browser:
        visitors = await Visitors.let_in(browser, plain.house)
        guest = await browser.visitor()
        watch.learning = True
        ways = PLAIN_WAYS if redirects else ()
        await _every_sink(Sinks(plain, visitors, watch, LEARNT), guest, plain_texts(), ways)
        watch.learning = False
        await _every_sink(Sinks(hostile, visitors, watch, extent), guest, texts, redirects)
        await asyncio.sleep(LATE)
        watch.collect()
        return browser.version


async def _every_sink(
    sinks: Sinks, guest: Visitor, texts: Sequence[str], redirects: Sequence[str]
) -> None:
    """In the order in which a comment goes through its states."""
    passage, started = sinks.passage, monotonic()
    await asyncio.to_thread(passage.post)
    _say("posted", started)
    await sinks.pending()
    passage.resume()
    _say("seen while pending", started)
    await sinks.forms()
    _say("edit forms and previews", started)
    await asyncio.to_thread(passage.judged)
    _say("judged", started)
    await sinks.held()
    await own.held(sinks)
    _say("seen while held", started)
    await sinks.rulings()
    _say("ruled on", started)
    await sinks.live()
    _say("seen while live", started)
    await places.people(sinks)
    await places.listings(sinks)
    await places.admin(sinks)
    _say("people, listings, admin", started)
    await own.live(sinks)
    _say("readers' own, search, appeals", started)
    await places.doors(sinks, texts)
    await places.languages(sinks, redirects or texts)
    if redirects:
        await places.ways_on(sinks, redirects, guest)
    _say("addresses", started)


@contextmanager
def prepared(data_dir: Path, env: dict[str, str]) -> Iterator[Stage]:
    """A data folder without demo content, and the process that fills it."""
    subprocess.run(
        [sys.executable, "manage.py", "prepare"],
        cwd=REPOSITORY,
        env={**os.environ, **env, "REJOINDER_DATA": str(data_dir)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    stage = Stage(data_dir, env)
    try:
        yield stage
    finally:
        stage.close()


@contextmanager
def own_port() -> Iterator[int]:
    """A port that no other run of the harness on this machine takes, held until the end."""
    for port in PORTS:
        # A name in the kernel's own space: gone with the process, however that ends.
        mark = socket.socket(socket.AF_UNIX)
        trial = socket.socket()
        try:
            mark.bind(f"\0rejoinder-hostile-{port}")
            trial.bind(("127.0.0.1", port))
        except OSError:
            mark.close()
            continue
        finally:
            trial.close()
        with mark:
            yield port
        return
    raise RuntimeError("no port is free")


def _say(what: str, started: float) -> None:
    print(f"  {monotonic() - started:7.1f} s  {what}", file=sys.stderr, flush=True)


def tally(outcome: Outcome, texts: int) -> Tally:
    """An outcome of so many texts in figures, which can be kept and summed."""
    return Tally(
        texts=texts,
        posted=outcome.posted,
        refused=outcome.refused,
        statuses=outcome.statuses,
        browser=outcome.browser,
        seconds=outcome.seconds,
        control_saw=outcome.control_saw,
        rows=[_count(row) for row in outcome.rows],
        controls=[_count(row) for row in outcome.controls],
    )


def _count(row: Row) -> Count:
    return Count(
        sink=row.sink,
        texts=len(row.shown),
        pages=row.pages,
        executions=row.executions,
        reports=row.reports,
        intrusions=row.intrusions,
        missing=row.missing,
        said=row.said,
    )


def part_of(said: str) -> tuple[int, int]:
    """(I, N) of "I/N", I from 1 to N; raises ValueError for anything else."""
    number, _slash, parts = said.partition("/")
    if not 1 <= int(number) <= int(parts):
        raise ValueError(said)
    return int(number), int(parts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int, help="only so many of the texts, evenly chosen")
    parser.add_argument(
        "--sample",
        type=int,
        default=WHOLE.sample,
        help=f"pages of one text opened one by one, for each such sink ({WHOLE.sample})",
    )
    parser.add_argument(
        "--redirects",
        action="store_true",
        help="the texts are addresses: try them as links too, and as places to go on to",
    )
    parser.add_argument(
        "--part",
        type=part_of,
        default=(1, 1),
        metavar="I/N",
        help="only every Nth of the texts from the Ith on, so that N processes share a file",
    )
    parser.add_argument("--json", type=Path, help="keep the counts here for benchmarks.hostile_sum")
    options = parser.parse_args()
    number, parts = options.part
    texts = read_texts(options.file)
    texts = spread(texts, options.limit or len(texts))[number - 1 :: parts]
    redirects = texts if options.redirects else []
    if redirects:
        texts = [way.format(address) for address in texts for way in ("{}", "[on]({})", "<{}>")]
    outcome = asyncio.run(run(texts, redirects=redirects, extent=Extent(sample=options.sample)))
    seen = tally(outcome, len(texts))
    if options.json:
        seen.write(options.json)
    return tell(seen)


if __name__ == "__main__":
    sys.exit(main())
