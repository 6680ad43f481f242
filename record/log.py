"""Writing to the log."""

from typing import Any

from django.db import models

from record.models import Entry


def append(
    *, actor: models.Model | None, verb: str, subject: models.Model, detail: dict[str, Any]
) -> Entry:
    """Write one deed, in the transaction of the deed.

    actor: the person, or None for the machine. detail: JSON-safe and free of readers' words and
    personal data, which must stay erasable.
    """
    return Entry.objects.create(
        actor=actor,
        verb=verb,
        subject=subject._meta.label_lower,
        subject_id=subject.pk,
        detail=detail,
    )
