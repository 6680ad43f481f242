"""Where the link in a word of something urgent leads. Parse, call, render."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from moderation.models import Urgent
from moderation.operations.permissions import check_editor
from moderation.urgent_words import read_link


@login_required
@never_cache
@require_GET
def urgent(request: HttpRequest, token: str) -> HttpResponseRedirect:
    """The desk at the card; the signature says what, who is signed in says whether."""
    check_editor(request.user)
    found = read_link(token)
    if found is None:
        messages.info(request, _("That link is too old. This is what waits now."))
        return HttpResponseRedirect(reverse("desk"))
    comment, why = found
    if why == Urgent.Why.LEGAL_NOTICE:
        return HttpResponseRedirect(reverse("desk_reported"))
    return HttpResponseRedirect(reverse("desk_comment", args=[comment]))
