"""Development's mail: printed on the console and kept as files that /dev/mail/ shows."""

import secrets
from collections.abc import Sequence
from email.message import Message

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

KEPT = 200  # mails; the oldest go first


class DevelopmentBackend(BaseEmailBackend):
    """Sends nothing anywhere."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            self._keep(mail.message())
            to = ", ".join(mail.recipients())
            print(f"Mail to {to}: {mail.subject}\n{mail.body.strip()}\n", flush=True)
        for old in sorted(settings.MAIL_DIR.glob("*.eml"), reverse=True)[KEPT:]:
            old.unlink(missing_ok=True)
        return len(email_messages)

    def _keep(self, message: Message) -> None:
        stamp = f"{timezone.now():%Y%m%d-%H%M%S-%f}-{secrets.token_hex(3)}"
        # Written aside and then named, so that the page never reads half a mail.
        draft = settings.MAIL_DIR / f"{stamp}.part"
        draft.write_bytes(message.as_bytes())
        draft.rename(settings.MAIL_DIR / f"{stamp}.eml")
