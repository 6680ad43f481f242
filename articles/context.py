"""What every page of the house carries."""

from django.conf import settings
from django.http import HttpRequest

from articles.models import HousePage


def house(request: HttpRequest) -> dict[str, object]:
    """The masthead and the footer's pages: one query, made only by a page that shows them."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "footer_pages": HousePage.objects.only("slug", "title"),
        "signed_in": settings.SESSION_COOKIE_NAME in request.COOKIES,
    }
