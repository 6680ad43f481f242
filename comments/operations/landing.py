"""What a change of a comment's facts brings with it: locks, counts, listing, fragments."""

from django.db.models import F

from articles.models import CallToAction, ChoiceOption
from comments import fragments, search
from comments.models import Comment
from markup import plain

EXCERPT = 280  # characters
PICKS_SHOWN = 3


def locked(comment: Comment) -> Comment:
    """The comment as it is now, alone with its discussion until the transaction ends.

    The discussion is locked first by everyone, so that no two wait for each other; the row is read
    after its lock, because a joined read that had to wait returns columns of two different times.
    """
    CallToAction.objects.select_for_update().only("pk").get(pk=comment.call_to_action_id)
    Comment.objects.select_for_update().only("pk").get(pk=comment.pk)
    return Comment.objects.select_related(
        "call_to_action__article", "author", "latest", "live_revision"
    ).get(pk=comment.pk)


def settle(comment: Comment, *, was_live: bool) -> None:
    """Bring everything public in line with a comment whose facts have just changed."""
    now_live = comment.is_live
    if now_live:
        if comment.number is None and comment.root_id:
            Comment.objects.filter(pk=comment.root_id).update(last_number=F("last_number") + 1)
            comment.number = Comment.objects.values_list("last_number", flat=True).get(
                pk=comment.root_id
            )
        html = comment.live_revision.html
        # What they quote is not theirs; who only quotes has said that much.
        own_words = plain(html, limit=EXCERPT, quotes=False)
        comment.excerpt = own_words or plain(html, limit=EXCERPT)
    elif was_live:
        comment.excerpt = ""
        # What has been taken back is no pick any more, nor when it returns.
        comment.picked_at = None
    if now_live or was_live:
        comment.fragment = fragments.prepare(comment)
        CallToAction.objects.filter(pk=comment.call_to_action_id).update(
            version=F("version") + 1,
            live_count=F("live_count") + (now_live - was_live),
        )
        if comment.choice_id and now_live != was_live:
            ChoiceOption.objects.filter(pk=comment.choice_id).update(
                live_count=F("live_count") + (1 if now_live else -1)
            )
    should_list = now_live or (comment.live_at is not None and comment.reply_count > 0)
    was_listed, comment.listed = comment.listed, should_list
    comment.save()
    if now_live or was_live:
        search.follow(comment)
        if comment.picked_at is not None or comment.pk in comment.call_to_action.picks:
            _show_picks(comment.call_to_action_id)
    if should_list != was_listed:
        _relist_above(comment, 1 if should_list else -1)


def _show_picks(call_to_action_id: int) -> None:
    picked = (
        Comment.objects.live()
        .filter(call_to_action=call_to_action_id, picked_at__isnull=False)
        .order_by("-picked_at", "-pk")
    )
    shown = list(picked.values_list("pk", flat=True)[:PICKS_SHOWN])
    CallToAction.objects.filter(pk=call_to_action_id).update(picks=shown)


def _relist_above(comment: Comment, step: int) -> None:
    """A listed comment came or went: count it, and let tombstones above come or go with it."""
    while comment.parent_id is not None:
        Comment.objects.filter(pk=comment.root_id).update(thread_count=F("thread_count") + step)
        Comment.objects.filter(pk=comment.parent_id).update(reply_count=F("reply_count") + step)
        parent = Comment.objects.get(pk=comment.parent_id)
        should_list = parent.is_live or parent.reply_count > 0
        if should_list == parent.listed:
            break
        Comment.objects.filter(pk=parent.pk).update(listed=should_list)
        comment = parent
