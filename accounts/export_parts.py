"""What accounts itself keeps about a person, for their export."""

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.utils.translation import gettext as _

from accounts.devices import told
from accounts.export import Section, in_chunks
from accounts.models import MAIL_KINDS, ApiToken, Ignored, Sanction, User
from record.models import Entry


def sections(user: User) -> Iterator[Section]:
    """The account, the ways into it, whom it ignores, and what the log says of it."""
    yield Section(
        name="account",
        title=_("Account"),
        labels={
            "display_name": _("Display name"),
            "email": _("Email address"),
            "about_you": _("About you"),
            "time_zone": _("Time zone"),
            "language": _("Language"),
            "roles": _("Roles"),
            "joined": _("Joined"),
            "last_signed_in": _("Last signed in"),
            "restricted": _("Every comment waits for an editor"),
            "suspended_until": _("Suspended until"),
            "banned": _("Banned"),
            "warned": _("A warning waits to be acknowledged"),
            "to_be_erased": _("To be erased"),
        },
        lead="display_name",
        words=frozenset({"about_you"}),
        rows=[_account(user)],
    )
    yield Section(
        name="email_addresses",
        title=_("Email addresses"),
        labels={"address": _("Address"), "verified": _("Verified"), "primary": _("In use")},
        lead="address",
        rows=in_chunks(
            EmailAddress.objects.filter(user=user),
            lambda row: {"address": row.email, "verified": row.verified, "primary": row.primary},
        ),
    )
    yield Section(
        name="keys",
        title=_("Passkeys and second steps"),
        about=_("Names and dates. The secrets themselves open your account and are not exported."),
        labels={
            "name": _("Name"),
            "kind": _("Kind"),
            "added": _("Added"),
            "last_used": _("Last used"),
        },
        lead="name",
        rows=in_chunks(Authenticator.objects.filter(user=user), _key),
    )
    yield Section(
        name="sign_ins",
        title=_("Where you are signed in"),
        labels={"device": _("Device"), "since": _("Since")},
        lead="device",
        rows=in_chunks(
            UserSession.objects.filter(user=user),
            lambda row: {"device": told(row.user_agent), "since": row.created_at},
        ),
    )
    yield Section(
        name="connected_accounts",
        title=_("Connected accounts"),
        labels={
            "provider": _("Provider"),
            "number_there": _("Your number there"),
            "connected": _("Connected"),
        },
        lead="provider",
        rows=in_chunks(SocialAccount.objects.filter(user=user), _connection),
    )
    yield Section(
        name="tokens",
        title=_("Tokens for programs"),
        about=_("Names and dates. We keep no copy of a token itself."),
        labels={"name": _("Name"), "made": _("Made"), "ends": _("Ends")},
        lead="name",
        rows=in_chunks(
            ApiToken.objects.filter(user=user),
            lambda row: {"name": row.name, "made": row.created_at, "ends": row.expires_at},
        ),
    )
    yield Section(
        name="ignored_people",
        title=_("People you ignore"),
        labels={"person": _("Name"), "since": _("Since")},
        lead="person",
        rows=in_chunks(
            Ignored.objects.filter(user=user).select_related("person"),
            lambda row: {
                "person": row.person.display_name,
                "person_number": row.person_id,
                "since": row.created_at,
            },
        ),
    )
    yield Section(
        name="sanctions",
        title=_("What editors decided about your account"),
        labels={
            "kind": _("What"),
            "at": _("When"),
            "until": _("Until"),
            "note": _("The editor’s words"),
            "comment": _("Comment"),
            "acknowledged": _("Acknowledged"),
            "lifted": _("Lifted"),
        },
        lead="kind",
        words=frozenset({"note"}),
        rows=in_chunks(Sanction.objects.filter(user=user), _sanction),
    )
    yield Section(
        name="log",
        title=_("The log of this account"),
        about=_("What was done to the account, and when. It says what kind of thing, never words."),
        labels={"at": _("When"), "what": _("What")},
        lead="what",
        rows=in_chunks(
            Entry.objects.about(user),
            lambda row: {
                "deed": row.verb,
                "what": row.verb.replace("_", " ").capitalize(),
                "at": row.at,
                "detail": row.detail,
            },
        ),
    )


def _sanction(row: Sanction) -> dict:
    return {
        "kind": row.get_kind_display(),
        "code": row.kind,
        "at": row.given_at,
        "until": row.until,
        "note": row.note,
        "comment": f"{settings.SITE_URL}/c/{row.about_comment}/" if row.about_comment else None,
        "acknowledged": row.acknowledged_at,
        "lifted": row.lifted_at,
    }


def _account(user: User) -> dict:
    return {
        "number": user.pk,
        "display_name": user.display_name,
        "email": user.email,
        "about_you": user.bio,
        "time_zone": user.time_zone,
        "language": user.language,
        "roles": sorted(user.role_names),
        "joined": user.date_joined,
        "last_signed_in": user.last_login,
        "mail": {kind: getattr(user, field) for kind, field in MAIL_KINDS.items()},
        "restricted": user.restricted,
        "suspended_until": user.suspended_until,
        "warned": user.warned,
        "banned": user.banned,
        "to_be_erased": user.erase_after,
    }


def _key(row: Authenticator) -> dict:
    kinds = {
        Authenticator.Type.TOTP: _("Authenticator app"),
        Authenticator.Type.WEBAUTHN: _("Passkey"),
        Authenticator.Type.RECOVERY_CODES: _("Recovery codes"),
    }
    kind = kinds.get(row.type, row.type)
    named = row.type == Authenticator.Type.WEBAUTHN
    return {
        "name": str(row.wrap()) if named else kind,
        "kind": kind,
        "added": row.created_at,
        "last_used": row.last_used_at,
    }


def _connection(row: SocialAccount) -> dict:
    return {
        "provider": row.provider,
        "number_there": row.uid,
        "connected": row.date_joined,
        "told_by_provider": row.extra_data,
    }
