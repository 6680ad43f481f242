"""What was done: the append-only log, and the chain that shows that nobody changed it. It imports
nothing of ours."""

from django.conf import settings
from django.db import connection, models


class EntryQuerySet(models.QuerySet):
    def about(self, subject: models.Model) -> "EntryQuerySet":
        return self.filter(subject=subject._meta.label_lower, subject_id=subject.pk)

    def used(self, column: str) -> list[str]:
        """The values of `verb` or `subject` that the log has, in one query that leaps along the
        index instead of reading the table."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH RECURSIVE used (value) AS (SELECT min({column}) FROM record_entry"
                f" UNION ALL SELECT (SELECT min({column}) FROM record_entry"
                f" WHERE {column} > used.value) FROM used WHERE used.value IS NOT NULL)"
                " SELECT value FROM used WHERE value IS NOT NULL"
            )
            return [value for (value,) in cursor.fetchall()]


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
        indexes = [
            models.Index(fields=["subject", "subject_id"]),
            models.Index(fields=["verb", "id"], name="entry_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject} {self.subject_id or ''}".strip()


class Seal(models.Model):
    """One link of the chain: a row of a chained table, in its place. Append-only as well.

    The place is the sealer's own and has no gaps, whatever the numbers of the rows: those have
    gaps where a transaction was rolled back, and come late where one took long.
    """

    position = models.BigIntegerField(primary_key=True)
    source = models.CharField(max_length=20, help_text="Which table; see record/sources.py.")
    row = models.BigIntegerField(help_text="The row's number there.")
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["-position"]
        constraints = [models.UniqueConstraint(fields=["source", "row"], name="seal_once")]

    def __str__(self) -> str:
        return f"{self.position}: {self.source} {self.row}"


class Reach(models.Model):
    """How far the sealer has come in a table: every row up to here is sealed, and none can appear
    any more. Its rows are also the lock that makes the sealer the only one.

    Whoever moves it can hide a row from the sealer, not from a verification, which reads all.
    """

    source = models.CharField(max_length=20, primary_key=True)
    up_to = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.source}: {self.up_to}"
