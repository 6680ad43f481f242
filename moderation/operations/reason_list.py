"""The list of reasons for which editors reject, and the notes they send often: kept by admins."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from moderation import reasons
from moderation.models import CannedNote, RejectionReason
from moderation.operations.permissions import check_admin, checked_note
from record import log

# Notices of illegal content are settled with it.
KEPT = frozenset(("illegal",))


def save_reason(*, actor: User, reason: RejectionReason) -> RejectionReason:
    """Add a reason, or say it otherwise, move it, retire it or offer it again.

    Its code stays, so that decisions that were made keep telling it; none is deleted. Raises
    Forbidden (admins_only), ValidationError keyed by field (code_fixed, code_taken, told_missing,
    bad_key, needed, forbidden_characters, and those of the model).
    """
    check_admin(actor)
    reason.told = _checked(reason.told, "told", limit=200)
    with transaction.atomic():
        before = RejectionReason.objects.select_for_update().filter(pk=reason.pk).first()
        reason.code = reason.code.lower()
        _refuse(reason, before)
        reason.full_clean()
        reason.save()
        log.append(
            actor=actor,
            verb="save_reason",
            subject=reason,
            detail={
                "code": reason.code,
                "guideline": reason.guideline.code if reason.guideline else "",
                "active": reason.active,
                "reworded": before is not None and before.told != reason.told,
            },
        )
        transaction.on_commit(reasons.forget, robust=True)
    return reason


def save_canned_note(*, actor: User, note: CannedNote) -> CannedNote:
    """Add a note that editors may send, or change it.

    Raises Forbidden (admins_only), ValidationError keyed by field.
    """
    check_admin(actor)
    note.text = _checked(note.text, "text", limit=1_000)
    with transaction.atomic():
        note.full_clean()
        note.save()
        log.append(actor=actor, verb="save_canned_note", subject=note, detail={})
        transaction.on_commit(reasons.forget, robust=True)
    return note


def delete_canned_note(*, actor: User, note: CannedNote) -> None:
    """Offer a note no more. Raises Forbidden (admins_only)."""
    check_admin(actor)
    with transaction.atomic():
        log.append(actor=actor, verb="delete_canned_note", subject=note, detail={})
        note.delete()
        transaction.on_commit(reasons.forget, robust=True)


def _refuse(reason: RejectionReason, before: RejectionReason | None) -> None:
    errors: dict[str, ValidationError] = {}
    if before is not None and before.code != reason.code:
        errors["code"] = ValidationError(
            _("Decisions that were made name it so."), code="code_fixed"
        )
    elif reason.code in reasons.ALL and reason.code not in reasons.EDITOR:
        errors["code"] = ValidationError(_("Our checks use this code."), code="code_taken")
    if not reason.told and reason.code not in reasons.EDITOR:
        errors["told"] = ValidationError(_("Write what the author is told."), code="told_missing")
    if not (reason.key.isascii() and reason.key.isalnum() and reason.key == reason.key.lower()):
        errors["key"] = ValidationError(
            _("A small letter from a to z, or a digit."), code="bad_key"
        )
    if not reason.active and reason.code in KEPT:
        errors["active"] = ValidationError(
            _("Notices of illegal content are settled with this one."), code="needed"
        )
    if errors:
        raise ValidationError(errors)


def _checked(text: str, field: str, *, limit: int) -> str:
    try:
        return checked_note(text, limit=limit).strip()
    except ValidationError as error:
        raise ValidationError({field: error}) from error
