"""What tests of the admin share: addresses, what a page said, and who is signed in."""

import time

from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def path(model, page: str = "changelist", *args) -> str:
    """The address of a model's page in the admin."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def messages(response) -> str:
    """What the page told whoever sent the form."""
    return " ".join(str(message) for message in response.context["messages"])


def prove(client: Client, *, at: float | None = None) -> None:
    """Let whoever is signed in have given their password once more, now or at a moment."""
    session = client.session
    record = {"method": "password", "at": at or time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [record]
    session["account_authentication_methods_user"] = session[SESSION_KEY]
    session.save()
