"""The statement of reasons, and contesting it. Parse, call, render."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.addresses import origin_of
from accounts.errors import Conflict, TooMany, told_to_wait
from comments.models import Comment
from moderation import operations
from moderation.statement import statement_of

WORDS_LENGTH = 1_000  # characters


def _own(request: HttpRequest, comment_id: int) -> Comment:
    """One's own comment; nobody else's statement is to be read, not even by editors."""
    return get_object_or_404(
        Comment.objects.select_related("author", "latest", "call_to_action__article"),
        pk=comment_id,
        author=request.user,
    )


def _page(
    request: HttpRequest, comment: Comment, *, words: str = "", errors=(), status: int = 200
) -> HttpResponse:
    statement = statement_of(comment)
    if statement is None:
        raise Http404
    author = comment.author
    context = {
        "statement": statement,
        "comment": comment,
        "record": statement.record,
        "article": comment.call_to_action.article,
        "may_post": author.may_post(),
        "restricted": author.restricted,
        "was_live": comment.removed_at is not None,
        "words": words,
        "words_length": WORDS_LENGTH,
        "errors": list(errors),
        "noindex": True,
    }
    return render(request, "moderation/decision.html", context, status=status)


@login_required
@never_cache
@require_GET
def decision(request: HttpRequest, comment_id: int) -> HttpResponse:
    """What was decided about one's comment, and why."""
    return _page(request, _own(request, comment_id))


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def appeal(request: HttpRequest, comment_id: int) -> HttpResponse:
    comment = _own(request, comment_id)
    here = f"{reverse('decision', args=[comment.pk])}#contest"
    if request.method == "GET":
        return HttpResponseRedirect(here)
    words = request.POST.get("words", "")
    try:
        operations.appeal(
            actor=request.user, comment=comment, words=words, origin=origin_of(request)
        )
    except ValidationError as error:
        status = 409 if isinstance(error, Conflict) else 429 if isinstance(error, TooMany) else 422
        page = _page(request, comment, words=words, errors=error.messages, status=status)
        return told_to_wait(page, error)
    return HttpResponseRedirect(here)
