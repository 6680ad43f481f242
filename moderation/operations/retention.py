"""What is kept, for how long, and what an erased account takes with it."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from accounts.models import User
from comments.models import Comment, CommentRevision, Notification
from moderation import intake
from moderation.models import Report

Status = Comment.Status


def retain(*, now=None) -> dict[str, int]:
    """Erase what has been kept long enough: words nobody reads, settled reports, notices.

    Words: of rejected and withdrawn comments, and of revisions that were replaced. Days come from
    the policy. Returns counts by kind. Running it twice changes nothing more.
    """
    now = now or timezone.now()
    policy = intake.current_policy()
    long_ago = now - timedelta(days=policy.rejected_text_days)
    unread = models.Q(comment__live_revision__isnull=True) | ~models.Q(
        pk=models.F("comment__live_revision")
    )
    texts = CommentRevision.objects.filter(erased_at__isnull=True).filter(
        models.Q(comment__withdrawn_at__lt=long_ago)
        | models.Q(comment__removed_at__lt=long_ago)
        | models.Q(comment__status=Status.REJECTED, comment__decided_at__lt=long_ago) & unread
        | models.Q(created_at__lt=long_ago) & unread & ~models.Q(pk=models.F("comment__latest"))
    )
    reports = Report.objects.filter(settled_at__lt=now - timedelta(days=policy.report_days))
    receipts = Comment.objects.filter(
        notice__isnull=False, decided_at__lt=now - timedelta(days=policy.receipt_days)
    ).exclude(status=Status.HELD)
    return {
        "texts": texts.update(source="", html="", fingerprint="", erased_at=now),
        "reports": reports.delete()[0],
        "notifications": Notification.objects.filter(
            created_at__lt=now - timedelta(days=policy.receipt_days)
        ).delete()[0],
        "receipts": receipts.update(notice=None),
    }


def forget_reader(user: User) -> None:
    """Remove what readers' reports say of an erased account, and what it wrote in its own."""
    Report.objects.filter(profile=user).delete()
    Report.objects.filter(reporter=user).update(note="")
