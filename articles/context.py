"""What every page of the house carries."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import get_language, get_language_info

from articles import standing_texts


def house(request: HttpRequest) -> dict[str, object]:
    """The masthead and the footer's pages: at most one query, made only by a page that
    shows them."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "footer_pages": standing_texts.footer_pages,
        "in_house_language": _in_house_language(),
        "signed_in": settings.SESSION_COOKIE_NAME in request.COOKIES,
    }


def _in_house_language() -> str:
    """Attributes for what the publisher wrote, where the page around it speaks another language."""
    written = settings.LANGUAGE_CODE
    if get_language() == written:
        return ""
    bidi = get_language_info(written)["bidi"]
    return format_html(' lang="{}" dir="{}"', written, "rtl" if bidi else "ltr")
