"""One more proof of who somebody is, before what would hurt most in wrong hands."""

import time
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.models import User


def proof_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask for password, passkey or code once more, unless that was minutes ago.

    Whoever has none of them signs in by mailed code or elsewhere; allauth would wave them through.
    They are asked to sign in anew.
    """
    asked_once_more = reauthentication_required(view)

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if _has_own_proof(request.user):
            try:
                return asked_once_more(request, *args, **kwargs)
            except ReauthenticationRequired:
                return ask_once_more(request)
        if _signed_in_just_now(request):
            return view(request, *args, **kwargs)
        back = urlencode({"next": request.get_full_path()})
        again = f"{reverse('account_login')}?{back}"
        return render(request, "accounts/sign_in_anew.html", {"again": again, "noindex": True})

    return guarded


def ask_once_more(request: HttpRequest) -> HttpResponse:
    """To the proof, and from there back to this page.

    Not as allauth does it for a form: it would keep the request in the session to send it again,
    with the sender's address among its headers.
    """
    methods = get_adapter().get_reauthentication_methods(request.user)
    there = methods[0]["url"] if methods else reverse("account_login")
    return redirect(f"{there}?{urlencode({'next': request.get_full_path()})}")


def _has_own_proof(user: User) -> bool:
    # Recovery codes alone are no way that allauth would ask for.
    keys = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return user.has_usable_password() or keys.exists()


def _signed_in_just_now(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return any(record["at"] > since for record in records)
