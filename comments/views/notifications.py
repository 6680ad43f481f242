"""What a reader was told, and what they follow."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from articles.views import find
from comments import inbox, operations


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """What happened to what I wrote, and around it; a POST marks all of it read."""
    if request.method == "POST":
        operations.mark_read(actor=request.user)
        return HttpResponseRedirect(reverse("notifications"))
    before = request.GET.get("before", "")
    known = before.isdecimal() and len(before) < 19
    page = inbox.page(request.user, before=int(before) if known else None)
    context = {
        "days": page.days,
        "unread": inbox.unread(request.user),
        "today": timezone.localdate(),
        "yesterday": timezone.localdate() - timedelta(days=1),
        "next_url": f"?before={page.before}" if page.before else None,
        "first": not known,
        "noindex": True,
    }
    return render(request, "comments/notifications.html", context)


@login_required
@never_cache
@require_GET
def open_notification(request: HttpRequest, pk: int) -> HttpResponse:
    """Go where a notification leads, and have it read."""
    told = get_object_or_404(
        inbox.counted(inbox.of(request.user)).select_related(
            "comment__call_to_action__article", "user"
        ),
        pk=pk,
    )
    place = inbox.place(told)
    # A browser that looks ahead has not been read by anybody.
    if "prefetch" not in request.headers.get("Sec-Purpose", ""):
        operations.mark_read(actor=request.user, notification=told)
    return HttpResponseRedirect(place)


@login_required
@require_POST
def follow(request: HttpRequest, slug: str) -> HttpResponse:
    """Hear of what is new in a discussion (on=1), or no longer (on=0)."""
    article = find(slug)
    if isinstance(article, HttpResponse):
        raise Http404
    on = request.POST.get("on") == "1"
    try:
        operations.follow(actor=request.user, call_to_action=article.call_to_action, on=on)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    if request.htmx:
        context = {"article": article, "follows": on, "told": True}
        return render(request, "comments/_follow.html", context)
    return HttpResponseRedirect(f"{article.get_absolute_url()}#follow")
