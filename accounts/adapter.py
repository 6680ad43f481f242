"""Where allauth asks us."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts import limits, newcomers, ports
from accounts.addresses import origin_of
from accounts.daily_keys import keyed
from accounts.devices import told
from accounts.mail_domains import is_disposable
from accounts.models import User
from accounts.names import derived_name
from folding import skeleton


class AccountAdapter(DefaultAccountAdapter):
    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Give the account its display name, before it is first saved."""
        if not user.display_name:
            user.display_name = User.objects.neutral_name()
        user.name_key = skeleton(user.display_name)

    def save_user(self, request: HttpRequest, user: User, form, commit: bool = True) -> User:
        user.display_name = form.cleaned_data.get("display_name") or user.display_name
        try:
            with transaction.atomic():
                return super().save_user(request, user, form, commit)
        except IntegrityError as error:
            # Somebody took the name or the address between the check and now.
            messages.error(request, _("That was taken a moment ago. Please try again."))
            raise ImmediateHttpResponse(redirect("account_signup")) from error

    def clean_email(self, email: str) -> str:
        """Every form that takes an address asks here."""
        email = super().clean_email(email)
        if not ports.newcomers().takes_disposable_mail and is_disposable(email):
            raise ValidationError(
                _("Please use an address that you keep: mail to this one is thrown away."),
                code="disposable_mail",
            )
        return email

    def get_client_ip(self, request: HttpRequest) -> str:
        """A word of today for the address: allauth counts by it, and is never told the address."""
        return keyed("allauth", origin_of(request).address)

    def is_safe_url(self, url: str | None) -> bool:
        """Whether a way on stays on this very host; the usual answer also takes every other name
        that the server goes by, and fails on brackets that hold no address."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts={context.request.get_host()})

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        named = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
        if "user_agent" in context:
            named["device"] = told(context["user_agent"])
        super().send_mail(template_prefix, email, {**named, **context})


class SecondStepAdapter(DefaultMFAAdapter):
    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Where newcomers are asked for a proof, the form asks: its page has the script for it."""
        allowed = super().is_auto_signup_allowed(request, sociallogin)
        return allowed and not newcomers.is_asked(origin=origin_of(request))

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form=None) -> User:
        """A form has counted its sign-up and will note it; one that needs no form is counted and
        noted here. Raises TooMany."""
        if form is not None:
            return super().save_user(request, sociallogin, form)
        origin = origin_of(request)
        limits.spend("sign_up", origin=origin, subjects=(sociallogin.user.email,))
        with transaction.atomic():
            user = super().save_user(request, sociallogin)
            newcomers.signed_up(user=user, origin=origin, proof="", trapped=False)
        return user

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict) -> User:
        user = super().populate_user(request, sociallogin, data)
        wish = data.get("name") or " ".join(
            part for part in (data.get("first_name"), data.get("last_name")) if part
        )
        user.display_name = derived_name(wish or "")
        return user
