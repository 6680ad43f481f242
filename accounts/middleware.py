"""The reader's clock."""

from collections.abc import Callable
from zoneinfo import available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone


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
