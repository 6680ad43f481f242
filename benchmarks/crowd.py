"""The database side of the reading benchmark: a large discussion, readers, what a page asks.

    python -m benchmarks.crowd VERB < arguments.json > answer.json

A process of its own, on the data folder that REJOINDER_DATA names.
"""

import json
import os
import sys
from random import Random
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts import operations as accounts  # noqa: E402
from accounts.models import User  # noqa: E402
from articles import operations as articles  # noqa: E402
from articles.models import Article, CallToAction, Section  # noqa: E402
from benchmarks.prose import SYLLABLES, text  # noqa: E402
from benchmarks.stage import raise_limits  # noqa: E402
from comments import operations as comments  # noqa: E402
from comments.models import Comment  # noqa: E402

READERS = 400
TOP_LEVEL = 0.25  # of the first four fifths
NEWEST = 40  # threads that most replies go to
BATCH = 250  # comments in one transaction: only the waits for the disk are saved
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def _name(number: int) -> str:
    """A display name that looks like no other: digits alone would fold together."""
    word = ""
    while number or not word:
        number, rest = divmod(number, len(SYLLABLES))
        word += SYLLABLES[rest]
    return f"Reader {word}"


def _live(author: User, article: Article, body: str, parent: Comment | None = None) -> Comment:
    comment = comments.post_comment(
        author=author, call_to_action=article.call_to_action, body=body, parent=parent
    ).comment
    return comments.approve(actor=None, comment=comment, revision_id=comment.latest_id)


def make_article(slug: str) -> Article:
    editor = User.objects.editors().first()
    section, _made = Section.objects.get_or_create(slug="bench", defaults={"name": "Benchmarks"})
    random = Random(slug)
    body = "\n\n".join(text(random, n) for n in range(12))
    article = Article(title=f"A discussion: {slug}", slug=slug, body=body, section=section)
    article = articles.save_article(actor=editor, article=article, tags=[], authors=[editor])
    articles.set_call_to_action(
        actor=editor, article=article, question="What do you say?",
        kind=CallToAction.Kind.OPEN_QUESTION, options=[], closes_at=None,
    )  # fmt: skip
    return articles.publish(actor=editor, article=article)


def _people(number: int) -> list[User]:
    """An editor, and so many readers, who may post as much as they like."""
    raise_limits({"post_limit": 100_000, "flood_limit": 0, "max_length": 20_000})
    editor = accounts.create_account(
        actor=None, email="editor@example.org", display_name="The Desk", role="editor"
    )
    editor.authenticator_set.create(type="totp", data={})
    return [
        accounts.create_account(actor=None, email=f"reader{n}@example.org", display_name=_name(n))
        for n in range(number)
    ]


def fill(sizes: dict[str, int]) -> dict[str, Any]:
    """Articles by slug with so many live comments each, every one through the real operations.

    Of the first four fifths every fourth comment is top-level, then only replies come; each answers
    any comment before it or, half of the time, one of the newest threads. So there are long threads
    and deep ones, and the first page is as full as a page may be.
    """
    readers = _people(READERS)
    for slug, size in sizes.items():
        article, random, made, tops = make_article(slug), Random(size), [], []
        for start in range(0, size, BATCH):
            with transaction.atomic():
                for number in range(start, min(start + BATCH, size)):
                    top = not made or (number < size * 0.8 and random.random() < TOP_LEVEL)
                    near = tops[-NEWEST:] if random.random() < 0.5 else made
                    parent = None if top else random.choice(near)
                    author, body = random.choice(readers), text(random, number)
                    made.append(_live(author, article, body, parent))
                    if top:
                        tops.append(made[-1])
            print(f"  {len(made):,} of {size:,} in {slug}", file=sys.stderr, flush=True)
    return {slug: Article.objects.get(slug=slug).call_to_action.live_count for slug in sizes}


def tell(
    discussions: dict[str, list[dict[str, Any]]], authors: int, posters: int
) -> dict[str, Any]:
    """Articles by slug with these comments, live, each {author, parent, body} in its order.

    {bodies: what the articles say, by slug; posters: of the first authors, with a bearer token and
    a session's cookie each}.
    """
    readers, bodies = _people(authors), {}
    for slug, said in discussions.items():
        article, made = make_article(slug), []
        for start in range(0, len(said), BATCH):
            with transaction.atomic():
                for one in said[start : start + BATCH]:
                    parent = None if one["parent"] is None else made[one["parent"]]
                    made.append(_live(readers[one["author"]], article, one["body"], parent))
            print(f"  {len(made):,} of {len(said):,} in {slug}", file=sys.stderr, flush=True)
        bodies[slug] = article.body
    return {"bodies": bodies, "posters": [_poster(each) for each in readers[:posters]]}


def _poster(user: User) -> dict[str, str]:
    _row, token = accounts.issue_token(actor=user, user=user, name="benchmark")
    session = sign_in(user.email)
    return {"token": token, "cookie": f"{session['name']}={session['value']}"}


def sign_in(email: str = "reader1@example.org") -> dict[str, str]:
    """A reader's session as a cookie: {name, value}."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(email=email), BACKEND)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


def queries(paths: list[str]) -> dict[str, list[int]]:
    """Queries for each page, by path: [of an anonymous reader, of one who is signed in]."""
    found = {}
    for path in paths:
        counts = []
        for reader in (None, "reader1@example.org"):
            client = Client(HTTP_HOST="localhost")
            if reader:
                client.force_login(User.objects.get(email=reader), BACKEND)
            client.get(path)  # templates and catalogues are read once
            with CaptureQueriesContext(connection) as captured:
                answer = client.get(path)
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")
            counts.append(len(captured))
        found[path] = counts
    return found


def go_live(slug: str, parent: int, answers: int) -> list[int]:
    """Have one reply to a comment and so many top-level answers go live; their ids."""
    article, random = Article.objects.get(slug=slug), Random(parent)
    author = User.objects.get(email="reader2@example.org")
    made = [_live(author, article, text(random, 0), Comment.objects.get(pk=parent))]
    made += [_live(author, article, text(random, n + 1)) for n in range(answers)]
    return [comment.pk for comment in made]


VERBS = {verb.__name__: verb for verb in (fill, tell, sign_in, queries, go_live)}

if __name__ == "__main__":
    print(json.dumps(VERBS[sys.argv[1]](**json.load(sys.stdin))))
