"""Error pages in the house's style; JSON in the API's one shape for paths below /api/."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.translation import gettext as _


def respond(request: HttpRequest, status: int, code: str, title: str, text: str) -> HttpResponse:
    """A page, or a JSON error, with one status. title and text are for people."""
    if request.path_info.startswith("/api/"):
        return JsonResponse({"code": code, "detail": f"{title} {text}".strip()}, status=status)
    # No request context: an error page must not fail where a page did, nor set a cookie.
    html = render_to_string("errors/error.html", {"status": status, "title": title, "text": text})
    return HttpResponse(html, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return respond(
        request, 400, "bad_request", _("That request made no sense to us."), _("Go back and retry.")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    said = getattr(exception, "message", "")
    return respond(
        request,
        403,
        getattr(exception, "code", "forbidden"),
        _("This is not yours to open."),
        said or _("You may need to sign in with another account."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return respond(
        request,
        403,
        "csrf",
        _("The form was too old to trust."),
        _("Go back, reload the page and send it again. Nothing was stored."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return respond(
        request,
        404,
        "not_found",
        _("There is nothing at this address."),
        _("It may have moved, or been taken back by whoever wrote it."),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    return respond(
        request, 413, "too_large", _("That is more than we take in one go."), _("Send less.")
    )


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    seconds = getattr(exception, "retry_after", 60)
    response = respond(
        request,
        429,
        getattr(exception, "code", "too_many"),
        _("That was a little fast."),
        _("Wait a minute, then try again.")
        if seconds <= 60
        else _("Try again at %(time)s.")
        % {"time": formats.time_format(timezone.localtime() + timedelta(seconds=seconds + 59))},
    )
    response["Retry-After"] = str(seconds)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    return respond(
        request,
        500,
        "server_error",
        _("Something broke on our side."),
        _("It has been noted. Try again in a little while."),
    )
