"""Everything a person wrote and everything that is kept about them, as JSON and as one page.

Each app appends a function to `ports.export_parts` that gives its sections. Rows are read in
chunks, each in queries of its own, so that ten thousand comments need no more memory than two
hundred, and no reader's download keeps the database from tidying up.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts import ports
from accounts.models import User

VERSION = 1  # of the JSON; a key that changes its meaning raises it
CHUNK = 200  # rows
STYLE = "accounts/export/style.css"


@dataclass(frozen=True)
class Section:
    """One kind of thing that is kept. name: its key in the JSON. title: its heading. about: one
    sentence. labels: what each key of a row, nested ones too, is called on the page; a key
    without a label stands in the JSON alone. lead: the key that heads a row. rows: mappings of
    text, numbers, times and lists of more such rows. words: keys that hold somebody's own text.
    """

    name: str
    title: str
    labels: dict[str, str]
    rows: Iterable[dict[str, Any]]
    about: str = ""
    lead: str = ""
    words: frozenset[str] = field(default_factory=frozenset)


def in_chunks(rows: QuerySet, shape: Callable[[Model], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows shaped one by one, oldest first, read by primary key CHUNK at a time."""
    after = 0
    while chunk := list(rows.order_by("pk").filter(pk__gt=after)[:CHUNK]):
        yield from map(shape, chunk)
        after = chunk[-1].pk


def sections(user: User) -> Iterator[Section]:
    """What every app keeps about a person, the account itself first."""
    # The apps above are ready first.
    for part in reversed(ports.export_parts):
        yield from part(user)


def as_json(user: User) -> Iterator[bytes]:
    """One JSON object in pieces: what it is, then each section by its name."""
    about = {"format": "rejoinder-export", "version": VERSION, "site": settings.SITE_URL}
    opening = _json({**about, "made_at": timezone.now()})
    yield (opening[:-1] + ', "sections": {').encode()
    for number, section in enumerate(sections(user)):
        yield f"{',' if number else ''}\n{_json(section.name)}: [".encode()
        for at, row in enumerate(section.rows):
            yield f"{',' if at else ''}\n{_json(row)}".encode()
        yield b"\n]"
    yield b"\n}}\n"


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


# --- The page -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One thing said of a row. kind: text, words, time or rows."""

    key: str
    label: str
    kind: str
    value: Any


def as_page(user: User) -> Iterator[bytes]:
    """One page of HTML in pieces, complete in itself and inert: it loads and runs nothing."""
    style = render_to_string(STYLE)
    # The page allows itself this one style sheet and nothing else, wherever it is opened.
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    parts = list(sections(user))
    opening = {
        "style": style,
        "policy": f"default-src 'none'; style-src 'sha256-{digest}'",
        "user": user,
        "sections": parts,
        "made_at": timezone.now(),
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "language": translation.get_language(),
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
    }
    yield render_to_string("accounts/export/opening.html", opening).encode()
    for section in parts:
        yield render_to_string("accounts/export/section.html", {"section": section}).encode()
        rows, some = iter(section.rows), False
        while chunk := list(islice(rows, CHUNK)):
            some = True
            shown = [_cells(section, row) for row in chunk]
            yield render_to_string("accounts/export/rows.html", {"rows": shown}).encode()
        closing = {"empty": not some}
        yield render_to_string("accounts/export/section_end.html", closing).encode()
    yield b"</main>\n</body>\n</html>\n"


def _cells(section: Section, row: dict[str, Any]) -> dict[str, Any]:
    """A row as the page shows it: what heads it, and what else is said."""
    said = [
        _cell(section, key, value)
        for key, value in row.items()
        if key in section.labels and value not in (None, "", [])
    ]
    lead = next((cell for cell in said if cell.key == section.lead), None)
    return {"lead": lead, "cells": [cell for cell in said if cell is not lead]}


def _cell(section: Section, key: str, value: Any) -> Cell:
    label = section.labels[key]
    if isinstance(value, bool):
        return Cell(key, label, "text", _("yes") if value else _("no"))
    if isinstance(value, datetime | date):
        return Cell(key, label, "time", value)
    if isinstance(value, list) and isinstance(value[0], dict):
        return Cell(key, label, "rows", [_cells(section, row) for row in value])
    if isinstance(value, list):
        value = ", ".join(str(one) for one in value)
    if isinstance(value, Promise):
        value = str(value)
    return Cell(key, label, "words" if key in section.words else "text", value)
