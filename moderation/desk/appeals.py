"""The desk's tab of appeals. Parse, call, render."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from moderation import operations
from moderation.desk.listing import listing
from moderation.desk.rulings import by_script, following, refused
from moderation.models import Appeal
from moderation.operations.permissions import check_editor
from moderation.queue import Selection


@login_required
@never_cache
@require_GET
def appeals(request: HttpRequest) -> HttpResponse:
    return listing(request, Selection.from_query({**request.GET.dict(), "tab": "appeals"}))


@login_required
@require_POST
def rule_on_appeal(request: HttpRequest, appeal_id: int) -> HttpResponse:
    check_editor(request.user)
    appeal = get_object_or_404(Appeal.objects.select_related("comment"), pk=appeal_id)
    try:
        operations.rule_on_appeal(
            actor=request.user,
            appeal=appeal,
            outcome=request.POST.get("outcome", ""),
            note=request.POST.get("note", ""),
        )
    except ValidationError as error:
        return refused(request, appeal.comment, error)
    if by_script(request):
        return JsonResponse({})
    return HttpResponseRedirect(following(request, reverse("desk_appeals")))
