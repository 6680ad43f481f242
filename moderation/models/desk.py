"""What the desk keeps about its work: what waits, in which order, and who looks at it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Guideline, Section
from comments.models import Comment
from moderation.models.decisions import DecisionRecord

# Only what waits is due: these indexes hold nothing else.
_HELD = Q(due_at__isnull=False)
_FILTERED = ("article", "section", "author", "reason", "label", "language")


class QueueItem(models.Model):
    """A comment as the desk sorts and filters it: one row, so that every view is one index. It
    repeats facts of the comment and of its last decision; operations/queueing.py writes it."""

    comment = models.OneToOneField(
        Comment, on_delete=models.CASCADE, primary_key=True, related_name="queue_item"
    )
    status = models.CharField(max_length=10, choices=Comment.Status)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    section = models.ForeignKey(Section, null=True, on_delete=models.SET_NULL, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="queue_items"
    )
    reason = models.CharField(max_length=40, blank=True)
    label = models.CharField(max_length=20, blank=True, help_text=_("The likeliest, if held for."))
    language = models.CharField(max_length=5, blank=True)
    risk = models.FloatField(default=0.0, help_text=_("From 0 to 1."))
    at = models.DateTimeField(help_text=_("Of the last decision: held since, live since."))
    due_at = models.DateTimeField(
        null=True, help_text=_("When it should have been read, sooner the greater the risk.")
    )
    open_reports = models.PositiveIntegerField(default=0)
    report_weight = models.FloatField(
        default=0.0, help_text=_("Open reports, by how often their reporters were right.")
    )
    reported_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Of the oldest report that is open.")
    )
    escalated_at = models.DateTimeField(null=True, blank=True)
    escalated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    escalation_note = models.CharField(max_length=1_000, blank=True)
    notice_before = models.JSONField(
        null=True,
        help_text=_("What its author was told of a rejection that a person has ruled on since."),
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["status", "due_at", "comment"], name="queue_due"),
            models.Index(fields=["status", "at", "comment"], name="queue_at"),
            models.Index(fields=["at", "comment"], name="queue_all"),
            models.Index(
                fields=["report_weight", "comment"], name="queue_held_weight", condition=_HELD
            ),
            # The number last, so that each holds its whole order: a database without statistics
            # chooses an index that leaves nothing to sort over one that finds less.
            *(
                models.Index(
                    fields=[name, "due_at", "comment"], name=f"queue_due_{name}", condition=_HELD
                )
                for name in _FILTERED
            ),
            *(
                models.Index(fields=["status", name, "at", "comment"], name=f"queue_{name}")
                for name in _FILTERED
            ),
            models.Index(
                fields=["author"],
                name="queue_overturned",
                condition=Q(reason="appeal_overturned"),
            ),
            models.Index(
                fields=["report_weight", "comment"],
                name="queue_reported",
                condition=Q(open_reports__gt=0),
            ),
            models.Index(
                fields=["reported_at", "comment"],
                name="queue_reported_at",
                condition=Q(open_reports__gt=0),
            ),
            models.Index(
                fields=["escalated_at"],
                name="queue_escalated",
                condition=Q(escalated_at__isnull=False),
            ),
            models.Index(
                fields=["claimed_until"],
                name="queue_claimed",
                condition=Q(claimed_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.comment_id}"


class QueueScore(models.Model):
    """One score of a comment that waits, so that a range of them can be found and ruled on."""

    item = models.ForeignKey(QueueItem, on_delete=models.CASCADE, related_name="scores")
    label = models.CharField(max_length=20)
    value = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "label"], name="queue_score_once"),
        ]
        indexes = [models.Index(fields=["label", "value"], name="queue_score_range")]

    def __str__(self) -> str:
        return f"{self.label} {self.value:.2f}"


class SavedView(models.Model):
    """A choice of filters and order that an editor keeps under a name."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500, help_text=_("As in the address of the desk."))
    shared = models.BooleanField(default=False, help_text=_("Every editor sees it."))
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Figure(models.Model):
    """A figure about the whole, counted by the worker: it takes longer than a page may."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class RejectionReason(models.Model):
    """Why an editor does not publish: what the author is told, and the guideline it rests on."""

    code = models.SlugField(max_length=40, unique=True)
    told = models.CharField(
        max_length=200, blank=True, help_text=_("One sentence to the author. Empty: our own.")
    )
    guideline = models.ForeignKey(
        Guideline, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    key = models.CharField(max_length=1, help_text=_("The key that chooses it at the desk."))
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True, help_text=_("Offered at the desk."))

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(active=True), name="reason_key_once"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CannedNote(models.Model):
    """A note to authors that editors need often."""

    title = models.CharField(max_length=60, unique=True)
    text = models.CharField(max_length=1_000)
    reason = models.ForeignKey(
        RejectionReason,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="notes",
        help_text=_("Offered with this reason alone. Empty: with all."),
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "title"]

    def __str__(self) -> str:
        return self.title


class PendingEffectQuerySet(models.QuerySet):
    def waiting(self) -> "PendingEffectQuerySet":
        """Rulings that are recorded, and that their readers are yet to see."""
        return self.filter(comment__isnull=False)

    def due(self, now: datetime | None = None) -> "PendingEffectQuerySet":
        """Those whose time to be undone is over."""
        return self.waiting().filter(due_at__lte=now or timezone.now())


class PendingEffect(models.Model):
    """That a recorded ruling has not reached its readers: not yet, or, once it has lapsed, never.
    The row of one that was carried out is gone."""

    record = models.OneToOneField(
        DecisionRecord, on_delete=models.CASCADE, primary_key=True, related_name="pending_effect"
    )
    comment = models.OneToOneField(
        Comment,
        null=True,
        on_delete=models.CASCADE,
        related_name="pending_effect",
        help_text=_("Empty: it lapsed, undone in time or overtaken by its author."),
    )
    notice = models.JSONField(null=True, help_text=_("What its author will be told."))
    picked = models.BooleanField(
        default=False, help_text=_("It becomes an editors’ pick as it goes live.")
    )
    due_at = models.DateTimeField(db_index=True)

    objects = PendingEffectQuerySet.as_manager()

    def __str__(self) -> str:
        return f"effect of {self.record_id}"


class Overturned(models.Model):
    """A finding that an appeal proved wrong: it counts against the rule or model it came from."""

    appeal = models.ForeignKey(
        "moderation.Appeal", on_delete=models.CASCADE, related_name="overturned"
    )
    code = models.CharField(max_length=40)
    phrase = models.BigIntegerField(null=True, help_text=_("Number of the phrase, if it was one."))
    scorer = models.CharField(max_length=64, blank=True, help_text=_("Which weights, if it was."))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["code", "at"], name="overturned_code")]

    def __str__(self) -> str:
        return self.code
