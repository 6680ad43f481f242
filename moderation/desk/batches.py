"""Ruling on many comments at once, and how far that has come. Parse, call, render."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import Conflict
from comments.models import Comment
from moderation import queue, reasons, tasks
from moderation.chosen import (
    AT_ONCE,
    BARS,
    Histogram,
    Seen,
    check_selection,
    chosen,
    histogram,
    is_narrowed,
    sample_of,
)
from moderation.desk.clusters import seen_pairs
from moderation.desk.filters import chips, number
from moderation.desk.pages import card, page
from moderation.models import Batch, Report
from moderation.operations import batches as operations
from moderation.operations.permissions import check_editor
from moderation.queue import Selection
from moderation.queue.context import loaded
from moderation.queue.selection import APPROVED, LABELS, WAITING

LATELY = 10
_SEED = 20  # letters
_HEIGHT = 60  # of the histogram, in its own units


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def batches(request: HttpRequest) -> HttpResponse:
    """Choose, read a sample, rule on all of it (GET: the address says what; POST: the ruling)."""
    check_editor(request.user)
    if request.method == "GET":
        return _choosing(request, request.GET)
    asked = QueryDict(request.POST.get("chosen", ""))
    try:
        made = operations.make_batch(
            actor=request.user,
            selection=Selection.from_query(asked).but(),
            seen=seen_pairs(asked),
            until=_moment(request.POST.get("until", "")),
            outcome=request.POST.get("outcome", ""),
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
        )
    except ValidationError as error:
        return _choosing(
            request,
            asked,
            status=422,
            error=" ".join(error.messages),
            note=request.POST.get("note", ""),
        )
    return HttpResponseRedirect(reverse("batch", args=[made.pk]))


def _choosing(
    request: HttpRequest, asked: QueryDict, *, status: int = 200, error: str = "", note: str = ""
) -> HttpResponse:
    selection, seen = Selection.from_query(asked).but(), seen_pairs(asked)
    seed = asked.get("seed", "").replace("\0", "")[:_SEED] or secrets.token_hex(3)
    shown: dict[str, Any] = {"error": error, "note": note}
    if seen or selection.is_filtered:
        try:
            shown |= _before_ruling(selection, seen, seed)
        except ValidationError as refusal:
            shown["error"], status = " ".join(refusal.messages), 422
    if not seen and selection.tab == WAITING:
        shown |= _range(selection, seed)
    response = page(
        request,
        WAITING,
        "moderation/batches.html",
        selection=selection,
        described=_described(selection, len(seen)),
        **_lately(number(request.GET.get("before"))),
        **shown,
    )
    response.status_code = status
    return response


def _lately(before: int | None) -> dict[str, Any]:
    """The newest batches, or those before one of them, and the number to go on with."""
    rows = Batch.objects.select_related("actor", "author")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: LATELY + 1])
    return {
        "lately": [row(batch) for batch in found[:LATELY]],
        "before": before,
        "earlier": found[LATELY - 1].pk if len(found) > LATELY else None,
    }


def _before_ruling(selection: Selection, seen: list, seed: str) -> dict[str, Any]:
    """How many there are, some of them to read, and the form."""
    if not seen:
        check_selection(selection)
    now = timezone.now()
    found = chosen(selection, seen=seen, until=now)
    ids = sample_of(found.members, seed)
    query = selection.as_query()
    if seen:
        ticked = QueryDict(mutable=True)
        ticked.setlist("seen", [f"{pk}:{revision}" for pk, revision in found.members])
        query = ticked.urlencode()
    return {
        "total": len(found.members),
        "is_all": found.is_all,
        "limit": AT_ONCE,
        "cards": [card(item) for item in queue.in_context(loaded(ids))],
        "again_url": f"?{query}&seed={secrets.token_hex(3)}",
        "chosen": query,
        "until": now.isoformat(),
        **(_of_ticked(found.members) if seen else {"may_approve": selection.tab == WAITING}),
        "reasons": [(reason.code, reason.told) for reason in reasons.for_desk()],
    }


def _of_ticked(members: Sequence[Seen]) -> dict[str, Any]:
    """What can be done with what was ticked: approving what is not live, and leaving as it is what
    readers report, up to the newest report; two queries."""
    ids = [pk for pk, _revision in members]
    open_reports = Report.objects.filter(comment__in=ids, settled_at__isnull=True).order_by("-pk")
    return {
        "may_approve": Comment.objects.filter(pk__in=ids)
        .exclude(status=Comment.Status.APPROVED)
        .exists(),
        "newest_report": open_reports.values_list("pk", flat=True).first(),
    }


def _range(selection: Selection, seed: str) -> dict[str, Any]:
    """The form that chooses a range of scores, and what stays chosen beside it."""
    beside = QueryDict(selection.but(score="", low=0.0, high=1.0).as_query())
    form = {
        "labels": [(code, reasons.told(code) or code) for code in LABELS],
        "beside": list(beside.items()),
        "seed": seed,
    }
    if selection.score:
        counted = histogram(selection)
        if counted.is_old:
            tasks.count_histogram.ring(selection.score)
        form |= {
            "bars": _bars(counted, selection),
            "counted_at": counted.at,
            "is_narrowed": is_narrowed(selection),
            "is_of_all": counted.is_of_all,
        }
    return {"range": form}


def _bars(counted: Histogram, selection: Selection) -> list[dict[str, Any]]:
    """Each part as a bar and as a row of the table."""
    most = max(counted.bars) or 1
    bars = []
    for place, count in enumerate(counted.bars):
        low, high = place / BARS, (place + 1) / BARS
        # The smallest is still to be seen beside the greatest.
        height = max(1, round(_HEIGHT * count / most)) if count else 0
        bars.append(
            {
                "x": place * 10,
                "y": _HEIGHT - height,
                "height": height,
                "low": low,
                "high": high,
                "count": count,
                "chosen": low < selection.high and high > selection.low,
            }
        )
    return bars


def _described(selection: Selection, ticked: int) -> list[str]:
    """What was chosen, in words."""
    if ticked:
        return [_("Ticked one by one")]
    told = [_("Live")] if selection.tab == APPROVED else []
    if selection.score:
        told.append(
            _("%(label)s, from %(low).2f to %(high).2f")
            % {
                "label": (reasons.told(selection.score) or selection.score).rstrip("."),
                "low": selection.low,
                "high": selection.high,
            }
        )
    told += [chip["told"] for chip in chips(selection)]
    told += [reasons.told(code) or code for code in (selection.reason, selection.label) if code]
    return told


def _moment(text: str):
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None


def row(batch: Batch) -> dict[str, Any]:
    """A batch in a list; actor and author selected."""
    return {
        "batch": batch,
        "title": _title(batch),
        "url": reverse("batch", args=[batch.pk]),
        "dealt_with": batch.done + batch.refused,
    }


def _title(batch: Batch) -> str:
    if batch.undoes_id:
        return _("Batch %(number)d takes back batch %(undoes)d") % {
            "number": batch.pk,
            "undoes": batch.undoes_id,
        }
    told = {"approve": _("Batch %(number)d: approved"), "reject": _("Batch %(number)d: rejected")}
    return told[batch.outcome] % {"number": batch.pk}


def _why_not(code: str) -> str:
    told = {
        "changed": _("The text had changed since."),
        "withdrawn": _("Its author had withdrawn it."),
        "erased": _("The words had been erased."),
        "already_decided": _("Somebody decided meanwhile."),
        "already_so": _("It had been decided so already."),
        "not_latest": _("Something has been decided since."),
        "appealed": _("Its author contests the decision."),
        "own_comment": _("Your own comments are for another editor."),
        "author_banned": _("Its author is banned."),
        "unverified": _("Its author has not confirmed their e-mail address yet."),
        "editors_only": _("Whoever made the batch is no editor any more."),
    }
    return told.get(code, _("It could not be decided; the log of the site says why."))


@login_required
@never_cache
@require_GET
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """How far a batch has come; the page asks again by itself while it runs."""
    check_editor(request.user)
    return _progress(request, batch_id)


def _progress(request: HttpRequest, batch_id: int, *, error: str = "") -> HttpResponse:
    rows = Batch.objects.select_related("actor", "author", "undoes")
    found = get_object_or_404(rows, pk=batch_id)
    undone_by = Batch.objects.filter(undoes=found).first()
    running = found.state == Batch.State.RUNNING
    may_undo = found.undoes_id is None and undone_by is None and (running or found.done > 0)
    ticked = 0 if found.selection or found.undoes_id else found.total
    shown = row(found) | {
        "running": running,
        "reason": reasons.told(found.reason),
        "described": _described(Selection.from_query(found.selection), ticked),
        "refusals": [(_why_not(code), count) for code, count in sorted(found.refusals.items())],
        "undone_by": undone_by,
        "undo_url": reverse("undo_batch", args=[found.pk]) if may_undo else None,
        "error": error,
    }
    if request.htmx:
        return render(request, "moderation/_batch.html", shown)
    response = page(request, WAITING, "moderation/batch.html", **shown)
    response.status_code = 409 if error else 200
    return response


@login_required
@require_POST
def undo_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    check_editor(request.user)
    found = get_object_or_404(Batch, pk=batch_id)
    try:
        made = operations.undo_batch(actor=request.user, batch=found)
    except Conflict as error:
        return _progress(request, batch_id, error=" ".join(error.messages))
    return HttpResponseRedirect(reverse("batch", args=[made.pk]))
