"""How often one place on the network may knock, counted where attempts to sign in are."""

from allauth.core import ratelimit
from django.http import HttpRequest


def too_often(request: HttpRequest, action: str) -> bool:
    """Has this address sent more forms of a kind than ACCOUNT_RATE_LIMITS allows? Counts this one;
    an action without a limit is never too often."""
    return not ratelimit.consume(request, action=action)
