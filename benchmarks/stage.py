"""The database side of a benchmark: people, tokens and an article before it, the account after it.

Importing it sets Django up for the data folder that REJOINDER_DATA names.
"""

import os
from collections import Counter
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
from moderation.models import DecisionRecord, Policy  # noqa: E402

SLUG = "replay"


def raise_limits(changes: dict[str, Any]) -> Policy:
    """Put a policy with other limits in force; the machine's commands may."""
    return moderation.change_policy(actor=None, changes=changes)


def make_people(names: Iterable[str], *, editor: str) -> dict[str, str]:
    """An account for each name and a bearer token for each account, by name."""
    tokens = {}
    for number, name in enumerate([editor, *names]):
        shown = _name(number)
        user = User.objects.create_user(f"{name}@example.org", None, display_name=shown)
        accounts.set_role(actor=None, user=user, role="editor" if name == editor else "reader")
        _row, tokens[name] = accounts.issue_token(actor=user, user=user, name="replay")
    return tokens


def _name(number: int) -> str:
    """A display name that looks like no other: digits alone would fold together."""
    syllables = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "mo", "nu")
    return "Reader " + "".join(syllables[int(digit)] for digit in str(number))


def make_article() -> str:
    """A published article to answer, by its slug."""
    editor = User.objects.editors().first()
    section = Section.objects.create(name="Replay", slug="replay")
    article = Article(title="Replay", slug=SLUG, body="A discussion.", section=section)
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


def undecided() -> int:
    return Comment.objects.to_judge().count()


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


def held_for(accounted: dict[int, dict[str, Any]]) -> Counter:
    """How many the machine held, by reason; one comment can have several."""
    return Counter(
        code
        for row in accounted.values()
        if row["outcome"] == DecisionRecord.Outcome.HOLD
        for code in row["reasons"]
    )


def live_count() -> int:
    return CallToAction.objects.get(article__slug=SLUG).live_count


def erased_names_stay_unread(names: Iterable[str]) -> bool:
    """Is no erased reader's address left in the accounts?"""
    return not User.objects.filter(email__in=[f"{name}@example.org" for name in names]).exists()
