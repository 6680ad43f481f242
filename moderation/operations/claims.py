"""Who reads what: a claim says so to the other editors, and runs out by itself."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from comments.models import Comment
from moderation.models import QueueItem
from moderation.operations.permissions import check_editor

CLAIMED_FOR = timedelta(minutes=2)


def claim(*, actor: User, comment: Comment) -> QueueItem:
    """Say for CLAIMED_FOR that this editor reads the comment, and let go of what they read before.

    A claim of somebody else that has not run out stays theirs; it keeps nobody from ruling.
    Returns the item with who has claimed it. Raises Forbidden (editors_only), ObjectDoesNotExist.
    """
    check_editor(actor)
    now = timezone.now()
    release(actor=actor, but=comment)
    # One statement, so that of two who come at once one is first.
    QueueItem.objects.filter(
        Q(claimed_by__isnull=True) | Q(claimed_by=actor) | Q(claimed_until__lte=now),
        pk=comment.pk,
    ).update(claimed_by=actor, claimed_until=now + CLAIMED_FOR)
    return QueueItem.objects.select_related("claimed_by").get(pk=comment.pk)


def release(*, actor: User, but: Comment | None = None) -> int:
    """Let go of what this editor has claimed, except for one comment. Returns how many.

    Raises Forbidden (editors_only).
    """
    check_editor(actor)
    claimed = QueueItem.objects.filter(claimed_by=actor)
    if but is not None:
        claimed = claimed.exclude(pk=but.pk)
    return claimed.update(claimed_by=None, claimed_until=None)
