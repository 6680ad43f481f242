"""Pages of one's own account: where one is signed in, what is kept, and leaving."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import erasure, export, sign_ins
from accounts.devices import told
from accounts.forms import EraseForm
from accounts.proof import proof_required


@never_cache
@login_required
@require_safe
def my_account(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/my_account.html", {"noindex": True})


# --- Where one is signed in ---------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """The places; a POST signs out all but this one."""
    here = request.session.session_key
    if request.method == "POST":
        ended = sign_ins.end_other_sign_ins(actor=request.user, current_key=here)
        said = ngettext("%(n)d place is signed out.", "%(n)d places are signed out.", ended)
        messages.success(request, said % {"n": ended})
        return redirect("usersessions_list")
    places = [
        {
            "pk": session.pk,
            "device": told(session.user_agent),
            "since": session.created_at,
            "is_here": session.session_key == here,
        }
        for session in sign_ins.sign_ins_of(request.user)
    ]
    places.sort(key=lambda place: not place["is_here"])
    context = {"places": places, "noindex": True}
    return render(request, "usersessions/usersession_list.html", context)


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    is_here = session.session_key == request.session.session_key
    sign_ins.end_sign_in(actor=request.user, session=session)
    if is_here:
        logout(request)
        return redirect("account_login")
    messages.success(request, _("That place is signed out."))
    return redirect("usersessions_list")


# --- What is kept -------------------------------------------------------------------------------


@never_cache
@login_required
@require_safe
def export_page(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/export.html", {"noindex": True})


@never_cache
@proof_required
@require_safe
def export_json(request: HttpRequest) -> HttpResponse:
    return _download(request, export.as_json(request.user), "json", "application/json")


@never_cache
@proof_required
@require_safe
def export_html(request: HttpRequest) -> HttpResponse:
    return _download(request, export.as_page(request.user), "html", "text/html; charset=utf-8")


def _download(request: HttpRequest, pieces, ending: str, content_type: str) -> HttpResponse:
    day = f"{timezone.localtime():%Y-%m-%d}"
    site = slugify(request.get_host().partition(":")[0].replace(".", "-"))
    name = f"{site}-{day}.{ending}"
    return StreamingHttpResponse(
        _in_this_language(pieces),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _in_this_language(pieces):
    """The pieces, each made in the language and zone of now: they are asked for after the request
    has put both back."""
    language, zone = translation.get_language(), timezone.get_current_timezone()

    def made():
        while True:
            # Not around the yield: what waits between two pieces must not change its thread.
            with translation.override(language), timezone.override(zone):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    return made()


# --- Leaving ------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@proof_required
def erase_account(request: HttpRequest) -> HttpResponse:
    form = EraseForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        erasure.ask_erasure(
            actor=request.user, user=request.user, words=form.cleaned_data["comments"] == "remove"
        )
        return redirect("my_account")
    return render(request, "accounts/erase.html", {"form": form, "noindex": True})


@login_required
@require_POST
def keep_account(request: HttpRequest) -> HttpResponse:
    erasure.call_off_erasure(actor=request.user, user=request.user)
    messages.success(request, _("Your account stays. Nothing was erased."))
    return redirect("my_account")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keep_account_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail, without signing in: the signature is the permission."""
    user = erasure.read_keep(token)
    if user is None:
        raise Http404
    if request.method == "POST":
        erasure.call_off_erasure(actor=user, user=user)
    context = {"name": user.display_name, "done": request.method == "POST", "noindex": True}
    return render(request, "accounts/keep.html", context)
