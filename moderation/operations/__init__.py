"""What can be decided: by the machine and by people, through one path, with one record."""

from moderation.operations.judging import give_up, judge, sweep
from moderation.operations.reports import report, settle_reports
from moderation.operations.retention import forget_reader, retain
from moderation.operations.rules import change_policy, delete_rule, save_rules
from moderation.operations.ruling import rule, undo

__all__ = [
    "change_policy",
    "delete_rule",
    "forget_reader",
    "give_up",
    "judge",
    "report",
    "retain",
    "rule",
    "save_rules",
    "settle_reports",
    "sweep",
    "undo",
]
