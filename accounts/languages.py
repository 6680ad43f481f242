"""The language of pages and mails: asked of the browser, or chosen."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User


def choose_language(*, actor: User, language: str) -> User:
    """Keep the language this person wants on every device and in mails; empty: as asked.

    language: a code of settings.LANGUAGES. Raises ValidationError (unknown_language).
    """
    if language and language not in dict(settings.LANGUAGES):
        raise ValidationError(_("We do not speak this language yet."), code="unknown_language")
    User.objects.filter(pk=actor.pk).update(language=language)
    actor.language = language
    return actor


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def languages(request: HttpRequest) -> HttpResponse:
    """Choose a language. The choice is a cookie, and with an account a fact of it."""
    back = request.POST.get("next") or request.GET.get("next") or "/"
    # A path of this site: anything else would be taken for the name of a view, or lead away.
    if not (back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)):
        back = "/"
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
    status = 200
    if request.method == "POST":
        chosen = request.POST.get("language", "")
        if chosen in dict(settings.LANGUAGES):
            if signed_in:
                choose_language(actor=request.user, language=chosen)
            response = HttpResponseRedirect(back)
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                chosen,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            )
            return response
        status = 422
    context = {
        "offered": [get_language_info(code) for code, _name in settings.LANGUAGES],
        "back_url": back,
        "noindex": True,
    }
    return render(request, "accounts/languages.html", context, status=status)
