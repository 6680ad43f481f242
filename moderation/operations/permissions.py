"""Who may decide, and on whom."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from accounts.errors import Forbidden
from accounts.models import User
from folding import has_forbidden, normalise


def check_editor(actor: User) -> None:
    if not actor.is_editor:
        raise Forbidden(_("Only editors rule on comments."), code="editors_only")


def check_may_rule_on(actor: User, person_id: int) -> None:
    """Raises Forbidden (editors_only, own_comment): nobody but an admin judges themselves."""
    check_editor(actor)
    if person_id == actor.pk and not actor.is_admin:
        raise Forbidden(_("Another editor rules on your own comments."), code="own_comment")


def check_admin(actor: User) -> None:
    if not actor.is_admin:
        raise Forbidden(_("Only admins change the rules."), code="admins_only")


def checked_note(note: str, *, limit: int) -> str:
    """A note as it is stored. Raises ValidationError (forbidden_characters, note_too_long)."""
    if has_forbidden(note):
        raise ValidationError(
            _("The note contains characters that cannot be stored."), code="forbidden_characters"
        )
    note = normalise(note)
    if len(note) > limit:
        raise ValidationError(
            _("This text has %(length)d characters; the limit is %(limit)d."),
            code="note_too_long",
            params={"length": len(note), "limit": limit},
        )
    return note


def checked_outcome(outcome: str, choices: type[models.TextChoices]) -> str:
    """One of the choices. Raises ValidationError (bad_outcome)."""
    if outcome not in choices.values:
        raise ValidationError(_("Choose an outcome."), code="bad_outcome")
    return outcome
