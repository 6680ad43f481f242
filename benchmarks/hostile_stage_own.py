"""The stage's verbs about what is a reader's own: drafts, appeals, notices, picks, digests.

Imported by benchmarks.hostile_stage, which sets Django up first.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import cycle
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import ignoring
from accounts.models import Cadence, User
from articles.models import CallToAction
from comments import digest
from comments import operations as comments
from comments.models import Comment, Notification
from folding import has_forbidden, is_blank, normalise
from moderation import operations as moderation
from moderation.models import Appeal, LegalNotice

WORDS = 1_000  # characters of an appeal, an editor's answer, a call by name
DIGEST_HOUR = 8  # later than every reader's


def _fitting(texts: list[str], most: int) -> Iterator[str]:
    """The texts that may stand as a note, cut to a length, in turn and without end."""
    cut = [normalise(text)[:most] for text in texts if not has_forbidden(text)]
    kept = [text for text in cut if not is_blank(text) and len(normalise(text).strip()) <= most]
    return cycle(kept or ["nothing that fits"])


def draft(author: int, article: int, parents: list[int], texts: list[str]) -> list[list[Any]]:
    """What one person has begun below an article: an answer, and a reply to each parent.

    Earlier drafts of theirs are deleted, so that all of them stand on one page; texts that may not
    be kept are passed over. Returns [id, parent or None, body] of each.
    """
    user = User.objects.get(pk=author)
    for earlier in user.drafts.all():
        comments.delete_draft(actor=user, draft=earlier)
    asked = CallToAction.objects.get(article=article)
    begun, next_text = [], iter(texts)
    places = [None, *Comment.objects.filter(pk__in=parents)]
    for place in places:
        for text in next_text:
            try:
                kept = comments.save_draft(
                    actor=user, call_to_action=asked, parent=place, body=text
                )
            except ValidationError:
                continue
            if kept is not None:
                begun.append([kept.pk, place.pk if place else None, kept.body])
                break
    return begun


def pick(ids: list[int]) -> None:
    """An editor picks these live comments, the last of them newest."""
    editor = User.objects.editors().first()
    for pk in ids:
        comments.pick(actor=editor, comment=Comment.objects.get(pk=pk), picked=True)


def ignore(reader: int, person: int, on: bool) -> None:
    """One reader does not want to see another's comments, or does again."""
    change = ignoring.ignore_person if on else ignoring.stop_ignoring
    change(actor=User.objects.get(pk=reader), person=User.objects.get(pk=person))


def mention(author: int, called: int, parent: int, texts: list[str]) -> list[int]:
    """Replies that begin with somebody's name, each with the next of the texts, made live.

    Returns the ids of those of which the person called was told so.
    """
    writer, person = User.objects.get(pk=author), User.objects.get(pk=called)
    answered = Comment.objects.select_related("call_to_action__article").get(pk=parent)
    editor = User.objects.editors().first()
    next_text = _fitting(texts, WORDS)
    made = []
    for _text in texts:
        posted = comments.post_comment(
            author=writer,
            call_to_action=answered.call_to_action,
            parent=answered,
            body=f"@{person.display_name} {next(next_text)}",
        ).comment
        moderation.rule(
            actor=editor, comment=posted, revision_id=posted.latest_id, outcome="approve"
        )
        made.append(posted.pk)
    told = Notification.objects.filter(
        user=person, kind=Notification.Kind.MENTION, comment__in=made
    )
    return list(told.values_list("comment", flat=True))


def appeal(ids: list[int], texts: list[str]) -> dict[int, list[Any]]:
    """The authors of these rejected comments contest the decision, each with the next text.

    Returns [appeal's id, words as stored] by the comment's id.
    """
    next_text, made = _fitting(texts, WORDS), {}
    for comment in Comment.objects.filter(pk__in=ids).select_related("author").order_by("pk"):
        row = moderation.appeal(actor=comment.author, comment=comment, words=next(next_text))
        made[comment.pk] = [row.pk, row.words]
    return made


def uphold(texts: list[str]) -> None:
    """An admin upholds every contested decision, each with the next text as a note."""
    admin = User.objects.get(email="admin@example.org")
    next_text = _fitting(texts, WORDS)
    for row in Appeal.objects.open().select_related("comment"):
        moderation.rule_on_appeal(actor=admin, appeal=row, outcome="upheld", note=next(next_text))


def give_notices(ids: list[int], texts: list[str]) -> list[int]:
    """A stranger says of each comment that it is illegal, with texts as name, law and reason.

    Returns the notices' ids.
    """
    names, laws, whys = (_fitting(texts, most) for most in (100, 200, 2_000))
    rows = Comment.objects.filter(pk__in=ids).select_related("call_to_action__article")
    return [
        moderation.give_legal_notice(
            notifier=None,
            comment=comment,
            why=next(whys),
            law=next(laws),
            name=next(names),
            email=f"stranger{comment.pk}@example.org",
            good_faith=True,
        ).pk
        for comment in rows.order_by("pk")
    ]


def settle_notices(texts: list[str]) -> None:
    """An editor finds nothing illegal in any of them, each with the next text as the answer."""
    editor = User.objects.editors().first()
    answers = _fitting(texts, WORDS)
    for notice in LegalNotice.objects.filter(settled_at__isnull=True).select_related("comment"):
        moderation.settle_legal_notice(
            actor=editor,
            notice=notice,
            revision_id=notice.comment.latest_id,
            outcome="not_illegal",
            answer=next(answers),
        )


def mail_digest(reader: int, ids: list[int]) -> list[str]:
    """Tell a reader of replies once more, in tomorrow's digest. Returns the names of new mails."""
    before = {path.stem for path in settings.MAIL_DIR.glob("*.eml")}
    user = User.objects.get(pk=reader)
    asked = user.mail_replies
    User.objects.filter(pk=reader).update(mail_replies=Cadence.DAILY, digested_on=None)
    told = Notification.objects.filter(user=user, kind=Notification.Kind.REPLY, comment__in=ids)
    told.update(mailed_at=None, read_at=None)
    tomorrow = timezone.now().astimezone(user.zone) + timedelta(days=1)
    digest.send(user_id=reader, now=tomorrow.replace(hour=DIGEST_HOUR))
    User.objects.filter(pk=reader).update(mail_replies=asked, digested_on=None)
    return sorted({path.stem for path in settings.MAIL_DIR.glob("*.eml")} - before)


VERBS: dict[str, Callable[..., Any]] = {
    verb.__name__: verb
    for verb in (
        draft,
        pick,
        ignore,
        mention,
        appeal,
        uphold,
        give_notices,
        settle_notices,
        mail_digest,
    )
}
