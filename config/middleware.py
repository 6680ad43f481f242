"""What is done before anything is read: the view's name, the probes' answers, and a refusal."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from config import errors
from config.access import ROUTE
from config.health import PROBES


class ViewName:
    """Writes the name of the view down, for the log's line and for the metrics."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if ROUTE not in request.META and request.path_info.startswith(settings.STATIC_URL):
            request.META[ROUTE] = "static"
        return response

    def process_view(self, request: HttpRequest, *view: object) -> None:
        request.META[ROUTE] = request.resolver_match.view_name or "unnamed"


class Probes:
    """Answers what machines ask about this process, whatever host they call it by, and never
    with a redirect: probes know an address and no name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = PROBES.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        request.META[ROUTE] = request.path_info.strip("/")
        return answer(request)


class BodyLimit:
    """Answers 413 to a request that announces more than its door takes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return errors.bad_request(request)
        upload = request.path_info.startswith("/admin/")
        if length > (settings.UPLOAD_LIMIT if upload else settings.BODY_LIMIT):
            return errors.too_large(request)
        return self.get_response(request)


class StaffSecondFactor:
    """Leads editors and admins to a passkey or an authenticator app before the desk or the admin.

    Only the way there: without one `User.is_editor` and `is_admin` are false, whatever the door.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *called: Any
    ) -> HttpResponse | None:
        office = request.resolver_match.namespace == "admin"
        if not office and not view.__module__.startswith("moderation.desk"):
            return None
        if not request.user.is_authenticated or not request.user.lacks_second_factor:
            return None
        messages.info(
            request,
            _("Your role needs a passkey or an authenticator app. Set one up, then go on."),
        )
        return redirect("mfa_index")


class OwnPagesAlone:
    """Answers 403 to a change that a page of another site asks for.

    Beside the token: a browser says where a request comes from, and a page cannot make it lie.
    Programs say nothing of it, and for them the token decides.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method in ("GET", "HEAD", "OPTIONS", "TRACE") or not _from_elsewhere(request):
            return None
        api = request.path_info.startswith("/api/")
        if api and request.headers.get("Authorization", "").startswith("Bearer "):
            return None
        # A mail program unsubscribes with one click, from wherever it is. ninja's views are all
        # marked so, because it asks for tokens itself.
        if getattr(view, "csrf_exempt", False) and not api:
            return None
        return errors.respond(
            request,
            403,
            "cross_origin",
            _("That was sent from another site."),
            _("Do it from a page of ours. Nothing was stored."),
        )


def _from_elsewhere(request: HttpRequest) -> bool:
    said = request.headers
    if said.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        return True
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    if "Origin" in said:
        return said["Origin"] not in ours
    if "Referer" in said:
        sender = urlsplit(said["Referer"])
        return f"{sender.scheme}://{sender.netloc}" not in ours
    return False
