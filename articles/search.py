"""Finding articles by their words. Only what readers may read is in the index, or in an answer."""

from dataclasses import dataclass

from articles.models import Article
from articles.word_index import WordIndex
from fulltext import Query
from markup import plain

PAGE = 10
PAGES = 10  # nobody reads a hundred results to the end; they add a word

INDEX = WordIndex("articles_words", fields=3)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of articles, the best first, and the number of the next page."""

    articles: list[Article]
    next_page: int | None


def follow(article: Article) -> None:
    """Have an article found by what it says now, or by nothing while readers may not read it.

    Called in the transaction of whatever changes what it says or whether it is live.
    """
    if not article.is_live():
        INDEX.remove([article.pk])
        return
    asked = getattr(article, "call_to_action", None)
    tags = [name for _slug, name in article.tag_list]
    lead = "\n".join([article.standfirst, asked.question if asked else "", *tags])
    INDEX.put(article.pk, [article.title, lead, plain(article.body_html)])


def find(query: Query, *, page: int = 1) -> Found:
    """A page of the live articles that have what is looked for, in two queries and one for the
    bylines. page: 1 to PAGES."""
    if not query:
        return Found([], None)
    ids = INDEX.best(query, limit=PAGE * PAGES + 1)
    rows = Article.objects.live().filter(pk__in=ids[(page - 1) * PAGE : page * PAGE])
    shown = {row.pk: row for row in rows.select_related("section", "call_to_action").with_bylines()}
    more = len(ids) > page * PAGE and page < PAGES
    return Found([shown[pk] for pk in ids if pk in shown], page + 1 if more else None)


def rebuild() -> int:
    """Make the index anew from what is live. Returns how many articles are in it."""
    INDEX.clear()
    count = 0
    for article in Article.objects.live().select_related("call_to_action").iterator(chunk_size=100):
        follow(article)
        count += 1
    return count
