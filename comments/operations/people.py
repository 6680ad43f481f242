"""What a person's account brings with it: what they were told, their name, their erasure."""

import time
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Forbidden
from accounts.models import User
from articles.models import Article
from comments import fragments
from comments.models import Comment, Draft, Notification
from comments.tasks import refresh_fragments

REDRAWN_WITHIN = 10.0  # seconds for an erased name to leave the pages; the sweep does the rest


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
    user.comments.update(idempotency_key=None, notice=None)


def rename_author(user: User) -> None:
    """Mark every public fragment that carries this author's old name, and have it made anew.

    The mark outlives a lost message: the sweep of stale fragments finds it.
    """
    # Also those not listed yet: one may be going live at this moment under the old name.
    _mark_stale(user.comments.all())
    if user.erased_at is not None:
        transaction.on_commit(_redraw_now, robust=True)


def _redraw_now() -> None:
    until = time.monotonic() + REDRAWN_WITHIN
    while fragments.refresh_stale() and time.monotonic() < until:
        pass


def mark_writers(article: Article, author_ids: Collection[int]) -> None:
    """Mark the public fragments of people who became an article's authors, or are no longer."""
    _mark_stale(Comment.objects.filter(call_to_action__article=article, author_id__in=author_ids))


def redraw_all() -> None:
    """Have every public fragment made anew, after a rule that shows in them has changed."""
    _mark_stale(Comment.objects.listed())


def _mark_stale(listed) -> None:
    listed.update(fragment_stale=True)
    transaction.on_commit(refresh_fragments.ring, robust=True)
