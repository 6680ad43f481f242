"""The database side of a benchmark: people, tokens and an article before it, the account after it.

    python -m benchmarks.stage VERB < arguments.json > answer.json

A process of its own, on the data folder that REJOINDER_DATA names, so that a test whose Django
looks at another database can use it.
"""

import json
import os
import sys
import time
from collections.abc import Iterable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from accounts import operations as accounts  # noqa: E402
from accounts.models import User  # noqa: E402
from articles import operations as articles  # noqa: E402
from articles.models import Article, CallToAction, Section  # noqa: E402
from comments.models import Comment  # noqa: E402
from moderation import operations as moderation  # noqa: E402
from moderation.models import DecisionRecord, Phrase, Policy  # noqa: E402

SLUG = "replay"


def raise_limits(changes: dict[str, Any]) -> Policy:
    """Put a policy with other limits in force; the machine's commands may."""
    return moderation.change_policy(actor=None, changes=changes)


def make_people(names: Iterable[str], *, editor: str) -> dict[str, str]:
    """An account for each name and a bearer token for each account, by name."""
    tokens = {}
    for number, name in enumerate([editor, *names]):
        shown = _name(number)
        user = accounts.create_account(
            actor=None,
            email=f"{name}@example.org",
            display_name=shown,
            role="editor" if name == editor else "reader",
        )
        if name == editor:
            # In production nobody acts as an editor without a second factor.
            user.authenticator_set.create(type="totp", data={})
        _row, tokens[name] = accounts.issue_token(actor=user, user=user, name="replay")
    return tokens


def _name(number: int) -> str:
    """A display name that looks like no other: digits alone would fold together."""
    syllables = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "mo", "nu")
    return "Reader " + "".join(syllables[int(digit)] for digit in str(number))


def make_article(slug: str = SLUG) -> str:
    """A published article to answer, by its slug."""
    editor = User.objects.editors().order_by("pk").first()
    section, _made = Section.objects.get_or_create(slug="replay", defaults={"name": "Replay"})
    article = Article(title=f"About {slug}", slug=slug, body="A discussion.", section=section)
    article = articles.save_article(actor=editor, article=article, tags=[], authors=[editor])
    articles.set_call_to_action(
        actor=editor,
        article=article,
        question="What do you say?",
        kind=CallToAction.Kind.OPEN_QUESTION,
        options=[],
        closes_at=None,
    )
    articles.publish(actor=editor, article=article)
    return article.slug


def erase(names: Iterable[str]) -> int:
    """Erase the accounts of these readers; their comments stay. Returns how many."""
    users = [User.objects.get(email=f"{name}@example.org") for name in names]
    for user in users:
        accounts.erase_account(actor=user, user=user)
    return len(users)


def wait_decided(seconds: float) -> int:
    """Wait until nothing is pending, at most so long; how many still are."""
    until = time.monotonic() + seconds
    while (pending := Comment.objects.to_judge().count()) and time.monotonic() < until:
        time.sleep(0.05)
    return pending


def account() -> dict[int, dict[str, Any]]:
    """Every stored comment: status, parent, depth, first decision's findings and its seconds."""
    first: dict[int, DecisionRecord] = {}
    for record in DecisionRecord.objects.order_by("-pk"):
        first[record.comment_id] = record
    return {
        comment.pk: {
            "status": comment.status,
            "live": comment.is_live,
            "parent": comment.parent_id,
            "depth": comment.depth,
            "outcome": first[comment.pk].outcome if comment.pk in first else None,
            "reasons": [found["code"] for found in first[comment.pk].findings]
            if comment.pk in first
            else [],
            "by_machine": comment.pk in first and first[comment.pk].by_machine,
            "seconds": (first[comment.pk].at - comment.created_at).total_seconds()
            if comment.pk in first
            else None,
        }
        for comment in Comment.objects.all()
    }


def prepare(changes: dict[str, Any], names: list[str], editor: str) -> dict[str, Any]:
    """Everything a replay needs: {tokens: by name, slug, policy: the raised limits}."""
    policy = raise_limits(changes)
    tokens = make_people(names, editor=editor)
    return {
        "tokens": tokens,
        "slug": make_article(),
        "policy": {name: getattr(policy, name) for name in changes},
    }


def ban_phrases(held: list[str], rejected: list[str]) -> None:
    """Put phrases on the lists."""
    moderation.save_rules(
        actor=None,
        rows=[
            *(Phrase(text=text, effect=Phrase.Effect.HOLD) for text in held),
            *(Phrase(text=text, effect=Phrase.Effect.REJECT) for text in rejected),
        ],
    )


def decisions() -> dict[int, list[list[Any]]]:
    """Every comment's decisions, oldest first: [outcome, seconds since the epoch]."""
    found: dict[int, list[list[Any]]] = {}
    for record in DecisionRecord.objects.order_by("pk"):
        found.setdefault(record.comment_id, []).append([record.outcome, record.at.timestamp()])
    return found


def went_live() -> dict[int, float]:
    """When each live comment went live, in seconds since the epoch."""
    found = Comment.objects.live().values_list("pk", "live_at")
    return {pk: live_at.timestamp() for pk, live_at in found}


VERBS = {
    verb.__name__: verb
    for verb in (prepare, wait_decided, erase, account, ban_phrases, decisions, went_live)
}

if __name__ == "__main__":
    print(json.dumps(VERBS[sys.argv[1]](**json.load(sys.stdin))))
