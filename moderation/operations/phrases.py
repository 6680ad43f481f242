"""A list of phrases as a file, in and out: all of it or none."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from articles.models import Guideline
from folding import has_forbidden, normalise
from moderation.models import Phrase, Policy
from moderation.operations.permissions import check_admin
from moderation.operations.rules import change_rules

COLUMNS = ("text", "effect", "guideline", "note")
MOST_BYTES = 500_000
MOST_LINES = 5_000
ERRORS_TOLD = 100
# A spreadsheet takes a cell that begins so for a formula, and may run it. Where decimals have a
# comma, a semicolon begins a cell as well.
_FORMULA = r"(?=['\s]*[=+\-@\t\r＝＋－＠])"
_BEFORE_FORMULA = re.compile(rf"(?:^|(?<=;)){_FORMULA}")
_TAMED = re.compile(rf"(?:^|(?<=;))'{_FORMULA}")


@dataclass(slots=True)
class Read:
    """A file against the list. add: phrases that are new or said otherwise, not stored; remove:
    stored ones that they replace, or that the file leaves out; same: lines that change nothing;
    errors: line number and what is wrong with it."""

    add: list[Phrase] = field(default_factory=list)
    remove: list[Phrase] = field(default_factory=list)
    same: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)


def phrases_as_csv(*, actor: User) -> Iterator[str]:
    """The whole list, line by line. Raises Forbidden (admins_only).

    A cell that a spreadsheet would run begins with an apostrophe, which reading takes off again.
    """
    check_admin(actor)
    yield _line(COLUMNS)
    rows = Phrase.objects.order_by("effect", "text").values_list(
        "text", "effect", "guideline__code", "note"
    )
    for row in rows.iterator():
        yield _line([_harmless(cell or "") for cell in row])


def read_phrases(*, actor: User, data: bytes, replace: bool) -> Read:
    """Read a file without storing it. data: CSV in UTF-8 with COLUMNS, of which text and effect
    must be there; replace: what the file leaves out goes.

    Raises Forbidden (admins_only), ValidationError (too_large, not_text, no_header).
    """
    check_admin(actor)
    lines = _lines(data)
    guidelines = dict(Guideline.objects.values_list("code", "pk"))
    listed = {(phrase.text, phrase.effect): phrase for phrase in Phrase.objects.all()}
    read, seen = Read(), {}
    for number, cells in lines:
        if number - 1 > MOST_LINES:
            read.errors.append((number, _("The file has too many lines.")))
            break
        try:
            phrase = _phrase(cells, guidelines)
            if (phrase.text, phrase.effect) in seen:
                raise ValidationError(
                    _("The same as line %(line)d.") % {"line": seen[phrase.text, phrase.effect]}
                )
        except ValidationError as wrong:
            read.errors += [(number, said) for said in wrong.messages]
            if len(read.errors) >= ERRORS_TOLD:
                break
            continue
        seen[phrase.text, phrase.effect] = number
        there = listed.get((phrase.text, phrase.effect))
        if there and (there.guideline_id, there.note) == (phrase.guideline_id, phrase.note):
            read.same += 1
            continue
        read.add.append(phrase)
        if there:
            read.remove.append(there)
    if replace:
        read.remove.extend(row for key, row in listed.items() if key not in seen)
    return read


def import_phrases(*, actor: User, data: bytes, replace: bool) -> tuple[Read, Policy | None]:
    """Store a file of phrases, all of it or nothing: None, with the errors, where a line is wrong.

    Raises as read_phrases does.
    """
    read = read_phrases(actor=actor, data=data, replace=replace)
    if read.errors:
        return read, None
    return read, change_rules(actor=actor, save=read.add, remove=read.remove)


def _lines(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines below the header with their numbers, empty ones left out."""
    if len(data) > MOST_BYTES:
        raise ValidationError(
            _("The file is larger than %(most)d kB."),
            code="too_large",
            params={"most": MOST_BYTES // 1_000},
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(_("The file is not text in UTF-8."), code="not_text") from error
    first = text.partition("\n")[0]
    # Where decimals have a comma, spreadsheets part cells by semicolons.
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    try:
        header = reader.fieldnames or []
        if not {"text", "effect"} <= set(header):
            raise ValidationError(
                _("The first line must name the columns: text, effect, guideline, note."),
                code="no_header",
            )
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise ValidationError(_("The file is not CSV."), code="not_text") from error
    return (
        (number, {name: (row.get(name) or "").strip() for name in COLUMNS})
        for number, row in rows
        if any((row.get(name) or "").strip() for name in COLUMNS)
    )


def _phrase(cells: dict[str, str], guidelines: dict[str, int]) -> Phrase:
    cells = {name: _as_written(cell) for name, cell in cells.items()}
    if any(has_forbidden(cell) for cell in cells.values()):
        raise ValidationError(_("It contains characters that cannot be stored."))
    if cells["guideline"] and cells["guideline"] not in guidelines:
        raise ValidationError(_("There is no such guideline."))
    if cells["effect"] not in Phrase.Effect.values:
        raise ValidationError(_("The effect must be “reject” or “hold”."))
    phrase = Phrase(
        text=normalise(cells["text"]),
        effect=cells["effect"],
        guideline_id=guidelines.get(cells["guideline"]),
        note=normalise(cells["note"]),
    )
    try:
        phrase.clean_fields(exclude=["guideline"])
    except ValidationError as wrong:
        told = wrong.message_dict.items()
        raise ValidationError(
            [f"{name}: {each}" for name, all_ in told for each in all_]
        ) from wrong
    return phrase


def _harmless(cell: str) -> str:
    return _BEFORE_FORMULA.sub("'", cell)


def _as_written(cell: str) -> str:
    return _TAMED.sub("", cell)


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
