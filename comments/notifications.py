"""Who hears of what. Rows are written with the deed; mail leaves on commit, by id."""

from django.db import transaction

from comments.models import Comment, Notification
from comments.tasks import mail_notification

Kind = Notification.Kind


def _tell(user_id: int, kind: str, comment: Comment) -> None:
    notification = Notification.objects.create(user_id=user_id, kind=kind, comment=comment)
    transaction.on_commit(lambda: mail_notification.ring(notification.pk), robust=True)


def tell_of_appeal(comment: Comment, *, upheld: bool) -> None:
    """Tell the author that the decision they contested stands; the approval itself tells them of
    one that was overturned."""
    if upheld:
        _tell(comment.author_id, Kind.UPHELD, comment)


def tell_of_ruling(comment: Comment, *, before: str, by_person: bool) -> None:
    """Tell the author what was decided, unless it simply went live, and whom it answers."""
    if comment.status == Comment.Status.HELD:
        _tell(comment.author_id, Kind.HELD, comment)
    elif comment.status == Comment.Status.REJECTED:
        _tell(comment.author_id, Kind.REJECTED, comment)
    elif before in (Comment.Status.HELD, Comment.Status.REJECTED):
        _tell(comment.author_id, Kind.APPROVED, comment)
    if comment.is_live and comment.parent_id and before != Comment.Status.APPROVED:
        answered = comment.parent.author_id
        already = Notification.objects.filter(comment=comment, kind=Kind.REPLY).exists()
        if answered != comment.author_id and not already:
            _tell(answered, Kind.REPLY, comment)
