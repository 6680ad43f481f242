"""What editors impose on people: given, lifted and acknowledged here alone, with what follows from
it written on the account, where every request finds it."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.erasure import end_sessions, locked
from accounts.errors import Conflict, Forbidden
from accounts.models import Sanction, User
from accounts.tasks import mail_sanction
from folding import has_forbidden, normalise
from record import log

Kind = Sanction.Kind
NOTE_LENGTH = Sanction._meta.get_field("note").max_length
# How long the desk offers to suspend somebody, by the word that its forms say it with.
SUSPENSIONS = {"1h": timedelta(hours=1), "24h": timedelta(hours=24), "7d": timedelta(days=7)}
UNCHANGED = object()
_FACTS = {Kind.WARN: "warned", Kind.APPROVAL: "restricted", Kind.BAN: "banned"}


def check_may_govern(actor: User | None, user: User) -> None:
    """Editors govern readers, admins everyone, nobody themselves; None is the host or machine.

    Raises Forbidden (editors_only, own_account, admins_only).
    """
    if actor is None:
        return
    if not (actor.is_authenticated and actor.is_editor):
        raise Forbidden(_("Only editors may do this."), code="editors_only")
    if actor.pk == user.pk:
        raise Forbidden(_("You cannot do this to your own account."), code="own_account")
    if user.has_editors_role and not actor.is_admin:
        raise Forbidden(_("Only admins may do this to an editor."), code="admins_only")


def give(
    *,
    actor: User | None,
    user: User,
    kind: str,
    until: datetime | None = None,
    note: str = "",
    about_comment: int | None = None,
    with_comments: bool = False,
) -> Sanction:
    """Impose a sanction, at once; the person is told by mail and on their account page.

    kind: of Sanction.Kind. until: an aware time, of a suspension alone. note: why, to the person,
    at most 1,000 characters; a warning needs one. about_comment: number of the comment it follows
    from. with_comments: tell the person that all they wrote is rejected as well. A ban ends every
    session and token. actor: an editor, or None for the host. Raises Forbidden (editors_only,
    own_account, admins_only), ValidationError (bad_kind, bad_until, note_missing, note_too_long,
    forbidden_characters), Conflict (already_so, gone).
    """
    check_may_govern(actor, user)
    if kind not in Kind.values:
        raise ValidationError(_("There is no such sanction."), code="bad_kind")
    if (kind == Kind.SUSPEND) != (until is not None) or (until and until <= timezone.now()):
        raise ValidationError(_("Say until when, and no time that is over."), code="bad_until")
    note = _checked_note(note)
    if kind == Kind.WARN and not note:
        raise ValidationError(_("Write what you warn them of."), code="note_missing")
    with transaction.atomic():
        user = locked(user)
        if user.erased_at is not None:
            raise Conflict(_("This account has been erased."), code="gone")
        if kind in (Kind.APPROVAL, Kind.BAN) and getattr(user, _FACTS[kind]):
            raise Conflict(_("This is in force already."), code="already_so")
        made = _impose(
            actor,
            user,
            kind,
            until=until,
            note=note,
            about_comment=about_comment,
            with_comments=with_comments,
        )
        _settle(user, kind)
        log.append(
            actor=actor,
            verb="give_sanction",
            subject=user,
            detail={
                "sanction": made.pk,
                "kind": kind,
                "until": until.isoformat() if until else None,
                "comment": about_comment,
            },
        )
    return made


def lift(*, actor: User | None, sanction: Sanction) -> Sanction:
    """End a sanction before its time; the person is told. What others in force say stays.

    actor: an editor, or None for the host. Raises Forbidden (editors_only, own_account,
    admins_only), Conflict (over).
    """
    check_may_govern(actor, sanction.user)
    with transaction.atomic():
        user = locked(sanction.user)
        found = Sanction.objects.in_force().filter(pk=sanction.pk).first()
        if found is None:
            raise Conflict(_("This sanction is over already."), code="over")
        _lift(actor, found)
        _settle(user, found.kind)
        log.append(
            actor=actor,
            verb="lift_sanction",
            subject=user,
            detail={"sanction": found.pk, "kind": found.kind},
        )
    return found


def acknowledge(*, actor: User, sanction: Sanction) -> Sanction:
    """Say that one has read a warning, and may post again. Twice changes nothing.

    Raises Forbidden (not_yours), ValidationError (bad_kind) for what is no warning.
    """
    if actor.pk != sanction.user_id:
        raise Forbidden(_("Only its owner may do this."), code="not_yours")
    if sanction.kind != Kind.WARN:
        raise ValidationError(_("Only a warning is acknowledged."), code="bad_kind")
    with transaction.atomic():
        user = locked(actor)
        found = Sanction.objects.get(pk=sanction.pk)
        if found.is_in_force():
            found.acknowledged_at = timezone.now()
            found.save(update_fields=["acknowledged_at"])
            _settle(user, found.kind)
            log.append(
                actor=actor,
                verb="acknowledge_warning",
                subject=user,
                detail={"sanction": found.pk},
            )
    return found


def set_standing(
    *,
    actor: User | None,
    user: User,
    restricted: bool | None = None,
    suspended_until: datetime | None | object = UNCHANGED,
    banned: bool | None = None,
) -> User:
    """Restrict, suspend or ban somebody, or lift it; what is not named stays as it is.

    suspended_until: an aware time, or None to lift. A ban ends every session and token at once.
    Each change gives or lifts a sanction without a note. actor: an editor, or None for the machine.
    Raises Forbidden (editors_only, own_account, admins_only).
    """
    check_may_govern(actor, user)
    with transaction.atomic():
        user = locked(user)
        detail: dict[str, object] = {}
        for kind, wanted in ((Kind.APPROVAL, restricted), (Kind.BAN, banned)):
            if wanted is None:
                continue
            detail[_FACTS[kind]] = wanted
            if wanted and not getattr(user, _FACTS[kind]):
                _impose(actor, user, kind)
            elif not wanted:
                _lift_all(actor, user, kind)
            _settle(user, kind)
        if suspended_until is not UNCHANGED:
            detail["suspended_until"] = suspended_until.isoformat() if suspended_until else None
            _lift_all(actor, user, Kind.SUSPEND)
            if suspended_until and suspended_until > timezone.now():
                _impose(actor, user, Kind.SUSPEND, until=suspended_until)
            _settle(user, Kind.SUSPEND)
        log.append(actor=actor, verb="set_standing", subject=user, detail=detail)
    return user


def warning_of(user: User) -> Sanction | None:
    """The oldest warning that this person has not acknowledged."""
    if not user.warned:
        return None
    return user.sanctions.in_force().filter(kind=Kind.WARN).order_by("pk").first()


def refusal_to_post(user: User) -> Forbidden | None:
    """Why this person may not post now, in words to them; None: they may."""
    if user.may_post():
        return None
    warning = warning_of(user)
    # Whoever is also suspended or banned gains nothing by acknowledging it first.
    if warning is None or user.banned or user.is_suspended() or not user.is_active:
        return Forbidden(_("This account may not post at present."), code="may_not_post")
    return Forbidden(
        _(
            "An editor has warned you: “%(note)s” Acknowledge the warning on your account page to"
            " post again."
        )
        % {"note": warning.note},
        code="warned",
    )


def _impose(actor: User | None, user: User, kind: str, **facts: object) -> Sanction:
    made = Sanction.objects.create(user=user, kind=kind, given_by=actor, **facts)
    if kind == Kind.BAN:
        end_sessions(user)
        user.tokens.all().delete()
    _mail_later(made)
    return made


def _lift_all(actor: User | None, user: User, kind: str) -> None:
    for sanction in user.sanctions.in_force().filter(kind=kind):
        _lift(actor, sanction)


def _lift(actor: User | None, sanction: Sanction) -> None:
    sanction.lifted_at, sanction.lifted_by = timezone.now(), actor
    sanction.save(update_fields=["lifted_at", "lifted_by"])
    _mail_later(sanction)


def _mail_later(sanction: Sanction) -> None:
    transaction.on_commit(lambda: mail_sanction.ring(sanction.pk), robust=True)


def _settle(user: User, kind: str) -> None:
    """Write on the account what the sanctions of a kind that are in force come to."""
    standing = user.sanctions.in_force().filter(kind=kind).order_by("-until")
    if kind == Kind.SUSPEND:
        user.suspended_until = standing.values_list("until", flat=True).first()
        user.save(update_fields=["suspended_until"])
    else:
        setattr(user, _FACTS[kind], standing.exists())
        user.save(update_fields=[_FACTS[kind]])


def _checked_note(note: str) -> str:
    if has_forbidden(note):
        raise ValidationError(
            _("The note contains characters that cannot be stored."), code="forbidden_characters"
        )
    note = normalise(note).strip()
    if len(note) > NOTE_LENGTH:
        raise ValidationError(
            _("This text has %(length)d characters; the limit is %(limit)d."),
            code="note_too_long",
            params={"length": len(note), "limit": NOTE_LENGTH},
        )
    return note
