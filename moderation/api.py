"""The editors' queue over JSON, readers' reports, and appeals."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router, Status

from accounts.addresses import origin_of
from accounts.errors import Forbidden
from accounts.schemas import REFUSALS, Error, Id
from comments import schemas as comment_schemas
from comments.models import Comment
from moderation import operations, queue, schemas
from moderation.models import Appeal, DecisionRecord
from moderation.statement import statement_of

router = Router(tags=["moderation"])


@router.get("/queue", response={200: schemas.QueueOut, REFUSALS: Error}, operation_id="queue")
def list_queue(
    request: HttpRequest, after: Id | None = Query(None), cluster: Id | None = Query(None)
):
    """Comments waiting for an editor with their findings, longest wait first; with cluster, those
    of one raid."""
    page = queue.waiting(reader=request.user, after=after, cluster=cluster)
    return {
        "items": [
            {
                "comment": comment_schemas.own(item.comment),
                "author_id": item.comment.author_id,
                "author": item.comment.author.display_name,
                "decision": schemas.decision(item.decision) if item.decision else None,
                "cluster": schemas.cluster(item.cluster) if item.cluster else None,
            }
            for item in page.items
        ],
        "waiting": page.total,
        "next": str(page.next_id) if page.next_id else None,
    }


@router.post(
    "/comments/{comment_id}/rulings",
    response={201: schemas.DecisionOut, REFUSALS: Error},
    operation_id="rule",
)
def rule(request: HttpRequest, body: schemas.RulingIn, comment_id: Id = Path(...)):
    """Approve a comment, or reject it with a reason."""
    comment = get_object_or_404(Comment.objects.visible_to(request.user), pk=comment_id)
    record = operations.rule(
        actor=request.user,
        comment=comment,
        revision_id=body.revision,
        outcome=body.outcome,
        reason=body.reason,
        note=body.note,
        seen=body.seen,
    )
    return Status(201, schemas.decision(record))


@router.post(
    "/clusters/{cluster_id}/rulings",
    response={200: schemas.ClusterRulingOut, REFUSALS: Error},
    operation_id="rule_on_cluster",
)
def rule_on_cluster(
    request: HttpRequest, body: schemas.ClusterRulingIn, cluster_id: Id = Path(...)
):
    """Rule on waiting comments of one raid, 200 at most; what has changed is named and left."""
    done = operations.rule_on_cluster(
        actor=request.user,
        cluster=cluster_id,
        seen=[(each.comment, each.revision) for each in body.seen],
        outcome=body.outcome,
        reason=body.reason,
        note=body.note,
    )
    return schemas.cluster_ruling(done)


@router.post(
    "/rulings/{record_id}/undo",
    response={201: schemas.DecisionOut, REFUSALS: Error},
    operation_id="undo_ruling",
)
def undo(request: HttpRequest, record_id: Id = Path(...)):
    """Take a person's ruling back, as a second record."""
    if not request.user.is_editor:
        raise Forbidden("Only editors rule on comments.", code="editors_only")
    record = get_object_or_404(DecisionRecord, pk=record_id)
    return Status(201, schemas.decision(operations.undo(actor=request.user, record=record)))


@router.get(
    "/comments/{comment_id}/decision",
    response={200: schemas.StatementOut, REFUSALS: Error},
    operation_id="decision",
)
def decision(request: HttpRequest, comment_id: Id = Path(...)):
    """Why one's own comment was not published: what was decided, by whom, upon which words, and
    until when it can be contested. Its author alone reads it, not even editors."""
    comment = get_object_or_404(Comment, pk=comment_id, author=request.user)
    statement = statement_of(comment)
    if statement is None:
        raise Http404
    return schemas.statement(statement)


@router.post(
    "/comments/{comment_id}/appeals",
    response={201: schemas.AppealOut, REFUSALS: Error},
    operation_id="appeal",
)
def appeal(request: HttpRequest, body: schemas.AppealIn, comment_id: Id = Path(...)):
    """Contest the decision not to publish one's own comment: once, within six months."""
    comment = get_object_or_404(Comment.objects.visible_to(request.user), pk=comment_id)
    made = operations.appeal(
        actor=request.user, comment=comment, words=body.words, origin=origin_of(request)
    )
    return Status(201, schemas.appeal(made))


@router.get("/appeals", response={200: schemas.AppealsOut, REFUSALS: Error}, operation_id="appeals")
def list_appeals(request: HttpRequest, after: Id | None = Query(None)):
    """Contested decisions that wait for an editor, longest wait first; after: the `next` of the
    page before."""
    page = queue.appeals(reader=request.user, after=after)
    return {
        "items": [
            {
                **schemas.appeal(case.appeal),
                "contested": case.appeal.contested_id,
                "may_rule": case.refusal is None,
                "text": comment_schemas.own(case.item.comment),
            }
            for case in page.cases
        ],
        "waiting": page.total,
        "next": str(page.next_id) if page.next_id else None,
    }


@router.post(
    "/appeals/{appeal_id}/ruling",
    response={201: schemas.AppealOut, REFUSALS: Error},
    operation_id="rule_on_appeal",
)
def rule_on_appeal(request: HttpRequest, body: schemas.AppealRulingIn, appeal_id: Id = Path(...)):
    """Uphold a contested decision, or overturn it: another editor's, never one's own."""
    if not request.user.is_editor:
        raise Forbidden("Only editors rule on comments.", code="editors_only")
    found = get_object_or_404(Appeal.objects.select_related("comment"), pk=appeal_id)
    ruled = operations.rule_on_appeal(
        actor=request.user, appeal=found, outcome=body.outcome, note=body.note
    )
    return Status(201, schemas.appeal(ruled))


@router.post(
    "/comments/{comment_id}/reports",
    response={201: schemas.ReportOut, REFUSALS: Error},
    operation_id="report_comment",
)
def report(request: HttpRequest, body: schemas.ReportIn, comment_id: Id = Path(...)):
    """Bring a comment before the editors. "I disagree" is received and goes nowhere."""
    comment = get_object_or_404(Comment.objects.visible_to(request.user), pk=comment_id)
    made = operations.report(
        reporter=request.user,
        comment=comment,
        reason=body.reason,
        note=body.note,
        origin=origin_of(request),
    )
    return Status(201, {"received": True, "looked_at": bool(made and made.settled_at)})
