"""All that waits of one raid, and one form that makes a batch of it. Parse, call, render."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from moderation import queue, reasons
from moderation.desk.pages import card, page
from moderation.operations.batches import make_batch
from moderation.operations.permissions import check_editor
from moderation.operations.raids import RULED_AT_ONCE, cluster_of
from moderation.queue import Selection


def cluster_page(request: HttpRequest, number: int, **said: Any) -> HttpResponse:
    """The waiting comments of a raid, RULED_AT_ONCE at most, in one form."""
    found = queue.waiting(reader=request.user, cluster=number, size=RULED_AT_ONCE)
    name = cluster_of(number)
    return page(
        request,
        "waiting",
        "moderation/cluster.html",
        number=name,
        cluster=queue.clusters({name}).get(name),
        cards=[card(item) for item in found.items],
        decided=queue.decided_of_cluster(reader=request.user, cluster=name),
        total=found.total,
        limit=RULED_AT_ONCE,
        many_url=f"{reverse('batches')}?{Selection(cluster=name).as_query()}",
        reasons=[(reason.code, reason.told) for reason in reasons.for_desk()],
        **said,
    )


@login_required
@require_POST
def rule(request: HttpRequest, cluster: int) -> HttpResponse:
    """Rule on the comments that were ticked, as a batch."""
    check_editor(request.user)
    seen = seen_pairs(request.POST)
    try:
        if not seen:
            raise ValidationError(_("Choose at least one comment."), code="none_chosen")
        made = make_batch(
            actor=request.user,
            selection=Selection(cluster=cluster),
            seen=seen,
            outcome=request.POST.get("outcome", ""),
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
        )
    except ValidationError as error:
        response = cluster_page(
            request,
            cluster,
            error=" ".join(error.messages),
            note=request.POST.get("note", ""),
        )
        response.status_code = 422
        return response
    return HttpResponseRedirect(reverse("batch", args=[made.pk]))


def seen_pairs(asked: QueryDict) -> list[tuple[int, int]]:
    """What was ticked, RULED_AT_ONCE at most."""
    return [_seen_pair(pair) for pair in asked.getlist("seen")[:RULED_AT_ONCE]]


def _seen_pair(pair: str) -> tuple[int, int]:
    """A ticked box: the number of a comment and that of the revision it showed."""
    numbers = pair.split(":")
    if len(numbers) != 2 or not all(one.isdecimal() and len(one) < 19 for one in numbers):
        raise Http404
    return int(numbers[0]), int(numbers[1])
