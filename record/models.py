"""What was done: the append-only log. It imports nothing of ours."""

from django.conf import settings
from django.db import models


class EntryQuerySet(models.QuerySet):
    def about(self, subject: models.Model) -> "EntryQuerySet":
        return self.filter(subject=subject._meta.label_lower, subject_id=subject.pk)


class Entry(models.Model):
    """One deed. A database trigger refuses to change or remove it; people are named by number,
    so that an erased account leaves the log whole."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        help_text="Empty: the machine.",
    )
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["subject", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject} {self.subject_id or ''}".strip()
