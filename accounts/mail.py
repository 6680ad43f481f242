"""The link in every mail that stops the next one of its kind."""

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User

_SALT = "accounts.unsubscribe"


def unsubscribe_url(*, user: User, kind: str) -> str:
    """The absolute, signed address that stops mail of a kind of MAIL_KINDS, or DIGEST."""
    token = signing.dumps([user.pk, kind], salt=_SALT)
    return settings.SITE_URL + reverse("unsubscribe", args=[token])


def read_unsubscribe(token: str) -> tuple[User, str] | None:
    """Whose mail of which kind the link stops; None for a link that we did not make."""
    try:
        user_id, kind = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=user_id, erased_at=None).first()
    return (user, kind) if user else None
