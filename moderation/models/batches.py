"""One ruling on many comments."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Batch(models.Model):
    """A ruling on everything a selection held when it was made; the worker carries it out, one
    decision a comment, under the name of who made it."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="batches"
    )
    selection = models.JSONField(help_text=_("As in the address: what was chosen, and how."))
    outcome = models.CharField(max_length=10, blank=True, help_text=_("Empty: takes one back."))
    reason = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=1_000, blank=True)
    told_once = models.BooleanField(
        default=False, help_text=_("Their author is told of all of it with a ban.")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,  # the index below has its order as well
        related_name="batches_about",
        help_text=_("Whose comments alone it rules on."),
    )
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    refusals = models.JSONField(default=dict, help_text=_("How many were refused, by code."))
    created_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(
        default=timezone.now, help_text=_("When the worker last got on with it.")
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["created_at"], name="batch_running", condition=Q(state="running")),
            models.Index(
                fields=["author", "-id"], name="batch_author", condition=Q(author__isnull=False)
            ),
        ]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"batch {self.pk}"


class BatchMember(models.Model):
    """A comment of a batch, as the words were when it was chosen; gone once it is ruled on."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="members")
    comment = models.ForeignKey("comments.Comment", on_delete=models.CASCADE, related_name="+")
    revision = models.ForeignKey(
        "comments.CommentRevision", on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "comment"], name="batch_member_once")
        ]

    def __str__(self) -> str:
        return f"#{self.comment_id} of batch {self.batch_id}"
