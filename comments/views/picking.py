"""Where editors pick what is shown on top of a discussion."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comments import operations
from comments.views.discussion import visible_comment


@login_required
@require_POST
def pick(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Pick a comment (picked=1) or put it back (picked=0)."""
    picked = request.POST.get("picked") == "1"
    comment = visible_comment(request, comment_id)
    try:
        comment = operations.pick(actor=request.user, comment=comment, picked=picked)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    said = _("Picked. It stands on top of its discussion.") if picked else _("No pick any more.")
    messages.success(request, said)
    return HttpResponseRedirect(comment.get_absolute_url())
