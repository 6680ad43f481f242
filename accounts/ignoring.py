"""Being left alone: whose comments a reader has chosen not to see.

Neither of the two is told, and the log does not hold it: whom somebody cannot bear is nobody
else's business.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Forbidden
from accounts.models import Ignored, User

MOST = 500  # people


def ignore_person(*, actor: User, person: User) -> None:
    """Fold this person's comments away for the actor, and tell the actor of them no more.

    Ignoring twice changes nothing. Raises Forbidden (sign_in), ValidationError (own_account,
    too_many_ignored).
    """
    _check_signed_in(actor)
    if actor.pk == person.pk:
        raise ValidationError(_("You cannot ignore yourself."), code="own_account")
    with transaction.atomic():
        # One at a time, so that the limit holds.
        User.objects.select_for_update().only("pk").get(pk=actor.pk)
        others = actor.ignoring.exclude(person=person)
        if others.count() >= MOST:
            raise ValidationError(
                _("You ignore %(most)d people, which is the most you can."),
                code="too_many_ignored",
                params={"most": MOST},
            )
        Ignored.objects.get_or_create(user=actor, person=person)


def stop_ignoring(*, actor: User, person: User) -> None:
    """Show this person's comments to the actor again. Raises Forbidden (sign_in)."""
    _check_signed_in(actor)
    actor.ignoring.filter(person=person).delete()


def _check_signed_in(actor: User) -> None:
    if not actor.is_authenticated:
        raise Forbidden(_("Sign in first."), code="sign_in")
