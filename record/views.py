"""The head of the log, for whoever wants to be a witness of it."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from record import heads


@require_safe
def log_head(request: HttpRequest) -> HttpResponse:
    """One line: place, hash and time; 404 unless the house has switched it on."""
    if not settings.LOG_HEAD_PUBLIC:
        raise Http404
    current = heads.head()
    text = current.line(at=timezone.now()) if current.position else ""
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "public, max-age=10"
    return response
