"""Who is calling the API: a bearer token, a session, or nobody."""

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from accounts import limits
from accounts.addresses import origin_of
from accounts.models import User
from accounts.operations import user_for_token


class Bearer(HttpBearer):
    """A token from the reader's account page."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        user = user_for_token(token)
        if user is None:
            limits.spend("bad_token", origin=origin_of(request))
            return None
        request.user = user
        return user


def anyone(request: HttpRequest) -> str:
    """Lets a request without credentials read what everyone may."""
    return "anyone"


SIGNED_IN = [Bearer(), SessionAuth()]
OPEN = [*SIGNED_IN, anyone]
