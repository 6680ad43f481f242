"""Refusals that carry a code; `config.api` and `config.errors` map each class to one status."""

from django.core.exceptions import PermissionDenied, ValidationError


class Forbidden(PermissionDenied):
    """Not for this person (403)."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Conflict(ValidationError):
    """The thing has changed meanwhile (409)."""


class TooMany(ValidationError):
    """Too often in too short a time (429)."""
