"""Expecting an operation to refuse, by code."""

import pytest
from django.core.exceptions import ValidationError


def codes(error: ValidationError) -> set[str]:
    """The codes of an error, whether it names fields or not."""
    fields = getattr(error, "error_dict", None)
    errors = sum(fields.values(), []) if fields else error.error_list
    return {found.code for found in errors}


def refusal(code: str):
    return pytest.raises(ValidationError, check=lambda error: code in codes(error))
