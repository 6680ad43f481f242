"""What happens to the words of somebody who leaves."""

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from comments import ports
from comments.models import Comment, CommentRevision
from comments.operations.landing import locked, settle
from comments.operations.ruling import drop_edit

BATCH = 25  # comments in one go


def forget_words(user: User) -> bool:
    """Erase a batch of what goes with an account that is being erased. Says whether more is left.

    With `erase_words` every comment is withdrawn and its words erased; else what readers can see
    stays, and all else goes: what is not live, and what live words were before an edit.
    """
    owed = CommentRevision.objects.filter(comment__author=user, erased_at__isnull=True)
    if not user.erase_words:
        owed = owed.exclude(
            Q(pk=F("comment__live_revision")),
            comment__withdrawn_at__isnull=True,
            comment__removed_at__isnull=True,
        )
    ids = owed.order_by("comment_id").values_list("comment_id", flat=True)
    batch = list(ids.distinct()[:BATCH])
    for comment in Comment.objects.filter(pk__in=batch).order_by("pk"):
        _forget(comment, everything=user.erase_words)
    return len(batch) == BATCH


def _forget(comment: Comment, *, everything: bool) -> None:
    with transaction.atomic():
        comment = locked(comment)
        keep = comment.live_revision_id if comment.is_live and not everything else None
        comment.revisions.exclude(pk=keep).filter(erased_at__isnull=True).update(
            source="", html="", fingerprint="", erased_at=timezone.now()
        )
        if keep is not None:
            drop_edit(comment)
            ports.announce_change(comment)
            return
        was_live = comment.is_live
        comment.withdrawn_at = comment.withdrawn_at or timezone.now()
        comment.notice = comment.picked_at = None
        # Whoever was told of it is not led to an empty place.
        comment.notifications.all().delete()
        settle(comment, was_live=was_live)
        ports.announce_change(comment)
