"""What is kept, for how long, and what an erased account takes with it."""

from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone

from accounts.models import User
from comments.models import Comment, CommentRevision, Notification
from moderation import intake, kin
from moderation.models import (
    Appeal,
    LegalNotice,
    PendingEffect,
    QueueItem,
    Report,
    SavedView,
    Sketch,
    SketchValue,
)
from moderation.operations.appeals import CONTESTABLE
from moderation.operations.queueing import follow_words
from record import log

ERASED_AT_ONCE = 500  # revisions
Status = Comment.Status


def retain(*, now=None) -> dict[str, int]:
    """Erase what has been kept long enough: words nobody reads, settled reports, notices, appeals,
    sketches that are no longer compared.

    Words: of rejected and withdrawn comments, and of revisions that were replaced; what its author
    may still contest, or contests, stays. Days come from the policy. Returns counts by kind.
    Running it twice changes nothing more.
    """
    now = now or timezone.now()
    policy = intake.current_policy()
    long_ago = now - timedelta(days=policy.rejected_text_days)
    uncontested = now - max(timedelta(days=policy.rejected_text_days), CONTESTABLE)
    contests = Appeal.objects.open().values("comment")
    unread = models.Q(comment__live_revision__isnull=True) | ~models.Q(
        pk=models.F("comment__live_revision")
    )
    texts = (
        CommentRevision.objects.filter(erased_at__isnull=True)
        .filter(
            models.Q(comment__withdrawn_at__lt=long_ago)
            | models.Q(comment__removed_at__lt=uncontested)
            | models.Q(comment__status=Status.REJECTED, comment__decided_at__lt=uncontested)
            & unread
            | models.Q(created_at__lt=long_ago) & unread & ~models.Q(pk=models.F("comment__latest"))
        )
        .exclude(comment__in=contests)
        # A ruling of some seconds ago may be about to show them.
        .exclude(comment__in=PendingEffect.objects.waiting().values("comment"))
    )
    reports_before = now - timedelta(days=policy.report_days)
    receipts_before = now - timedelta(days=policy.receipt_days)
    receipts = Comment.objects.filter(notice__isnull=False, decided_at__lt=receipts_before).exclude(
        status=Status.HELD
    )
    appeals = (
        Appeal.objects.exclude(words="", note="")
        .filter(
            models.Q(decided_at__lt=receipts_before)
            | models.Q(decided_at__isnull=True, created_at__lt=receipts_before)
        )
        .exclude(pk__in=Appeal.objects.open().values("pk"))
    )
    erased = _erase(texts, now)
    sketches = Sketch.objects.filter(
        models.Q(revision__erased_at__isnull=False)
        # While a comment waits, its card names the raid that it is in.
        | models.Q(at__lt=now - kin.ALIKE_WITHIN)
        & (~models.Q(comment__status=Status.HELD) | models.Q(comment__withdrawn_at__isnull=False))
    )
    SketchValue.objects.filter(at__lt=now - kin.ALIKE_WITHIN).delete()
    QueueItem.objects.filter(notice_before__isnull=False, at__lt=receipts_before).update(
        notice_before=None
    )
    done = {
        "texts": erased,
        "sketches": sketches.delete()[1].get("moderation.Sketch", 0),
        "reports": Report.objects.filter(settled_at__lt=reports_before).delete()[0],
        "legal_notices": LegalNotice.objects.filter(settled_at__lt=reports_before).delete()[0],
        "notifications": Notification.objects.filter(created_at__lt=receipts_before).delete()[0],
        "receipts": receipts.exclude(pk__in=contests).update(notice=None),
        "appeals": appeals.update(words="", note=""),
    }
    if any(done.values()):
        log.append(actor=None, verb="retain", subject=policy, detail=done)
    return done


def _erase(texts: models.QuerySet[CommentRevision], now: datetime) -> int:
    """Erase these texts, and have the desk find no comment by them. Returns how many."""
    found = list(texts.order_by("pk").values_list("pk", "comment"))
    for at in range(0, len(found), ERASED_AT_ONCE):
        some = dict(found[at : at + ERASED_AT_ONCE])
        # Each part is whole by itself: others write in between.
        with transaction.atomic():
            CommentRevision.objects.filter(pk__in=some).update(
                source="", html="", fingerprint="", erased_at=now
            )
            follow_words(list(set(some.values())))
    return len(found)


def forget_reader(user: User) -> None:
    """Remove what readers' reports say of an erased account, what it wrote in its own reports,
    appeals and notices, the views it saved, and the sketches of its words."""
    Sketch.objects.filter(comment__author=user).delete()
    Report.objects.filter(profile=user).delete()
    Report.objects.filter(reporter=user).update(note="")
    # A note may quote what is gone now.
    Report.objects.filter(comment__author=user, comment__withdrawn_at__isnull=False).update(note="")
    QueueItem.objects.filter(author=user).update(escalation_note="", notice_before=None)
    SavedView.objects.filter(owner=user).delete()
    Appeal.objects.filter(comment__author=user).update(words="", note="")
    # Also those sent without signing in, from the address that is theirs.
    LegalNotice.objects.filter(models.Q(notifier=user) | models.Q(email=user.email)).update(
        why="", law="", name="", email="", answer="", notifier=None
    )
