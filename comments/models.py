"""What is said."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from articles.models import CallToAction, ChoiceOption
from comments.querysets import CommentQuerySet


@dataclass(frozen=True, slots=True)
class Notice:
    """What the author of a held or rejected comment is told.

    guideline: code of the guideline it touches, or empty. spans: (start, end) in the source text.
    labels: what a score takes it for, the likeliest first, as codes that `reason_told` knows.
    by_machine: decided by rules, not a person. note: an editor's words. wait_seconds: the wait to
    expect, measured; None when nothing was measured. contested: empty, "open" while another editor
    is to rule on it, or "upheld".
    """

    reason: str
    guideline: str
    spans: tuple[tuple[int, int], ...] = ()
    labels: tuple[str, ...] = ()
    by_machine: bool = True
    note: str = ""
    wait_seconds: int | None = None
    contested: str = ""

    def as_json(self) -> dict:
        return asdict(self)


class Comment(models.Model):
    class Status(models.TextChoices):
        """Of the latest revision. What readers see is `live_revision`."""

        PENDING = "pending", _("Being checked")
        HELD = "held", _("Waiting for an editor")
        APPROVED = "approved", _("Live")
        REJECTED = "rejected", _("Not published")

    call_to_action = models.ForeignKey(
        CallToAction, on_delete=models.PROTECT, related_name="comments"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments"
    )
    choice = models.ForeignKey(
        ChoiceOption, null=True, blank=True, on_delete=models.PROTECT, related_name="comments"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replies"
    )
    root = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="thread"
    )
    depth = models.PositiveIntegerField(default=0)

    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    latest = models.OneToOneField(
        "CommentRevision", null=True, on_delete=models.PROTECT, related_name="+"
    )
    live_revision = models.OneToOneField(
        "CommentRevision", null=True, on_delete=models.PROTECT, related_name="+"
    )
    notice = models.JSONField(null=True, blank=True, help_text="A Notice, for the author.")

    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    live_at = models.DateTimeField(null=True, blank=True, help_text="When it first went live.")
    edited_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(
        null=True, blank=True, help_text="When an editor took down what had been live."
    )

    picked_at = models.DateTimeField(null=True, blank=True, help_text="As an editor's pick.")

    # Prepared for reading when it was approved; see comments.fragments.
    fragment = models.TextField(default="", editable=False)
    fragment_stale = models.BooleanField(default=False, editable=False)
    excerpt = models.CharField(max_length=300, default="", editable=False)
    listed = models.BooleanField(
        default=False, help_text="On public pages: live, or a tombstone with listed replies."
    )
    number = models.PositiveIntegerField(
        null=True, help_text="Order of going live within its thread: a parent's is smaller."
    )
    reply_count = models.PositiveIntegerField(default=0, help_text="Listed direct replies.")
    thread_count = models.PositiveIntegerField(default=0, help_text="Of a root: listed replies.")
    last_number = models.PositiveIntegerField(default=0, help_text="Of a root: highest number.")
    ups = models.PositiveIntegerField(default=0)
    downs = models.PositiveIntegerField(default=0)
    score = models.FloatField(default=0.0, help_text="Lower bound of the Wilson interval.")

    unproven = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="It came without the proof of work that was asked for.",
    )
    idempotency_key = models.CharField(max_length=64, null=True, blank=True, editable=False)
    # The lease: an undecided row offered at enqueued_at is offered again when that is stale.
    enqueued_at = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "idempotency_key"], name="comment_once_per_key"
            ),
            models.UniqueConstraint(fields=["root", "number"], name="comment_number_in_thread"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, root__isnull=True, depth=0)
                | Q(parent__isnull=False, root__isnull=False, depth__gt=0),
                name="comment_reply_has_parent_and_root",
            ),
            models.CheckConstraint(
                condition=Q(live_revision__isnull=True) | Q(live_at__isnull=False),
                name="comment_live_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["call_to_action", "-live_at", "-id"],
                name="comment_roots_by_time",
                condition=Q(listed=True, parent__isnull=True),
            ),
            models.Index(
                fields=["call_to_action", "-thread_count", "-id"],
                name="comment_roots_by_replies",
                condition=Q(listed=True, parent__isnull=True),
            ),
            models.Index(
                fields=["call_to_action", "-score", "-id"],
                name="comment_roots_by_score",
                condition=Q(listed=True, parent__isnull=True),
            ),
            models.Index(
                fields=["root", "number"], name="comment_thread", condition=Q(listed=True)
            ),
            models.Index(
                fields=["parent", "number"], name="comment_replies", condition=Q(listed=True)
            ),
            models.Index(
                fields=["call_to_action", "-live_at"],
                name="comment_live_by_time",
                condition=Q(live_revision__isnull=False),
            ),
            models.Index(
                fields=["enqueued_at"], name="comment_to_judge", condition=Q(status="pending")
            ),
            # Revisions are numbered by age: the first of these has waited longest.
            models.Index(
                fields=["latest"],
                name="comment_pending_since",
                condition=Q(status="pending", withdrawn_at__isnull=True),
            ),
            models.Index(
                fields=["decided_at", "id"], name="comment_queue", condition=Q(status="held")
            ),
            models.Index(
                fields=["call_to_action", "-picked_at"],
                name="comment_picks",
                condition=Q(picked_at__isnull=False),
            ),
            models.Index(fields=["author", "-created_at"], name="comment_by_author"),
            models.Index(
                fields=["id"], name="comment_fragment_stale", condition=Q(fragment_stale=True)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("comment", args=[self.pk])

    @property
    def is_live(self) -> bool:
        """Do readers see its words?"""
        return (
            self.live_revision_id is not None
            and self.withdrawn_at is None
            and self.removed_at is None
        )

    @property
    def is_undecided(self) -> bool:
        return self.status in (self.Status.PENDING, self.Status.HELD) and self.withdrawn_at is None

    def may_be_edited_by(self, user, *, within: int, now: datetime | None = None) -> bool:
        """Is this its author, within the edit window of `within` seconds?"""
        age = (now or timezone.now()) - self.created_at
        return (
            user.pk == self.author_id
            and self.withdrawn_at is None
            and self.removed_at is None
            and age <= timedelta(seconds=within)
        )


class CommentRevision(models.Model):
    """What its author wrote, and its safe HTML, rendered once."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="revisions")
    source = models.TextField()
    html = models.TextField(editable=False)
    fingerprint = models.CharField(
        max_length=64, editable=False, help_text="Equal for texts that read the same."
    )
    created_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["fingerprint", "-created_at"], name="revision_twins")]

    def __str__(self) -> str:
        return f"revision {self.pk} of #{self.comment_id}"


class Reaction(models.Model):
    """One reader's word on a comment: it adds something, or it does not."""

    class Value(models.IntegerChoices):
        ADDS = 1, _("Adds something")
        DOES_NOT = -1, _("Does not")

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reactions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reactions"
    )
    value = models.SmallIntegerField(choices=Value)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "user"], name="reaction_one_per_reader"),
            models.CheckConstraint(condition=Q(value__in=[1, -1]), name="reaction_value"),
        ]

    def __str__(self) -> str:
        return self.get_value_display()


class Notification(models.Model):
    """Something a reader should hear of, on the site and by mail."""

    class Kind(models.TextChoices):
        REPLY = "reply", pgettext_lazy("what somebody is told of", "Reply")
        HELD = "held", _("Waiting for an editor")
        APPROVED = "approved", _("Published")
        REJECTED = "rejected", _("Not published")
        UPHELD = "upheld", _("Decision upheld")
        MENTION = "mention", _("Mention")
        FOLLOWED = "followed", _("New in a followed discussion")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="notifications")
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["user"], name="notification_unread", condition=Q(read_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Draft(models.Model):
    """What somebody has begun to write in a discussion and not sent yet."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    call_to_action = models.ForeignKey(
        CallToAction, on_delete=models.CASCADE, related_name="drafts"
    )
    parent = models.ForeignKey(
        Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="drafts"
    )
    body = models.TextField()
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-updated_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "parent"],
                condition=Q(parent__isnull=False),
                name="draft_one_per_reply",
            ),
            models.UniqueConstraint(
                fields=["user", "call_to_action"],
                condition=Q(parent__isnull=True),
                name="draft_one_per_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Follow(models.Model):
    """A reader's wish to hear of what is new in a discussion."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows"
    )
    call_to_action = models.ForeignKey(
        CallToAction, on_delete=models.CASCADE, related_name="follows"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "call_to_action"], name="follow_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} follows {self.call_to_action_id}"
