"""What is told of urgent comments, outside the site: by mail to editors who asked, by webhook.

A signed link and why, never a word of the comment, nor who wrote it.
"""

import hashlib
import hmac
import json
import logging
import time
from collections import Counter
from datetime import datetime, timedelta
from http.client import HTTPException
from smtplib import SMTPException
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.core import signing
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.mail import letter, speaking_to
from accounts.models import Cadence, User
from moderation.models import Urgent, UrgentMail
from moderation.operations.urgent import LOOKS_BACK, still_urgent

LINK_HOLDS = timedelta(days=1)
MAIL_APART = timedelta(minutes=15)  # between two mails to one editor
MOST = 50  # told at once
ATTEMPTS = 10  # of the webhook; the waits between them double
TIMEOUT = 5.0  # seconds for it to answer
_SALT = "moderation.urgent"
logger = logging.getLogger(__name__)


def link_to(urgent: Urgent) -> str:
    """The absolute, signed address that opens the desk at it; it still asks who is there."""
    token = signing.dumps([urgent.comment_id, urgent.why], salt=_SALT)
    return settings.SITE_URL + reverse("desk_urgent", args=[token])


def read_link(token: str) -> tuple[int, str] | None:
    """The comment and why it was urgent; None for a link we did not make, or one that is old."""
    try:
        comment, why = signing.loads(token, salt=_SALT, max_age=LINK_HOLDS)
    except signing.BadSignature:
        return None
    return comment, why


def mail_urgent(*, now: datetime | None = None) -> int:
    """Mail every editor who asked what is urgent and new to them, one mail for all of it, and no
    two within MAIL_APART. Returns how many left."""
    now = now or timezone.now()
    asked = User.objects.editors().filter(
        mail_urgent=Cadence.NOW, is_active=True, banned=False, erased_at=None
    )
    sent = 0
    for editor in asked:
        state, _made = UrgentMail.objects.get_or_create(editor=editor)
        if state.at is not None and state.at > now - MAIL_APART:
            continue
        news = still_urgent().filter(pk__gt=state.told_to, at__gt=now - LOOKS_BACK)
        told = list(news[:MOST])
        # Claimed before it leaves: a crash in between loses one mail, never doubles it.
        mine = UrgentMail.objects.filter(pk=state.pk, told_to=state.told_to)
        if not told or not mine.update(told_to=told[-1].pk, at=now):
            continue
        try:
            with speaking_to(editor):
                _letter(editor, told).send()
            sent += 1
        except (OSError, SMTPException) as error:
            UrgentMail.objects.filter(pk=state.pk).update(told_to=state.told_to, at=state.at)
            logger.warning("mail server away (%s): will be tried again", type(error).__name__)
    return sent


def _letter(editor: User, told: list[Urgent]):
    counted = Counter(each.why for each in told)
    context = {
        "reasons": [(Urgent.Why(why).label, count) for why, count in counted.items()],
        "count": len(told),
        "link": link_to(told[0]),
        "hours": LINK_HOLDS // timedelta(hours=1),
    }
    return letter(
        editor,
        subject="moderation/mail/urgent_subject.txt",
        body="moderation/mail/urgent_body.txt",
        context=context,
        stops="urgent",
    )


class _NoRedirect(HTTPRedirectHandler):
    """What is signed for one address is not carried on to another."""

    def redirect_request(self, *args, **kwargs) -> None:
        return None


_OPENER = build_opener(_NoRedirect)


def post_urgent(*, now: datetime | None = None) -> int:
    """Offer the webhook what it has not taken yet, in one request. Returns how many it took.

    Whatever it did not take with a status of 200 to 299 is offered again, ATTEMPTS times in all.
    """
    if not settings.URGENT_WEBHOOK_URL:
        return 0
    now = now or timezone.now()
    due = still_urgent().filter(
        posted_at=None, next_post_at__lte=now, attempts__lt=ATTEMPTS, at__gt=now - LOOKS_BACK
    )
    told = list(due[:MOST])
    if not told:
        return 0
    rows = Urgent.objects.filter(pk__in=[each.pk for each in told])
    # Before it leaves, so that a worker that dies meanwhile does not ask at once again.
    wait = timedelta(minutes=2 ** max(each.attempts for each in told))
    rows.update(attempts=F("attempts") + 1, next_post_at=now + wait)
    body = json.dumps(
        {
            "event": "urgent",
            "items": [
                {
                    "id": each.pk,
                    "why": each.why,
                    "since": each.since.isoformat(),
                    "url": link_to(each),
                }
                for each in told
            ],
        }
    ).encode()
    try:
        with _OPENER.open(_signed(body), timeout=TIMEOUT):
            pass
    except (OSError, HTTPException) as error:
        logger.warning("webhook away (%s): will be tried again", type(error).__name__)
        return 0
    rows.update(posted_at=now)
    return len(told)


def _signed(body: bytes) -> Request:
    moment = str(int(time.time()))
    secret = settings.URGENT_WEBHOOK_SECRET.encode()
    signature = hmac.new(secret, moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return Request(
        settings.URGENT_WEBHOOK_URL,
        data=body,
        headers={
            "Content-Type": "application/json",
            "X-Rejoinder-Timestamp": moment,
            "X-Rejoinder-Signature": f"sha256={signature}",
        },
    )
