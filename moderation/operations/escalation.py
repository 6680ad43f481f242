"""Asking colleagues to look: a comment is marked with a note that only editors read."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import User
from comments import operations as comments
from comments.models import Comment
from moderation.models import QueueItem
from moderation.operations.permissions import check_editor, checked_note
from record import log


def escalate(*, actor: User, comment: Comment, note: str = "") -> QueueItem:
    """Mark a comment for a colleague to look at, until somebody rules on it or settles it.

    note: why, to other editors, at most 1,000 characters. Raises Forbidden (editors_only),
    ValidationError (forbidden_characters, note_too_long), Conflict (already_so, withdrawn).
    """
    check_editor(actor)
    note = checked_note(note, limit=1_000).strip()
    with transaction.atomic():
        item = _item(comment)
        if item.escalated_at is not None:
            name = item.escalated_by.display_name if item.escalated_by else ""
            raise Conflict(
                _("%(name)s has already escalated this."), code="already_so", params={"name": name}
            )
        item.escalated_at, item.escalated_by, item.escalation_note = timezone.now(), actor, note
        _save(item)
        log.append(actor=actor, verb="escalate", subject=item.comment, detail={})
    return item


def settle_escalation(*, actor: User, comment: Comment) -> QueueItem:
    """Take the mark away: somebody has looked. A ruling takes it away as well.

    Raises Forbidden (editors_only), Conflict (not_escalated, withdrawn).
    """
    check_editor(actor)
    with transaction.atomic():
        item = _item(comment)
        if item.escalated_at is None:
            raise Conflict(_("Nobody has escalated this."), code="not_escalated")
        item.escalated_at, item.escalated_by, item.escalation_note = None, None, ""
        _save(item)
        log.append(actor=actor, verb="settle_escalation", subject=item.comment, detail={})
    return item


def _item(comment: Comment) -> QueueItem:
    row = comments.locked(comment)
    item = QueueItem.objects.select_related("escalated_by", "comment").filter(pk=row.pk).first()
    if item is None:
        # What its author takes back leaves the desk.
        raise Conflict(_("Its author has withdrawn this comment."), code="withdrawn")
    return item


def _save(item: QueueItem) -> None:
    item.save(update_fields=["escalated_at", "escalated_by", "escalation_note"])
