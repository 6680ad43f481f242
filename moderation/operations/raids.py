"""Raids: how a comment is found by its likes, and one ruling on all that wait of a cluster."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Forbidden
from accounts.models import User
from comments import operations as comments
from comments.models import Comment, CommentRevision
from moderation import reasons
from moderation.models import DecisionRecord, Sketch, SketchValue
from moderation.operations.permissions import check_editor, checked_note, checked_outcome
from moderation.operations.ruling import rule
from moderation.pipeline.decision import Finding

RULED_AT_ONCE = 200
Status = Comment.Status
Outcomes = DecisionRecord.Outcome


@dataclass(frozen=True, slots=True)
class Refusal:
    """A comment that was left as it is, and why."""

    comment_id: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ClusterRuling:
    ruled: tuple[DecisionRecord, ...]
    refused: tuple[Refusal, ...]


def keep_sketch(
    *, revision: CommentRevision, values: tuple[int, ...], raid: Finding | None
) -> None:
    """Let later comments find this one, and bring all that a raid's finding names together.

    values: those of the revision, none for what is not looked for. raid: what the check `raids`
    found of it. In the transaction of the decision.
    """
    name = raid.detail["cluster"] if raid else None
    if not values:
        Sketch.objects.filter(comment=revision.comment_id).delete()
        return
    sketch, made = Sketch.objects.update_or_create(
        comment_id=revision.comment_id,
        defaults={"revision": revision, "at": revision.created_at, "cluster": name},
    )
    if not made:
        sketch.values.all().delete()
    SketchValue.objects.bulk_create(
        SketchValue(sketch=sketch, value=value, at=sketch.at) for value in values
    )
    if raid:
        found = Sketch.objects.filter(comment__in=raid.detail["comments"])
        # Whatever raids these were known under are one from now on.
        others = found.filter(cluster__isnull=False).exclude(cluster=name)
        Sketch.objects.filter(cluster__in=list(others.values_list("cluster", flat=True))).update(
            cluster=name
        )
        found.filter(cluster__isnull=True).update(cluster=name)


def cluster_of(number: int) -> int:
    """The name under which the cluster is known now that was called by this comment's number."""
    current = Sketch.objects.filter(comment=number, cluster__isnull=False)
    return current.values_list("cluster", flat=True).first() or number


def rule_on_cluster(
    *,
    actor: User,
    cluster: int,
    seen: Sequence[tuple[int, int]],
    outcome: str,
    reason: str = "",
    note: str = "",
) -> ClusterRuling:
    """A person's ruling on many waiting comments of one cluster, each with a record of its own.

    seen: at most RULED_AT_ONCE pairs of a comment and the revision that was read. What has changed,
    was decided or left the cluster meanwhile stays as it is and is named. Raises Forbidden
    (editors_only), ValidationError (bad_outcome, bad_reason, note_too_long, too_many, none_chosen).
    """
    check_editor(actor)
    checked_outcome(outcome, Outcomes)
    if outcome == Outcomes.HOLD:
        raise ValidationError(_("Approve or reject."), code="bad_outcome")
    if outcome == Outcomes.REJECT:
        reasons.check_offered(reason)
    note = checked_note(note, limit=1_000)
    if not seen:
        raise ValidationError(_("Choose at least one comment."), code="none_chosen")
    if len(seen) > RULED_AT_ONCE:
        raise ValidationError(
            _("At most %(limit)d comments are ruled on at once."),
            code="too_many",
            params={"limit": RULED_AT_ONCE},
        )
    revisions = dict(seen)
    rows = Comment.objects.filter(pk__in=revisions, sketch__cluster=cluster_of(cluster))
    by_id = {row.pk: row for row in rows.select_related("author")}
    ruled, refused = [], []
    # One after the other: each is whole by itself, and others write in between.
    for comment_id, revision_id in revisions.items():
        try:
            if comment_id not in by_id:
                raise Conflict(_("It is not in this cluster any more."), code="not_in_cluster")
            ruled.append(
                _rule_if_waiting(
                    actor=actor,
                    comment=by_id[comment_id],
                    revision_id=revision_id,
                    outcome=outcome,
                    reason=reason,
                    note=note,
                )
            )
        except (Conflict, Forbidden) as error:
            refused.append(Refusal(comment_id, error.code, str(error.message)))
    return ClusterRuling(tuple(ruled), tuple(refused))


def _rule_if_waiting(*, comment: Comment, **ruling) -> DecisionRecord:
    with transaction.atomic():
        # A ruling on one comment may change an earlier one; this form is about what waits.
        if comments.locked(comment).status != Status.HELD:
            raise Conflict(_("It has been decided meanwhile."), code="not_waiting")
        return rule(comment=comment, **ruling)
