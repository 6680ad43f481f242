"""The editors' queue page. Parse, call, render."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import Conflict, Forbidden
from accounts.models import User
from comments.models import Comment
from comments.pages import human_wait, marked
from moderation import operations, queue, reasons
from moderation.models import DecisionRecord


def _tabs(current: str) -> list[dict[str, Any]]:
    counts = queue.counts()
    return [
        {
            "key": key,
            "label": label,
            "count": counts.get(key),
            "url": url,
            "current": key == current,
        }
        for key, label, url in (
            ("waiting", _("Waiting"), reverse("desk")),
            ("reported", _("Reported"), reverse("desk_reported")),
            ("decided", _("Decided"), reverse("desk_decided")),
        )
    ]


def _card(item: queue.Item) -> dict[str, Any]:
    """What templates/moderation/_card.html shows of one comment."""
    comment, record = item.comment, item.decision
    findings = queue.findings_in_words(record, reasons.told)
    spans = [span for found in record.findings for span in found["spans"]] if record else []
    counted = item.author or {"live": 0, "rejected": 0}
    article = comment.call_to_action.article
    parent = comment.parent
    return {
        "comment": comment,
        "article": article,
        "question": comment.call_to_action.question,
        "parent": parent,
        "parent_html": parent.live_revision.html if parent and parent.live_revision else None,
        "author": comment.author,
        "joined": comment.author.date_joined,
        "live": counted["live"],
        "rejected": counted["rejected"],
        "findings": findings,
        "marked_source": marked(comment.latest.source, spans),
        "erased": comment.latest.erased_at is not None,
        "waited": human_wait(round((timezone.now() - comment.decided_at).total_seconds()))
        if comment.decided_at and comment.status == Comment.Status.HELD
        else None,
        "reports": item.reports,
        "reasons": [(code, reason.told) for code, reason in reasons.EDITOR.items()],
        "rule_url": reverse("rule", args=[comment.pk]),
        "settle_url": reverse("settle_comment", args=[comment.pk]) if item.reports else None,
        "revision_id": comment.latest_id,
        "decided": None,
        "undo_url": None,
        "error": None,
    }


def _decided_card(item: queue.Item, record: DecisionRecord) -> dict[str, Any]:
    """A card that has been ruled on, with its way back while nothing followed."""
    card = _card(replace(item, decision=record))
    undone = hasattr(record, "undone_by")
    stands = record.undoes_id is None and not undone
    return card | {
        "decided": record,
        "decided_reason": reasons.told(record.reason),
        "undone": undone,
        "undo_url": reverse("undo_ruling", args=[record.pk]) if stands else None,
        "rule_url": None,
    }


def _page(request: HttpRequest, current: str, **context: Any) -> HttpResponse:
    return render(
        request, "moderation/queue.html", {"tabs": _tabs(current), "tab": current, **context}
    )


@login_required
@never_cache
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    after = request.GET.get("after", "")
    page = queue.waiting(
        reader=request.user, after=int(after) if after.isdecimal() and len(after) < 19 else None
    )
    return _page(
        request,
        "waiting",
        cards=[_card(item) for item in page.items],
        total=page.total,
        next_url=f"?after={page.next_id}" if page.next_id else None,
    )


@login_required
@never_cache
@require_GET
def reported(request: HttpRequest) -> HttpResponse:
    page, people = queue.reported(reader=request.user)
    return _page(
        request,
        "reported",
        cards=[_card(item) for item in page.items],
        people=people,
        total=page.total + len(people),
        next_url=None,
    )


@login_required
@never_cache
@require_GET
def decided(request: HttpRequest) -> HttpResponse:
    records = queue.decided(reader=request.user)
    return _page(
        request,
        "decided",
        cards=[
            _decided_card(item, record)
            for item, record in zip(
                queue.in_context([record.comment for record in records]), records, strict=True
            )
        ],
        total=len(records),
        next_url=None,
    )


def _ruled(request: HttpRequest, record: DecisionRecord) -> HttpResponse:
    if not request.htmx:
        return HttpResponseRedirect(reverse("desk"))
    [item] = queue.in_context([_in_full(record.comment_id)])
    return render(request, "moderation/_card.html", {"card": _decided_card(item, record)})


def _in_full(comment_id: int) -> Comment:
    return Comment.objects.select_related(*queue.CONTEXT).get(pk=comment_id)


def _not_ruled(request: HttpRequest, comment: Comment, error: ValidationError) -> HttpResponse:
    """The card again as it is now, with why nothing was done; 409 when it had changed."""
    [item] = queue.in_context([_in_full(comment.pk)])
    card = _card(item) | {"error": " ".join(error.messages)}
    status = 409 if isinstance(error, Conflict) else 422
    if request.htmx:
        html = render_to_string("moderation/_card.html", {"card": card}, request)
        return HttpResponse(html, status=status)
    response = _page(request, "waiting", cards=[card], total=1, next_url=reverse("desk"))
    response.status_code = status
    return response


@login_required
@require_POST
def rule(request: HttpRequest, comment_id: int) -> HttpResponse:
    comment = get_object_or_404(Comment.objects.visible_to(request.user), pk=comment_id)
    revision = request.POST.get("revision", "")
    if not revision.isdecimal() or len(revision) > 18:
        raise Http404
    try:
        record = operations.rule(
            actor=request.user,
            comment=comment,
            revision_id=int(revision),
            outcome=request.POST.get("outcome", ""),
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
        )
    except ValidationError as error:
        return _not_ruled(request, comment, error)
    return _ruled(request, record)


@login_required
@require_POST
def undo(request: HttpRequest, record_id: int) -> HttpResponse:
    if not request.user.is_editor:
        raise Forbidden(_("Only editors rule on comments."), code="editors_only")
    record = get_object_or_404(DecisionRecord, pk=record_id)
    try:
        undone = operations.undo(actor=request.user, record=record)
    except ValidationError as error:
        return _not_ruled(request, record.comment, error)
    if not request.htmx:
        return HttpResponseRedirect(reverse("desk"))
    [item] = queue.in_context([_in_full(undone.comment_id)])
    return render(request, "moderation/_card.html", {"card": _card(item)})


@login_required
@require_POST
def settle_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The reports were looked at and the comment stays as it is."""
    comment = get_object_or_404(Comment.objects.visible_to(request.user), pk=comment_id)
    operations.settle_reports(actor=request.user, comment=comment)
    return HttpResponseRedirect(reverse("desk_reported"))


@login_required
@require_POST
def settle_profile(request: HttpRequest, user_id: int) -> HttpResponse:
    operations.settle_reports(actor=request.user, profile=get_object_or_404(User, pk=user_id))
    return HttpResponseRedirect(reverse("desk_reported"))
