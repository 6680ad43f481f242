"""Rule on 5,000 waiting comments in one batch, while another editor rules and a reader posts.

    REJOINDER_DATA=/an/empty/folder python -m benchmarks.batches [--size 5000] [--parts 0.1 0.25]

The batch is carried out as the worker does it, one part after the other, but without the pause of a
queue in between: nobody else has less room than here. A second process rules on other comments and
posts in the same discussion meanwhile, a deed every 0.1 s, and says how long each took. Each
length of a part, in seconds, gets its share of the comments. Prints a line for each.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from statistics import median

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts import operations as accounts  # noqa: E402
from accounts.models import User  # noqa: E402
from articles.models import CallToAction  # noqa: E402
from benchmarks.stage import SLUG, make_article, raise_limits  # noqa: E402
from comments.models import Comment, CommentRevision, Notice  # noqa: E402
from comments.operations import post_comment  # noqa: E402
from config.celery import Doorbell  # noqa: E402
from markup import render_comment  # noqa: E402
from moderation.models import Batch, DecisionRecord, QueueItem, QueueScore  # noqa: E402
from moderation.operations import rule  # noqa: E402
from moderation.operations.batches import give_way, make_batch, run_batch, undo_batch  # noqa: E402
from moderation.queue import Selection  # noqa: E402

Doorbell.silent_until = float("inf")  # nobody answers, and what a mail costs is measured elsewhere
READERS = 200
ASIDE = 2_000  # comments that wait beside the batch, for the other editor
PAUSE = 0.1  # seconds between two deeds of the others
TEXT = "Number {}: a fair point about the letters, calmly made, if a little long for what it says."


def people() -> tuple[list[User], list[User]]:
    """The readers who wrote, and two editors."""
    syllables = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "mo", "nu")

    def person(number: int, role: str) -> User:
        name = "Reader " + "".join(syllables[int(digit)] for digit in str(number))
        user = accounts.create_account(
            actor=None, email=f"{number}@example.org", display_name=name, role=role
        )
        if role == "editor":
            user.authenticator_set.create(type="totp", data={})
        return user

    editors = [person(number, "editor") for number in range(2)]
    return [person(number, "reader") for number in range(2, 2 + READERS)], editors


def fill(size: int, readers: list[User]) -> None:
    """Comments that wait, half of each score, as if each had been judged."""
    call = CallToAction.objects.get(article__slug=SLUG)
    now = timezone.now()
    notice = Notice(reason="spam", guideline="no_spam").as_json()
    rows = Comment.objects.bulk_create(
        [
            Comment(
                call_to_action=call, author=readers[number % READERS], status="held",
                decided_at=now, notice=notice,
            )
            for number in range(size)
        ],
        batch_size=500,
    )  # fmt: skip
    texts = [TEXT.format(row.pk) for row in rows]
    revisions = CommentRevision.objects.bulk_create(
        [
            CommentRevision(comment=row, source=text, html=render_comment(text))
            for row, text in zip(rows, texts, strict=True)
        ],
        batch_size=500,
    )
    for row, revision in zip(rows, revisions, strict=True):
        row.latest = revision
    Comment.objects.bulk_update(rows, ["latest"], batch_size=500)
    DecisionRecord.objects.bulk_create(
        [
            DecisionRecord(
                comment=row, revision=row.latest, outcome="hold", status_before="pending",
                reason="spam", scores={"spam": 0.9}, software="benchmark", at=now,
            )
            for row in rows
        ],
        batch_size=500,
    )  # fmt: skip
    items = [
        QueueItem(
            comment=row, status="held", article=call.article, section=call.article.section,
            author_id=row.author_id, reason="spam", at=now, due_at=now, risk=0.5,
        )
        for row in rows
    ]  # fmt: skip
    QueueItem.objects.bulk_create(items, batch_size=500)
    QueueScore.objects.bulk_create(
        [
            QueueScore(item=item, label="spam", value=0.9 if number >= ASIDE else 0.1)
            for number, item in enumerate(items)
        ],
        batch_size=500,
    )


def bystander(seconds: float) -> dict[str, list[float]]:
    """Rule and post in turn for so long; milliseconds by deed."""
    editor = User.objects.get(email="1@example.org")
    reader = User.objects.get(email="9@example.org")
    call = CallToAction.objects.select_related("article").get(article__slug=SLUG)
    taken: dict[str, list[float]] = {"ruling": [], "post": []}
    until = time.monotonic() + seconds
    waiting = Comment.objects.filter(queue_item__scores__value=0.1, status="held")
    rows = iter(list(waiting.select_related("author")[:ASIDE]))
    while time.monotonic() < until and not os.path.exists(stop_file()):
        row = next(rows)
        started = time.perf_counter()
        rule(actor=editor, comment=row, revision_id=row.latest_id, outcome="approve")
        taken["ruling"].append((time.perf_counter() - started) * 1000)
        time.sleep(PAUSE)
        started = time.perf_counter()
        post_comment(author=reader, call_to_action=call, body=TEXT.format(started), parent=None)
        taken["post"].append((time.perf_counter() - started) * 1000)
        time.sleep(PAUSE)
    return taken


def stop_file() -> str:
    return os.path.join(os.environ["REJOINDER_DATA"], "stop")


def carry_out(batch: Batch, within: float) -> tuple[float, float, float, dict[str, list[float]]]:
    """Seconds of the batch, of its CPU and of its longest part, and what the bystander measured."""
    if os.path.exists(stop_file()):
        os.remove(stop_file())
    other = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.batches", "--bystander", "600"], stdout=subprocess.PIPE
    )
    time.sleep(4)  # until it has read what it needs
    started, spent, longest, at = time.monotonic(), time.process_time(), 0.0, 0
    while at is not None:
        before = time.monotonic()
        at = run_batch(batch_id=batch.pk, at=at, within=within)
        longest = max(longest, time.monotonic() - before)
        give_way()
    took, spent = time.monotonic() - started, time.process_time() - spent
    with open(stop_file(), "w"):
        pass
    said, _errors = other.communicate()
    return took, spent, longest, json.loads(said)


def main(size: int, parts: list[float]) -> None:
    call_command("migrate", verbosity=0)
    raise_limits({"post_limit": 100_000, "flood_limit": 0})
    readers, editors = people()
    make_article()
    share = size // len(parts)
    fill(size + ASIDE, readers)
    alone = subprocess.run(
        [sys.executable, "-m", "benchmarks.batches", "--bystander", "10"],
        stdout=subprocess.PIPE,
        check=True,
    )
    line("alone", 0, 0.0, 0.0, 0.0, json.loads(alone.stdout))
    for within in parts:
        members = list(
            Comment.objects.filter(queue_item__scores__value=0.9, status="held").values_list(
                "pk", "latest"
            )[:share]
        )
        started = time.monotonic()
        ruling = {"outcome": "reject", "reason": "spam"}
        batch = make_batch(actor=editors[0], selection=Selection(), seen=members, **ruling)
        made = time.monotonic() - started
        line(f"parts of {within} s, made in {made:.2f} s", batch.total, *carry_out(batch, within))
    undone = undo_batch(actor=editors[0], batch=batch)
    line(f"taken back, parts of {within} s", undone.total, *carry_out(undone, within))
    print(connection.vendor, {row.state for row in Batch.objects.all()})


def line(
    what: str, size: int, took: float, spent: float, longest: float, others: dict[str, list[float]]
) -> None:
    each = f"({spent / size * 1000:.1f} ms of CPU each)" if size else ""
    told = [
        f"{deed} median {median(times):.0f} / 95% {sorted(times)[int(len(times) * 0.95)]:.0f} / "
        f"longest {max(times):.0f} ms (n={len(times)})"
        for deed, times in others.items()
        if times
    ]
    print(f"{what}: {size} in {took:.1f} s {each}; longest part {longest:.2f} s;", "; ".join(told))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=5_000)
    parser.add_argument("--parts", type=float, nargs="+", default=[0.1, 0.25])
    parser.add_argument("--bystander", type=float)
    given = parser.parse_args()
    if given.bystander:
        print(json.dumps(bystander(given.bystander)))
    else:
        main(given.size, given.parts)
