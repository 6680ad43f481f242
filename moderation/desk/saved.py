"""Keeping a view of the desk under a name, and throwing it away. Parse, call, render."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from moderation.desk.cards import list_of
from moderation.models import SavedView
from moderation.operations.permissions import check_editor
from moderation.operations.saved_views import delete_view, save_view
from moderation.queue import Selection

_QUERY = 2_000  # letters of an address


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    query = request.POST.get("query", "")[:_QUERY]
    try:
        view = save_view(
            actor=request.user,
            name=request.POST.get("name", ""),
            query=query,
            shared=request.POST.get("shared") == "1",
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(list_of(Selection.from_query(QueryDict(query))))
    return HttpResponseRedirect(list_of(Selection.from_query(QueryDict(view.query))))


@login_required
@require_POST
def delete(request: HttpRequest, view_id: int) -> HttpResponse:
    check_editor(request.user)
    view = get_object_or_404(SavedView, pk=view_id)
    selection = Selection.from_query(QueryDict(view.query))
    delete_view(actor=request.user, view=view)
    return HttpResponseRedirect(list_of(selection))
