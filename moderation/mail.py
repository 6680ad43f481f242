"""Mails to whoever sent a notice: that it has arrived, and what became of it.

They quote nothing that was sent: the address is only claimed, and may be somebody else's.
"""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from folding import normalise
from moderation.models import LegalNotice

GIVEN_UP = timedelta(days=1)
SWEPT = 100  # at a time
logger = logging.getLogger(__name__)
_DUE = {
    "receipt": ("receipt_mailed_at", Q(receipt_mailed_at=None)),
    "answer": ("answer_mailed_at", Q(answer_mailed_at=None, settled_at__isnull=False)),
}


def unsent() -> list[int]:
    """Ids of notices that still owe a mail, oldest first."""
    since = timezone.now() - GIVEN_UP
    owing = Q(receipt_mailed_at=None, created_at__gt=since) | Q(
        answer_mailed_at=None, settled_at__gt=since
    )
    rows = LegalNotice.objects.filter(owing).exclude(email="")
    return list(rows.order_by("pk").values_list("pk", flat=True)[:SWEPT])


def send(*, notice_id: int) -> int:
    """Mail what a notice owes its sender, each mail once. Returns how many left.

    A mail that the mail server refuses is offered again by the sweep, for a day.
    """
    sent = 0
    for kind, (field, due) in _DUE.items():
        rows = LegalNotice.objects.filter(due, pk=notice_id).exclude(email="")
        # Claimed before it leaves: a crash in between loses one mail, never doubles it.
        if not rows.update(**{field: timezone.now()}):
            continue
        try:
            with translation.override(settings.LANGUAGE_CODE):
                _message(kind, notice_id).send()
            sent += 1
        except (OSError, SMTPException) as error:
            LegalNotice.objects.filter(pk=notice_id).update(**{field: None})
            logger.warning("mail server away (%s): will be tried again", type(error).__name__)
    return sent


def _message(kind: str, notice_id: int) -> EmailMessage:
    notice = LegalNotice.objects.select_related("comment").get(pk=notice_id)
    context = {
        "notice": notice,
        "comment": notice.comment,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }
    subject = render_to_string(f"moderation/mail/{kind}_subject.txt", context)
    return EmailMessage(
        " ".join(normalise(subject).split()),
        render_to_string(f"moderation/mail/{kind}_body.txt", context),
        to=[notice.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
