"""What the environment says."""

import gettext
import ipaddress
from collections.abc import Iterator
from email.utils import parseaddr
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import checks

from config.doctor.finding import Finding

LOCAL = ("localhost", "127.0.0.1", "::1")
SECRET_LENGTH, SECRET_LETTERS = 50, 5  # what Django asks of one
TOKEN_LENGTH = 20
RESERVED = ("example.org", "example.com", "example.net", "invalid", "localhost")
# Both bind the publisher's other sites as well: HSTS_SUBDOMAINS asks for them.
CHOSEN = {"security.W005", "security.W021"}


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or ""


def _is_within(name: str, domain: str) -> bool:
    return name == domain or name.endswith(f".{domain}")


def environment() -> Iterator[Finding]:
    if settings.DEBUG:
        yield Finding("error", "environment", "DEBUG is on.", "It shows secrets: switch it off.")
    if settings.DEVELOPMENT and _host() not in LOCAL:
        yield Finding(
            "error",
            "environment",
            "This is development on a public address: demo passwords, and mail for anyone to read.",
            "Unset REJOINDER_ENV, and start with an empty data folder.",
        )


def address() -> Iterator[Finding]:
    if settings.DEVELOPMENT:
        return
    if _host() in LOCAL:
        yield Finding(
            "warning",
            "address",
            "SITE_URL names this machine alone: links in mails lead nowhere.",
            "Set SITE_URL=https://your.address.",
        )
    elif not settings.HTTPS:
        yield Finding(
            "error",
            "address",
            "SITE_URL is http: passwords and sessions travel in the open.",
            "Set it to https:// and end TLS at a proxy.",
        )


def hosts() -> Iterator[Finding]:
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding(
            "error",
            "hosts",
            "ALLOWED_HOSTS answers to any name.",
            "Name the hosts, or leave it empty: SITE_URL's is the default.",
        )
    elif not any(
        _is_within(_host(), name.lstrip(".")) if name.startswith(".") else name == _host()
        for name in settings.ALLOWED_HOSTS
    ):
        yield Finding(
            "error",
            "hosts",
            "ALLOWED_HOSTS lacks the host of SITE_URL: every page answers 400.",
            "Add it.",
        )


def proxy() -> Iterator[Finding]:
    behind = settings.SECURE_PROXY_SSL_HEADER is not None
    if settings.HTTPS and not behind:
        yield Finding(
            "error",
            "proxy",
            "SITE_URL is https and BEHIND_PROXY is off: every request is redirected for ever.",
            "Set BEHIND_PROXY=true where a proxy sets X-Forwarded-Proto.",
        )
    if behind and not _is_private(settings.BIND):
        yield Finding(
            "warning",
            "proxy",
            "BEHIND_PROXY is on and the web server listens on an address that others may reach:"
            " whoever does can claim any address.",
            "Set REJOINDER_HOST=127.0.0.1, or let a firewall admit the proxy alone.",
        )


def _is_private(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return found.is_loopback or (found.is_private and not found.is_unspecified)


def secret() -> Iterator[Finding]:
    key = settings.SECRET_KEY
    if len(key) < SECRET_LENGTH or len(set(key)) < SECRET_LETTERS or "insecure" in key:
        yield Finding(
            "error",
            "secret",
            "SECRET_KEY can be guessed: sessions and links can be forged.",
            "Unset it, so that one is made, or make one with"
            " python3 -c 'import secrets; print(secrets.token_urlsafe(50))'.",
        )


def mail() -> Iterator[Finding]:
    if settings.DEVELOPMENT:
        return
    if "smtp" not in settings.EMAIL_BACKEND:
        yield Finding(
            "error",
            "mail",
            "No mail leaves: it is printed to the logs, sign-in codes included.",
            "Set EMAIL_URL to a mail server.",
        )
    elif not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or settings.EMAIL_HOST in LOCAL):
        yield Finding(
            "warning",
            "mail",
            "Mail goes to its server in the open, its password too.",
            "Use smtp+tls:// or smtp+ssl:// in EMAIL_URL.",
        )


def sender() -> Iterator[Finding]:
    if settings.DEVELOPMENT:
        return
    _name, at, domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower().rpartition("@")
    if not at or any(_is_within(domain, name) for name in RESERVED):
        yield Finding(
            "error",
            "sender",
            "DEFAULT_FROM_EMAIL is at a domain that is nobody's: mail servers refuse it.",
            "Set it to an address at a domain of yours.",
        )
    elif not _is_within(_host(), domain) and not _is_within(domain, _host()):
        yield Finding(
            "warning",
            "sender",
            "DEFAULT_FROM_EMAIL is at another domain than SITE_URL.",
            "See that its SPF and DKIM records name your mail server.",
        )


def limits() -> Iterator[Finding]:
    if not settings.DEVELOPMENT and "login" in settings.ACCOUNT_RATE_LIMITS:
        yield Finding(
            "error",
            "limits",
            "REJOINDER_RELAXED_SIGN_IN_LIMITS is on: passwords can be tried without end.",
            "Unset it; it is for load tests.",
        )


def metrics_token() -> Iterator[Finding]:
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < TOKEN_LENGTH:
        yield Finding(
            "warning",
            "metrics_token",
            "METRICS_TOKEN is short enough to be found by trying.",
            f"Give it {TOKEN_LENGTH} characters or more, at random.",
        )


def time_zone() -> Iterator[Finding]:
    try:
        ZoneInfo(settings.PUBLISHER_TIME_ZONE)
    except (KeyError, ValueError, OSError):
        yield Finding(
            "error",
            "time_zone",
            "PUBLISHER_TIME_ZONE is no zone that is known here.",
            "Set an IANA name, such as Europe/Dublin.",
        )


def catalogues() -> Iterator[Finding]:
    codes = [code for code, _name in settings.LANGUAGES]
    if settings.LANGUAGE_CODE not in codes:
        yield Finding(
            "error",
            "catalogues",
            "LANGUAGE_CODE is a language that the interface does not speak.",
            f"Set one of {', '.join(codes)}.",
        )
    for code in codes:
        if code == "en":
            continue
        path = settings.LOCALE_PATHS[0] / code / "LC_MESSAGES" / "django.mo"
        try:
            with path.open("rb") as file:
                known = len(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
        except (OSError, ValueError):
            known = 0
        if known < 2:
            yield Finding(
                "error",
                "catalogues",
                f"The words of {code} are missing or damaged: readers see English.",
                "Install this version again.",
            )


def framework() -> Iterator[Finding]:
    """What Django itself has to say of these settings."""
    for said in checks.run_checks(include_deployment_checks=not settings.DEVELOPMENT):
        # What follows from a SITE_URL on http is said by `address`, once.
        follows = not settings.HTTPS and (said.id or "").startswith("security.")
        if said.level >= checks.WARNING and not (
            follows or said.id in CHOSEN or said.is_silenced()
        ):
            severity = "error" if said.level >= checks.ERROR else "warning"
            fix = said.hint or "Do what it says."
            yield Finding(severity, "framework", f"{said.id}: {said.msg}", fix)
