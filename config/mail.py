"""Development's mail: kept as files that /dev/mail/ shows, each told of on the console."""

import secrets
from collections.abc import Sequence
from email.message import Message

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from accounts.models import User

KEPT = 500  # mails; the oldest go first


class DevelopmentBackend(BaseEmailBackend):
    """Sends nothing anywhere."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            name = self._keep(mail.message())
            # No word of it: consoles are kept in logs, and logs hold nothing about people.
            print(f"A mail: {settings.SITE_URL}/dev/mail/{name}/", flush=True)
        for old in sorted(settings.MAIL_DIR.glob("*.eml"), reverse=True)[KEPT:]:
            old.unlink(missing_ok=True)
        return len(email_messages)

    def _keep(self, message: Message) -> str:
        stamp = f"{timezone.now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(3)}"
        # Written aside and then named, so that the page never reads half a mail.
        draft = settings.MAIL_DIR / f"{stamp}.part"
        draft.write_bytes(message.as_bytes())
        draft.rename(settings.MAIL_DIR / f"{stamp}.eml")
        return stamp


def forget_mail(user: User) -> None:
    """Empty the mailbox when an account is erased: what is in it names people in passing too."""
    transaction.on_commit(_empty, robust=True)


def _empty() -> None:
    for kept in settings.MAIL_DIR.glob("*.*"):
        kept.unlink(missing_ok=True)
