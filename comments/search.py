"""Finding comments by their words. Only what everyone may read is in the index, or in an answer."""

from collections.abc import Collection
from dataclasses import dataclass

from accounts.models import User
from articles import search as articles
from articles.models import Article, CallToAction
from articles.word_index import WordIndex
from comments.models import Comment
from fulltext import Query
from markup import plain

PAGE = 20
_AT_ONCE = 60  # rows of the index looked at in one go
_LOOKS = 5  # so often at most: a page may be short, but it never takes long

INDEX = WordIndex("comments_words", fields=1)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of comments, newest first, and the number that the next page begins below."""

    comments: list[Comment]
    next_before: int | None


def follow(comment: Comment) -> None:
    """Have a comment found by its live words, or by nothing when readers may not read it.

    Called in the transaction of whatever changes what readers see of it (call_to_action__article
    and live_revision selected).
    """
    if comment.is_live and comment.call_to_action.article.is_live():
        _put(comment)
    else:
        INDEX.remove([comment.pk])


def _put(comment: Comment) -> None:
    INDEX.put(comment.pk, [plain(comment.live_revision.html)], place=comment.call_to_action_id)


def follow_article(article: Article) -> None:
    """Have an article's comments found while readers may read it, and not when they may not."""
    asked = CallToAction.objects.filter(article=article).first()
    if asked is None:
        return
    indexed = INDEX.ids_at(asked.pk)
    if not article.is_live():
        INDEX.remove(indexed)
        return
    # A discussion is in the index or not, but for what went live while its article was away.
    missing = Comment.objects.in_discussion(asked).live().select_related("live_revision")
    known = set(indexed)
    for comment in missing.defer("fragment").iterator(chunk_size=500):
        if comment.pk not in known:
            _put(comment)


def find(
    query: Query,
    *,
    call_to_action: CallToAction | None = None,
    before: int | None = None,
    ignored: Collection[int] = (),
) -> Found:
    """A page of the live comments that have what is looked for, in a bounded number of queries.

    call_to_action: in this discussion alone. before: a Found's next_before. ignored: numbers of
    people whose comments are left out.
    """
    place = call_to_action.pk if call_to_action else None
    shown: list[Comment] = []
    for _look in range(_LOOKS if query else 0):
        ids = INDEX.newest(query, limit=_AT_ONCE, before=before, place=place)
        shown += _readable(ids, ignored)
        if len(shown) > PAGE:
            return Found(shown[:PAGE], shown[PAGE - 1].pk)
        if len(ids) < _AT_ONCE:
            return Found(shown, None)
        before = ids[-1]
    return Found(shown, before if query else None)


def _readable(ids: list[int], ignored: Collection[int]) -> list[Comment]:
    """Those of these comments that everyone may read, whatever the index says."""
    rows = Comment.objects.live().filter(
        pk__in=ids, call_to_action__article__in=Article.objects.live()
    )
    return list(
        rows.exclude(author_id__in=ignored)
        .select_related("author", "live_revision", "call_to_action__article")
        .defer("fragment", "call_to_action__article__body", "call_to_action__article__body_html")
        .order_by("-pk")
    )


def rebuild() -> int:
    """Make the index anew from what is live. Returns how many comments are in it."""
    INDEX.clear()
    count = 0
    live = Comment.objects.live().filter(call_to_action__article__in=Article.objects.live())
    for comment in live.select_related("live_revision").iterator(chunk_size=500):
        _put(comment)
        count += 1
    return count


def tidy(_user: User | None = None) -> bool:
    """One short step towards an index that holds no trace of removed words. Says whether more may
    be left. An erasure calls it until nothing is, and the night does."""
    return INDEX.tidy() or articles.INDEX.tidy()
