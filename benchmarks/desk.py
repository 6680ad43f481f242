"""What the desk costs with little waiting and with much: queries and CPU of every view.

    python -m benchmarks.desk [--waiting 100000] [--decided 1000000] [--rounds 15]

Builds two sites in temporary folders, one of them with 1,000 waiting and 10,000 decided, and asks
both for the same. The CPU is that of this process, the database in it, so other work on the machine
hardly counts.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

SMALL = (1_000, 10_000)  # waiting and decided


def measure(waiting: int, decided: int, rounds: int) -> dict[str, tuple[int, float]]:
    """Queries and median CPU in milliseconds of each view, by its name, on the site of the data
    folder, which is built if there is none."""
    import django  # noqa: PLC0415 - the data folder is known only now

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from benchmarks import desk_rows  # noqa: PLC0415
    from config.celery import Doorbell  # noqa: PLC0415

    Doorbell.silent_until = math.inf  # no worker is here to be rung for
    call_command("migrate", verbosity=0)
    editor = User.objects.filter(email=desk_rows.EDITOR).first()
    if editor is None:
        started = time.monotonic()
        editor = desk_rows.build(waiting=waiting, decided=decided)
        print(f"built in {time.monotonic() - started:.0f} s", file=sys.stderr)
    found = {}
    views = _views(editor)
    for ask in views.values():
        ask()  # what only the first request pays is not the desk's
    for name, ask in views.items():
        with CaptureQueriesContext(connection) as asked:
            ask()
        taken = []
        for _round in range(rounds):
            began = time.process_time()
            ask()
            taken.append(time.process_time() - began)
        found[name] = (len(asked), 1_000 * median(taken))
    return found


def _views(editor) -> dict[str, Callable[[], object]]:
    """Everything an editor asks the desk for, by name."""
    from comments.models import Comment  # noqa: PLC0415
    from moderation import queue  # noqa: PLC0415
    from moderation.chosen import histogram  # noqa: PLC0415
    from moderation.models import QueueItem  # noqa: PLC0415
    from moderation.operations.ruling import rule  # noqa: PLC0415
    from moderation.queue.selection import TABS, Selection  # noqa: PLC0415

    some = QueueItem.objects.filter(status="held").order_by("pk").first()
    filters = {
        "article": some.article_id,
        "section": some.section_id,
        "author": some.author_id,
        "reason": "shouting",
        "label": "threat",
        "language": "other",
        "age": "1d",
    }
    selections = {f"tab {tab}": Selection(tab=tab) for tab in TABS}
    for tab in TABS:
        for order in Selection(tab=tab).orders[1:]:
            selections[f"{tab}, {order}"] = Selection(tab=tab, order=order)
    for tab in ("waiting", "rejected", "all"):
        for name, value in filters.items():
            selections[f"{tab}, by {name}"] = Selection(tab=tab, **{name: value})
    selections["rejected, by age"] = Selection(tab="rejected", age="30d")
    selections |= {
        "waiting, by label, newest": Selection(label="threat", order="newest"),
        "waiting, by label, most reported": Selection(label="threat", order="reported"),
        "waiting, by three at once": Selection(label="threat", language="other", reason="shouting"),
        "reported, by label": Selection(tab="reported", label="threat"),
        "appeals, by label": Selection(tab="appeals", label="spam"),
        "waiting, escalated": Selection(escalated=True),
        "waiting, a range of scores": Selection(score="insult", low=0.8, high=0.9),
        "waiting, a range and a language": Selection(
            score="insult", low=0.2, high=0.9, language="de"
        ),
    }
    rare = some.comment.latest.source.split()[2]
    words = {"common": "a word that all say", rare: "a word that few say"}
    for word, told in words.items():
        selections[f"search waiting, {told}"] = Selection(words=word)
        selections[f"search all, {told}"] = Selection(tab="all", words=word)
    views = {
        name: lambda each=each: queue.page_of(reader=editor, selection=each)
        for name, each in selections.items()
    }
    deep = Selection()
    for _page in range(4):
        deep = deep.but(after=queue.page_of(reader=editor, selection=deep).next)
    views["waiting, the fifth page"] = lambda: queue.page_of(reader=editor, selection=deep)
    views["one comment in full"] = lambda: queue.item(reader=editor, comment_id=some.pk)
    views["counts of the tabs"] = queue.counts
    views["choices of the filters"] = queue.facets
    views["histogram"] = lambda: histogram("insult")
    views["saved views"] = lambda: queue.saved_views(reader=editor)

    def rule_on_next() -> None:
        [item] = queue.page_of(reader=editor, selection=Selection(), size=1).items
        comment: Comment = item.comment
        rule(
            actor=editor,
            comment=comment,
            revision_id=comment.latest_id,
            outcome="approve",
            effect_after=timedelta(seconds=6),
        )
        queue.page_of(reader=editor, selection=Selection(), size=1)

    views["a ruling, to the next card"] = rule_on_next
    return views


def table(small: dict[str, tuple[int, float]], large: dict[str, tuple[int, float]]) -> str:
    """Both side by side, in Markdown."""
    lines = [
        "| View | Queries, small | Queries, large | CPU, small | CPU, large | CPU, ratio |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, (few, quick) in small.items():
        many, slow = large[name]
        lines.append(
            f"| {name} | {few} | {many} | {quick:.1f} ms | {slow:.1f} ms | {slow / quick:.2f} |"
        )
    return "\n".join(lines)


def _apart(waiting: int, decided: int, rounds: int) -> dict[str, tuple[int, float]]:
    """The figures of a site of that size, in a process and a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="rejoinder-desk-") as folder:
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.desk", "--one"]
            + ["--waiting", str(waiting), "--decided", str(decided), "--rounds", str(rounds)],
            env={**os.environ, "REJOINDER_DATA": folder},
            stdout=subprocess.PIPE,
            check=True,
        )
    return json.loads(told.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--decided", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--one", action="store_true", help="this size alone, as JSON")
    asked = parser.parse_args()
    if asked.one:
        json.dump(measure(asked.waiting, asked.decided, asked.rounds), sys.stdout)
        return
    small = _apart(*SMALL, asked.rounds)
    large = _apart(asked.waiting, asked.decided, asked.rounds)
    print(table(small, large))


if __name__ == "__main__":
    main()
