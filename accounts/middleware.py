"""The reader's clock and tongue."""

from collections.abc import Callable
from zoneinfo import available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


class ReadersClock:
    """Shows times in the zone of whoever is signed in, else in the publisher's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.zones = available_timezones()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # An anonymous request has no session to ask, and asking would cost a query.
        zone = ""
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            zone = getattr(request.user, "time_zone", "")
        with timezone.override(zone if zone in self.zones else settings.PUBLISHER_TIME_ZONE):
            return self.get_response(request)


class ReadersLanguage:
    """Speaks the language that whoever is signed in has chosen, on every device."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.languages = dict(settings.LANGUAGES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = ""
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            chosen = getattr(request.user, "language", "")
        if chosen not in self.languages:
            return self.get_response(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self.get_response(request)
            response.headers["Content-Language"] = chosen
            return response
