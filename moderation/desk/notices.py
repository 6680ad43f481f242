"""Notices of illegal content, on top of what readers report. Parse, call, render."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.errors import Conflict
from moderation import operations, queue
from moderation.desk.pages import card, in_full, page
from moderation.models import LegalNotice
from moderation.operations.permissions import check_editor

Outcome = LegalNotice.Outcome


def notice_card(notice: LegalNotice, item: queue.Item) -> dict[str, Any]:
    """What templates/moderation/_legal_notice.html shows: the comment, and what was said of it."""
    live = item.comment.is_live
    return {
        **card(item),
        "key": f"notice-{notice.pk}",
        "notice": notice,
        "live": live,
        "answer": "",
        "outcomes": [
            (Outcome.REMOVED, _("Remove it, as likely to be illegal"))
            if live
            else (Outcome.GONE, _("It is not shown any more")),
            (Outcome.NOT_ILLEGAL, _("It is not illegal: leave it as it is")),
        ],
        "notice_url": None
        if notice.settled_at
        else reverse("settle_legal_notice", args=[notice.pk]),
    }


@login_required
@require_POST
def settle(request: HttpRequest, notice_id: int) -> HttpResponse:
    check_editor(request.user)
    notice = get_object_or_404(LegalNotice.objects.select_related("comment"), pk=notice_id)
    revision, answer = request.POST.get("revision", ""), request.POST.get("answer", "")
    if not revision.isdecimal() or len(revision) > 18:
        raise Http404
    error, status = "", 200
    try:
        operations.settle_legal_notice(
            actor=request.user,
            notice=notice,
            revision_id=int(revision),
            outcome=request.POST.get("outcome", ""),
            answer=answer,
        )
    except ValidationError as refused:
        error, status = " ".join(refused.messages), 409 if isinstance(refused, Conflict) else 422
    if not error and not request.htmx:
        return HttpResponseRedirect(reverse("desk_reported"))
    notice = LegalNotice.objects.select_related("settled_by").get(pk=notice_id)
    [item] = queue.in_context([in_full(notice.comment_id)])
    shown = notice_card(notice, item) | {"error": error, "answer": answer}
    if request.htmx:
        html = render_to_string("moderation/_legal_notice.html", {"card": shown}, request)
        return HttpResponse(html, status=status)
    response = page(
        request, "reported", notices=[shown], total=1, next_url=reverse("desk_reported")
    )
    response.status_code = status
    return response
