"""What readers think of a comment."""

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import limits
from accounts.addresses import Origin
from accounts.errors import Forbidden
from accounts.models import User
from comments import ports
from comments.models import Comment, Reaction
from comments.operations.landing import locked
from comments.operations.writing import check_may_post
from comments.threads import wilson


def react(*, actor: User, comment: Comment, value: int, origin: Origin | None = None) -> Comment:
    """Set this reader's reaction (1 adds something, -1 does not, 0 takes it back).

    Raises Forbidden (sign_in, may_not_post, own_comment, reactions_off), ValidationError
    (bad_reaction), TooMany (too_fast), ObjectDoesNotExist for a comment that is not live.
    """
    check_may_post(actor)
    if value not in (1, 0, -1):
        raise ValidationError(_("Unknown reaction."), code="bad_reaction")
    if not comment.is_live or not comment.call_to_action.article.is_live():
        raise ObjectDoesNotExist
    if actor.pk == comment.author_id:
        raise Forbidden(_("You cannot react to your own comment."), code="own_comment")
    if not ports.rules_for(comment.call_to_action.article).reactions:
        raise Forbidden(_("Reactions are switched off."), code="reactions_off")
    with transaction.atomic():
        limits.spend("react", actor=actor, origin=origin)
        comment = locked(comment)
        if not comment.is_live:
            raise ObjectDoesNotExist
        before = comment.reactions.filter(user=actor).first()
        was = before.value if before else 0
        if value == 0:
            comment.reactions.filter(user=actor).delete()
        else:
            Reaction.objects.update_or_create(
                comment=comment, user=actor, defaults={"value": value}
            )
        comment.ups += (value == 1) - (was == 1)
        comment.downs += (value == -1) - (was == -1)
        comment.score = wilson(comment.ups, comment.downs)
        comment.save(update_fields=["ups", "downs", "score"])
    return comment
