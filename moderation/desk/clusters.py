"""All that waits of one raid, and one form that rules on it. Parse, call, render."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from moderation import operations, queue, reasons
from moderation.desk.pages import card, page
from moderation.operations.permissions import check_editor
from moderation.operations.raids import RULED_AT_ONCE, cluster_of


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
        reasons=[(reason.code, reason.told) for reason in reasons.for_desk()],
        **said,
    )


@login_required
@require_POST
def rule(request: HttpRequest, cluster: int) -> HttpResponse:
    """Rule on the comments that were ticked; the page again, with what was done and what not."""
    check_editor(request.user)
    try:
        done = operations.rule_on_cluster(
            actor=request.user,
            cluster=cluster,
            seen=[seen_pair(pair) for pair in request.POST.getlist("seen")[: RULED_AT_ONCE + 1]],
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
    return cluster_page(request, cluster, ruled=len(done.ruled), refused=done.refused)


def seen_pair(pair: str) -> tuple[int, int]:
    """A ticked box: the number of a comment and that of the revision it showed."""
    numbers = pair.split(":")
    if len(numbers) != 2 or not all(one.isdecimal() and len(one) < 19 for one in numbers):
        raise Http404
    return int(numbers[0]), int(numbers[1])
