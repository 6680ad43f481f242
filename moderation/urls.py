"""Addresses of the desk, and of the reader's side of moderation."""

from django.urls import path

import accounts.converters  # noqa: F401 - registers <row:>
from moderation.desk import appeals, clusters
from moderation.desk import notices as desk_notices
from moderation.desk import views as desk
from moderation.reader import decisions, notices
from moderation.reader import views as reader

urlpatterns = [
    path("desk/", desk.waiting, name="desk"),
    path("desk/reported/", desk.reported, name="desk_reported"),
    path("desk/appeals/", appeals.appeals, name="desk_appeals"),
    path("desk/decided/", desk.decided, name="desk_decided"),
    path("desk/comments/<row:comment_id>/rule/", desk.rule, name="rule"),
    path("desk/comments/<row:comment_id>/settle/", desk.settle_comment, name="settle_comment"),
    path("desk/clusters/<row:cluster>/rule/", clusters.rule, name="rule_on_cluster"),
    path("desk/people/<row:user_id>/settle/", desk.settle_profile, name="settle_profile"),
    path("desk/appeals/<row:appeal_id>/rule/", appeals.rule_on_appeal, name="rule_on_appeal"),
    path("desk/notices/<row:notice_id>/settle/", desk_notices.settle, name="settle_legal_notice"),
    path("desk/comments/<row:comment_id>/pick/", desk.pick, name="desk_pick"),
    path("desk/rulings/<row:record_id>/undo/", desk.undo, name="undo_ruling"),
    path("c/<row:comment_id>/report/", reader.report_comment, name="report_comment"),
    path("c/<row:comment_id>/notice/", notices.legal_notice, name="legal_notice"),
    path("c/<row:comment_id>/decision/", decisions.decision, name="decision"),
    path("c/<row:comment_id>/appeal/", decisions.appeal, name="appeal"),
    path("people/<row:user_id>/report/", reader.report_profile, name="report_profile"),
]
