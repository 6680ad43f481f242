"""Who hears of what. Rows are written with the deed; mail leaves on commit, by id."""

from django.db import transaction

from accounts.models import Ignored
from comments import mentions
from comments.models import Comment, Follow, Notification
from comments.tasks import mail_notification, tell_followers

Kind = Notification.Kind


def _tell(user_id: int, kind: str, comment: Comment) -> None:
    notification = Notification.objects.create(user_id=user_id, kind=kind, comment=comment)
    transaction.on_commit(lambda: mail_notification.ring(notification.pk), robust=True)


def tell_of_appeal(comment: Comment, *, upheld: bool) -> None:
    """Tell the author that the decision they contested stands; the approval itself tells them of
    one that was overturned."""
    if upheld:
        _tell(comment.author_id, Kind.UPHELD, comment)


def tell_of_ruling(comment: Comment, *, before: str) -> None:
    """Tell the author what was decided, unless it simply went live, and those it speaks to."""
    if comment.status == Comment.Status.HELD:
        _tell(comment.author_id, Kind.HELD, comment)
    elif comment.status == Comment.Status.REJECTED:
        _tell(comment.author_id, Kind.REJECTED, comment)
    elif before in (Comment.Status.HELD, Comment.Status.REJECTED):
        _tell(comment.author_id, Kind.APPROVED, comment)
    if comment.is_live and before != Comment.Status.APPROVED:
        _tell_addressed(comment)
        _offer_to_followers(comment.call_to_action_id)


def _tell_addressed(comment: Comment) -> None:
    """Tell whom it answers and whom it names, each once, however often it is edited."""
    answered = comment.parent.author_id if comment.parent_id else None
    named = mentions.mentioned(comment)
    addressed = dict.fromkeys(named, Kind.MENTION)
    if answered is not None:
        addressed[answered] = Kind.REPLY
    addressed.pop(comment.author_id, None)
    if not addressed:
        return
    told = Notification.objects.filter(comment=comment, kind__in=[Kind.REPLY, Kind.MENTION])
    told_before = dict(told.values_list("user_id", "kind"))
    deaf = set(
        Ignored.objects.filter(person=comment.author_id, user__in=addressed).values_list(
            "user_id", flat=True
        )
    )
    left = mentions.MOST - list(told_before.values()).count(Kind.MENTION)
    for person, kind in addressed.items():
        if person in told_before or person in deaf:
            continue
        if kind == Kind.MENTION:
            if left <= 0:
                continue
            left -= 1
        _tell(person, kind, comment)


def _offer_to_followers(call_to_action_id: int) -> None:
    if Follow.objects.filter(call_to_action=call_to_action_id).exists():
        transaction.on_commit(lambda: tell_followers.ring(call_to_action_id), robust=True)
