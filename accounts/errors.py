"""Refusals that carry a code; `config.api` and `config.errors` map each class to one status."""

from typing import TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseBase

Response = TypeVar("Response", bound=HttpResponseBase)


class Forbidden(PermissionDenied):
    """Not for this person (403)."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Conflict(ValidationError):
    """The thing has changed meanwhile (409)."""


class TooMany(ValidationError):
    """Too often in too short a time (429). retry_after: seconds until it may be tried again."""

    def __init__(
        self, message: str, *, code: str, params: dict | None = None, retry_after: int = 60
    ) -> None:
        super().__init__(message, code=code, params=params)
        self.retry_after = retry_after


def told_to_wait(response: Response, error: Exception | None) -> Response:
    """The response with how long to wait, where the error says so."""
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response
