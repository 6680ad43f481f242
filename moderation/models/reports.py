"""What readers, and anybody else, bring before the editors."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.models import Comment, CommentRevision
from moderation.models.decisions import DecisionRecord


class Report(models.Model):
    """A reader's word that a comment, or a person's name or bio, breaks a guideline."""

    class Reason(models.TextChoices):
        ABUSE = "abuse", _("It attacks people")
        SPAM = "spam", _("It is spam or advertising")
        OFF_TOPIC = "off_topic", _("It is off topic")
        PRIVATE = "private", _("It gives away private information")
        NAME = "name", _("Their name or profile is the problem")
        DISAGREE = "disagree", _("I disagree with it")

    comment = models.ForeignKey(
        Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="reports"
    )
    profile = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="reports_about",
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reports_made"
    )
    reason = models.CharField(max_length=10, choices=Reason)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    revision = models.ForeignKey(
        CommentRevision,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("What the reporter had read."),
    )
    profile_digest = models.CharField(
        max_length=32,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of the name and bio that the reporter had read."),
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    upheld = models.BooleanField(
        null=True, blank=True, help_text=_("Whether the editor agreed. Empty: nobody has said.")
    )
    decision = models.ForeignKey(
        DecisionRecord,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reports_settled",
        help_text=_("The ruling that settled it. Empty: the comment was left as it is."),
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(comment__isnull=False, profile__isnull=True)
                | Q(comment__isnull=True, profile__isnull=False),
                name="report_about_one_thing",
            ),
            models.UniqueConstraint(
                fields=["comment", "reporter"],
                condition=Q(comment__isnull=False, settled_at__isnull=True),
                name="report_comment_open_once",
            ),
            models.UniqueConstraint(
                fields=["profile", "reporter"],
                condition=Q(profile__isnull=False, settled_at__isnull=True),
                name="report_profile_open_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-created_at"], name="report_open", condition=Q(settled_at__isnull=True)
            ),
            models.Index(
                fields=["reporter", "upheld"],
                name="report_accuracy",
                condition=Q(upheld__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()


class LegalNotice(models.Model):
    """Somebody's word, with an account or without, that a comment is against the law."""

    class Outcome(models.TextChoices):
        REMOVED = "removed", _("Removed")
        GONE = "gone", _("No longer shown when we looked")
        NOT_ILLEGAL = "not_illegal", _("Not found to be illegal")

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="legal_notices")
    why = models.TextField()
    law = models.CharField(max_length=200)
    about_minors = models.BooleanField(
        default=False, help_text=_("Sexual abuse of a minor: name and address may be left out.")
    )
    name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    notifier = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="legal_notices",
        help_text=_("The account it was sent from, if there was one."),
    )
    created_at = models.DateTimeField(default=timezone.now)
    receipt_mailed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    answer = models.TextField(blank=True, help_text=_("The reason, mailed to the notifier."))
    answer_mailed_at = models.DateTimeField(null=True, blank=True)
    decision = models.ForeignKey(
        DecisionRecord,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="legal_notices",
        help_text=_("The decision that followed from it."),
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, outcome="")
                | Q(settled_at__isnull=False, outcome__in=["removed", "gone", "not_illegal"]),
                name="legal_notice_settled_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="legal_notice_open",
                condition=Q(settled_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
