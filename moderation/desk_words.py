"""Finding comments by their words at the desk: all of them, also those that readers do not see."""

from articles.word_index import WordIndex
from comments.models import Comment
from markup import plain

INDEX = WordIndex("desk_words", fields=1)
# What became of a comment is its place in the index, so that a common word in a rare tab is found
# without passing everything else that says it.
PLACES = {
    Comment.Status.PENDING: 1,
    Comment.Status.HELD: 2,
    Comment.Status.APPROVED: 3,
    Comment.Status.REJECTED: 4,
}


def follow(comment: Comment) -> None:
    """Have a comment found by what its author last wrote and by what readers see of it, or by
    nothing when neither is left (latest and live_revision selected)."""
    revisions = {comment.latest_id: comment.latest}
    if comment.is_live:
        revisions[comment.live_revision_id] = comment.live_revision
    words = "\n".join(
        plain(revision.html) for revision in revisions.values() if revision.erased_at is None
    )
    if comment.withdrawn_at is None and words:
        INDEX.put(comment.pk, [words], place=PLACES[comment.status])
    else:
        INDEX.remove([comment.pk])


def rebuild() -> int:
    """Make the index anew from what the desk has a row of. Returns how many are in it."""
    INDEX.clear()
    count = 0
    rows = Comment.objects.filter(queue_item__isnull=False).defer("fragment")
    for comment in rows.select_related("latest", "live_revision", "queue_item").iterator(500):
        # A ruling whose effect is still to come is found in its own tab; the desk's row says which.
        comment.status = comment.queue_item.status
        follow(comment)
        count += 1
    return count


def tidy(_user=None) -> bool:
    """One short step towards an index that holds no trace of removed words, as comments' own."""
    return INDEX.tidy()
