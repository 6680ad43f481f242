"""Mail domains that are made to be thrown away: a list that is kept elsewhere, and what admins say
otherwise."""

from disposable_email_domains import blocklist
from django.core.exceptions import ValidationError
from django.core.validators import validate_domain_name
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Forbidden
from accounts.models import MailDomain, User
from record import log

LISTED = frozenset(domain.casefold() for domain in blocklist)


def is_disposable(email: str) -> bool:
    """Whether mail to this address goes to a disposable domain, or to one below such.

    What an admin has said of the nearest domain holds. One query.
    """
    around = _domains_around(email)
    said = dict(MailDomain.objects.filter(domain__in=around).values_list("domain", "effect"))
    for domain in around:
        if domain in said:
            return said[domain] == MailDomain.Effect.DISPOSABLE
        if domain in LISTED:
            return True
    return False


def _domains_around(email: str) -> list[str]:
    """The domain and all above it but the topmost, nearest first, as the list writes them."""
    labels = _ascii(email.rpartition("@")[2]).split(".")
    return [".".join(labels[at:]) for at in range(len(labels) - 1)][:10]


def _ascii(domain: str) -> str:
    bare = domain.strip().rstrip(".").casefold()
    try:
        return bare.encode("idna").decode("ascii")
    except UnicodeError:  # no domain that mail could reach
        return bare


def say_of_domain(*, actor: User | None, domain: str, effect: str) -> MailDomain:
    """Take a domain, and those below it, for disposable or not, whatever the list says.

    actor: an admin, or None for the host. Raises Forbidden (admins_only), ValidationError
    (bad_domain, and what the model says).
    """
    _check_admin(actor)
    name = _ascii(domain)
    try:
        validate_domain_name(name)
    except ValidationError as error:
        raise ValidationError(_("This is not a domain."), code="bad_domain") from error
    with transaction.atomic():
        row = MailDomain.objects.filter(domain=name).first() or MailDomain(domain=name)
        row.effect = effect
        row.full_clean()
        row.save()
        log.append(actor=actor, verb="say_of_domain", subject=row, detail={"effect": effect})
    return row


def unsay_of_domain(*, actor: User | None, row: MailDomain) -> None:
    """Follow the list again. Raises Forbidden (admins_only)."""
    _check_admin(actor)
    with transaction.atomic():
        log.append(actor=actor, verb="unsay_of_domain", subject=row, detail={})
        row.delete()


def _check_admin(actor: User | None) -> None:
    if actor is not None and not actor.is_admin:
        raise Forbidden(_("Only admins may do this."), code="admins_only")
