"""Where somebody is signed in, and ending it."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import Forbidden
from accounts.models import User
from record import log


def sign_ins_of(user: User) -> list[UserSession]:
    """Where this person is signed in now, newest first; what has ended meanwhile is forgotten."""
    found = UserSession.objects.purge_and_list(user)
    return sorted(found, key=lambda session: session.created_at, reverse=True)


def end_sign_in(*, actor: User, session: UserSession) -> None:
    """Sign out one place, at once. Raises Forbidden (not_yours)."""
    if session.user_id != actor.pk:
        raise Forbidden(_("Only its owner may do this."), code="not_yours")
    with transaction.atomic():
        session.end()
        log.append(actor=actor, verb="end_sign_in", subject=actor, detail={})


def end_other_sign_ins(*, actor: User, current_key: str) -> int:
    """Sign out every place but the one with this session key. Returns how many."""
    with transaction.atomic():
        others = list(UserSession.objects.filter(user=actor).exclude(session_key=current_key))
        for session in others:
            session.end()
        if others:
            log.append(
                actor=actor, verb="end_sign_ins", subject=actor, detail={"count": len(others)}
            )
    return len(others)


def end_all_sign_ins() -> None:
    """Sign everybody out, on the host: after a restore, who was signed in then need not be now."""
    Session.objects.all().delete()
    UserSession.objects.all().delete()


def without_second_step() -> QuerySet[User]:
    """Those who decide and have neither a passkey nor an app for codes."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    second = Authenticator.objects.filter(user=OuterRef("pk"), type__in=kinds)
    return User.objects.editors().filter(~Exists(second), is_active=True)
