"""What accounts asks of the apps above, with harmless answers until they fill the slots."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Newcomers:
    """What is asked of who is new. proof_sign_ups, proof_first_posts: how many of them from one
    network within proof_days bring on the proof of work; 0: none does."""

    takes_disposable_mail: bool = True
    proof_always: bool = False
    proof_sign_ups: int = 0
    proof_first_posts: int = 0
    proof_days: int = 1


def _anything_goes(text: str) -> bool:
    return True


name_allowed: Callable[[str], bool] = _anything_goes
newcomers: Callable[[], Newcomers] = Newcomers
# Each app appends its part. Before an erasure, erase_steps(user) is called again and again: each
# call is a small transaction of its own and says whether more is left. erase_parts(user) removes
# what that app knows of a person, who still has their name then; renamed_parts(user) sees to what
# it prepared with the old name; both in the deed's transaction. export_parts(user) gives what that
# app keeps about a person, as accounts.export.Section. confirmed_parts(user_id), on commit: mail is
# known to reach this person.
erase_steps: list[Callable] = []
erase_parts: list[Callable] = []
renamed_parts: list[Callable] = []
export_parts: list[Callable] = []
confirmed_parts: list[Callable[[int], None]] = []


def fill(*, name_allowed: Callable[[str], bool], newcomers: Callable[[], Newcomers]) -> None:
    """Called once, by the app above, when it is ready."""
    globals().update(name_allowed=name_allowed, newcomers=newcomers)
