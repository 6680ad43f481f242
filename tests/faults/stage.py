"""Everything that a broken site's tests need in its database beforehand.

    python -m tests.faults.stage VERB < arguments.json > answer.json

A process of its own, on the data folder and database that the environment names.
"""

import json
import sys
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from benchmarks import stage as benchmark
from benchmarks.stage import Article, CallToAction, Section, User, accounts, articles

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
        "discussions": {slug: _article(slug).pk for slug in slugs},
    }


def _article(slug: str) -> CallToAction:
    editor = User.objects.get(email=f"{EDITORS[0]}@example.org")
    section, _made = Section.objects.get_or_create(slug="faults", defaults={"name": "Faults"})
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
    return CallToAction.objects.get(article__slug=slug)


def _cookie(name: str) -> str:
    user = User.objects.get(email=f"{name}@example.org")
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


VERBS = {verb.__name__: verb for verb in (prepare,)}

if __name__ == "__main__":
    print(json.dumps(VERBS[sys.argv[1]](**json.load(sys.stdin))))
