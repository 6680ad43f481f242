"""Shapes that every JSON edge shares."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, Field

from folding import has_forbidden


def _storable(text: str) -> str:
    if has_forbidden(text):
        raise ValueError("contains characters that cannot be stored")
    return text


Id = Annotated[int, Field(ge=1, lt=2**63)]
# Text from outside that reaches the database: no NUL, no lone surrogate.
Storable = Annotated[str, AfterValidator(_storable)]
Line = Annotated[Storable, Field(max_length=200)]
Slug = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]+$", max_length=120)]


class Error(Schema):
    """Every refusal. code: for programs; detail: for people, in their language."""

    code: str
    detail: str
    fields: list[dict[str, Any]] | None = None


class PersonOut(Schema):
    id: int
    display_name: str


# The refusals any operation may answer with, for OpenAPI.
REFUSALS = frozenset({400, 401, 403, 404, 409, 413, 422, 429})


class Challenge(Schema):
    algorithm: str
    challenge: str
    maxNumber: int
    salt: str
    signature: str


class ProofOut(Schema):
    challenge: Challenge | None
