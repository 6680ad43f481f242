"""A comment in the list of the desk, and in its focus: all that an editor rules by."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from comments.models import Comment
from moderation import queue, reasons
from moderation.desk.pages import card
from moderation.models import DecisionRecord, PendingEffect, QueueItem, Report, Sketch
from moderation.operations.appeals import refusal_to_rule
from moderation.operations.landing import told_of
from moderation.operations.reports import accuracy_of
from moderation.queue import Selection

FIRST_WORDS = 140  # letters in a row of the list
HISTORY = 10  # decisions on a card, the newest
ALIKE = 5  # others of its raid on a card
LABELS = 4  # scores on a card, the highest
_LEVELS = (0.25, 0.5, 0.75)  # from where a risk is drawn stronger
Status = Comment.Status
Outcomes = DecisionRecord.Outcome


def address_of(number: int, selection: Selection, name: str = "desk_comment") -> str:
    """Where a comment is in focus beside the list of a selection, or something is done to it."""
    query = selection.as_query()
    return reverse(name, args=[number]) + (f"?{query}" if query else "")


def list_of(selection: Selection) -> str:
    """Where the list of a selection is."""
    query = selection.as_query()
    return reverse("desk") + (f"?{query}" if query else "")


def claim_told(entry: QueueItem | None, reader: User) -> str:
    """Who else reads it at this moment, in a sentence; empty if nobody does."""
    if entry is None or entry.claimed_by_id in (None, reader.pk):
        return ""
    if entry.claimed_until is None or entry.claimed_until <= timezone.now():
        return ""
    return _("%(name)s is reading this") % {"name": entry.claimed_by.display_name}


def row(
    item: queue.Item,
    *,
    reader: User,
    selection: Selection,
    focus: int | None,
    is_anothers: bool = False,
) -> dict:
    """What templates/moderation/_desk_row.html shows of one comment.

    is_anothers: its appeal is not for this editor to rule on.
    """
    comment, entry = item.comment, item.entry
    status = entry.status if entry else comment.status
    judged = item.judged or item.decision
    return {
        "id": comment.pk,
        "revision_id": comment.latest_id,
        "author": comment.author,
        "excerpt": Truncator(" ".join(comment.latest.source.split())).chars(FIRST_WORDS),
        "at": _at(item, selection),
        "is_anothers": is_anothers,
        # A contested decision is ruled on by itself.
        "ticked": item.appeal is None,
        "risk": entry.risk if entry and status == Status.HELD else None,
        "level": sum(entry.risk >= level for level in _LEVELS) if entry else 0,
        "reason": told_of(judged) if judged else "",
        "reports": item.open_reports,
        "escalated": bool(entry and entry.escalated_at),
        "state": Status(status).label if selection.tab not in _OF_ONE_STATUS else "",
        "claim": claim_told(entry, reader),
        "current": comment.pk == focus,
        "url": address_of(comment.pk, selection),
        "card_url": address_of(comment.pk, selection, "desk_card"),
        "claim_url": reverse("desk_claim", args=[comment.pk]),
    }


_OF_ONE_STATUS = ("waiting", "appeals", "approved", "rejected")


def _at(item: queue.Item, selection: Selection) -> datetime:
    """Since when it is on its tab."""
    if selection.tab == "appeals" and item.appeal:
        return item.appeal.created_at
    if selection.tab == "reported" and item.entry and item.entry.reported_at:
        return item.entry.reported_at
    return item.entry.at if item.entry else item.comment.created_at


def focus_card(
    item: queue.Item, *, reader: User, selection: Selection, next_url: str = "", **said: Any
) -> dict[str, Any]:
    """What templates/moderation/_desk_card.html shows: four queries, five where there is a raid,
    one more for an appeal against one's own decision.

    next_url: where a ruling without a script leads. said: an error, a difference, a note that was
    typed before.
    """
    comment, entry = item.comment, item.entry
    history = list(
        DecisionRecord.objects.filter(comment=comment)
        .select_related("actor", "undone_by", "appeal")
        .order_by("-pk")[:HISTORY]
    )
    effect = PendingEffect.objects.waiting().filter(comment=comment).first()
    judged = item.judged or item.decision
    last = history[0] if history else None
    waits = effect is None and comment.status in (Status.HELD, Status.PENDING)
    decided = None if waits else last
    closed = (
        bool(effect)
        or comment.withdrawn_at is not None
        or comment.latest.erased_at is not None
        # Of a contested edit the words from before, which readers see, are not the appeal's.
        or (item.appeal is not None and not comment.is_live)
        or (comment.author_id == reader.pk and not reader.is_admin)
    )
    offered = reasons.for_desk() if not closed else []
    return card(item) | {
        "labels": _labels(judged),
        "live_html": comment.live_revision.html
        if comment.is_live and comment.live_revision_id != comment.latest_id
        else None,
        "reasons": offered,
        "has_canned": any(reason.notes for reason in offered),
        "rule_url": address_of(comment.pk, selection, "rule"),
        "many_url": f"{reverse('batches')}?author={comment.author_id}",
        "older_reports": max(0, item.open_reports - len(item.reports)),
        "reports": with_accuracy(item.reports),
        "newest_report": max((report.pk for report in item.reports), default=""),
        "author_url": list_of(Selection(tab="all", author=comment.author_id)),
        "thread_url": reverse("desk_thread", args=[comment.pk]),
        "claim": claim_told(entry, reader),
        "escalation": _escalation(entry),
        "may_escalate": entry is not None and entry.escalated_at is None,
        "alike": _alike(item, selection),
        "history": [_past(record) for record in history if record is not decided],
        "decided": decided,
        "decided_reason": told_of(decided) if decided else "",
        "undone": bool(decided and hasattr(decided, "undone_by")),
        "undo_url": undo_url(decided) if decided else None,
        "seen": last.pk if last else 0,
        "may_approve": not closed and item.appeal is None and comment.status != Status.APPROVED,
        "may_reject": not closed and (comment.status != Status.REJECTED or comment.is_live),
        "settle_url": reverse("settle_comment", args=[comment.pk])
        if item.reports and not closed
        else None,
        "pick_url": _pick_url(comment),
        "closed": closed,
        "appeal": item.appeal,
        "appeal_reason": told_of(item.appeal.decision) if item.appeal else "",
        "appeal_refusal": refusal_to_rule(actor=reader, appeal=item.appeal)
        if item.appeal
        else None,
        "appeal_url": address_of(item.appeal.pk, selection, "rule_on_appeal")
        if item.appeal
        else None,
        "next": next_url,
        **said,
    }


def with_accuracy(reports: tuple[Report, ...]) -> list[tuple[Report, str]]:
    """Each report with how often its reporter was right, in percent; one query, none for none."""
    known = accuracy_of([report.reporter_id for report in reports]) if reports else {}
    return [(report, f"{known[report.reporter_id]:.0%}") for report in reports]


def _labels(judged: DecisionRecord | None) -> list[dict[str, Any]]:
    scores = judged.scores if judged else {}
    highest = sorted(scores.items(), key=lambda pair: -pair[1])[:LABELS]
    return [{"told": reasons.label_told(label), "value": value} for label, value in highest]


def _escalation(entry: QueueItem | None) -> dict[str, Any] | None:
    if entry is None or entry.escalated_at is None:
        return None
    by = entry.escalated_by.display_name if entry.escalated_by else ""
    return {"at": entry.escalated_at, "by": by, "note": entry.escalation_note}


def _alike(item: queue.Item, selection: Selection) -> list[dict[str, Any]]:
    """The newest of its raid, and the copies that a check named; a query, two for a raid, none
    where there is neither."""
    ids = set(_copies(item.judged))
    if item.cluster:
        raid = Sketch.objects.filter(cluster=item.cluster.number).exclude(comment=item.comment)
        ids |= set(raid.order_by("-pk").values_list("comment", flat=True)[:ALIKE])
    others = Comment.objects.filter(pk__in=ids).select_related("author") if ids else []
    return [
        {
            "url": address_of(other.pk, selection),
            "author": other.author.display_name,
            "state": other.get_status_display(),
        }
        for other in others
    ]


def _copies(judged: DecisionRecord | None) -> list[int]:
    """The comments that `repeats` and `twins` named, the first of each."""
    return [
        number
        for found in (judged.findings if judged else ())
        if found["code"] in ("repeats", "twins")
        for number in found["detail"].get("comments", ())[:ALIKE]
    ]


def _past(record: DecisionRecord) -> dict[str, Any]:
    return {
        "outcome": _("Taken back") if record.undoes_id else record.get_outcome_display(),
        "by": record.actor.display_name if record.actor else _("the automatic checks"),
        "reason": told_of(record),
        "at": record.at,
    }


def undo_url(record: DecisionRecord) -> str | None:
    """Where a person's ruling is taken back, while that is possible."""
    # Once contested, a decision is another editor's to confirm or to change.
    over = hasattr(record, "undone_by") or hasattr(record, "appeal")
    if record.actor_id is None or record.undoes_id or over or record.reason in reasons.APPEAL:
        return None
    return reverse("undo_ruling", args=[record.pk])


def _pick_url(comment: Comment) -> str | None:
    """Where a comment is made a pick, while readers see it."""
    if comment.is_live and comment.call_to_action.article.is_live():
        return reverse("desk_pick", args=[comment.pk])
    return None
