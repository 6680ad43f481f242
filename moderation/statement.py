"""The statement of reasons: all that the author of a comment is owed about a decision on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.errors import Conflict
from articles.models import Guideline
from comments.models import Comment
from comments.pages import marked
from moderation import intake, reasons
from moderation.models import Appeal, DecisionRecord
from moderation.operations.appeals import CONTESTABLE, contestable, decision_against, stands
from moderation.operations.landing import guideline_touched, labels_behind
from moderation.pipeline.decision import Finding


@dataclass(frozen=True, slots=True)
class Statement:
    """A decision not to publish, as its author reads it.

    stands: it still decides what readers see. told: the reason in one sentence; empty when the
    time to keep it is over. labels: what a score took the text for, in words. cited: the code of
    the guideline it touches, or empty. pieces: the text as it was judged, (words, whether they are
    evidence); empty when it has been erased. evidence: the marked words alone, each once. legal:
    it followed from a notice that the comment is illegal. contest_by: None when it is not
    contested any more.
    """

    comment: Comment
    record: DecisionRecord
    stands: bool
    told: str
    labels: list[str]
    cited: str
    guideline: Guideline | None
    note: str
    pieces: list[tuple[str, bool]]
    evidence: list[str]
    legal: bool
    appeal: Appeal | None
    contest_by: datetime | None
    words_until: datetime
    reasons_until: datetime


def statement_of(comment: Comment) -> Statement | None:
    """The statement about the last rejection of a comment; None when it was never rejected."""
    record = decision_against(comment)
    if record is None:
        return None
    in_force = stands(record, comment)
    policy = intake.current_policy()
    reasons_until = record.at + timedelta(days=policy.receipt_days)
    kept = timezone.now() < reasons_until
    notice = (comment.notice or {}) if in_force else {}
    findings = tuple(Finding.from_json(found) for found in record.findings)
    spans = [span for found in findings if found.code == record.reason for span in found.spans]
    labels = labels_behind(findings, record.reason)
    erased = record.revision.erased_at is not None
    pieces = [] if erased else marked(record.revision.source, spans if kept else ())
    cited = notice.get("guideline") or guideline_touched(findings, record.reason)
    return Statement(
        comment=comment,
        record=record,
        stands=in_force,
        told=reasons.told(record.reason, labels) if kept else "",
        labels=[reasons.told(label) for label in labels] if kept else [],
        cited=cited,
        guideline=Guideline.objects.filter(code=cited).first() if cited and kept else None,
        note=notice.get("note", ""),
        pieces=pieces,
        evidence=list(dict.fromkeys(words for words, is_evidence in pieces if is_evidence)),
        legal=record.legal_notices.exists(),
        appeal=Appeal.objects.filter(decision=record).select_related("decided_by").first(),
        contest_by=_contest_by(comment),
        words_until=record.at + max(timedelta(days=policy.rejected_text_days), CONTESTABLE),
        reasons_until=reasons_until,
    )


def _contest_by(comment: Comment) -> datetime | None:
    try:
        return contestable(comment).at + CONTESTABLE
    except Conflict:
        return None
