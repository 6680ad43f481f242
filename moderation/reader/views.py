"""The reader's side of moderation: reports. Parse, call, render."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.addresses import origin_of
from accounts.errors import TooMany, told_to_wait
from accounts.models import User
from comments.models import Comment
from comments.pages import viewer
from moderation import operations
from moderation.models import Report


def _report(request: HttpRequest, *, back: str, action: str, **subject) -> HttpResponse:
    errors, reported, looked_at, status, refusal = [], "", None, 200, None
    reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
    if request.method == "POST":
        try:
            made = operations.report(
                reporter=request.user,
                reason=reason,
                note=note,
                origin=origin_of(request),
                **subject,
            )
            reported, looked_at = reason, made and made.settled_at
        except ValidationError as error:
            errors, status = list(error.messages), 429 if isinstance(error, TooMany) else 422
            refusal = error
    context = {
        **subject,
        "reasons": Report.Reason.choices,
        "errors": errors,
        "reported": reported,
        "looked_at": looked_at,
        "reason": reason,
        "note": note,
        "action": action,
        "back_url": back,
        "noindex": True,
    }
    return told_to_wait(render(request, "moderation/report.html", context, status=status), refusal)


@require_http_methods(["GET", "POST"])
def report_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    comment = get_object_or_404(
        Comment.objects.visible_to(request.user)
        .live()
        .select_related("author", "live_revision", "call_to_action__article"),
        pk=comment_id,
    )
    if viewer(request) is None:
        # Not sent to the sign-in unasked: what is illegal can be told without an account.
        context = {
            "comment": comment,
            "sign_in_url": f"{reverse('account_login')}?next={request.path}",
            "back_url": comment.get_absolute_url(),
            "noindex": True,
        }
        status = 200 if request.method == "GET" else 403
        return render(request, "moderation/report_signed_out.html", context, status=status)
    return _report(
        request,
        comment=comment,
        back=comment.get_absolute_url(),
        action=reverse("report_comment", args=[comment.pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def report_profile(request: HttpRequest, user_id: int) -> HttpResponse:
    profile = get_object_or_404(User, pk=user_id, erased_at__isnull=True)
    return _report(
        request,
        profile=profile,
        back=reverse("profile", args=[profile.pk]),
        action=reverse("report_profile", args=[profile.pk]),
    )
