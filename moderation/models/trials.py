"""Changes of the rules that are tried before they bite."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moderation.models.decisions import DecisionRecord


def _who():
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )


def _when():
    return models.DateTimeField(null=True, blank=True, editable=False)


def check_change(change: dict) -> None:
    """Raises ValidationError (bad_change) for anything but the parts a change is made of."""
    parts = {
        "policy": dict,
        "add": list,
        "remove": list,
        "add_domains": list,
        "remove_domains": list,
        "articles": dict,
    }
    whole = isinstance(change, dict) and set(change) <= set(parts)
    if not whole or not all(isinstance(change[name], parts[name]) for name in change):
        raise ValidationError(_("This is no change of the rules."), "bad_change")


class Trial(models.Model):
    """A proposed change of the rules: tried on what was decided, then beside the rules in force,
    then put in force or dropped."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Proposed")
        SHADOW = "shadow", _("In shadow")
        ENABLED = "enabled", _("Put in force")
        DROPPED = "dropped", _("Dropped")

    name = models.CharField(max_length=80)
    change = models.JSONField(
        validators=[check_change],
        help_text=_("policy: field to value; add: phrases; remove: numbers of phrases."),
    )
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    created_by = _who()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    shadowed_by = _who()
    shadowed_at = _when()
    ended_by = _who()
    ended_at = _when()
    enabled_as = models.ForeignKey(
        "moderation.Policy",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The policy that it became."),
    )

    # What it would have done to the last decisions; numbers of records, never words.
    backtest = models.JSONField(default=dict, blank=True, editable=False)
    backtest_wanted = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Decisions still to look at.")
    )

    # What it would have done beside the rules in force.
    judged_to = models.BigIntegerField(
        default=0, editable=False, help_text=_("Number of the last decision looked at.")
    )
    judged = models.PositiveIntegerField(default=0, editable=False)
    differing = models.PositiveIntegerField(default=0, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["id"], name="trial_shadow", condition=Q(state="shadow"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="enabled") | Q(enabled_as__isnull=False, ended_at__isnull=False),
                name="trial_enabled_whole",
            )
        ]

    def __str__(self) -> str:
        return self.name


class TrialDifference(models.Model):
    """A comment on which a proposed change would have decided otherwise than the rules in force.
    Nothing was done with it."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="differences")
    record = models.ForeignKey(DecisionRecord, on_delete=models.CASCADE, related_name="+")
    before = models.CharField(max_length=10, choices=DecisionRecord.Outcome)
    after = models.CharField(max_length=10, choices=DecisionRecord.Outcome)
    codes = models.JSONField(default=list, help_text=_("Checks that speak under the change alone."))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["trial", "record"], name="trial_difference_once")
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
