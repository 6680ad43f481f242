"""Hearing of what is new in a discussion."""

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Forbidden
from accounts.models import User
from articles.models import CallToAction
from comments import followers
from comments.models import Follow


def follow(*, actor: User, call_to_action: CallToAction, on: bool) -> None:
    """Hear of what is new in a discussion, or no longer. Saying it twice changes nothing.

    Raises Forbidden (sign_in), ObjectDoesNotExist for an article that is not public.
    """
    if not actor.is_authenticated:
        raise Forbidden(_("Sign in to follow a discussion."), code="sign_in")
    if not call_to_action.article.is_live():
        raise ObjectDoesNotExist
    with transaction.atomic():
        if on:
            Follow.objects.get_or_create(user=actor, call_to_action=call_to_action)
            return
        Follow.objects.filter(user=actor, call_to_action=call_to_action).delete()
        # What waits unread is of no interest any more.
        followers.waiting(actor.pk, call_to_action.pk).delete()
