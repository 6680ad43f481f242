"""Notices that a comment is against the law: received from anybody, settled by an editor."""

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import limits
from accounts.addresses import Origin
from accounts.errors import Conflict
from accounts.models import User
from comments import operations as comments
from comments.models import Comment
from moderation.models import DecisionRecord, LegalNotice
from moderation.operations.permissions import check_may_rule_on, checked_note, checked_outcome
from moderation.operations.ruling import rule
from moderation.signals import legal_notice_changed
from record import log

WHY_LENGTH = 2_000  # characters
Outcome = LegalNotice.Outcome


def give_legal_notice(
    *,
    notifier: User | None,
    comment: Comment,
    why: str,
    law: str,
    name: str = "",
    email: str = "",
    about_minors: bool = False,
    good_faith: bool = False,
    origin: Origin | None = None,
) -> LegalNotice:
    """Bring a live comment before the editors as illegal, with an account or without.

    why: at most 2,000 characters; law: the law or country, 200; name: 100. Name and address may
    be left out where it is about sexual abuse of minors. A receipt is mailed to the address.
    Raises ValidationError keyed by field (missing, forbidden_characters, note_too_long,
    good_faith), TooMany (too_fast), ObjectDoesNotExist for what is not public.
    """
    if not comment.is_live or not comment.call_to_action.article.is_live():
        raise ObjectDoesNotExist
    given = _checked(
        {"why": (why, WHY_LENGTH), "law": (law, 200), "name": (name, 100), "email": (email, 254)},
        optional={"name", "email"} if about_minors else set(),
        good_faith=good_faith,
    )
    with transaction.atomic():
        # Whoever gives no address is known by the name they sign with, if any.
        subject = given["email"] or given["name"]
        limits.spend("legal_notice", actor=notifier, origin=origin, subjects=(subject,))
        made = LegalNotice.objects.create(
            comment=comment, notifier=notifier, about_minors=about_minors, **given
        )
        log.append(
            actor=notifier, verb="give_legal_notice", subject=made, detail={"comment": comment.pk}
        )
        _announce(made)
    return made


def _checked(
    given: dict[str, tuple[str, int]], *, optional: set[str], good_faith: bool
) -> dict[str, str]:
    checked, errors = {}, {}
    for field, (text, limit) in given.items():
        try:
            checked[field] = checked_note(text, limit=limit).strip()
            if not checked[field] and field not in optional:
                raise ValidationError(_("Please fill this in."), code="missing")
            if field == "email" and checked[field]:
                validate_email(checked[field])
        except ValidationError as error:
            errors[field] = error
    if not good_faith:
        errors["good_faith"] = ValidationError(
            _("We can act on a notice only if you state this."), code="good_faith"
        )
    if errors:
        raise ValidationError(errors)
    return checked | {"email": checked["email"].lower()}


def settle_legal_notice(
    *, actor: User, notice: LegalNotice, revision_id: int, outcome: str, answer: str
) -> LegalNotice:
    """Decide on a notice; the reason is mailed to whoever sent it.

    revision_id: the text that was read. outcome: removed (rejects the comment as illegal), gone
    (it was not shown any more), not_illegal. answer: the reason, 1 to 1,000 characters. Raises
    Forbidden (editors_only, own_comment), ValidationError (bad_outcome, missing,
    forbidden_characters, note_too_long, still_shown), Conflict (already_so, and those of rule).
    """
    check_may_rule_on(actor, notice.comment.author_id)
    outcome = checked_outcome(outcome, Outcome)
    answer = checked_note(answer, limit=1_000).strip()
    if not answer:
        raise ValidationError(_("Write the reason: it is mailed with the outcome."), code="missing")
    with transaction.atomic():
        row = comments.locked(notice.comment)
        found = LegalNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
        if found.settled_at is not None:
            raise Conflict(_("Another editor has already settled this notice."), code="already_so")
        if outcome == Outcome.GONE and row.is_live:
            raise ValidationError(_("Readers still see this comment."), code="still_shown")
        if outcome == Outcome.REMOVED:
            found.decision = rule(
                actor=actor,
                comment=row,
                revision_id=revision_id,
                outcome=DecisionRecord.Outcome.REJECT,
                reason="illegal",
            )
        found.outcome, found.answer = outcome, answer
        found.settled_at, found.settled_by = timezone.now(), actor
        found.save()
        log.append(
            actor=actor, verb="settle_legal_notice", subject=found, detail={"outcome": outcome}
        )
        _announce(found)
    return found


def _announce(notice: LegalNotice) -> None:
    transaction.on_commit(
        lambda: legal_notice_changed.send(LegalNotice, notice_id=notice.pk), robust=True
    )
