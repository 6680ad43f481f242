"""Leaving: asking for it, thinking better of it, and what an erasure removes."""

import contextlib
import json
import logging
import time
from datetime import datetime, timedelta
from smtplib import SMTPException

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.mail import EmailMessage
from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import ports
from accounts.errors import Conflict, Forbidden
from accounts.models import MAIL_KINDS, Cadence, Ignored, User
from record import log

SECOND_THOUGHTS = timedelta(days=1)
_SALT = "accounts.keep"
_EMPTIED_WITHIN = 5.0  # seconds that emptying the write-ahead log may take
logger = logging.getLogger(__name__)


def locked(user: User) -> User:
    """The account as it is now, until the transaction ends."""
    return User.objects.select_for_update().get(pk=user.pk)


def end_sessions(user: User) -> None:
    """Sign somebody out everywhere, at once."""
    for session in UserSession.objects.filter(user=user):
        session.end()


def announce_name(user: User) -> None:
    """Tell the apps above that this person is called otherwise now."""
    for part in ports.renamed_parts:
        part(user)


def nobodys_name(user: User) -> str:
    """What an erased account is called."""
    return f"Deleted reader {user.pk}"


# --- Asking, and thinking better of it ----------------------------------------------------------


def ask_erasure(*, actor: User, user: User, words: bool) -> User:
    """Have an account erased in a day; until then it cannot post, and may be kept after all.

    words: remove the comments too, instead of leaving the live ones without a name. A mail tells
    how to call it off. Raises Forbidden (not_yours, admins_stay), Conflict (already_asked).
    """
    if actor.pk != user.pk:
        raise Forbidden(_("Only its owner may do this."), code="not_yours")
    _check_no_admin(user)
    with transaction.atomic():
        user = locked(user)
        if user.erase_after is not None or user.erased_at is not None:
            raise Conflict(_("This account is about to be erased already."), code="already_asked")
        user.erase_after = timezone.now() + SECOND_THOUGHTS
        user.erase_words = words
        user.save(update_fields=["erase_after", "erase_words"])
        log.append(actor=actor, verb="ask_erasure", subject=user, detail={"words": words})
        transaction.on_commit(lambda: _mail_second_thoughts(user), robust=True)
    return user


def call_off_erasure(*, actor: User | None, user: User) -> User:
    """Keep an account that was to be erased. Calling off twice changes nothing.

    actor: the owner, whom the signed link in the mail proves as well, or None for the host.
    Raises Forbidden (not_yours).
    """
    if actor is not None and actor.pk != user.pk:
        raise Forbidden(_("Only its owner may do this."), code="not_yours")
    with transaction.atomic():
        user = locked(user)
        if user.erase_after is not None and user.erased_at is None:
            user.erase_after, user.erase_words = None, False
            user.save(update_fields=["erase_after", "erase_words"])
            log.append(actor=actor, verb="call_off_erasure", subject=user, detail={})
    return user


def keep_url(user: User) -> str:
    """The absolute, signed address that calls this very erasure off."""
    token = signing.dumps([user.pk, user.erase_after.isoformat()], salt=_SALT)
    return settings.SITE_URL + reverse("keep_account_by_mail", args=[token])


def read_keep(token: str) -> User | None:
    """Whose erasure the link calls off; None for a link that is not ours or has had its time."""
    try:
        user_id, due = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    moment = datetime.fromisoformat(due)
    return User.objects.filter(pk=user_id, erase_after=moment, erased_at=None).first()


def _mail_second_thoughts(user: User) -> None:
    context = {
        "user": user,
        "keep_url": keep_url(user),
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }
    zone = user.time_zone or settings.PUBLISHER_TIME_ZONE
    with translation.override(user.language or settings.LANGUAGE_CODE), timezone.override(zone):
        subject = render_to_string("accounts/mail/erasure_subject.txt", context).strip()
        body = render_to_string("accounts/mail/erasure_body.txt", context)
    headers = {"Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(subject, body, to=[user.email], headers=headers).send()
    except (OSError, SMTPException) as error:
        # The same words stand on every page of theirs.
        logger.warning("mail server away (%s): an erasure was not told", type(error).__name__)


# --- Carrying it out ----------------------------------------------------------------------------


def erase_due(*, now: datetime | None = None, seconds: float = 10.0) -> int:
    """Carry out the erasures whose day is over, as far as `seconds` reach. Returns how many.

    What is begun and not finished goes on with the next call.
    """
    until = time.monotonic() + seconds
    due = User.objects.filter(erase_after__lte=now or timezone.now(), erased_at=None)
    done = 0
    for user in due.order_by("erase_after"):
        if user.has_admins_role:
            # Made one since: admins stay until another admin has made them a reader.
            call_off_erasure(actor=None, user=user)
            continue
        try:
            done += _carry_out(actor=None, user=user, until=until) is not None
        except Exception as error:
            # One account that resists must not keep the others. Its row might be in the message.
            logger.error("account %d was not erased: %s", user.pk, type(error).__name__)
        if time.monotonic() > until:
            break
    return done


def erase_account(*, actor: User | None, user: User, words: bool = False) -> User:
    """Erase a person at once and leave their number; see `ask_erasure` for the day's grace.

    words: remove the comments too; else the live ones stay, under a name that is nobody's, and
    what readers cannot see goes. actor: the person, an admin, or None for a command on the host.
    Raises Forbidden (not_yours, admins_stay: an admin is made a reader first, by another admin).
    """
    if actor is not None and actor.pk != user.pk and not actor.is_admin:
        raise Forbidden(_("Only its owner may do this."), code="not_yours")
    _check_no_admin(user)
    with transaction.atomic():
        row = locked(user)
        if row.erased_at is not None:
            return row
        # From here on nothing new is written, and what is interrupted is finished by the sweep.
        row.erase_after, row.erase_words = timezone.now(), words
        row.save(update_fields=["erase_after", "erase_words"])
    return _carry_out(actor=actor, user=row, until=None)


def _check_no_admin(user: User) -> None:
    if user.has_admins_role:
        raise Forbidden(
            _("An admin's account cannot be erased. Ask another admin to make it a reader's."),
            code="admins_stay",
        )


def _carry_out(*, actor: User | None, user: User, until: float | None) -> User | None:
    """The words in small transactions, then the person in one. None: the time ran out before."""
    for step in ports.erase_steps:
        while step(user):
            if until is not None and time.monotonic() > until:
                return None
    # Read before the transaction: nothing slow while others wait to write.
    named_in = _sessions_naming(user)
    with transaction.atomic():
        user = locked(user)
        if user.erased_at is not None or user.erase_after is None:
            return user
        for part in ports.erase_parts:
            part(user)
        Session.objects.filter(session_key__in=named_in).delete()
        _scrub(user)
        # Whoever restores a backup has to repeat it as it was.
        detail = {"words": user.erase_words}
        log.append(actor=actor, verb="erase_account", subject=user, detail=detail)
        announce_name(user)
        transaction.on_commit(empty_write_ahead_log, robust=True)
    return user


def _sessions_naming(user: User) -> list[str]:
    """Sessions that hold this person's number or address, half-finished sign-ins included."""
    address, number = json.dumps(user.email).lower(), str(user.pk)
    found = []
    for session in Session.objects.iterator(chunk_size=500):
        said = session.get_decoded()
        if said.get("_auth_user_id") == number or address in json.dumps(said).lower():
            found.append(session.session_key)
    return found


def _scrub(user: User) -> None:
    end_sessions(user)
    user.tokens.all().delete()
    for belongings in (EmailAddress, Authenticator, SocialAccount):
        belongings.objects.filter(user=user).delete()
    Ignored.objects.filter(Q(user=user) | Q(person=user)).delete()
    # That there was one, and how it ended, stays; what was written of them goes.
    user.sanctions.update(note="", about_comment=None)
    user.groups.clear()
    user.user_permissions.clear()
    user.email = f"erased-{user.pk}@erased.invalid"
    user.display_name = nobodys_name(user)
    # No name's key has a hyphen in it, so this one is free.
    user.name_key = f"erased-{user.pk}"
    user.bio = user.time_zone = user.language = ""
    user.set_unusable_password()
    user.is_active = user.is_staff = user.is_superuser = False
    for field in MAIL_KINDS.values():
        setattr(user, field, Cadence.NEVER)
    user.digested_on = None
    user.last_login = None
    user.erase_after = None
    user.erased_at = timezone.now()
    user.save()
    # The admin's own history calls people by the name they had then.
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk)
    ).update(object_repr=user.display_name)


def empty_write_ahead_log() -> bool:
    """Have SQLite write what changed into its file and empty the log beside it, which still holds
    pages as they were. Says whether it did; elsewhere there is nothing to do."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return connection.vendor != "sqlite"
    until = time.monotonic() + _EMPTIED_WITHIN
    while True:
        with contextlib.suppress(OperationalError), connection.cursor() as cursor:
            busy, _pages, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return True
        if time.monotonic() > until:
            logger.warning("the write-ahead log is in use: it will be emptied later")
            return False
        time.sleep(0.05)


def clear_sessions() -> None:
    """Forget sessions that have run out, and empty the write-ahead log once a day at least."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    empty_write_ahead_log()
