"""An address that somebody has confirmed, and who hears of it."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts import ports


def announce(*, email_address: EmailAddress, **_signal: object) -> None:
    """A receiver of allauth's `email_confirmed`: tell the apps above, on commit."""
    user_id = email_address.user_id
    for part in ports.confirmed_parts:
        transaction.on_commit(lambda part=part: part(user_id), robust=True)
