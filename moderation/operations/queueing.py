"""What the desk keeps of each comment, brought in line with what has just been done to it."""

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime

from comments.models import Comment
from moderation import desk_words
from moderation.models import DecisionRecord, PendingEffect, QueueItem, QueueScore
from moderation.pipeline.risk import riskiest
from moderation.scorer.language import language
from moderation.waiting import patience

Status = Comment.Status
Outcomes = DecisionRecord.Outcome
_RULED = {
    Outcomes.APPROVE: Status.APPROVED,
    Outcomes.HOLD: Status.HELD,
    Outcomes.REJECT: Status.REJECTED,
}
# What a claim or an escalation wrote stays, and so does what reports weigh.
_FOLLOWED = (
    "status",
    "article",
    "section",
    "author",
    "reason",
    "label",
    "language",
    "risk",
    "at",
    "due_at",
)


def follow(comment: Comment | int, *, is_locked: bool = False) -> None:
    """Have the desk show a comment as it is: its row, its words, and its scores while it waits.

    In the transaction of whatever was decided on it or done by its author. A ruling counts from
    its record on, also while its effect on readers waits. A comment that its author has taken back
    leaves the desk. Seven queries, nine where it waits, one less for a comment that came from
    `comments.locked` in this transaction (is_locked).
    """
    if is_locked:
        now = copy(comment)
    else:
        number = comment if isinstance(comment, int) else comment.pk
        rows = Comment.objects.select_related("latest", "live_revision", "call_to_action__article")
        now = rows.get(pk=number)
    if now.withdrawn_at is not None:
        forget([now.pk])
        return
    item, scores = described(now)
    # A ruling whose effect is still to come is found by its own words, in its own tab.
    now.status = item.status
    QueueItem.objects.bulk_create(
        [item], update_conflicts=True, unique_fields=["comment"], update_fields=_FOLLOWED
    )
    QueueScore.objects.filter(item=now.pk).delete()
    if scores:
        QueueScore.objects.bulk_create(
            QueueScore(item=item, label=label, value=value) for label, value in scores.items()
        )
    desk_words.follow(now)


def described(comment: Comment) -> tuple[QueueItem, Mapping[str, float]]:
    """A comment as the desk keeps it, unsaved, and its scores if it waits; two queries.

    latest and call_to_action__article selected.
    """
    records = list(comment.decisions.filter(revision=comment.latest_id).order_by("pk"))
    last = next((each for each in reversed(records) if each.reason != "appeal_upheld"), None)
    judged = next((each.findings for each in reversed(records) if each.findings), [])
    scores = next((each.scores for each in reversed(records) if each.scores), {})
    status, at = comment.status, comment.decided_at
    ruled = PendingEffect.objects.waiting().filter(comment=comment).select_related("record__undoes")
    effect = ruled.first()
    if effect is not None:
        status, at = _status_after(effect.record), effect.record.at
    if status == Status.PENDING or at is None:
        at = comment.latest.created_at
    held = status == Status.HELD
    label, risk = riskiest(judged)
    article = comment.call_to_action.article
    item = QueueItem(
        comment=comment,
        status=status,
        article_id=article.pk,
        section_id=article.section_id,
        author_id=comment.author_id,
        reason=last.reason if last and status != Status.PENDING else "",
        label=label,
        language=language(comment.latest.source),
        risk=risk,
        at=at,
        due_at=at + patience() * (1.0 - risk) if held else None,
    )
    return item, scores if held else {}


def _status_after(record: DecisionRecord) -> str:
    if record.undoes is None:
        return _RULED[record.outcome]
    before = record.undoes.status_before
    return Status.HELD if before == Status.PENDING else before


def follow_reports(
    *, comment_id: int, open_reports: int, weight: float, since: datetime | None
) -> None:
    """Keep how many reports of a comment are open, what they weigh together, and since when."""
    QueueItem.objects.filter(pk=comment_id).update(
        open_reports=open_reports, report_weight=weight, reported_at=since
    )


def forget(comment_ids: Sequence[int]) -> None:
    """Have comments leave the desk, words and all."""
    QueueScore.objects.filter(item__in=comment_ids).delete()
    QueueItem.objects.filter(pk__in=comment_ids).delete()
    desk_words.INDEX.remove(comment_ids)


def follow_words(comment_ids: Sequence[int]) -> None:
    """Have comments found by the words they still have, after some were erased; a query for each
    500, and one for each comment that still has some."""
    for at in range(0, len(comment_ids), 500):
        some = Comment.objects.filter(pk__in=comment_ids[at : at + 500])
        for comment in some.select_related("latest", "live_revision"):
            desk_words.follow(comment)
