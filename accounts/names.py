"""Which display names may stand."""

import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import ports
from accounts.models import User
from folding import has_forbidden, is_blank, normalise, skeleton

SHORTEST, LONGEST = 2, 40  # characters
KEY_LENGTH = User._meta.get_field("name_key").max_length

# Nobody but the people who run the place may be taken for them: offices as a whole name, titles
# as any word of one.
_OFFICES = ("mod", "mods", "root", "system", "support", "help", "security", "staff", "team")
_TITLES = ("admin", "admins", "administrator", "moderator", "moderators", "editor", "editors")
_TITLES += ("editorial", "webmaster", "postmaster", "sysadmin", "superuser")
_NOBODY = ("anonymous", "anonymous user", "deleted", "erased", "null", "undefined", "none", "me")

_DIRECTION_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))


def checked_name(name: str, *, user: User | None = None) -> str:
    """The name in the form in which it is stored, if it may stand.

    user: whose name it is to be, or None at sign-up. Raises ValidationError with code
    forbidden_characters, name_too_short, name_too_long, name_is_address, name_unreadable,
    name_reserved, name_taken or name_refused. That the look is unique, the database has the
    last word on.
    """
    if has_forbidden(name):
        raise ValidationError(
            _("This name contains characters that cannot be stored."), code="forbidden_characters"
        )
    name = " ".join(normalise(name).translate(_DIRECTION_MARKS).split())
    if len(name) > LONGEST:
        raise ValidationError(
            _("A display name has at most %(limit)d characters; this one has %(length)d."),
            code="name_too_long",
            params={"limit": LONGEST, "length": len(name)},
        )
    if _visible(name) < SHORTEST:
        raise ValidationError(
            _("A display name has at least %(limit)d visible characters."),
            code="name_too_short",
            params={"limit": SHORTEST},
        )
    if "@" in name or "://" in name:
        raise ValidationError(
            _("Choose a name that is not an address: every reader will see it."),
            code="name_is_address",
        )
    key = skeleton(name)
    if not key or len(key) > KEY_LENGTH:
        raise ValidationError(
            _("Choose a name with letters that others can read."), code="name_unreadable"
        )
    if not (user and user.has_editors_role) and _is_reserved(name, key):
        raise ValidationError(
            _("This name is kept for the people who run this site."), code="name_reserved"
        )
    if User.objects.with_look(name).exclude(pk=user.pk if user else None).exists():
        raise ValidationError(
            _("This name is taken, or looks like one that is. Choose another."), code="name_taken"
        )
    if not ports.name_allowed(name):
        raise ValidationError(
            _("This name does not pass our guidelines. Choose another."), code="name_refused"
        )
    return name


def derived_name(wish: str) -> str:
    """A name for somebody who was not asked for one: their wish if it may stand, else neutral."""
    try:
        return checked_name(wish)
    except ValidationError:
        return User.objects.neutral_name()


def _visible(name: str) -> int:
    return sum(
        not is_blank(char) and unicodedata.category(char) not in ("Cf", "Zs") for char in name
    )


def _is_reserved(name: str, key: str) -> bool:
    # Word by word as well: across a space, the r and n of "Lantern News" read as one m.
    words = [skeleton(word) for word in name.replace("-", " ").split()]
    house = {skeleton(settings.SITE_NAME), skeleton(settings.SITE_NAME.removeprefix("The "))}
    if any(len(own) > 3 and (own in key or own in "".join(words)) for own in house):
        return True
    titles = {skeleton(title) for title in _TITLES}
    alone = {skeleton(word) for word in (*_OFFICES, *_NOBODY)} | titles
    gone = skeleton("Deleted reader")
    return key in alone or key.startswith(gone) or not titles.isdisjoint(words)
