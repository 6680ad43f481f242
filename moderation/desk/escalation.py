"""Asking colleagues to look at a comment, from the desk. Parse, call, render."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from comments.models import Comment
from moderation import operations
from moderation.desk.rulings import by_script, following, refused
from moderation.operations.permissions import check_editor


@login_required
@require_POST
def escalate(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Mark a comment for a colleague, with a note (note) that only editors read."""
    note = request.POST.get("note", "")
    return _done(request, comment_id, operations.escalate, note=note)


@login_required
@require_POST
def settle(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Take the mark away: somebody has looked."""
    return _done(request, comment_id, operations.settle_escalation)


def _done(request: HttpRequest, comment_id: int, deed: Callable, **said: str) -> HttpResponse:
    check_editor(request.user)
    comment = get_object_or_404(Comment, pk=comment_id)
    try:
        deed(actor=request.user, comment=comment, **said)
    except ValidationError as error:
        return refused(request, comment, error)
    if by_script(request):
        return JsonResponse({})
    return HttpResponseRedirect(following(request, reverse("desk_comment", args=[comment.pk])))
