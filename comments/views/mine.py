"""What is a reader's own: their comments and what they were told."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from comments import operations


@login_required
@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Everything I wrote, with its state, newest first."""
    comments = request.user.comments.select_related("call_to_action__article", "latest").order_by(
        "-pk"
    )
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        comments = comments.filter(pk__lt=int(before))
    shown = list(comments[:51])
    return render(
        request,
        "comments/mine.html",
        {
            "comments": shown[:50],
            "next_url": f"?before={shown[49].pk}" if len(shown) > 50 else None,
            "noindex": True,
        },
    )


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """What happened to what I wrote; a POST marks it read."""
    if request.method == "POST":
        operations.mark_read(actor=request.user)
        return HttpResponseRedirect(reverse("notifications"))
    told = request.user.notifications.select_related(
        "comment__call_to_action__article", "comment__author"
    )[:50]
    return render(request, "comments/notifications.html", {"notifications": told, "noindex": True})
