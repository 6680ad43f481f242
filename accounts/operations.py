"""What can be done to an account."""

import hashlib
import secrets
from datetime import datetime
from zoneinfo import available_timezones

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import limits, ports
from accounts.addresses import Origin
from accounts.erasure import announce_name, locked
from accounts.erasure import erase_account as erase_account
from accounts.errors import Forbidden
from accounts.models import (
    ADMINS,
    DIGEST,
    EDITORS,
    MAIL_KINDS,
    READERS,
    ROLES,
    ApiToken,
    Cadence,
    User,
)
from accounts.names import checked_name
from accounts.sanctions import check_may_govern, refusal_to_post
from accounts.sanctions import set_standing as set_standing
from folding import has_forbidden, normalise, skeleton
from record import log

BIO_LENGTH = User._meta.get_field("bio").max_length
TOKENS_PER_PERSON = 20


def create_account(
    *,
    actor: User | None,
    email: str,
    display_name: str | None = None,
    password: str | None = None,
    role: str = READERS,
) -> User:
    """Make an account whose address counts as verified, as a command on the host does.

    actor: an admin, or None for the host. Raises Forbidden (admins_only), ValidationError
    (email_taken, unknown_role, and those of a display name).
    """
    _check_admin(actor)
    email = User.objects.normalize_email(email).lower()
    if User.objects.filter(email=email).exists():
        raise ValidationError(_("There is an account with this address."), code="email_taken")
    named = {}
    if display_name is not None:
        # Whoever is made an editor may bear an editor's name.
        bearer = User(is_superuser=True) if role in (EDITORS, ADMINS) else None
        named["display_name"] = checked_name(display_name, user=bearer)
    with transaction.atomic():
        user = User.objects.create_user(email, password, **named)
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
        log.append(actor=actor, verb="create_account", subject=user, detail={})
        return set_role(actor=actor, user=user, role=role)


def _check_admin(actor: User | None) -> None:
    if actor is not None and not actor.is_admin:
        raise Forbidden(_("Only admins may do this."), code="admins_only")


def change_profile(
    *,
    actor: User,
    user: User,
    display_name: str,
    bio: str,
    time_zone: str,
) -> User:
    """Set what a person says of themself, and where they read the clock.

    bio: plain text, at most 280 characters; time_zone: an IANA name, or empty for the
    publisher's. An editor may do it for a reader. Raises Forbidden (sign_in, may_not_post or warned
    for a changed name or text, editors_only, admins_only), ValidationError keyed by field.
    """
    if not actor.is_authenticated:
        raise Forbidden(_("Sign in first."), code="sign_in")
    if actor.pk != user.pk:
        check_may_govern(actor, user)
    with transaction.atomic():
        user = locked(user)
        wanted = {
            "display_name": display_name,
            "bio": bio,
            "time_zone": time_zone,
        }
        wanted.update(_checked_profile(wanted, user))
        changed = [field for field, value in wanted.items() if getattr(user, field) != value]
        said_in_public = {"display_name", "bio"} & set(changed)
        refusal = refusal_to_post(user)
        if said_in_public and actor.pk == user.pk and refusal is not None:
            raise refusal
        if not changed:
            return user
        for field in changed:
            setattr(user, field, wanted[field])
        user.name_key = skeleton(user.display_name)
        _save_named(user)
        log.append(actor=actor, verb="change_profile", subject=user, detail={"changed": changed})
        if "display_name" in changed:
            announce_name(user)
    return user


def _checked_profile(wanted: dict, user: User) -> dict[str, str]:
    checked, errors = {}, {}
    for field, check in (
        (
            "display_name",
            lambda name: name if name == user.display_name else checked_name(name, user=user),
        ),
        ("bio", lambda text: text if text == user.bio else checked_bio(text)),
        ("time_zone", checked_time_zone),
    ):
        try:
            checked[field] = check(wanted[field])
        except ValidationError as error:
            errors[field] = error
    if errors:
        raise ValidationError(errors)
    return checked


def checked_bio(text: str) -> str:
    """The text in the form in which it is stored. Raises ValidationError (forbidden_characters,
    bio_too_long, bio_refused)."""
    if has_forbidden(text):
        raise ValidationError(
            _("This text contains characters that cannot be stored."), code="forbidden_characters"
        )
    text = " ".join(normalise(text).split())
    if len(text) > BIO_LENGTH:
        raise ValidationError(
            _("This text has %(length)d characters; the limit is %(limit)d."),
            code="bio_too_long",
            params={"length": len(text), "limit": BIO_LENGTH},
        )
    if text and not ports.name_allowed(text):
        raise ValidationError(
            _("This text does not pass our guidelines. Please change it."), code="bio_refused"
        )
    return text


def checked_time_zone(name: str) -> str:
    if name and name not in available_timezones():
        raise ValidationError(_("This is not a time zone we know."), code="unknown_time_zone")
    return name


def _save_named(user: User) -> None:
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        if not User.objects.with_look(user.display_name).exclude(pk=user.pk).exists():
            raise
        taken = ValidationError(
            _("This name is taken, or looks like one that is. Choose another."), code="name_taken"
        )
        raise ValidationError({"display_name": taken}) from error


def set_role(*, actor: User | None, user: User, role: str) -> User:
    """Make somebody a reader, an editor or an admin.

    actor: an admin, or None for a command on the host. Raises Forbidden (admins_only,
    own_account), ValidationError (unknown_role).
    """
    _check_admin(actor)
    if actor is not None and actor.pk == user.pk:
        # So that there is always one admin left.
        raise Forbidden(_("You cannot do this to your own account."), code="own_account")
    if role not in ROLES:
        raise ValidationError(_("There is no such role."), code="unknown_role")
    with transaction.atomic():
        user = locked(user)
        user.groups.remove(*Group.objects.filter(name__in=ROLES))
        user.groups.add(Group.objects.get_or_create(name=role)[0])
        user.is_staff = role in (EDITORS, ADMINS)
        user.is_superuser = user.is_superuser and role == ADMINS
        user.save(update_fields=["is_staff", "is_superuser"])
        log.append(actor=actor, verb="set_role", subject=user, detail={"role": role})
    return user


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def issue_token(
    *,
    actor: User | None,
    user: User,
    name: str,
    expires_at: datetime | None = None,
    origin: Origin | None = None,
) -> tuple[ApiToken, str]:
    """Make a bearer token and return it with its secret, which is shown this once.

    name: 1 to 60 characters, for its owner; expires_at: an aware time, or None for never.
    actor: the owner, or None for a command on the host. Raises Forbidden (not_yours,
    may_not_post), ValidationError (token_name, too_many_tokens, already_expired), TooMany.
    """
    _check_own(actor, user)
    if user.banned or not user.is_active:
        raise Forbidden(_("This account may not post at present."), code="may_not_post")
    name = "" if has_forbidden(name) else " ".join(normalise(name).split())
    if not 1 <= len(name) <= ApiToken._meta.get_field("name").max_length:
        raise ValidationError(_("Give the token a name of 1 to 60 characters."), code="token_name")
    if expires_at is not None and expires_at <= timezone.now():
        raise ValidationError(_("This time is over already."), code="already_expired")
    with transaction.atomic():
        limits.spend("token", actor=actor, origin=origin)
        locked(user)
        if user.tokens.count() >= TOKENS_PER_PERSON:
            raise ValidationError(
                _("You have %(limit)d tokens already. Revoke one first."),
                code="too_many_tokens",
                params={"limit": TOKENS_PER_PERSON},
            )
        secret = secrets.token_urlsafe(32)
        token = ApiToken.objects.create(
            user=user, name=name, digest=_digest(secret), expires_at=expires_at
        )
        log.append(actor=actor, verb="issue_token", subject=token, detail={"user": user.pk})
    return token, secret


def _check_own(actor: User | None, user: User) -> None:
    if actor is not None and actor.pk != user.pk:
        raise Forbidden(_("Only its owner may do this."), code="not_yours")


def revoke_token(*, actor: User | None, token: ApiToken) -> None:
    """End a token at once. Raises Forbidden (not_yours)."""
    _check_own(actor, token.user)
    with transaction.atomic():
        log.append(actor=actor, verb="revoke_token", subject=token, detail={"user": token.user_id})
        token.delete()


def user_for_token(secret: str) -> User | None:
    """Whose token this is, in one query; None for one that is unknown, expired or of a closed
    account."""
    token = (
        ApiToken.objects.select_related("user")
        .filter(digest=_digest(secret), user__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
        .first()
    )
    return token.user if token else None


def choose_mail(
    *,
    actor: User,
    user: User,
    replies: str,
    decisions: str,
    mentions: str,
    followed: str,
    urgent: str = Cadence.NEVER,
) -> User:
    """Set when mail of each kind leaves: now, daily or never.

    urgent: of what waits at the desk; now or never, and to editors alone. Raises Forbidden
    (not_yours), ValidationError keyed by kind (unknown_cadence, editors_only).
    """
    _check_own(actor, user)
    wanted = {
        "replies": replies,
        "decisions": decisions,
        "mentions": mentions,
        "followed": followed,
        "urgent": urgent,
    }
    unknown = {
        kind: ValidationError(_("Choose one of these."), code="unknown_cadence")
        for kind, cadence in wanted.items()
        if cadence not in Cadence or (kind == "urgent" and cadence == Cadence.DAILY)
    }
    if urgent != Cadence.NEVER and not user.is_editor:
        unknown["urgent"] = ValidationError(_("Only editors see the queue."), code="editors_only")
    if unknown:
        raise ValidationError(unknown)
    with transaction.atomic():
        user = locked(user)
        changed = []
        for kind, cadence in wanted.items():
            if getattr(user, MAIL_KINDS[kind]) != cadence:
                setattr(user, MAIL_KINDS[kind], cadence)
                changed.append(kind)
        if changed:
            user.save(update_fields=[MAIL_KINDS[kind] for kind in changed])
            log.append(actor=actor, verb="choose_mail", subject=user, detail={"changed": changed})
    return user


def stop_mail(*, user: User, kind: str) -> None:
    """Send no more mail of a kind of MAIL_KINDS, or no more DIGEST: the link in each mail says so.

    The signed link is the permission. Raises ValidationError (unknown_kind).
    """
    if kind not in {*MAIL_KINDS, DIGEST}:
        raise ValidationError(_("There is no such kind of mail."), code="unknown_kind")
    with transaction.atomic():
        user = locked(user)
        ended = [
            field
            for known, field in MAIL_KINDS.items()
            if (getattr(user, field) == Cadence.DAILY if kind == DIGEST else known == kind)
            and getattr(user, field) != Cadence.NEVER
        ]
        if ended:
            for field in ended:
                setattr(user, field, Cadence.NEVER)
            user.save(update_fields=ended)
            log.append(actor=user, verb="stop_mail", subject=user, detail={"kind": kind})
