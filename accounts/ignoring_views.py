"""Where readers choose whom not to read."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import ignoring
from accounts.models import User


@login_required
@require_POST
def ignore_person(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk, is_active=True)
    try:
        ignoring.ignore_person(actor=request.user, person=person)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        said = _("You ignore %(name)s from now on. Nobody is told.")
        messages.success(request, said % {"name": person.display_name})
    return redirect("profile", pk=pk)


@login_required
@require_POST
def stop_ignoring(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    ignoring.stop_ignoring(actor=request.user, person=person)
    said = _("You read %(name)s again.")
    messages.success(request, said % {"name": person.display_name})
    if request.POST.get("from") == "list" or not person.is_active:
        return redirect("ignored_people")
    return redirect("profile", pk=pk)


@never_cache
@login_required
@require_safe
def ignored_people(request: HttpRequest) -> HttpResponse:
    """Everyone I ignore, the newest first."""
    ignored = request.user.ignoring.select_related("person")
    return render(request, "accounts/ignored.html", {"ignored": ignored, "noindex": True})
