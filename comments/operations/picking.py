"""Editors' picks: comments worth reading before all others."""

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Forbidden
from accounts.models import User
from comments.models import Comment
from comments.operations.landing import locked, settle
from record import log


def pick(*, actor: User, comment: Comment, picked: bool) -> Comment:
    """Put a live comment among those shown on top of its discussion, or take it from there.

    The newest picks of a discussion are shown, PICKS_SHOWN at most. Picking twice changes nothing.
    Raises Forbidden (editors_only), ObjectDoesNotExist for a comment that is not live.
    """
    if not actor.is_authenticated or not actor.is_editor:
        raise Forbidden(_("Only editors pick comments."), code="editors_only")
    with transaction.atomic():
        comment = locked(comment)
        if not comment.is_live or not comment.call_to_action.article.is_live():
            raise ObjectDoesNotExist
        if picked == (comment.picked_at is not None):
            return comment
        comment.picked_at = timezone.now() if picked else None
        settle(comment, was_live=True)
        log.append(actor=actor, verb="pick" if picked else "unpick", subject=comment, detail={})
    return comment
