"""Replay a real discussion through the JSON API and account for every comment.

    python -m benchmarks.replay FILE [--limit N] [--open-pages N]

FILE holds one JSON object a line: id, parent, author (null: deleted), body, created, score; a
parent stands before its replies. The site starts from an empty data folder on its embedded queue.
Each comment is posted under its own reader's token once its parent has been decided; where a
parent was held, an editor approves it first, through the API. With --open-pages so many readers
keep the article open meanwhile, as benchmarks/open_pages.py says. Prints a table; exits 1 when
anything is lost or out of place, or never told to a page.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import monotonic, sleep
from typing import Any

from benchmarks.client import Answer, Client
from benchmarks.open_pages import LAST, OpenPages
from benchmarks.report import ms, table
from tests.site import RunningSite

DECIDED_WITHIN = 120.0  # seconds a comment may take to be decided before the replay gives up on it
RAISED = {"post_limit": 100_000, "flood_limit": 0, "raid_link_authors": 0, "max_length": 20_000}
# Everybody is new and comes from one address, and no browser is there to do the sum.
RAISED |= {"proof_sign_ups": 0, "proof_first_posts": 0}
EDITOR = "editor"


@dataclass(frozen=True, slots=True)
class Source:
    """One comment of the file."""

    id: int
    parent: int | None
    author: str | None
    body: str


@dataclass
class Ledger:
    """What the client saw, kept outside the system: file id to comment id, and every time."""

    posted: dict[int, int] = field(default_factory=dict)
    refused: dict[int, Answer] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    approved_by_editor: list[int] = field(default_factory=list)
    retried: int = 0


def read_sources(path: Path, limit: int | None = None) -> list[Source]:
    """The file's comments in order."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][:limit]
    return [Source(row["id"], row["parent"], row["author"], row["body"]) for row in rows]


def stand_in(source: Source) -> str:
    """The reader who posts a comment: its author, or one of its own where the author is deleted."""
    return source.author or f"deleted{source.id}"


class Replay:
    """Posts sources in order to a running site. tokens: reader to bearer token, with EDITOR."""

    def __init__(self, url: str, slug: str, tokens: dict[str, str], patience: float = 60.0) -> None:
        self.client = Client(url)
        self.slug = slug
        self.tokens = tokens
        self.patience = patience
        self.ledger = Ledger()
        self.decided: set[int] = set()

    def _call(self, method: str, path: str, **request: Any) -> Answer:
        """A call that survives a server being restarted: every call here is safe to repeat."""
        until = monotonic() + self.patience
        while True:
            try:
                answer = self.client.call(method, path, **request)
                if answer.status < 500:
                    return answer
            except OSError:
                pass
            if monotonic() > until:
                raise TimeoutError(f"{method} {path} got no answer in {self.patience} s")
            self.ledger.retried += 1
            sleep(0.1)

    def _wait_decided(self, source_id: int, token: str) -> str:
        """The status of a posted comment once it is no longer pending."""
        comment_id = self.ledger.posted[source_id]
        until = monotonic() + DECIDED_WITHIN
        pause = 0.005
        while True:
            own = self._call("GET", f"/api/v1/comments/{comment_id}", token=token).body["own"]
            if own["status"] != "pending":
                return own["status"]
            if monotonic() > until:
                raise TimeoutError(f"comment {comment_id} was not decided in {DECIDED_WITHIN} s")
            sleep(pause)
            pause = min(pause * 1.5, 0.2)

    def _open_parent(self, source_id: int, by: dict[int, str]) -> None:
        """Wait for a parent's decision, and have the editor approve it if it did not go live."""
        if source_id in self.decided:
            return
        status = self._wait_decided(source_id, self.tokens[by[source_id]])
        if status != "approved":
            editor = self.tokens[EDITOR]
            comment_id = self.ledger.posted[source_id]
            own = self._call("GET", f"/api/v1/comments/{comment_id}", token=editor).body["own"]
            ruled = self._call(
                "POST",
                f"/api/v1/comments/{comment_id}/rulings",
                token=editor,
                body={"revision": own["revision"], "outcome": "approve"},
            )
            # 409 already_so: the ruling landed, and its answer was lost with a killed server.
            if ruled.status not in (201, 409):
                raise RuntimeError(f"ruling on {comment_id}: {ruled}")
            self.ledger.approved_by_editor.append(source_id)
        self.decided.add(source_id)

    def run(
        self,
        sources: Iterable[Source],
        *,
        key: str = "replay",
        each: Callable[[int], None] | None = None,
    ) -> Ledger:
        """Post all of them; each is called with how many are done."""
        by: dict[int, str] = {}
        for done, source in enumerate(sources, start=1):
            reader = by[source.id] = stand_in(source)
            if source.parent is not None:
                if source.parent not in self.ledger.posted:
                    self.ledger.refused[source.id] = Answer(0, {"code": "parent_refused"}, 0)
                    continue
                self._open_parent(source.parent, by)
            body: dict[str, Any] = {"body": source.body}
            if source.parent is not None:
                body["parent"] = self.ledger.posted[source.parent]
            answer = self._call(
                "POST",
                f"/api/v1/articles/{self.slug}/comments",
                token=self.tokens[reader],
                body=body,
                headers={"Idempotency-Key": f"{key}-{source.id}"},
            )
            self.ledger.seconds.append(answer.seconds)
            if answer.status in (200, 201):
                self.ledger.posted[source.id] = answer.body["id"]
            else:
                self.ledger.refused[source.id] = answer
            if each:
                each(done)
        return self.ledger


def percentile(values: list[float], share: int) -> float:
    """The share-th percentile of values, in their unit."""
    return quantiles(values, n=100)[share - 1] if len(values) > 1 else values[0]


def cpu_seconds(session: int) -> float:
    """Processor time, user and system, that all processes of a session have used so far."""
    used = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            # With the children's that have ended and been waited for.
            used += sum(int(field) for field in fields[11:15])
    return used / os.sysconf("SC_CLK_TCK")


def depths(sources: list[Source]) -> dict[int, int]:
    """How deep each comment of the file stands; 0 for a top-level one."""
    deep: dict[int, int] = {}
    for source in sources:
        deep[source.id] = 0 if source.parent is None else deep[source.parent] + 1
    return deep


def compare(
    sources: list[Source], ledger: Ledger, stored: dict[int, dict[str, Any]]
) -> dict[str, list[int]]:
    """What differs between the file, the client's ledger and the database; empty lists when
    nothing does. Values are ids of the file, except for `unknown`: rows nobody posted."""
    deep = depths(sources)
    here = {source.id: source for source in sources}
    wrong: dict[str, list[int]] = {"lost": [], "undecided": [], "parent": [], "depth": []}
    for source_id, comment_id in ledger.posted.items():
        row = stored.get(comment_id)
        if row is None:
            wrong["lost"].append(source_id)
            continue
        if row["status"] in ("pending",):
            wrong["undecided"].append(source_id)
        parent = here[source_id].parent
        if row["parent"] != (ledger.posted[parent] if parent is not None else None):
            wrong["parent"].append(source_id)
        if row["depth"] != deep[source_id]:
            wrong["depth"].append(source_id)
    wrong["unknown"] = sorted(set(stored) - set(ledger.posted.values()))
    wrong["refused"] = sorted(ledger.refused)
    return wrong


def _progress(total: int) -> Callable[[int], None]:
    def show(done: int) -> None:
        if done % 100 == 0 or done == total:
            print(f"  {done:,} of {total:,} posted", file=sys.stderr, flush=True)

    return show


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int, help="only the first so many comments")
    parser.add_argument("--open-pages", type=int, default=0, help="so many pages kept open")
    options = parser.parse_args()
    sources = read_sources(options.file, options.limit)

    with (
        tempfile.TemporaryDirectory(prefix="rejoinder-replay-") as folder,
        RunningSite(data_dir=Path(folder), environment="production") as site,
    ):
        return _replay(site, sources, options.open_pages)


def stage(data_dir: Path, verb: str, **arguments: Any) -> Any:
    """Have benchmarks.stage do one thing in the database of a site; its answer."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.stage", verb],
        input=json.dumps(arguments),
        env={**os.environ, "REJOINDER_DATA": str(data_dir)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"stage {verb}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def account(data_dir: Path) -> dict[int, dict[str, Any]]:
    """Every stored comment by id, as benchmarks.stage.account gives it."""
    return {int(pk): row for pk, row in stage(data_dir, "account").items()}


def held_for(stored: dict[int, dict[str, Any]]) -> Counter:
    """How many the machine held, by reason; one comment can have several."""
    return Counter(
        code for row in stored.values() if row["outcome"] == "hold" for code in row["reasons"]
    )


def _replay(site: RunningSite, sources: list[Source], open_pages: int) -> int:
    readers = list(dict.fromkeys(stand_in(source) for source in sources))
    ready = stage(site.data_dir, "prepare", changes=RAISED, names=readers, editor=EDITOR)
    web, worker = site.pids()["web"], site.pids()["worker"]
    cpu_before = cpu_seconds(web), cpu_seconds(worker)
    replay = Replay(site.url, ready["slug"], ready["tokens"])
    with OpenPages(site.url, f"/articles/{ready['slug']}/", open_pages) as pages:
        started = monotonic()
        ledger = replay.run(sources, each=_progress(len(sources)))
        posting = monotonic() - started
        web_cpu = cpu_seconds(web) - cpu_before[0]
        stage(site.data_dir, "wait_decided", seconds=DECIDED_WITHIN)
        live_at = {int(pk): at for pk, at in stage(site.data_dir, "went_live").items()}
        pages.wait_told(live_at, within=2 * LAST)
    worker_cpu = cpu_seconds(worker) - cpu_before[1]

    deleted = [stand_in(source) for source in sources if source.author is None]
    erased = stage(site.data_dir, "erase", names=deleted)
    stored = account(site.data_dir)
    wrong = compare(sources, ledger, stored)
    machine = [row for row in stored.values() if row["by_machine"]]
    outcomes = Counter(row["outcome"] for row in machine)
    statuses = Counter(row["status"] for row in stored.values())
    waits = [row["seconds"] for row in machine]
    public = site_live_count(site.url, ready["slug"])
    reasons = ", ".join(f"{code} {n}" for code, n in held_for(stored).most_common())
    rows = [
        ("comments in the file", f"{len(sources):,} by {len(readers):,} readers"),
        ("posted (answered 201)", f"{len(ledger.posted):,}"),
        ("refused", f"{len(ledger.refused):,}"),
        ("approved by the machine", f"{outcomes['approve']:,}"),
        ("held by the machine", f"{outcomes['hold']:,}" + (f" ({reasons})" if reasons else "")),
        ("rejected by the machine", f"{outcomes['reject']:,}"),
        ("approved by the editor, to build the tree", f"{len(ledger.approved_by_editor):,}"),
        (
            "in the end live / held / rejected",
            f"{statuses['approved']:,} / {statuses['held']:,} / {statuses['rejected']:,}",
        ),
        ("lost", f"{len(wrong['lost']):,}"),
        ("undecided", f"{len(wrong['undecided']):,}"),
        ("with another parent or depth", f"{len(wrong['parent']) + len(wrong['depth']):,}"),
        ("deepest", f"{max(row['depth'] for row in stored.values())} levels below the top"),
        ("live by the article's own count", f"{public:,}"),
        ("accounts erased afterwards, comments kept", f"{erased:,}"),
        (
            "POST a second, one client, waits for parents included",
            f"{len(ledger.seconds) / posting:,.1f}",
        ),
        (
            "POST answered: median / 99th percentile",
            f"{ms(median(ledger.seconds))} / {ms(percentile(ledger.seconds, 99))}",
        ),
        (
            "POST to decision: median / 99th percentile",
            f"{ms(median(waits))} / {ms(percentile(waits, 99))}",
        ),
        (
            "CPU of the web server for each POST, reads while waiting included",
            ms(web_cpu / len(ledger.seconds)),
        ),
        ("CPU of the worker for each comment judged", ms(worker_cpu / len(stored))),
        *(_told(pages, live_at) if open_pages else []),
    ]
    raised = ", ".join(f"{name} {value:,}" for name, value in ready["policy"].items())
    print(f"Limits raised for the run, through Policy: {raised}.\n")
    print(table(("What", "Measured"), rows))
    faults = {name: ids for name, ids in wrong.items() if ids}
    if never := pages.delays(live_at)[1]:
        faults["never_told"] = [never]
    if public != statuses["approved"]:
        faults["live_count"] = [public]
    for name, ids in faults.items():
        print(f"WRONG {name}: {ids[:20]}", file=sys.stderr)
    return 1 if faults else 0


def _told(pages: OpenPages, live_at: dict[int, float]) -> list[tuple[str, str]]:
    """What the open pages measured, as rows."""
    delays, never = pages.delays(live_at)
    asked = sum(page.asked for page in pages.pages)
    moved = sum(page.moved for page in pages.pages)
    return [
        ("pages kept open", f"{len(pages.pages):,}"),
        ("comments told to a page / never told", f"{len(delays):,} / {never:,}"),
        (
            "live to told on an open page: median / 99th percentile",
            f"{median(delays):,.2f} s / {percentile(delays, 99):,.2f} s",
        ),
        ("told within 2 s", f"{sum(delay <= 2 for delay in delays) / len(delays):.0%}"),
        (
            "questions of the pages / answered that something moved / failed",
            f"{asked:,} / {moved:,} / {sum(page.failed for page in pages.pages):,}",
        ),
    ]


def site_live_count(url: str, slug: str) -> int:
    """How many comments the article says are live, read as any reader would."""
    answer = Client(url).call("GET", f"/api/v1/articles/{slug}")
    return answer.body["call_to_action"]["live_count"]


if __name__ == "__main__":
    sys.exit(main())
