"""That something at the desk cannot wait, and whom that was told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.models import Comment


class Urgent(models.Model):
    """A comment that should be looked at now, told once for each time that it becomes so."""

    class Why(models.TextChoices):
        THREAT = "threat", _("It reads like a threat")
        ESCALATED = "escalated", _("An editor has escalated it")
        LEGAL_NOTICE = "legal_notice", _("It is said to be illegal")
        LONG_WAIT = "long_wait", _("It has waited for long")

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="urgent")
    why = models.CharField(max_length=12, choices=Why)
    since = models.DateTimeField(help_text=_("Of what made it urgent."))
    at = models.DateTimeField(default=timezone.now)
    posted_at = models.DateTimeField(null=True, help_text=_("When the webhook took it."))
    attempts = models.PositiveSmallIntegerField(default=0)
    next_post_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["comment", "why", "since"], name="urgent_once")
        ]
        indexes = [
            models.Index(fields=["at"], name="urgent_age"),
            models.Index(
                fields=["next_post_at"], name="urgent_to_post", condition=Q(posted_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.why} #{self.comment_id}"


class UrgentMail(models.Model):
    """Up to where an editor has been mailed what is urgent, and when that was."""

    editor = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="urgent_mail"
    )
    told_to = models.BigIntegerField(default=0, help_text=_("Number of the last one told."))
    at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"mail to {self.editor_id}"
