"""What articles tells the apps above, which append what they do with it when they are ready."""

from collections.abc import Callable

from articles.models import Article

# In the transaction of the deed: shown_parts(article) when readers may read it from now on, or no
# longer; byline_parts(article, author_ids) when these people have become its authors or are no
# longer.
shown_parts: list[Callable[[Article], None]] = []
byline_parts: list[Callable[[Article, set[int]], None]] = []
