"""What comments asks of the app above, with harmless answers until that app fills the slots."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from accounts.models import User
from articles.models import Article, Guideline
from comments.models import Comment


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for a discussion. Lengths in characters, times in seconds."""

    max_length: int = 5_000
    edit_seconds: int = 600
    post_limit: int = 10
    post_seconds: int = 60
    reactions: bool = True
    open: bool = True  # beside the question's own state: the house may take no comments at all


@dataclass(frozen=True, slots=True)
class Advice:
    """What keeps a text from going live, said before it is sent.

    reason: one sentence to the author, in the active language. spans: (start, end) in the text.
    waits: sent as it is, an editor reads it first; if not, it is not published.
    """

    reason: str
    guideline: Guideline | None
    spans: tuple[tuple[int, int], ...]
    waits: bool


def _no_advice(text: str, author: User, article: Article) -> Advice | None:
    return None


def _default_rules(article: Article) -> Rules:
    return Rules()


def _no_words(reason: str, labels: Sequence[str] = ()) -> str:
    return ""


class Told(Protocol):
    """A reason code, with what a score takes the text for, in one sentence to the author, in the
    active language. A label alone is told as well."""

    def __call__(self, reason: str, labels: Sequence[str] = ()) -> str: ...


rules_for: Callable[[Article], Rules] = _default_rules
# What the checks would say of a normalised text, quickly and without a word kept; None: nothing.
advise: Callable[[str, User, Article], Advice | None] = _no_advice
reason_told: Told = _no_words
# In the deed's transaction: changed_parts(comment) when its author has edited it or taken it back,
# or has left with its words. What is decided about it, whoever decides knows.
changed_parts: list[Callable[[Comment], None]] = []


def announce_change(comment: Comment) -> None:
    """Tell the apps above what an author did."""
    for part in changed_parts:
        part(comment)


def fill(
    *,
    rules: Callable[[Article], Rules],
    told: Told,
    advice: Callable[[str, User, Article], Advice | None],
) -> None:
    """Called once, by the app above, when it is ready."""
    global rules_for, reason_told, advise
    rules_for, reason_told, advise = rules, told, advice
