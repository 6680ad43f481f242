"""By what near-copies find each other, and which comments belong to one raid."""

from django.db import models

from comments.models import Comment, CommentRevision


class Sketch(models.Model):
    """That a comment can be found by its likes. It is made of a reader's words, so it goes before
    they do."""

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="sketch")
    revision = models.ForeignKey(CommentRevision, on_delete=models.CASCADE, related_name="+")
    cluster = models.BigIntegerField(
        null=True, help_text="Of the raid it is in: the number of a comment that gave it its name."
    )
    at = models.DateTimeField(help_text="When the revision was written.")

    class Meta:
        indexes = [
            models.Index(
                fields=["cluster"],
                name="sketch_cluster",
                condition=models.Q(cluster__isnull=False),
            ),
            models.Index(fields=["at"], name="sketch_age"),
        ]

    def __str__(self) -> str:
        return f"sketch of #{self.comment_id}"


class SketchValue(models.Model):
    """One of the numbers of a sketch: equal ones lead from a comment to those like it."""

    sketch = models.ForeignKey(Sketch, on_delete=models.CASCADE, related_name="values")
    value = models.BigIntegerField()
    at = models.DateTimeField(help_text="That of the sketch: the newest are looked at first.")

    class Meta:
        indexes = [models.Index(fields=["value", "-at"], name="sketch_meeting")]

    def __str__(self) -> str:
        return f"value {self.pk}"
