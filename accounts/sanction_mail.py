"""Mails about a sanction: that it was given, and that it was lifted. Nobody chooses not to have
them: they say what an account may do."""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.mail import speaking_to
from accounts.models import Sanction
from folding import normalise

GIVEN_UP = timedelta(days=1)
SWEPT = 100  # at a time
logger = logging.getLogger(__name__)
# Of one that was lifted before its first mail left there is nothing to tell.
_DUE = {
    "given": ("mailed_at", Q(mailed_at=None, lifted_at=None)),
    "lifted": (
        "lift_mailed_at",
        Q(lift_mailed_at=None, lifted_at__isnull=False, mailed_at__isnull=False),
    ),
}


def unsent() -> list[int]:
    """Ids of sanctions that still owe a mail, oldest first."""
    since = timezone.now() - GIVEN_UP
    given, lifted = (due for _field, due in _DUE.values())
    owing = given & Q(given_at__gt=since) | lifted & Q(lifted_at__gt=since)
    rows = Sanction.objects.filter(owing, user__erased_at=None)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:SWEPT])


def send(*, sanction_id: int) -> int:
    """Mail what is owed about a sanction, each mail once. Returns how many left.

    A mail that the mail server refuses is offered again by the sweep, for a day.
    """
    sent = 0
    for kind, (field, due) in _DUE.items():
        rows = Sanction.objects.filter(due, pk=sanction_id, user__erased_at=None)
        # Claimed before it leaves: a crash in between loses one mail, never doubles it.
        if not rows.update(**{field: timezone.now()}):
            continue
        sanction = Sanction.objects.select_related("user").get(pk=sanction_id)
        try:
            with speaking_to(sanction.user):
                _message(kind, sanction).send()
            sent += 1
        except (OSError, SMTPException) as error:
            Sanction.objects.filter(pk=sanction_id).update(**{field: None})
            logger.warning("mail server away (%s): will be tried again", type(error).__name__)
    return sent


def _message(kind: str, sanction: Sanction) -> EmailMessage:
    context = {
        "sanction": sanction,
        "quoted": "\n> ".join(sanction.note.splitlines()),
        "comment_url": f"{settings.SITE_URL}/c/{sanction.about_comment}/"
        if sanction.about_comment
        else "",
        "page_url": settings.SITE_URL + reverse("my_standing"),
        "imprint_url": settings.SITE_URL + reverse("house_page", args=["imprint"]),
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }
    subject = render_to_string(f"accounts/mail/sanction_{kind}_subject.txt", context)
    return EmailMessage(
        " ".join(normalise(subject).split()),
        render_to_string(f"accounts/mail/sanction_{kind}_body.txt", context),
        to=[sanction.user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
