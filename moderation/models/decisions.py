"""What was decided, and what its author contests."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.models import Comment, CommentRevision
from moderation.models.rules import Policy


class DecisionRecord(models.Model):
    """One judgement of one revision: what, by whom or what, and why. A trigger in the database
    refuses to change it; it holds places in the text, never the text."""

    class Outcome(models.TextChoices):
        APPROVE = "approve", _("Approved")
        HOLD = "hold", _("Held")
        REJECT = "reject", _("Rejected")

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="decisions")
    revision = models.ForeignKey(
        CommentRevision, on_delete=models.PROTECT, related_name="decisions"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        help_text=_("Empty: the machine."),
    )
    outcome = models.CharField(max_length=10, choices=Outcome)
    status_before = models.CharField(max_length=10)
    live_before = models.ForeignKey(
        CommentRevision,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("What readers saw until then."),
    )
    reason = models.CharField(max_length=40, blank=True)
    findings = models.JSONField(default=list)
    scores = models.JSONField(
        default=dict, help_text=_("What the scorer said of this text, by label.")
    )
    scorer = models.CharField(max_length=64, blank=True, help_text=_("Which weights said it."))
    policy = models.ForeignKey(Policy, null=True, on_delete=models.PROTECT, related_name="+")
    software = models.CharField(max_length=20)
    waited_seconds = models.PositiveIntegerField(
        null=True, help_text=_("How long it had been held when a person ruled.")
    )
    undoes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    batch = models.ForeignKey(
        "moderation.Batch", null=True, on_delete=models.PROTECT, related_name="decisions"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["comment", "-id"]),
            models.Index(fields=["at"]),
            models.Index(
                fields=["at", "waited_seconds"],
                name="decision_waits",
                condition=Q(waited_seconds__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} #{self.comment_id}"

    @property
    def by_machine(self) -> bool:
        return self.actor_id is None


class AppealQuerySet(models.QuerySet):
    def open(self) -> "AppealQuerySet":
        """Those that wait for a ruling: neither edited nor withdrawn since."""
        return self.filter(
            decided_at__isnull=True,
            comment__status=Comment.Status.REJECTED,
            comment__withdrawn_at__isnull=True,
            comment__latest=F("decision__revision"),
        )


class Appeal(models.Model):
    """An author's contest of the decision not to publish their comment. Its words go in time, or
    with the account; that there was one, and how it ended, stays."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("The decision stands")
        OVERTURNED = "overturned", _("The comment is live again")

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="appeals")
    decision = models.OneToOneField(DecisionRecord, on_delete=models.PROTECT, related_name="appeal")
    contested = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Whose decision it was. Empty: the machine's."),
    )
    words = models.TextField(blank=True, help_text=_("Why, in the author's words."))
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    note = models.TextField(blank=True, help_text=_("To the author."))
    same_person = models.BooleanField(
        default=False,
        help_text=_("Nobody else could rule within seven days, so whoever decided ruled again."),
    )

    objects = AppealQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | Q(contested__isnull=True)
                | ~Q(decided_by=F("contested"))
                | Q(same_person=True),
                name="appeal_ruled_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, outcome="")
                | Q(
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    outcome__in=["upheld", "overturned"],
                ),
                name="appeal_decided_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], name="appeal_open", condition=Q(decided_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"appeal {self.pk}"
