"""What articles tells the apps above, which append what they do with it when they are ready, and
what it asks of them."""

from collections.abc import Callable

from articles.models import Article

# In the transaction of the deed: shown_parts(article) when readers may read it from now on, or no
# longer; byline_parts(article, author_ids) when these people have become its authors or are no
# longer.
shown_parts: list[Callable[[Article], None]] = []
byline_parts: list[Callable[[Article, set[int]], None]] = []


def _everywhere() -> Callable[[int], bool]:
    return lambda article_id: True


# Whether the house takes answers to an article, beside the question's own state. Asked once for
# however many articles: the answer is a function of an article's number.
takes_answers: Callable[[], Callable[[int], bool]] = _everywhere


def fill(*, takes_answers: Callable[[], Callable[[int], bool]]) -> None:
    """Called once, by the app above, when it is ready."""
    globals().update(takes_answers=takes_answers)
