"""Words kept until they are sent."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from articles.views import find
from comments import operations, pages
from comments.models import Comment
from comments.views.writing import form_again, messages_of, row_named, status_of


@login_required
@require_POST
def save_draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the words of a box. 204 to the script that asks; to a button, the page with its box."""
    article = find(slug)
    if isinstance(article, HttpResponse):
        raise Http404
    call_to_action = article.call_to_action
    by_button = "save" in request.POST or "discard" in request.POST
    body = "" if "discard" in request.POST else request.POST.get("body", "")
    parent = None
    try:
        if request.POST.get("parent"):
            here = Comment.objects.in_discussion(call_to_action)
            parent = row_named(here, request.POST["parent"], "parent_not_here")
        operations.save_draft(
            actor=request.user,
            call_to_action=call_to_action,
            parent=parent,
            body=body,
            key=request.POST.get("idempotency_key"),
        )
    except ValidationError as error:
        if not by_button:
            return HttpResponse(status=status_of(error))
        form = pages.empty_form(
            pages.house_of(article),
            body=body,
            parent=parent.pk if parent else None,
            errors=messages_of(error),
        )
        return form_again(request, article, parent, form, status=status_of(error))
    if not by_button:
        return HttpResponse(status=204)
    if parent is not None and parent.is_live:
        return HttpResponseRedirect(reverse("reply_to_comment", args=[parent.pk]))
    return HttpResponseRedirect(f"{article.get_absolute_url()}#box-top")
