"""What every form of allauth's asks first: not too often, and, where it matters, one more proof."""

from collections.abc import Callable
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver

from accounts import limits
from accounts.addresses import origin_of
from accounts.errors import TooMany
from accounts.proof import ask_once_more, proof_required

# Name of an address to what a POST to it counts as, and the field that names whom it is about.
COUNTED = {
    "account_signup": ("sign_up", "email"),
    "socialaccount_signup": ("sign_up", "email"),
    "account_login": ("sign_in", "login"),
    "account_confirm_login_code": ("sign_in", ""),
    "account_confirm_password_reset_code": ("sign_in", ""),
    "account_complete_password_reset": ("sign_in", ""),
    "account_reset_password_from_key": ("sign_in", ""),
    "account_email_verification_sent": ("sign_in", ""),
    "account_confirm_email": ("sign_in", ""),
    "account_reauthenticate": ("sign_in", ""),
    "mfa_authenticate": ("sign_in", ""),
    "mfa_login_webauthn": ("sign_in", ""),
    "mfa_reauthenticate": ("sign_in", ""),
    "mfa_reauthenticate_webauthn": ("sign_in", ""),
    "account_request_login_code": ("code", "email"),
    "account_reset_password": ("code", "email"),
    "account_email": ("code", "email"),
}
# What changes how somebody gets in, and where their mail goes.
PROVEN = frozenset(
    {
        "account_email",
        "account_change_password",
        "account_set_password",
        "socialaccount_connections",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_edit_webauthn",
        "mfa_remove_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
    }
)


class Doors:
    """Counts and guards allauth's addresses; answers TooMany, from whatever page, with 429."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple,
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        name = request.resolver_match.url_name
        if request.method == "POST" and name in COUNTED:
            action, field = COUNTED[name]
            try:
                limits.spend(
                    action,
                    origin=origin_of(request),
                    subjects=(request.POST.get(field, ""),) if field else (),
                )
            except TooMany as error:
                return self.process_exception(request, error)
        if name in PROVEN:
            return proof_required(view)(request, *args, **kwargs)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, ReauthenticationRequired):
            return ask_once_more(request)
        if not isinstance(error, TooMany):
            return None
        # The page belongs to whoever puts the site together.
        return get_resolver().resolve_error_handler(429)(request, error)
