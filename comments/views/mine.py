"""What is a reader's own: their comments and what they have begun."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from articles import ports as articles_ports
from comments import operations, ports
from comments.models import Draft

PAGE = 50
# What a reader may look through alone, by the word in the address.
STATES = {
    "live": lambda mine: mine.live(),
    "undecided": lambda mine: mine.undecided(),
    "rejected": lambda mine: mine.filter(status="rejected", withdrawn_at=None),
    "withdrawn": lambda mine: mine.filter(withdrawn_at__isnull=False),
}


@login_required
@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Everything I wrote, with its state, newest first."""
    wanted = request.GET.get("state", "")
    chosen = wanted if wanted in STATES else ""
    comments = STATES[chosen](request.user.comments) if chosen else request.user.comments
    comments = comments.select_related("call_to_action__article", "parent__author", "latest")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        comments = comments.filter(pk__lt=int(before))
    shown = list(comments.order_by("-pk")[: PAGE + 1])
    rules = ports.rules_for(shown[0].call_to_action.article) if shown else None
    for comment in shown:
        comment.editable = comment.may_be_edited_by(request.user, within=rules.edit_seconds)
        notice = comment.notice or {}
        comment.told = ports.reason_told(notice.get("reason", ""), notice.get("labels", ()))
    within = f"state={chosen}&" if chosen else ""
    return render(
        request,
        "comments/mine.html",
        {
            "comments": shown[:PAGE],
            "states": _states(chosen),
            "chosen": chosen,
            "next_url": f"?{within}before={shown[PAGE - 1].pk}" if len(shown) > PAGE else None,
            "noindex": True,
        },
    )


def _states(chosen: str) -> list[dict]:
    labels = {
        "": pgettext("comments", "All"),
        "live": _("Live"),
        "undecided": _("Not decided yet"),
        "rejected": _("Not published"),
        "withdrawn": _("Withdrawn"),
    }
    return [
        {"url": f"?state={state}" if state else "?", "label": label, "is_here": state == chosen}
        for state, label in labels.items()
    ]


@login_required
@never_cache
@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """What I have begun and not sent, last changed first."""
    begun = request.user.drafts.select_related("call_to_action__article", "parent__author")
    house_takes = articles_ports.takes_answers()
    rows = [
        {
            "draft": draft,
            "open": draft.call_to_action.is_open() and house_takes(draft.call_to_action.article_id),
        }
        for draft in begun
    ]
    return render(request, "comments/drafts.html", {"rows": rows, "noindex": True})


@login_required
@require_POST
def delete_draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    draft = get_object_or_404(Draft, pk=draft_id, user=request.user)
    operations.delete_draft(actor=request.user, draft=draft)
    messages.success(request, _("The draft is deleted."))
    return HttpResponseRedirect(reverse("my_drafts"))
