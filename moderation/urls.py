"""Addresses of the desk, and of the reader's side of moderation."""

from django.urls import path

import accounts.converters  # noqa: F401 - registers <row:>
from moderation.desk import (
    appeals,
    batches,
    changes,
    clusters,
    escalation,
    listing,
    rulings,
    sanctions,
    saved,
    urgent,
)
from moderation.desk import notices as desk_notices
from moderation.reader import decisions, notices
from moderation.reader import views as reader

urlpatterns = [
    path("desk/", listing.desk, name="desk"),
    path("desk/reported/", listing.reported, name="desk_reported"),
    path("desk/reported/settle/", rulings.settle_comments, name="settle_comments"),
    path("desk/reported/unsettle/", rulings.unsettle_comments, name="unsettle_comments"),
    path("desk/appeals/", appeals.appeals, name="desk_appeals"),
    path("desk/changes/", changes.changes, name="desk_changes"),
    path("desk/views/", saved.save, name="save_view"),
    path("desk/views/<row:view_id>/delete/", saved.delete, name="delete_view"),
    path("desk/claims/release/", changes.release_claims, name="desk_release"),
    path("desk/urgent/<str:token>/", urgent.urgent, name="desk_urgent"),
    path("desk/batches/", batches.batches, name="batches"),
    path("desk/batches/<row:batch_id>/", batches.batch, name="batch"),
    path("desk/batches/<row:batch_id>/undo/", batches.undo_batch, name="undo_batch"),
    path("desk/comments/<row:comment_id>/", listing.comment, name="desk_comment"),
    path("desk/comments/<row:comment_id>/card/", listing.card, name="desk_card"),
    path("desk/comments/<row:comment_id>/thread/", listing.thread, name="desk_thread"),
    path("desk/comments/<row:comment_id>/claim/", changes.claim_comment, name="desk_claim"),
    path("desk/comments/<row:comment_id>/rule/", rulings.rule, name="rule"),
    path("desk/comments/<row:comment_id>/settle/", rulings.settle_comment, name="settle_comment"),
    path(
        "desk/comments/<row:comment_id>/unsettle/",
        rulings.unsettle_comment,
        name="unsettle_comment",
    ),
    path("desk/clusters/<row:cluster>/rule/", clusters.rule, name="rule_on_cluster"),
    path("desk/comments/<row:comment_id>/escalate/", escalation.escalate, name="escalate"),
    path(
        "desk/comments/<row:comment_id>/settle-escalation/",
        escalation.settle,
        name="settle_escalation",
    ),
    path("desk/people/<row:user_id>/", sanctions.person, name="desk_person"),
    path("desk/people/<row:user_id>/sanction/", sanctions.give, name="give_sanction"),
    path("desk/sanctions/<row:sanction_id>/lift/", sanctions.lift, name="lift_sanction"),
    path("desk/people/<row:user_id>/settle/", rulings.settle_profile, name="settle_profile"),
    path("desk/appeals/<row:appeal_id>/rule/", appeals.rule_on_appeal, name="rule_on_appeal"),
    path("desk/notices/<row:notice_id>/settle/", desk_notices.settle, name="settle_legal_notice"),
    path("desk/comments/<row:comment_id>/pick/", rulings.pick, name="desk_pick"),
    path("desk/rulings/<row:record_id>/undo/", rulings.undo, name="undo_ruling"),
    path("c/<row:comment_id>/report/", reader.report_comment, name="report_comment"),
    path("c/<row:comment_id>/notice/", notices.legal_notice, name="legal_notice"),
    path("c/<row:comment_id>/decision/", decisions.decision, name="decision"),
    path("c/<row:comment_id>/appeal/", decisions.appeal, name="appeal"),
    path("people/<row:user_id>/report/", reader.report_profile, name="report_profile"),
]
