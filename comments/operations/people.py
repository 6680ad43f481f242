"""What a person's account brings with it: what they were told, their name, their erasure."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Replace
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.erasure import nobodys_name
from accounts.errors import Forbidden
from accounts.models import User
from articles.models import Article
from comments import fragments
from comments.models import Comment, Draft, Notification
from comments.tasks import refresh_fragments


def mark_read(*, actor: User, notification: Notification | None = None) -> int:
    """Mark one thing this reader was told as read, or everything. Returns how many."""
    waiting = actor.notifications.filter(read_at__isnull=True)
    if notification is not None:
        waiting = waiting.filter(pk=notification.pk)
    return waiting.update(read_at=timezone.now())


def delete_draft(*, actor: User, draft: Draft) -> None:
    """Throw away what was begun. Raises Forbidden (not_yours)."""
    if draft.user_id != actor.pk:
        raise Forbidden(_("Only its owner may do this."), code="not_yours")
    draft.delete()


def forget_reader(user: User) -> None:
    """Remove what was kept for an account alone: what it was told, began, follows and thought.

    Reactions stay as counts. What becomes of its words, `forget_words` has seen to.
    """
    for belongings in (user.notifications, user.drafts, user.follows, user.reactions):
        belongings.all().delete()
    user.comments.update(
        idempotency_key=None,
        notice=None,
        # Ten thousand fragments take minutes to make anew; the name goes at once.
        fragment=Replace(
            F("fragment"),
            Value(fragments.signature(user.pk, user.display_name)),
            Value(fragments.signature(None, nobodys_name(user))),
        ),
    )


def rename_author(user: User) -> None:
    """Mark every public fragment that carries this author's old name, and have it made anew.

    The mark outlives a lost message: the sweep of stale fragments finds it.
    """
    # Also those not listed yet: one may be going live at this moment under the old name.
    _mark_stale(user.comments.exclude(listed=False, withdrawn_at__isnull=False))


def mark_writers(article: Article, author_ids: Collection[int]) -> None:
    """Mark the public fragments of people who became an article's authors, or are no longer."""
    _mark_stale(Comment.objects.filter(call_to_action__article=article, author_id__in=author_ids))


def redraw_all() -> None:
    """Have every public fragment made anew, after a rule that shows in them has changed."""
    _mark_stale(Comment.objects.listed())


def _mark_stale(listed) -> None:
    listed.update(fragment_stale=True)
    transaction.on_commit(refresh_fragments.ring, robust=True)
