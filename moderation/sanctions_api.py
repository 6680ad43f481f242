"""Escalations, the reasons on offer, and sanctions over JSON."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Path, Router, Schema, Status
from pydantic import AwareDatetime, Field

from accounts import sanctions
from accounts.models import Sanction, User
from accounts.schemas import REFUSALS, Error, Id, Line, Storable
from comments.models import Comment
from moderation import operations, reasons
from moderation.models import QueueItem
from moderation.operations.permissions import check_editor

SHOWN = 50  # sanctions of one person, the newest
router = Router(tags=["moderation"])


class ReasonOut(Schema):
    """A reason for which a comment may be rejected now. guideline: its code, or empty."""

    code: str
    told: str
    guideline: str


class EscalationIn(Schema):
    """note: for other editors alone."""

    note: Storable = Field("", max_length=1_000)


class EscalationOut(Schema):
    comment: int
    at: datetime | None
    by: int | None
    note: str


class SanctionIn(Schema):
    """until: of a suspension alone. note: why, to the person; a warning needs one. comment: the
    number of theirs that it follows from. reject_all: with a ban alone, the code of a reason for
    which all that is live and all that waits is rejected."""

    kind: Literal["warn", "approval", "suspend", "ban"]
    until: AwareDatetime | None = None
    note: Storable = Field("", max_length=1_000)
    comment: Id | None = None
    reject_all: Line = ""


class SanctionOut(Schema):
    """in_force: neither lifted nor over, and no warning that was acknowledged."""

    id: int
    kind: Literal["warn", "approval", "suspend", "ban"]
    in_force: bool
    given_at: datetime
    until: datetime | None
    note: str
    comment: int | None
    acknowledged_at: datetime | None
    lifted_at: datetime | None


class SanctionsOut(Schema):
    items: list[SanctionOut]


def shown(sanction: Sanction) -> dict[str, Any]:
    """SanctionOut of a row."""
    return {
        "id": sanction.pk,
        "kind": sanction.kind,
        "in_force": sanction.is_in_force(timezone.now()),
        "given_at": sanction.given_at,
        "until": sanction.until,
        "note": sanction.note,
        "comment": sanction.about_comment,
        "acknowledged_at": sanction.acknowledged_at,
        "lifted_at": sanction.lifted_at,
    }


def _escalation(item: QueueItem) -> dict[str, Any]:
    return {
        "comment": item.pk,
        "at": item.escalated_at,
        "by": item.escalated_by_id,
        "note": item.escalation_note,
    }


@router.get("/reasons", response={200: list[ReasonOut], REFUSALS: Error}, operation_id="reasons")
def list_reasons(request: HttpRequest):
    """The reasons for which an editor may reject a comment now, in order."""
    check_editor(request.user)
    return [
        {"code": each.code, "told": each.told, "guideline": each.guideline}
        for each in reasons.for_desk()
    ]


@router.put(
    "/comments/{comment_id}/escalation",
    response={200: EscalationOut, REFUSALS: Error},
    operation_id="escalate",
)
def escalate(request: HttpRequest, body: EscalationIn, comment_id: Id = Path(...)):
    """Mark a comment for a colleague, with a note that only editors read."""
    check_editor(request.user)
    comment = get_object_or_404(Comment, pk=comment_id)
    return _escalation(operations.escalate(actor=request.user, comment=comment, note=body.note))


@router.delete(
    "/comments/{comment_id}/escalation",
    response={200: EscalationOut, REFUSALS: Error},
    operation_id="settle_escalation",
)
def settle_escalation(request: HttpRequest, comment_id: Id = Path(...)):
    """Take the mark away: somebody has looked."""
    check_editor(request.user)
    comment = get_object_or_404(Comment, pk=comment_id)
    return _escalation(operations.settle_escalation(actor=request.user, comment=comment))


@router.get(
    "/people/{person_id}/sanctions",
    response={200: SanctionsOut, REFUSALS: Error},
    operation_id="sanctions",
)
def list_sanctions(request: HttpRequest, person_id: Id = Path(...)):
    """What was imposed on a person so far, the newest first."""
    check_editor(request.user)
    user = get_object_or_404(User, pk=person_id)
    return {"items": [shown(row) for row in user.sanctions.all()[:SHOWN]]}


@router.post(
    "/people/{person_id}/sanctions",
    response={201: SanctionOut, REFUSALS: Error},
    operation_id="sanction",
)
def sanction(request: HttpRequest, body: SanctionIn, person_id: Id = Path(...)):
    """Warn, require approval, suspend or ban somebody, at once."""
    check_editor(request.user)
    given = operations.sanction(
        actor=request.user,
        user=get_object_or_404(User, pk=person_id),
        kind=body.kind,
        until=body.until,
        note=body.note,
        about_comment=body.comment,
        reject_all=body.reject_all,
    )
    return Status(201, shown(given))


@router.delete(
    "/sanctions/{sanction_id}",
    response={200: SanctionOut, REFUSALS: Error},
    operation_id="lift_sanction",
)
def lift_sanction(request: HttpRequest, sanction_id: Id = Path(...)):
    """End a sanction before its time."""
    check_editor(request.user)
    found = get_object_or_404(Sanction.objects.select_related("user"), pk=sanction_id)
    return shown(sanctions.lift(actor=request.user, sanction=found))


@router.get(
    "/me/sanctions", response={200: SanctionsOut, REFUSALS: Error}, operation_id="my_sanctions"
)
def my_sanctions(request: HttpRequest):
    """What editors have decided about one's own account, the newest first."""
    return {"items": [shown(row) for row in request.user.sanctions.all()[:SHOWN]]}


@router.post(
    "/sanctions/{sanction_id}/acknowledgement",
    response={200: SanctionOut, REFUSALS: Error},
    operation_id="acknowledge_warning",
)
def acknowledge_warning(request: HttpRequest, sanction_id: Id = Path(...)):
    """Say that one has read a warning; one may post again from then on."""
    warning = get_object_or_404(Sanction, pk=sanction_id, user=request.user)
    return shown(sanctions.acknowledge(actor=request.user, sanction=warning))
