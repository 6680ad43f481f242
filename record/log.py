"""Writing to the log."""

import re
from typing import Any

from django.db import models

from record.models import Entry

# What a code, a date, a version or a domain is written with, and no sentence or name is.
_CODE = re.compile(r"[a-z0-9_.:+/-]{0,80}|\d{4}-\d\d-\d\dT[\d:.]{8,15}(Z|[+-]\d\d:\d\d)")


def append(
    *, actor: models.Model | None, verb: str, subject: models.Model, detail: dict[str, Any]
) -> Entry:
    """Write one deed, in the transaction of the deed.

    actor: the person, or None for the machine. detail: numbers, truths, codes, times in ISO form,
    and lists and dicts of these. Raises ValueError for anything else: words and names must stay
    erasable, and nothing is ever erased here.
    """
    _check_wordless(detail)
    return Entry.objects.create(
        actor=actor,
        verb=verb,
        subject=subject._meta.label_lower,
        subject_id=subject.pk,
        detail=detail,
    )


def _check_wordless(value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _check_wordless(name)
            _check_wordless(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _check_wordless(inner)
    elif isinstance(value, str):
        if not _CODE.fullmatch(value):
            # The value is not quoted: this message ends in a file of logs.
            raise ValueError("the log takes codes, not words: leave texts and names out of detail")
    elif not isinstance(value, (bool, int, float, type(None))):
        raise ValueError(f"the log takes codes and numbers, not {type(value).__name__}")
