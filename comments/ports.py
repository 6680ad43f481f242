"""What comments asks of the app above, with harmless answers until that app fills the slots."""

from collections.abc import Callable
from dataclasses import dataclass

from articles.models import Article


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for a discussion. Lengths in characters, times in seconds."""

    max_length: int = 5_000
    edit_seconds: int = 600
    post_limit: int = 10
    post_seconds: int = 60
    reactions: bool = True


def _default_rules(article: Article) -> Rules:
    return Rules()


def _no_words(reason: str) -> str:
    return ""


rules_for: Callable[[Article], Rules] = _default_rules
# A reason code in one sentence to the author, in the active language.
reason_told: Callable[[str], str] = _no_words


def fill(*, rules: Callable[[Article], Rules], told: Callable[[str], str]) -> None:
    """Called once, by the app above, when it is ready."""
    global rules_for, reason_told
    rules_for, reason_told = rules, told
