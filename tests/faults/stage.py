"""Everything that a broken site's tests need in its database beforehand.

    python -m tests.faults.stage VERB < arguments.json > answer.json

A process of its own, on the data folder and database that the environment names.
"""

import json
import os
import sys
from datetime import timedelta
from importlib import import_module
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import F, OuterRef, Subquery  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts import operations as accounts  # noqa: E402
from accounts.models import User  # noqa: E402
from articles.models import CallToAction  # noqa: E402
from benchmarks import stage as benchmark  # noqa: E402
from comments import fragments  # noqa: E402
from comments.models import Comment, CommentRevision  # noqa: E402
from config.celery import queue_depths  # noqa: E402
from folding import fingerprint  # noqa: E402
from markup import render_comment  # noqa: E402
from moderation import operations as moderation  # noqa: E402
from moderation.operations.effects import RULING_GRACE  # noqa: E402
from moderation.tasks import judge_comment  # noqa: E402
from tests.faults.sentences import sentence  # noqa: E402

STEP = 1_000  # rows a transaction: the site goes on writing meanwhile
EDITORS = ("editor", "deputy")


def prepare(changes: dict[str, Any], readers: list[str], slugs: list[str], held: list[str],
            rejected: list[str]) -> dict[str, Any]:  # fmt: skip
    """Limits, people, phrases and an article for each slug.

    Answers {tokens: by name, cookies: by name, discussions: number by slug}.
    """
    benchmark.raise_limits(changes)
    tokens = benchmark.make_people([*readers, EDITORS[1]], editor=EDITORS[0])
    deputy = User.objects.get(email=f"{EDITORS[1]}@example.org")
    accounts.set_role(actor=None, user=deputy, role="editor")
    _row, tokens[EDITORS[1]] = accounts.issue_token(actor=deputy, user=deputy, name="faults")
    benchmark.ban_phrases(held, rejected)
    return {
        "tokens": tokens,
        "people": {
            user.email.partition("@")[0]: user.pk
            for user in User.objects.filter(email__endswith="@example.org")
        },
        "cookies": {name: _cookie(name) for name in (readers[0], EDITORS[0])},
        "discussions": {slug: _discussion(slug) for slug in slugs},
    }


def _discussion(slug: str) -> int:
    """The number of the question of a new article."""
    return CallToAction.objects.get(article__slug=benchmark.make_article(slug)).pk


def _cookie(name: str) -> str:
    user = User.objects.get(email=f"{name}@example.org")
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def ring(comments: list[int]) -> int:
    """Put a message for each of these comments into the queue; how many the broker took."""
    return sum(judge_comment.ring(pk) for pk in comments)


def queue_length() -> int:
    """How many messages wait, in all queues."""
    return sum((queue_depths() or {}).values())


def rule_at_desk(comment: int) -> int:
    """Have the editor approve a comment as the desk does: its effect comes after the grace."""
    row = Comment.objects.get(pk=comment)
    record = moderation.rule(
        actor=User.objects.get(email=f"{EDITORS[0]}@example.org"),
        comment=row,
        revision_id=row.latest_id,
        outcome="approve",
        effect_after=RULING_GRACE,
    )
    return record.pk


def fill(discussion: int, count: int, key: str = "fill") -> None:
    """So many pending comments by a thousand people, as if nobody had judged for a day. key: what
    their words and keys hold, another for each time."""
    people = list(User.objects.filter(email__startswith="crowd")) or User.objects.bulk_create(
        User(email=f"crowd{n}@example.org", display_name=f"Crowd {n}", name_key=f"{n}")
        for n in range(1_000)
    )
    day_ago = timezone.now() - timedelta(days=1)
    for start in range(0, count, STEP):
        numbers = range(start, min(start + STEP, count))
        rows = [
            Comment(
                call_to_action_id=discussion,
                author=people[n % len(people)],
                created_at=day_ago + n * timedelta(days=1) / count,
                idempotency_key=f"{key}-{n}",
            )
            for n in numbers
        ]
        _with_words(rows, [sentence(key, n, plain=True) for n in numbers])


def chain(discussion: int, count: int, author: str) -> list[int]:
    """A live comment, an answer to it, an answer to that, and so on; numbers of the first, the
    middle and the last."""
    user = User.objects.get(email=f"{author}@example.org")
    now = timezone.now()
    first = Comment.objects.order_by("-pk").values_list("pk", flat=True).first() + 1
    for start in range(0, count, STEP):
        rows = [
            Comment(
                pk=first + n,
                call_to_action_id=discussion,
                author=user,
                parent_id=first + n - 1 if n else None,
                root_id=first if n else None,
                depth=n,
                number=n or None,
                status=Comment.Status.APPROVED,
                live_at=now,
                decided_at=now,
                listed=True,
                reply_count=1 if n < count - 1 else 0,
            )
            for n in range(start, start + STEP)
        ]
        _with_words(rows, [sentence("link", n, plain=True) for n in range(start, start + STEP)])
        rows = list(Comment.objects.filter(pk__range=(rows[0].pk, rows[-1].pk)).order_by("pk"))
        for row in rows:
            row.live_revision_id = row.latest_id
            row.fragment = fragments.prepare(row)
        Comment.objects.bulk_update(rows, ["live_revision", "fragment"], batch_size=500)
    Comment.objects.filter(pk=first).update(thread_count=count - 1, last_number=count - 1)
    CallToAction.objects.filter(pk=discussion).update(live_count=F("live_count") + count)
    return [first, first + count // 2, first + count - 1]


def _with_words(rows: list[Comment], texts: list[str]) -> None:
    with transaction.atomic():
        rows = Comment.objects.bulk_create(rows)
        revisions = [
            CommentRevision(
                comment=row, source=text, html=render_comment(text), fingerprint=fingerprint(text)
            )
            for row, text in zip(rows, texts, strict=True)
        ]
        CommentRevision.objects.bulk_create(revisions)
        latest = CommentRevision.objects.filter(comment=OuterRef("pk")).values("pk")
        made = Comment.objects.filter(pk__range=(rows[0].pk, rows[-1].pk))
        made.update(latest_id=Subquery(latest))


def erase(name: str) -> None:
    """Erase an account with all its words."""
    user = User.objects.get(email=f"{name}@example.org")
    accounts.erase_account(actor=None, user=user, words=True)


VERBS = {
    verb.__name__: verb for verb in (prepare, ring, queue_length, rule_at_desk, fill, chain, erase)
}

if __name__ == "__main__":
    print(json.dumps(VERBS[sys.argv[1]](**json.load(sys.stdin))))
