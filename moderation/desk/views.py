"""The editors' queue page. Parse, call, render."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Conflict, Forbidden
from accounts.models import User
from comments import operations as comments
from comments.models import Comment
from moderation import operations, queue
from moderation.desk.clusters import cluster_page
from moderation.desk.notices import notice_card
from moderation.desk.pages import card, decided_card, in_full, page
from moderation.models import DecisionRecord


@login_required
@never_cache
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    after, cluster = request.GET.get("after", ""), request.GET.get("cluster", "")
    if cluster.isdecimal() and len(cluster) < 19:
        return cluster_page(request, int(cluster))
    found = queue.waiting(
        reader=request.user, after=int(after) if after.isdecimal() and len(after) < 19 else None
    )
    return page(
        request,
        "waiting",
        cards=[card(item) for item in found.items],
        total=found.total,
        next_url=f"?after={found.next_id}" if found.next_id else None,
    )


@login_required
@never_cache
@require_GET
def reported(request: HttpRequest) -> HttpResponse:
    found, people = queue.reported(reader=request.user)
    notices = queue.legal_notices(reader=request.user)
    return page(
        request,
        "reported",
        cards=[card(item) for item in found.items],
        notices=[notice_card(notice, item) for notice, item in notices],
        people=people,
        total=found.total + len(people) + len(notices),
        next_url=None,
    )


@login_required
@never_cache
@require_GET
def decided(request: HttpRequest) -> HttpResponse:
    records = queue.decided(reader=request.user)
    return page(
        request,
        "decided",
        cards=[
            decided_card(item, record)
            for item, record in zip(
                queue.in_context([record.comment for record in records]), records, strict=True
            )
        ],
        total=len(records),
        next_url=None,
    )


def _ruled(request: HttpRequest, record: DecisionRecord) -> HttpResponse:
    if not request.htmx:
        return HttpResponseRedirect(reverse("desk"))
    [item] = queue.in_context([in_full(record.comment_id)])
    return render(request, "moderation/_card.html", {"card": decided_card(item, record)})


def _not_ruled(request: HttpRequest, comment: Comment, error: ValidationError) -> HttpResponse:
    """The card again as it is now, with why nothing was done; 409 when it had changed."""
    [item] = queue.in_context([in_full(comment.pk)])
    shown = card(item) | {"error": " ".join(error.messages)}
    status = 409 if isinstance(error, Conflict) else 422
    if request.htmx:
        html = render_to_string("moderation/_card.html", {"card": shown}, request)
        return HttpResponse(html, status=status)
    response = page(request, "waiting", cards=[shown], total=1, next_url=reverse("desk"))
    response.status_code = status
    return response


@login_required
@require_POST
def rule(request: HttpRequest, comment_id: int) -> HttpResponse:
    comment = get_object_or_404(Comment.objects.visible_to(request.user), pk=comment_id)
    revision = request.POST.get("revision", "")
    if not revision.isdecimal() or len(revision) > 18:
        raise Http404
    try:
        record = operations.rule(
            actor=request.user,
            comment=comment,
            revision_id=int(revision),
            outcome=request.POST.get("outcome", ""),
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
        )
    except ValidationError as error:
        return _not_ruled(request, comment, error)
    return _ruled(request, record)


@login_required
@require_POST
def undo(request: HttpRequest, record_id: int) -> HttpResponse:
    if not request.user.is_editor:
        raise Forbidden(_("Only editors rule on comments."), code="editors_only")
    record = get_object_or_404(DecisionRecord, pk=record_id)
    try:
        undone = operations.undo(actor=request.user, record=record)
    except ValidationError as error:
        return _not_ruled(request, record.comment, error)
    if not request.htmx:
        return HttpResponseRedirect(reverse("desk"))
    [item] = queue.in_context([in_full(undone.comment_id)])
    return render(request, "moderation/_card.html", {"card": card(item)})


@login_required
@require_POST
def pick(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Put a comment among its discussion's picks (picked=1), or take it from there (picked=0)."""
    comment = get_object_or_404(Comment.objects.visible_to(request.user), pk=comment_id)
    picked = request.POST.get("picked") == "1"
    try:
        comment = comments.pick(actor=request.user, comment=comment, picked=picked)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    if not request.htmx:
        return HttpResponseRedirect(f"{reverse('desk_decided')}#card-{comment.pk}")
    shown = {"comment": comment, "pick_url": reverse("desk_pick", args=[comment.pk])}
    return render(request, "moderation/_pick.html", {"card": shown})


@login_required
@require_POST
def settle_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The reports were looked at and the comment stays as it is."""
    comment = get_object_or_404(Comment.objects.visible_to(request.user), pk=comment_id)
    operations.settle_reports(actor=request.user, comment=comment)
    return HttpResponseRedirect(reverse("desk_reported"))


@login_required
@require_POST
def settle_profile(request: HttpRequest, user_id: int) -> HttpResponse:
    operations.settle_reports(actor=request.user, profile=get_object_or_404(User, pk=user_id))
    return HttpResponseRedirect(reverse("desk_reported"))
