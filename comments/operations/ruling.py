"""What is decided about a comment. Nothing else writes its status."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Forbidden
from accounts.models import User
from comments import notifications
from comments.models import Comment, Notice
from comments.operations.landing import locked, settle

Status = Comment.Status


def _check_may_rule(actor: User | None, comment: Comment) -> None:
    if actor is not None and not actor.is_editor:
        raise Forbidden(_("Only editors rule on comments."), code="editors_only")


def check_unchanged(comment: Comment, revision_id: int) -> None:
    """Raises Conflict (withdrawn, changed): only the words that were read are ruled on."""
    if comment.withdrawn_at is not None:
        raise Conflict(_("Its author has withdrawn this comment."), code="withdrawn")
    if comment.latest_id != revision_id:
        raise Conflict(_("The text has changed since you read it."), code="changed")


def check_reachable(comment: Comment) -> None:
    """Raises Conflict (unverified): nobody is published for the first time before they have shown
    that mail to them arrives. Who has left is past asking."""
    author = comment.author
    if author.erased_at or author.has_verified_mail:
        return
    if not author.comments.filter(live_at__isnull=False).exists():
        raise Conflict(
            _("Its author has not confirmed their e-mail address yet."), code="unverified"
        )


def _rule(
    actor: User | None,
    comment: Comment,
    revision_id: int,
    status: str,
    notice: Notice | None,
    is_locked: bool,
    tell: bool = True,
) -> Comment:
    """The one place where a judgement lands on a comment."""
    _check_may_rule(actor, comment)
    with transaction.atomic(savepoint=not is_locked):
        comment = comment if is_locked else locked(comment)
        check_unchanged(comment, revision_id)
        if status == Status.APPROVED:
            check_reachable(comment)
        was_live, before = comment.is_live, comment.status
        comment.status = status
        comment.notice = notice.as_json() if notice else None
        comment.decided_at = timezone.now()
        if status == Status.APPROVED:
            comment.live_revision = comment.latest
            comment.live_at = comment.live_at or comment.decided_at
            comment.removed_at = None
        elif was_live and (actor is not None or comment.live_revision_id == comment.latest_id):
            # The machine refuses an edit and leaves what was live; a person rules on it all.
            if status == Status.REJECTED:
                comment.removed_at = comment.decided_at
            else:
                comment.live_revision = None
        settle(comment, was_live=was_live)
        if tell:
            notifications.tell_of_ruling(comment, before=before)
    return comment


def approve(
    *, actor: User | None, comment: Comment, revision_id: int, is_locked: bool = False
) -> Comment:
    """Make the revision live, and prepare what pages show of it.

    actor: an editor, or None for the machine. is_locked: the comment came from `locked` in this
    transaction. Raises Forbidden (editors_only), Conflict (changed, withdrawn, unverified).
    """
    return _rule(actor, comment, revision_id, Status.APPROVED, None, is_locked)


def hold(
    *,
    actor: User | None,
    comment: Comment,
    revision_id: int,
    notice: Notice,
    is_locked: bool = False,
) -> Comment:
    """Keep the revision from readers until an editor rules. Raises as approve does."""
    return _rule(actor, comment, revision_id, Status.HELD, notice, is_locked)


def reject(
    *,
    actor: User | None,
    comment: Comment,
    revision_id: int,
    notice: Notice,
    is_locked: bool = False,
    tell: bool = True,
) -> Comment:
    """Decide that the revision is not published; live words come down. tell: notify its author,
    who otherwise is told with something else. Raises as approve does."""
    return _rule(actor, comment, revision_id, Status.REJECTED, notice, is_locked, tell)


def restore(
    *,
    actor: User,
    comment: Comment,
    revision_id: int,
    status: str,
    live_revision_id: int | None,
    notice: Notice | None,
    is_locked: bool = False,
) -> Comment:
    """Put a comment back to what it was before a ruling that is taken back.

    live_revision_id: what readers saw then, or None. Raises as approve does.
    """
    _check_may_rule(actor, comment)
    with transaction.atomic(savepoint=not is_locked):
        comment = comment if is_locked else locked(comment)
        check_unchanged(comment, revision_id)
        was_live = comment.is_live
        comment.status = status
        comment.notice = notice.as_json() if notice else None
        comment.decided_at = timezone.now()
        comment.live_revision_id = live_revision_id
        taken_down = status == Status.REJECTED and live_revision_id is None and comment.live_at
        comment.removed_at = comment.decided_at if taken_down else None
        settle(comment, was_live=was_live)
    return comment


def drop_edit(comment: Comment) -> None:
    """Let what readers see be the latest again, for an author who is gone with their edit.

    comment: live and locked.
    """
    comment.latest = comment.live_revision
    comment.status = Status.APPROVED
    comment.notice = None
    comment.save(update_fields=["latest", "status", "notice"])
