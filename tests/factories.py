"""Plain makers of rows for tests; whatever a test does not name is unremarkable."""

from datetime import timedelta
from itertools import count

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import User
from articles.models import Article, Byline, CallToAction, ChoiceOption, Section
from comments import operations as comment_operations
from comments.models import Comment, Notice
from markup import render_article
from moderation import operations as moderation_operations
from moderation.operations import queueing

_number = count(1)
# Names that differ to the eye, whatever look-alike rules say of digits.
_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "mo", "nu", "pa", "re", "si", "to")


def _name(number: int) -> str:
    word = ""
    while True:
        number, rest = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[rest]
        if not number:
            return f"Reader {word}"


def make_user(*, role: str = "reader", verified: bool = True, **fields) -> User:
    number = next(_number)
    fields.setdefault("display_name", _name(number))
    user = User.objects.create_user(f"reader{number}@example.org", "a long password", **fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    if role != "reader":
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    return user


def make_article(
    *,
    question: str = "What do you make of it?",
    kind: str = CallToAction.Kind.OPEN_QUESTION,
    options: tuple[str, ...] = (),
    status: str = Article.Status.PUBLISHED,
    published_at=None,
    **fields,
) -> Article:
    number = next(_number)
    section, _made = Section.objects.get_or_create(slug="society", defaults={"name": "Society"})
    fields.setdefault("title", f"Article {number}")
    fields.setdefault("slug", f"article-{number}")
    fields.setdefault("body", "Some *words*.")
    article = Article.objects.create(
        section=section,
        status=status,
        published_at=published_at or timezone.now() - timedelta(hours=1),
        body_html=render_article(fields["body"]),
        **fields,
    )
    Byline.objects.create(article=article, author=make_user(role="editor"))
    call_to_action = CallToAction.objects.create(article=article, question=question, kind=kind)
    for position, text in enumerate(options):
        ChoiceOption.objects.create(call_to_action=call_to_action, text=text, position=position)
    return article


def make_comment(
    *,
    article: Article | None = None,
    author: User | None = None,
    parent: Comment | None = None,
    body: str = "A fair point, calmly made.",
    status: str = Comment.Status.APPROVED,
    **posted,
) -> Comment:
    """A comment through the real operations, brought to the status asked for."""
    call_to_action = parent.call_to_action if parent else (article or make_article()).call_to_action
    comment = comment_operations.post_comment(
        author=author or make_user(),
        call_to_action=call_to_action,
        body=body,
        parent=parent,
        **posted,
    ).comment
    if status == Comment.Status.APPROVED:
        comment_operations.approve(actor=None, comment=comment, revision_id=comment.latest_id)
    elif status != Comment.Status.PENDING:
        notice = Notice(reason="shouting", guideline="readability")
        decide = {
            Comment.Status.HELD: comment_operations.hold,
            Comment.Status.REJECTED: comment_operations.reject,
        }[status]
        decide(actor=None, comment=comment, revision_id=comment.latest_id, notice=notice)
    # Nothing has landed here: what decides for real tells the desk in the same transaction.
    queueing.follow(comment)
    return Comment.objects.select_related(
        "author", "latest", "live_revision", "call_to_action__article", "parent"
    ).get(pk=comment.pk)


def relax(**changes) -> None:
    """Put a policy in force whose pace lets tests post as fast as they like."""
    moderation_operations.change_policy(
        actor=None,
        changes={"post_limit": 100_000, "flood_limit": 0, **changes},
    )
