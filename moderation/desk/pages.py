"""What the tabs of the desk share: the tabs themselves, and a comment as a card."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from comments.models import Comment
from comments.pages import human_wait, marked
from moderation import queue, reasons
from moderation.queue.context import counts_told


def tabs(current: str) -> list[dict[str, Any]]:
    """The tabs of the desk, each with its address and how much is on it."""
    counts = queue.counts()
    return [
        {"key": key, "label": label, "count": counts[key], "url": url, "current": key == current}
        for key, label, url in (
            ("waiting", _("Waiting"), reverse("desk")),
            ("reported", _("Reported"), reverse("desk_reported")),
            ("appeals", _("Appeals"), reverse("desk_appeals")),
            ("approved", pgettext("comments", "Approved"), f"{reverse('desk')}?tab=approved"),
            ("rejected", pgettext("comments", "Rejected"), f"{reverse('desk')}?tab=rejected"),
            ("all", pgettext("comments", "All"), f"{reverse('desk')}?tab=all"),
        )
    ]


def card(item: queue.Item) -> dict[str, Any]:
    """What every card at the desk says of one comment, whatever is asked of the editor."""
    comment, record = item.comment, item.judged or item.decision
    spans = [span for found in record.findings for span in found["spans"]] if record else []
    counted = counts_told(item.author or {"live": 0, "rejected": 0, "overturned": 0})
    parent = comment.parent
    return {
        "comment": comment,
        "article": comment.call_to_action.article,
        "question": comment.call_to_action.question,
        "parent": parent,
        "parent_html": parent.live_revision.html if parent and parent.live_revision else None,
        "author": comment.author,
        "joined": comment.author.date_joined,
        **counted,
        "cluster": item.cluster,
        "findings": queue.findings_in_words(record, reasons.told),
        "marked_source": marked(comment.latest.source, spans),
        "erased": comment.latest.erased_at is not None,
        "waited": human_wait(round((timezone.now() - comment.decided_at).total_seconds()))
        if comment.decided_at and comment.status == Comment.Status.HELD
        else None,
        "reports": item.reports,
        "revision_id": comment.latest_id,
    }


def in_full(comment_id: int) -> Comment:
    """A comment with all that a card shows of it."""
    return Comment.objects.select_related(*queue.CONTEXT).get(pk=comment_id)


def page(
    request: HttpRequest, current: str, template: str = "moderation/queue.html", **context: Any
) -> HttpResponse:
    """The desk on one of its tabs."""
    return render(request, template, {"tabs": tabs(current), "tab": current, **context})
