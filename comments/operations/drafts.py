"""Words that somebody has begun to write and not sent yet."""

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from articles.models import CallToAction
from comments import ports
from comments.models import Comment, Draft
from comments.operations.writing import check_may_post
from folding import has_forbidden, is_blank

KEPT_FOR_ONE = 100  # drafts of one person; the oldest go
ROOM = 2  # times the length of a comment: nobody loses words while cutting them down


def save_draft(
    *,
    actor: User,
    call_to_action: CallToAction,
    parent: Comment | None,
    body: str,
    key: str | None = None,
) -> Draft | None:
    """Keep what somebody has begun to write, for the answer or for one reply; blank: forget it.

    key: the idempotency key of the box. Words that were posted under it are no draft, however late
    their last save arrives. Returns the draft, or None when nothing is kept. Raises Forbidden
    (sign_in, may_not_post), ValidationError (forbidden_characters, too_long, parent_not_here),
    ObjectDoesNotExist for an article that is not public.
    """
    check_may_post(actor)
    if not call_to_action.article.is_live():
        raise ObjectDoesNotExist
    place = {"user": actor, "call_to_action": call_to_action, "parent": parent}
    if is_blank(body):
        Draft.objects.filter(**place).delete()
        return None
    _check_words(body, limit=ports.rules_for(call_to_action.article).max_length * ROOM)
    if parent is not None and (parent.call_to_action_id != call_to_action.pk or not parent.is_live):
        raise ValidationError(
            _("The comment you are answering is not in this discussion."), code="parent_not_here"
        )
    with transaction.atomic():
        if key and actor.comments.filter(idempotency_key=key).exists():
            return None
        draft, made = Draft.objects.update_or_create(
            **place,
            defaults={"body": body.replace("\r\n", "\n"), "updated_at": timezone.now()},
        )
        if made:
            newest = list(actor.drafts.values_list("pk", flat=True)[:KEPT_FOR_ONE])
            actor.drafts.exclude(pk__in=newest).delete()
    return draft


def _check_words(body: str, *, limit: int) -> None:
    if has_forbidden(body):
        raise ValidationError(
            _("Your comment contains characters that cannot be stored."),
            code="forbidden_characters",
        )
    if len(body) > limit:
        raise ValidationError(
            _("This is too long to be kept as a draft: the limit is %(limit)d characters."),
            code="too_long",
            params={"limit": limit},
        )
