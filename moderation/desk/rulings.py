"""What an editor decides at the desk. Parse, call, render.

A script asks for JSON and goes on meanwhile; a form without one is led to the next comment.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.errors import Conflict
from accounts.models import User
from comments import operations as comments
from comments.models import Comment, CommentRevision
from moderation import operations, queue
from moderation.desk.cards import focus_card
from moderation.desk.clusters import seen_pairs
from moderation.desk.difference import difference
from moderation.desk.listing import listing, moment, numbers, unsettle_url, with_query
from moderation.models import DecisionRecord
from moderation.operations.effects import RULING_GRACE
from moderation.operations.permissions import check_editor
from moderation.queue import Selection


@login_required
@require_POST
def rule(request: HttpRequest, comment_id: int) -> HttpResponse:
    check_editor(request.user)
    comment = get_object_or_404(Comment, pk=comment_id)
    revision, seen = _number(request, "revision"), request.POST.get("seen")
    if revision is None:
        raise Http404
    try:
        record = operations.rule(
            actor=request.user,
            comment=comment,
            revision_id=revision,
            outcome=request.POST.get("outcome", ""),
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
            picked=request.POST.get("picked") == "1",
            seen=None if seen is None else _number(request, "seen") or 0,
            reports_until=_number(request, "until"),
            effect_after=RULING_GRACE,
        )
    except ValidationError as error:
        return refused(request, comment, error, revision)
    if by_script(request):
        return JsonResponse({"undo": reverse("undo_ruling", args=[record.pk])})
    return HttpResponseRedirect(with_query(following(request, reverse("desk")), ruled=record.pk))


@login_required
@require_POST
def undo(request: HttpRequest, record_id: int) -> HttpResponse:
    check_editor(request.user)
    record = get_object_or_404(DecisionRecord.objects.select_related("comment"), pk=record_id)
    try:
        undone = operations.undo(actor=request.user, record=record)
    except ValidationError as error:
        return refused(request, record.comment, error)
    if by_script(request):
        return JsonResponse({"seen": undone.pk})
    return HttpResponseRedirect(
        with_query(reverse("desk_comment", args=[record.comment_id]), ruled=undone.pk)
    )


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
    if by_script(request):
        return JsonResponse({})
    return HttpResponseRedirect(reverse("desk_comment", args=[comment.pk]))


@login_required
@require_POST
def settle_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The reports were looked at and the comment stays as it is."""
    comment = get_object_or_404(Comment.objects.visible_to(request.user), pk=comment_id)
    at = timezone.now()
    operations.settle_reports(
        actor=request.user, comment=comment, until=_number(request, "until"), now=at
    )
    if by_script(request):
        return JsonResponse({"undo": unsettle_url(comment.pk, at)})
    url = following(request, reverse("desk_reported"))
    return HttpResponseRedirect(with_query(url, settled=comment.pk, at=at.isoformat()))


@login_required
@require_POST
def unsettle_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Open again what was settled at a moment (?at=)."""
    check_editor(request.user)
    comment = get_object_or_404(Comment, pk=comment_id)
    at = moment(request.GET.get("at", ""))
    if at is None:
        raise Http404
    try:
        operations.unsettle_reports(actor=request.user, comment=comment, at=at)
    except ValidationError as error:
        return refused(request, comment, error)
    if by_script(request):
        return JsonResponse({})
    return HttpResponseRedirect(reverse("desk_comment", args=[comment.pk]))


@login_required
@require_POST
def settle_comments(request: HttpRequest) -> HttpResponse:
    """The reports of those that were ticked were looked at, and all of them stay as they are."""
    at = timezone.now()
    settled = operations.settle_several(
        actor=request.user,
        read=seen_pairs(QueryDict(request.POST.get("chosen", ""))),
        until=_number(request, "newest_report") or 0,
        now=at,
    )
    said = {"settled": ".".join(map(str, settled)), "at": at.isoformat()} if settled else {}
    return HttpResponseRedirect(with_query(reverse("desk_reported"), **said))


@login_required
@require_POST
def unsettle_comments(request: HttpRequest) -> HttpResponse:
    """Open again what was settled about several at a moment (?settled=, ?at=)."""
    check_editor(request.user)
    at = moment(request.GET.get("at", ""))
    if at is None:
        raise Http404
    try:
        operations.unsettle_several(
            actor=request.user, comments=numbers(request.GET.get("settled", "")), at=at
        )
    except Conflict as error:
        messages.error(request, " ".join(error.messages))
    return HttpResponseRedirect(reverse("desk_reported"))


@login_required
@require_POST
def settle_profile(request: HttpRequest, user_id: int) -> HttpResponse:
    """The reports were looked at, and name and bio stay as they are."""
    operations.settle_reports(
        actor=request.user,
        profile=get_object_or_404(User, pk=user_id),
        until=_number(request, "until"),
    )
    return HttpResponseRedirect(following(request, reverse("desk_reported")))


def refused(
    request: HttpRequest, comment: Comment, error: ValidationError, read: int | None = None
) -> HttpResponse:
    """The card as it is now, with why nothing was done and what has changed since it was read; 409
    when something else came first."""
    status = 409 if isinstance(error, Conflict) else 422
    item = queue.item(reader=request.user, comment_id=comment.pk)
    said: dict[str, Any] = {
        "error": " ".join(error.messages),
        "difference": _difference(item.comment, read),
        "note": request.POST.get("note", ""),
    }
    selection = Selection.from_query(request.GET)
    if not by_script(request):
        return listing(request, selection, focus=item, status=status, said=said)
    shown = focus_card(item, reader=request.user, selection=selection, **said)
    html = render_to_string("moderation/_desk_card.html", {"card": shown}, request)
    return JsonResponse({"message": said["error"], "card": html}, status=status)


def _difference(comment: Comment, read: int | None) -> list[tuple[str, str]]:
    """The words that were read against those of now; nothing where they are the same."""
    now = comment.latest
    before = CommentRevision.objects.filter(
        pk=read, comment=comment, erased_at__isnull=True
    ).exclude(pk=now.pk)
    old = before.values_list("source", flat=True).first()
    return difference(old, now.source) if old is not None and now.erased_at is None else []


def by_script(request: HttpRequest) -> bool:
    """Does a script ask, that wants JSON?"""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def following(request: HttpRequest, otherwise: str) -> str:
    """Where the form leads, if that is at the desk."""
    url = request.POST.get("next", "")
    here = url.startswith(reverse("desk")) and url_has_allowed_host_and_scheme(url, None)
    return url if here else otherwise
