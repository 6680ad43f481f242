"""The database side of the hostile harness: its people, what its editors write, their rulings.

    python -m benchmarks.hostile_stage < requests > answers

One JSON request a line, {"verb": name, ...arguments}, and one JSON answer a line, on the data
folder that REJOINDER_DATA names. It stays open: rulings come by the hundred, and a process for
each would take longer to start than to rule.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from itertools import cycle
from types import SimpleNamespace
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from allauth.account.internal.flows.login import record_authentication  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.exceptions import ValidationError  # noqa: E402

from accounts import operations as accounts  # noqa: E402
from accounts.models import User  # noqa: E402
from articles import house  # noqa: E402
from articles import operations as articles  # noqa: E402
from articles.models import Article, CallToAction, ChoiceOption, Section, Tag  # noqa: E402
from benchmarks import hostile_stage_own  # noqa: E402
from comments.models import Comment  # noqa: E402
from folding import has_forbidden, is_blank, normalise  # noqa: E402
from moderation import operations as moderation  # noqa: E402
from moderation.dashboard import counting  # noqa: E402
from moderation.models import ArticlePolicy, Phrase, Report  # noqa: E402
from moderation.scorer import LABELS  # noqa: E402

RAISED = {"post_limit": 100_000, "flood_limit": 0, "edit_minutes": 1_440}
RAISED |= {"raid_authors": 0, "raid_link_authors": 0}
# Nearly any word is suspect and this one banned, so that evidence is marked in most texts.
SUSPECT = [f"*{letter}*" for letter in "aeiou"]
BANNED = "unprintableword"
PASSWORD = "plain words to sign in with"
NOTE = 500  # characters of a report's note
SECTIONS, TAGS = 4, 8


def _session(user: User, *, proved: bool = False) -> str:
    """The cookie of somebody who has signed in; proved: and has just shown once more who they
    are."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    if proved:
        request = SimpleNamespace(session=session)
        record_authentication(request, user, method="password", reauthenticated=True)
    session.save()
    return session.session_key


def _codes(error: ValidationError) -> list[str]:
    if hasattr(error, "error_dict"):
        return [found.code for errors in error.error_dict.values() for found in errors]
    return [found.code for found in error.error_list]


def _person(email: str, name: str, role: str = "reader", **more: Any) -> dict[str, Any]:
    user = accounts.create_account(actor=None, email=email, display_name=name, role=role, **more)
    _row, token = accounts.issue_token(actor=user, user=user, name=name)
    return {
        "id": user.pk,
        "email": email,
        "name": user.display_name,
        "token": token,
        "session": _session(user),
    }


def sessions(person: int, count: int) -> list[str]:
    """So many more sessions of one account, which has just proved whose it is."""
    user = User.objects.get(pk=person)
    return [_session(user, proved=True) for _each in range(count)]


def open_house() -> dict[str, Any]:
    """Limits that let one reader post thousands of comments, and the few people who stay; the
    host's password."""
    # Held by its words alone, a text is told of in ways that plain words never are.
    never = {f"{label}_hold": 1.0 for label in LABELS}
    moderation.change_policy(actor=None, changes=RAISED | never)
    return {
        "editor": _person("editor@example.org", "Odile Marchbanks", "editor"),
        "admin": _person("admin@example.org", "Petra Lindqvale", "admin"),
        "host": _person("host@example.org", "Wilhelm Ashgrove", password=PASSWORD),
        "witness": _person("witness@example.org", "Carmen Youngblut"),
        "password": PASSWORD,
    }


def make_people(names: list[str], bios: list[str], limit: int) -> dict[str, Any]:
    """Readers under every name of the list that may stand, each with the next bio that may.

    Returns {"people": accounts with their bios, limit at most, "names", "bios": how often each
    code refused one}.
    """
    people: list[dict[str, Any]] = []
    refused: dict[str, Counter] = {"names": Counter(), "bios": Counter()}
    next_bio, first = cycle(bios), User.objects.count()
    for number, name in enumerate(names):
        if len(people) == limit:
            break
        try:
            person = _person(f"reader{first}-{number}@example.org", name)
        except ValidationError as error:
            refused["names"].update(_codes(error))
            continue
        user = User.objects.get(pk=person["id"])
        person["bio"] = _bio(user, next_bio, len(bios), refused["bios"])
        people.append(person)
    return {"people": people, **refused}


def _bio(user: User, next_bio: Iterator[str], tries: int, refused: Counter) -> str:
    for _try in range(tries):
        try:
            return accounts.change_profile(
                actor=user,
                user=user,
                display_name=user.display_name,
                bio=next(next_bio),
                time_zone="",
            ).bio
        except ValidationError as error:
            refused.update(_codes(error))
    return ""


class _Words:
    """The texts in turn, each field of an article taking the next that fits it."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = cycle(texts)
        self._count = len(texts)

    def fitting(self, most: int) -> str:
        for _try in range(self._count):
            text = next(self._texts)
            if not has_forbidden(text) and not is_blank(text):
                line = " ".join(normalise(text).split())
                if len(line) <= most:
                    return text
        return "nothing that fits"

    def some(self, count: int, most: int) -> list[str]:
        return list(dict.fromkeys(self.fitting(most) for _each in range(count)))


def _most(model: type, field: str) -> int:
    return model._meta.get_field(field).max_length


def make_articles(batches: list[list[str]], writers: list[int]) -> dict[str, Any]:
    """An article to answer for each batch, its words taken from the texts; its body is all of them.

    writers: ids of the accounts in the bylines, in turn. Every second article is premoderated. A
    draft of the same words goes with each. Returns {"articles", "sections", "tags"}: facts of the
    first, slugs of the others.
    """
    editor = User.objects.editors().first()
    words = _Words([text for texts in batches for text in texts])
    number = Section.objects.count()
    sections = [
        house.save_section(
            actor=editor,
            section=Section(
                name=words.fitting(_most(Section, "name")),
                description=words.fitting(_most(Section, "description")),
                slug=f"section-{number + each}",
            ),
        )
        for each in range(SECTIONS)
    ]
    number = Tag.objects.count()
    tags = [
        house.save_tag(
            actor=editor,
            tag=Tag(name=words.fitting(_most(Tag, "name")), slug=f"tag-{number + each}"),
        )
        for each in range(TAGS)
    ]
    made, stricter = [], []
    for number, texts in enumerate(batches):
        body = "\n\n".join(text for text in texts if not has_forbidden(text)) or "-"
        facts = {
            "body": body,
            "section": sections[number % SECTIONS],
            "title": words.fitting(_most(Article, "title")),
            "standfirst": words.fitting(_most(Article, "standfirst")),
        }
        question = words.fitting(_most(CallToAction, "question"))
        options = words.some(5, _most(ChoiceOption, "text"))
        author = User.objects.get(pk=writers[number % len(writers)])
        published, draft = (
            _written(editor, Article(**facts), tags[number % TAGS :][:2], author, question, options)
            for _each in range(2)
        )
        articles.publish(actor=editor, article=published)
        if number % 2 == 0:
            stricter.append(ArticlePolicy(article=published, mode="waits"))
        made.append(
            {
                "id": published.pk,
                "slug": published.slug,
                "title": published.title,
                "draft": draft.share_token,
                "option": published.call_to_action.options.first().pk,
            }
        )
    moderation.save_rules(actor=None, rows=stricter)
    return {
        "articles": made,
        "sections": [section.slug for section in sections],
        "tags": [tag.slug for tag in tags],
    }


def _written(
    editor: User, article: Article, tags: list[Tag], author: User, question: str, options: list[str]
) -> Article:
    article = articles.save_article(actor=editor, article=article, tags=tags, authors=[author])
    articles.set_call_to_action(
        actor=editor,
        article=article,
        question=question,
        kind=CallToAction.Kind.CHOICE,
        options=[*options, "No answer of these"],
    )
    return article


def suspect_everything() -> str:
    """Hold every text with a vowel in it. Returns a word that gets a text rejected."""
    if not Phrase.objects.filter(text=BANNED).exists():
        moderation.save_rules(
            actor=None,
            rows=[
                *(Phrase(text=text, effect=Phrase.Effect.HOLD) for text in SUSPECT),
                Phrase(text=BANNED, effect=Phrase.Effect.REJECT),
            ],
        )
    return BANNED


def stored(ids: list[int]) -> dict[int, dict[str, Any]]:
    """Each comment's source, status and whether it is live, by id."""
    rows = Comment.objects.select_related("latest").in_bulk(ids)
    return {
        pk: {"source": row.latest.source, "status": row.status, "live": row.is_live}
        for pk, row in rows.items()
    }


def pending() -> int:
    """How many comments are still to be judged."""
    return Comment.objects.to_judge().count()


def rule(approve: list[int], reject: list[list[Any]]) -> None:
    """An editor's rulings. reject: [id, note] of each; what went live by itself is left."""
    editor = User.objects.editors().first()
    notes: dict[int, str] = dict(reject)
    rows = Comment.objects.in_bulk([*approve, *notes])
    for pk, comment in rows.items():
        if pk in notes:
            note = "" if has_forbidden(notes[pk]) else notes[pk][:1_000]
            facts = {"outcome": "reject", "reason": "off_topic", "note": note}
        elif comment.status == Comment.Status.APPROVED:
            continue
        else:
            facts = {"outcome": "approve"}
        moderation.rule(actor=editor, comment=comment, revision_id=comment.latest_id, **facts)


def report(reporter: int, comments: list[int], people: list[int], notes: list[str]) -> None:
    """One reader's reports about comments and people, each with the next of the notes."""
    witness = User.objects.get(pk=reporter)
    next_note = cycle([note[:NOTE] for note in notes if not has_forbidden(note)] or [""])
    for comment in Comment.objects.in_bulk(comments).values():
        moderation.report(
            reporter=witness, comment=comment, reason=Report.Reason.ABUSE, note=next(next_note)
        )
    for person in User.objects.in_bulk(people).values():
        moderation.report(
            reporter=witness, profile=person, reason=Report.Reason.NAME, note=next(next_note)
        )


def settle() -> None:
    """Every open report has been looked at."""
    editor = User.objects.editors().first()
    for found in Report.objects.filter(settled_at__isnull=True).select_related(
        "comment", "profile"
    ):
        moderation.settle_reports(actor=editor, comment=found.comment, profile=found.profile)


def count_figures() -> None:
    counting.count_all()


VERBS: dict[str, Callable[..., Any]] = {
    verb.__name__: verb
    for verb in (
        open_house,
        sessions,
        make_people,
        make_articles,
        suspect_everything,
        stored,
        pending,
        rule,
        report,
        settle,
        count_figures,
    )
} | hostile_stage_own.VERBS

if __name__ == "__main__":
    answers = sys.stdout
    for line in sys.stdin:
        request = json.loads(line)
        # Development's mail backend says on the console what it sends.
        with redirect_stdout(StringIO()):
            answer = VERBS[request.pop("verb")](**request)
        print(json.dumps(answer), file=answers, flush=True)
