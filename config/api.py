"""The JSON API: its routers, who is calling, and exceptions to statuses, once."""

from typing import Any

from django.conf import settings
from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    ValidationError,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as ShapeError
from ninja.openapi.docs import DocsBase

from accounts.api import router as accounts
from accounts.api_auth import SIGNED_IN
from accounts.errors import Conflict, TooMany, told_to_wait
from articles.api import router as articles
from comments.api import router as comments
from moderation.api import router as moderation
from moderation.sanctions_api import router as sanctions


class LocalDocs(DocsBase):
    """The documentation page, from our own files, under the strict policy."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        return render(request, "config/api_docs.html", {"title": api.title})


api = NinjaAPI(
    title="Rejoinder",
    version="1",
    description="Articles, their discussions, and the editors' queue.",
    auth=SIGNED_IN,
    docs=LocalDocs(),
    urls_namespace="api-1",
)
api.add_router("", accounts)
api.add_router("", articles)
api.add_router("", comments)
api.add_router("", moderation)
api.add_router("", sanctions)


def _error(request: HttpRequest, status: int, code: str, detail: str, **more: Any) -> HttpResponse:
    return api.create_response(request, {"code": code, "detail": detail, **more}, status=status)


@api.exception_handler(ValidationError)
def refused(request: HttpRequest, error: ValidationError) -> HttpResponse:
    status = 409 if isinstance(error, Conflict) else 429 if isinstance(error, TooMany) else 422
    first = error.error_list[0] if hasattr(error, "error_list") else error
    response = _error(
        request, status, getattr(first, "code", None) or "invalid", " ".join(error.messages)
    )
    return told_to_wait(response, error)


@api.exception_handler(PermissionDenied)
def forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    if request.user.is_authenticated and request.user.lacks_second_factor:
        said = _("Your role needs a passkey or an authenticator app. Set one up first.")
        return _error(request, 403, "second_factor", said)
    return _error(request, 403, getattr(error, "code", "forbidden"), str(error))


@api.exception_handler(ObjectDoesNotExist)
@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return _error(request, 404, "not_found", _("There is nothing at this address."))


@api.exception_handler(AuthenticationError)
def stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = _error(request, 401, "sign_in", _("Sign in, or send a bearer token."))
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(ShapeError)
def misshapen(request: HttpRequest, error: ShapeError) -> HttpResponse:
    fields = [
        {"where": ".".join(str(part) for part in found["loc"]), "what": found["msg"]}
        for found in error.errors
    ]
    return _error(
        request,
        422,
        "invalid",
        _("Something in the request is not as it should be."),
        fields=fields,
    )


@api.exception_handler(HttpError)
def refused_by_ninja(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _error(request, error.status_code, "bad_request", str(error))


@api.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return _error(
        request,
        413,
        "too_large",
        _("A request may have at most %(limit)d bytes.") % {"limit": settings.BODY_LIMIT},
    )
