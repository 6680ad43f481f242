"""What may be shown: the rules, the record of what was decided under them, and who contests it."""

from moderation.models.decisions import Appeal, DecisionRecord
from moderation.models.learning import LearnedModel
from moderation.models.raids import Sketch, SketchValue
from moderation.models.reports import LegalNotice, Report
from moderation.models.rules import ArticlePolicy, LinkDomain, Phrase, Policy

__all__ = [
    "Appeal",
    "ArticlePolicy",
    "DecisionRecord",
    "LearnedModel",
    "LegalNotice",
    "LinkDomain",
    "Phrase",
    "Policy",
    "Report",
    "Sketch",
    "SketchValue",
]
