"""What every page of the house carries."""

from django.conf import settings
from django.http import HttpRequest

from articles import standing_texts


def house(request: HttpRequest) -> dict[str, object]:
    """The masthead and the footer's pages: at most one query, made only by a page that
    shows them."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "footer_pages": standing_texts.footer_pages,
        "signed_in": settings.SESSION_COOKIE_NAME in request.COOKIES,
    }
