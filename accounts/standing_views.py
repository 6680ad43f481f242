"""What editors have decided about one's own account, and acknowledging a warning."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import sanctions
from accounts.models import Sanction

SHOWN = 50


@never_cache
@login_required
@require_safe
def my_standing(request: HttpRequest) -> HttpResponse:
    """Every sanction so far: what, why, until when, how it ended, and how to contest it."""
    now = timezone.now()
    found = [
        {"sanction": sanction, "in_force": sanction.is_in_force(now)}
        for sanction in request.user.sanctions.all()[:SHOWN]
    ]
    context = {
        "in_force": [row["sanction"] for row in found if row["in_force"]],
        "over": [row["sanction"] for row in found if not row["in_force"]],
        "noindex": True,
    }
    return render(request, "accounts/my_standing.html", context)


@login_required
@require_POST
def acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    warning = get_object_or_404(Sanction, pk=pk, user=request.user, kind=Sanction.Kind.WARN)
    sanctions.acknowledge(actor=request.user, sanction=warning)
    messages.success(request, _("Noted. The warning is acknowledged."))
    return redirect("my_standing")
