"""What a site's rulings have taught, version by version."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LearnedModel(models.Model):
    """One lesson from rulings, over one version of the scorer. It holds numbers, and words only as
    hashes that many people wrote."""

    class Kind(models.TextChoices):
        ABUSE = "abuse", _("Abuse")
        SPAM = "spam", _("Spam")

    class State(models.TextChoices):
        IN_FORCE = "in_force", _("In force")
        REFUSED = "refused", _("Not better, so never in force")
        REPLACED = "replaced", _("Replaced by a better one")
        RETURNED = "returned", _("Taken back, because it became worse")
        OUTDATED = "outdated", _("Learned over other weights")
        RESET = "reset", _("Reset by an admin")

    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State)
    scorer = models.CharField(max_length=64)
    weights = models.BinaryField()
    rulings = models.PositiveIntegerField(help_text=_("How many it learned from."))
    figures = models.JSONField(
        default=dict, help_text=_("On the newest rulings, which it had not seen.")
    )
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(state="in_force"), name="one_lesson_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
