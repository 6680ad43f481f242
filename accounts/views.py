"""Pages about people."""

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import operations
from accounts.addresses import origin_of
from accounts.errors import TooMany
from accounts.forms import EditorsMailForm, MailForm, ProfileForm, TokenForm
from accounts.mail import read_unsubscribe
from accounts.models import MAIL_KINDS, ApiToken, User

PROFILE_FIELDS = ("display_name", "bio", "time_zone")


@require_safe
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk, is_active=True)
    # An anonymous request is never asked for a session.
    known = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
    return render(
        request,
        "accounts/profile.html",
        {
            "person": person,
            "is_ignored": known and request.user.ignoring.filter(person=person).exists(),
            "report_url": _address("report_profile", pk),
            "noindex": True,
        },
    )


def _address(name: str, *args) -> str:
    """The address of a page of the app above, where there is such a page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _refuse(form: Form, error: ValidationError) -> None:
    form.add_error(None, error)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_profile(request: HttpRequest) -> HttpResponse:
    initial = {field: getattr(request.user, field) for field in PROFILE_FIELDS}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_profile(actor=request.user, user=request.user, **form.cleaned_data)
        except ValidationError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Your profile is saved."))
            return redirect("edit_profile")
    return render(request, "accounts/edit_profile.html", {"form": form, "noindex": True})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mail_choices(request: HttpRequest) -> HttpResponse:
    """When mail of each kind leaves."""
    initial = {kind: getattr(request.user, field) for kind, field in MAIL_KINDS.items()}
    of_theirs = EditorsMailForm if request.user.is_editor else MailForm
    form = of_theirs(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        operations.choose_mail(actor=request.user, user=request.user, **form.cleaned_data)
        messages.success(request, _("Your choice is saved."))
        return redirect("mail_choices")
    return render(request, "accounts/mail_choices.html", {"form": form, "noindex": True})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)
def tokens(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, secret = operations.issue_token(
                actor=request.user,
                user=request.user,
                name=form.cleaned_data["name"],
                expires_at=form.expires_at,
                origin=origin_of(request),
            )
        except TooMany:
            raise  # the page of its own
        except ValidationError as error:
            _refuse(form, error)
        else:
            form = TokenForm()
    context = {"form": form, "secret": secret, "tokens": request.user.tokens.all()}
    return render(request, "accounts/tokens.html", {**context, "noindex": True})


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.select_related("user"), pk=pk, user=request.user)
    operations.revoke_token(actor=request.user, token=token)
    messages.success(request, _("The token is revoked."))
    return redirect("tokens")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """One click from a mail, without signing in (RFC 8058): the signature is the permission."""
    read = read_unsubscribe(token)
    if read is None:
        raise Http404
    user, kind = read
    if request.method == "POST":
        operations.stop_mail(user=user, kind=kind)
    context = {"kind": kind, "done": request.method == "POST", "noindex": True}
    return render(request, "accounts/unsubscribe.html", context)
