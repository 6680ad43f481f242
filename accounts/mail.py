"""Mail to a reader: in their language and at their hour, with a link that stops the next one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from folding import normalise

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


@contextmanager
def speaking_to(user: User) -> Iterator[None]:
    """Words and hours as this reader has chosen them, else the publisher's."""
    language = user.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(user.zone):
        yield


def letter(
    user: User,
    *,
    subject: str,
    body: str,
    context: dict[str, Any],
    stops: str,
    page: str | None = None,
) -> EmailMultiAlternatives:
    """A mail that one click stops, ready to be sent; to be made within `speaking_to`.

    subject, body, page: templates; page is the same as HTML. stops: the kind that the click stops.
    """
    stop = unsubscribe_url(user=user, kind=stops)
    context = {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "stop": stop,
        "choices": settings.SITE_URL + reverse("mail_choices"),
        **context,
    }
    mail = EmailMultiAlternatives(
        # One line without controls: a title must not become a header, nor run backwards.
        " ".join(normalise(render_to_string(subject, context)).split()),
        render_to_string(body, context),
        to=[user.email],
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    if page is not None:
        mail.attach_alternative(render_to_string(page, context), "text/html")
    return mail
