"""What accounts asks of the apps above, with harmless answers until they fill the slots."""

from collections.abc import Callable


def _anything_goes(text: str) -> bool:
    return True


name_allowed: Callable[[str], bool] = _anything_goes
# Each app appends its part. Before an erasure, erase_steps(user) is called again and again: each
# call is a small transaction of its own and says whether more is left. erase_parts(user) removes
# what that app knows of a person, who still has their name then; renamed_parts(user) sees to what
# it prepared with the old name; both in the deed's transaction. export_parts(user) gives what that
# app keeps about a person, as accounts.export.Section.
erase_steps: list[Callable] = []
erase_parts: list[Callable] = []
renamed_parts: list[Callable] = []
export_parts: list[Callable] = []


def fill(*, name_allowed: Callable[[str], bool]) -> None:
    """Called once, by the app above, when it is ready."""
    globals()["name_allowed"] = name_allowed
