"""What can be decided: by the machine and by people, through one path, with one record."""

from moderation.operations.appeals import appeal, rule_on_appeal
from moderation.operations.escalation import escalate, settle_escalation
from moderation.operations.judging import give_up, judge, judge_anew, judge_confirmed, sweep
from moderation.operations.learning import learn, reset_learning
from moderation.operations.notices import give_legal_notice, settle_legal_notice
from moderation.operations.raids import rule_on_cluster
from moderation.operations.reason_list import delete_canned_note, save_canned_note, save_reason
from moderation.operations.reports import (
    report,
    settle_reports,
    settle_several,
    unsettle_reports,
    unsettle_several,
)
from moderation.operations.retention import forget_reader, retain
from moderation.operations.rules import change_policy, delete_rule, save_rules
from moderation.operations.ruling import rule, undo
from moderation.operations.sanctioning import sanction
from moderation.operations.saved_views import delete_view, save_view

__all__ = [
    "appeal",
    "change_policy",
    "delete_canned_note",
    "delete_rule",
    "delete_view",
    "escalate",
    "forget_reader",
    "give_legal_notice",
    "give_up",
    "judge",
    "judge_anew",
    "judge_confirmed",
    "learn",
    "report",
    "reset_learning",
    "retain",
    "rule",
    "rule_on_appeal",
    "rule_on_cluster",
    "sanction",
    "save_canned_note",
    "save_reason",
    "save_rules",
    "save_view",
    "settle_escalation",
    "settle_legal_notice",
    "settle_reports",
    "settle_several",
    "sweep",
    "undo",
    "unsettle_reports",
    "unsettle_several",
]
