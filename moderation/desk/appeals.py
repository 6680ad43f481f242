"""The desk's tab of appeals. Parse, call, render."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Conflict, Forbidden
from moderation import operations, queue
from moderation.desk.pages import card, in_full, page
from moderation.models import Appeal
from moderation.operations.appeals import refusal_to_rule
from moderation.operations.landing import told_of
from moderation.operations.permissions import check_editor


def appeal_card(case: queue.Case) -> dict[str, Any]:
    """What templates/moderation/_appeal.html shows: the case, the decision, the author's words."""
    appeal, decision = case.appeal, case.appeal.decision
    return {
        **card(replace(case.item, decision=case.item.judged)),
        "key": f"appeal-{appeal.pk}",
        "appeal": appeal,
        "decision": decision,
        "decision_reason": told_of(decision),
        "refusal": case.refusal.message if case.refusal else "",
        "appeal_url": None
        if case.refusal or appeal.decided_at
        else reverse("rule_on_appeal", args=[appeal.pk]),
    }


def _again(request: HttpRequest, appeal: Appeal) -> dict[str, Any]:
    """The card of one appeal as it stands now."""
    appeal = Appeal.objects.select_related("contested", "decided_by", "decision__revision").get(
        pk=appeal.pk
    )
    [item] = queue.in_context([in_full(appeal.comment_id)])
    return appeal_card(queue.Case(appeal, item, refusal_to_rule(actor=request.user, appeal=appeal)))


@login_required
@never_cache
@require_GET
def appeals(request: HttpRequest) -> HttpResponse:
    found = queue.appeals(reader=request.user)
    return page(
        request,
        "appeals",
        appeals=[appeal_card(case) for case in found.cases],
        total=found.total,
        next_url=None,
    )


@login_required
@require_POST
def rule_on_appeal(request: HttpRequest, appeal_id: int) -> HttpResponse:
    check_editor(request.user)
    appeal = get_object_or_404(Appeal.objects.select_related("comment"), pk=appeal_id)
    note = request.POST.get("note", "")
    try:
        operations.rule_on_appeal(
            actor=request.user,
            appeal=appeal,
            outcome=request.POST.get("outcome", ""),
            note=note,
        )
    except (ValidationError, Forbidden) as error:
        return _not_ruled(request, appeal, error, note)
    if not request.htmx:
        return HttpResponseRedirect(reverse("desk_appeals"))
    return render(request, "moderation/_appeal.html", {"card": _again(request, appeal)})


def _not_ruled(
    request: HttpRequest, appeal: Appeal, error: ValidationError | Forbidden, note: str
) -> HttpResponse:
    if isinstance(error, Forbidden):
        raise error
    shown = _again(request, appeal) | {"error": " ".join(error.messages), "note": note}
    status = 409 if isinstance(error, Conflict) else 422
    if request.htmx:
        html = render_to_string("moderation/_appeal.html", {"card": shown}, request)
        return HttpResponse(html, status=status)
    response = page(request, "appeals", appeals=[shown], total=1, next_url=reverse("desk_appeals"))
    response.status_code = status
    return response
