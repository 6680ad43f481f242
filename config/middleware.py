"""What is refused before anything is read."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config import errors


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
