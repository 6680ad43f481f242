"""Development's mailbox: what would have been sent, as text, newest first."""

import re
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

SHOWN = 100
_NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]{6}-[0-9a-f]{6}")


def _mailbox() -> Path:
    if not settings.DEVELOPMENT:
        raise Http404
    return settings.MAIL_DIR


def _read(path: Path) -> dict[str, object]:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    return {
        "name": path.stem,
        "subject": str(message["subject"]),
        "to": str(message["to"]),
        "headers": [(name, str(value)) for name, value in message.items()],
        "body": message.get_body(("plain",)).get_content(),
    }


@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    newest = sorted(_mailbox().glob("*.eml"), reverse=True)[:SHOWN]
    context = {"mails": [_read(path) for path in newest], "noindex": True}
    return render(request, "config/mailbox.html", context)


@never_cache
@require_safe
def one_mail(request: HttpRequest, name: str) -> HttpResponse:
    path = _mailbox() / f"{name}.eml"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise Http404
    return render(request, "config/one_mail.html", {"mail": _read(path), "noindex": True})
