"""What the tabs of the desk share: the tabs themselves, and a comment as a card."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from comments.models import Comment
from comments.pages import human_wait, marked
from moderation import queue, reasons
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
            ("appeals", _("Appeals"), reverse("desk_appeals")),
            ("decided", _("Decided"), reverse("desk_decided")),
        )
    ]


def card(item: queue.Item) -> dict[str, Any]:
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
        "cluster": item.cluster,
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
        "pick_url": None,
        "error": None,
    }


def decided_card(item: queue.Item, record: DecisionRecord) -> dict[str, Any]:
    """A card that has been ruled on, with its way back while nothing followed."""
    shown = card(replace(item, decision=record))
    undone = hasattr(record, "undone_by")
    # Once contested, a decision is another editor's to confirm or to change.
    contested = hasattr(record, "appeal")
    stands = record.undoes_id is None and not (undone or contested)
    stands = stands and record.reason not in reasons.APPEAL
    return shown | {
        "decided": record,
        "decided_reason": reasons.told(record.reason),
        "undone": undone,
        "undo_url": reverse("undo_ruling", args=[record.pk]) if stands else None,
        "pick_url": _pick_url(item.comment, record),
        "rule_url": None,
    }


def _pick_url(comment: Comment, record: DecisionRecord) -> str | None:
    """Where the approved comment of a card is picked, while readers see it."""
    approved = record.outcome == DecisionRecord.Outcome.APPROVE and not hasattr(record, "undone_by")
    if approved and comment.is_live and comment.call_to_action.article.is_live():
        return reverse("desk_pick", args=[comment.pk])
    return None


def in_full(comment_id: int) -> Comment:
    """A comment with all that a card shows of it."""
    return Comment.objects.select_related(*queue.CONTEXT).get(pk=comment_id)


def page(
    request: HttpRequest, current: str, template: str = "moderation/queue.html", **context: Any
) -> HttpResponse:
    """The desk on one of its tabs."""
    return render(request, template, {"tabs": _tabs(current), "tab": current, **context})
