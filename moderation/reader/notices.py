"""Telling us that a comment is against the law, with an account or without. Parse, call, render."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.addresses import origin_of
from accounts.errors import TooMany, told_to_wait
from comments.models import Comment
from comments.pages import viewer
from moderation import operations
from moderation.models import LegalNotice
from moderation.reader.forms import LegalNoticeForm


@never_cache
@require_http_methods(["GET", "POST"])
def legal_notice(request: HttpRequest, comment_id: int) -> HttpResponse:
    reader = viewer(request)
    comment = get_object_or_404(
        Comment.objects.visible_to(request.user)
        .live()
        .select_related("author", "live_revision", "call_to_action__article"),
        pk=comment_id,
    )
    form = LegalNoticeForm(initial={"email": reader.email if reader else ""})
    made, status, refusal = None, 200, None
    if request.method == "POST":
        form = LegalNoticeForm(request.POST)
        try:
            if form.is_valid():
                made = _given(request, form, comment)
        except ValidationError as error:
            form.add_error(None, error)
            refusal = error
            status = 429 if isinstance(error, TooMany) else 422
        else:
            status = 201 if made else 422
    context = {
        "comment": comment,
        "form": form,
        "notice": made,
        "back_url": comment.get_absolute_url(),
        "noindex": True,
    }
    page = render(request, "moderation/legal_notice.html", context, status=status)
    return told_to_wait(page, refusal)


def _given(request: HttpRequest, form: LegalNoticeForm, comment: Comment) -> LegalNotice:
    return operations.give_legal_notice(
        notifier=viewer(request), comment=comment, origin=origin_of(request), **form.cleaned_data
    )
