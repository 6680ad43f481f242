"""What may be shown: the rules, the record of what was decided under them, and who contests it."""

from moderation.models.batches import Batch, BatchMember
from moderation.models.decisions import Appeal, DecisionRecord
from moderation.models.desk import (
    CannedNote,
    Figure,
    Overturned,
    PendingEffect,
    QueueItem,
    QueueScore,
    RejectionReason,
    SavedView,
)
from moderation.models.learning import LearnedModel
from moderation.models.raids import Sketch, SketchValue
from moderation.models.reports import LegalNotice, Report
from moderation.models.rules import ArticlePolicy, LinkDomain, Phrase, Policy
from moderation.models.trials import Trial, TrialDifference
from moderation.models.urgent import Urgent, UrgentMail

__all__ = [
    "Appeal",
    "ArticlePolicy",
    "Batch",
    "BatchMember",
    "CannedNote",
    "DecisionRecord",
    "Figure",
    "LearnedModel",
    "LegalNotice",
    "LinkDomain",
    "Overturned",
    "PendingEffect",
    "Phrase",
    "Policy",
    "QueueItem",
    "QueueScore",
    "RejectionReason",
    "Report",
    "SavedView",
    "Sketch",
    "SketchValue",
    "Trial",
    "TrialDifference",
    "Urgent",
    "UrgentMail",
]
