"""One person at the desk: what became of their comments, and what editors impose and lift. Parse,
call, render."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import sanctions
from accounts.errors import Conflict, Forbidden
from accounts.models import Sanction, User
from moderation import operations, queue, reasons
from moderation.desk.batches import row
from moderation.desk.cards import list_of
from moderation.desk.pages import page
from moderation.desk.people import reported_cards
from moderation.operations.permissions import check_editor
from moderation.queue import Selection
from moderation.queue.context import counts_told, records_of

SHOWN = 20  # sanctions, the newest
BATCHES_SHOWN = 20  # the newest
BAN_AND_REJECT = "ban_and_reject"
Kind = Sanction.Kind


@login_required
@never_cache
@require_safe
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """A person's record, their sanctions so far, and the forms; ?comment=: what it follows from."""
    check_editor(request.user)
    return _page(request, user_id, comment=_number(request.GET.get("comment", "")))


@login_required
@require_POST
def give(request: HttpRequest, user_id: int) -> HttpResponse:
    """Impose what: warn, approval, a word of SUSPENSIONS, ban, or ban_and_reject with a reason."""
    check_editor(request.user)
    user = get_object_or_404(User, pk=user_id)
    what, note = request.POST.get("what", ""), request.POST.get("note", "")
    comment, reason = _number(request.POST.get("comment", "")), request.POST.get("reason", "")
    until, rename = _number(request.POST.get("until", "")), request.POST.get("rename") == "1"
    try:
        if what == BAN_AND_REJECT:
            reasons.check_offered(reason)
        given = operations.sanction(
            actor=request.user,
            user=user,
            note=note,
            about_comment=comment,
            reject_all=reason if what == BAN_AND_REJECT else "",
            reports_until=until,
            rename=rename,
            **_meant(what),
        )
    except ValidationError as error:
        status = 409 if isinstance(error, Conflict) else 422
        said = {"error": " ".join(error.messages), "what": what, "note": note, "reason": reason}
        return _page(
            request,
            user_id,
            comment=comment,
            status=status,
            answers=until is not None,
            rename=rename,
            **said,
        )
    messages.success(request, _("Done: %(what)s.") % {"what": given.get_kind_display()})
    return HttpResponseRedirect(reverse("desk_person", args=[user.pk]))


@login_required
@require_POST
def lift(request: HttpRequest, sanction_id: int) -> HttpResponse:
    check_editor(request.user)
    sanction = get_object_or_404(Sanction.objects.select_related("user"), pk=sanction_id)
    try:
        sanctions.lift(actor=request.user, sanction=sanction)
    except ValidationError as error:
        return _page(request, sanction.user_id, status=409, error=" ".join(error.messages))
    messages.success(request, _("Lifted: %(what)s.") % {"what": sanction.get_kind_display()})
    return HttpResponseRedirect(reverse("desk_person", args=[sanction.user_id]))


def _meant(what: str) -> dict[str, Any]:
    if what in sanctions.SUSPENSIONS:
        return {"kind": Kind.SUSPEND, "until": timezone.now() + sanctions.SUSPENSIONS[what]}
    return {"kind": Kind.BAN if what == BAN_AND_REJECT else what}


def _choices() -> list[tuple[str, str, str]]:
    return [
        ("warn", _("Warn"), _("They must acknowledge your words before they post again.")),
        ("approval", _("Require approval"), _("An editor reads every comment first.")),
        ("1h", _("Suspend for an hour"), _("They can read and cannot post.")),
        ("24h", _("Suspend for a day"), _("They can read and cannot post.")),
        ("7d", _("Suspend for a week"), _("They can read and cannot post.")),
        ("ban", _("Ban"), _("They can read and cannot post. They are signed out everywhere.")),
        (
            BAN_AND_REJECT,
            _("Ban, and reject all comments"),
            _("What is live and what waits is rejected as well, for the reason you choose."),
        ),
    ]


def _page(
    request: HttpRequest,
    user_id: int,
    *,
    comment: int | None = None,
    status: int = 200,
    answers: bool | None = None,
    **said: Any,
) -> HttpResponse:
    """answers: whether what is imposed answers the reports about the person; where nobody has said,
    it does unless it follows from a comment."""
    user = get_object_or_404(User, pk=user_id)
    now = timezone.now()
    reported = queue.reports_about(reader=request.user, person=user)
    response = page(
        request,
        "",
        "moderation/desk_person.html",
        person=user,
        record=counts_told(records_of({user.pk})[user.pk]),
        comments_url=list_of(Selection(tab="all", author=user.pk)),
        sanctions=[
            {"sanction": sanction, "in_force": sanction.is_in_force(now)}
            for sanction in user.sanctions.select_related("given_by", "lifted_by")[:SHOWN]
        ],
        batches=[
            row(batch)
            for batch in user.batches_about.select_related("actor", "author")[:BATCHES_SHOWN]
        ],
        refusal=_refusal(request.user, user),
        choices=_choices(),
        reasons=reasons.for_desk(),
        about_comment=comment,
        reported=reported_cards([reported], reader=request.user)[0] if reported else None,
        answers=comment is None if answers is None else answers,
        **said,
    )
    response.status_code = status
    return response


def _refusal(reader: User, user: User) -> str:
    """Why this editor imposes nothing on this person; empty if they may."""
    try:
        sanctions.check_may_govern(reader, user)
    except Forbidden as refusal:
        return refusal.message
    return ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
