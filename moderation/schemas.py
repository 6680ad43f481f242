"""The queue and its rulings as JSON."""

from datetime import datetime
from typing import Any, Literal

from django.urls import reverse
from ninja import Schema
from pydantic import Field

from accounts.schemas import Line, Storable
from comments import schemas as comments
from moderation.models import Appeal, DecisionRecord
from moderation.operations.raids import RULED_AT_ONCE, ClusterRuling
from moderation.queue import Cluster
from moderation.statement import Statement


class FindingOut(Schema):
    code: str
    outcome: str
    spans: list[tuple[int, int]]
    score: float | None
    detail: dict[str, Any]


class DecisionOut(Schema):
    id: int
    comment: int
    revision: int
    by_machine: bool
    actor: int | None
    outcome: str
    status_before: str
    reason: str
    findings: list[FindingOut]
    policy: int | None
    software: str
    undoes: int | None
    at: datetime


class ClusterOut(Schema):
    """A raid as it is known now. id: its name, for `GET /queue?cluster=` and
    `POST /clusters/{cluster}/rulings`."""

    id: int
    comments: int
    authors: int
    articles: int


class WaitingOut(Schema):
    comment: comments.OwnComment
    author_id: int
    author: str
    decision: DecisionOut | None
    cluster: ClusterOut | None


class QueueOut(Schema):
    items: list[WaitingOut]
    waiting: int
    next: str | None


class RulingIn(Schema):
    """revision: the one that was read. reason: needed to reject. seen: the number of the newest
    decision that was read with it, 0 for none; a later one is a conflict."""

    revision: int = Field(ge=1, lt=2**63)
    outcome: Literal["approve", "reject"]
    reason: Line = ""
    note: Storable = Field("", max_length=1_000)
    seen: int | None = Field(None, ge=0, lt=2**63)


class SeenIn(Schema):
    """A comment, and the revision of it that was read."""

    comment: int = Field(ge=1, lt=2**63)
    revision: int = Field(ge=1, lt=2**63)


class ClusterRulingIn(Schema):
    """seen: the comments to rule on. reason: needed to reject."""

    seen: list[SeenIn] = Field(min_length=1, max_length=RULED_AT_ONCE)
    outcome: Literal["approve", "reject"]
    reason: Line = ""
    note: Storable = Field("", max_length=1_000)


class RefusalOut(Schema):
    """A comment that was left as it is, and why."""

    comment: int
    code: str
    message: str


class ClusterRulingOut(Schema):
    ruled: list[DecisionOut]
    refused: list[RefusalOut]


class AppealIn(Schema):
    """words: why it should be published; may be empty."""

    words: Storable = Field("", max_length=1_000)


class AppealOut(Schema):
    """by_machine: whether the contested decision was the machine's."""

    id: int
    comment: int
    decision: int
    by_machine: bool
    words: str
    created_at: datetime
    decided_at: datetime | None
    outcome: Literal["", "upheld", "overturned"]
    note: str
    same_person: bool


class AppealBeforeEditors(AppealOut):
    """contested: the number of whose decision it is about. may_rule: whether the caller may;
    nobody rules on a decision, or on a comment, of their own."""

    contested: int | None
    may_rule: bool
    text: comments.OwnComment


class AppealsOut(Schema):
    items: list[AppealBeforeEditors]
    waiting: int
    next: str | None


class AppealRulingIn(Schema):
    outcome: Literal["upheld", "overturned"]
    note: Storable = Field("", max_length=1_000)


class GuidelineOut(Schema):
    code: str
    title: str
    text: str


class JudgedPiece(Schema):
    """Words of the text as it was judged. evidence: they led to the decision."""

    text: str
    evidence: bool


class StatementOut(Schema):
    """The statement of reasons. stands: it still decides what readers see. reason and told are
    empty, and guideline null, once the time to keep reasons is over; text is empty once the words
    are erased. from_notice: a notice of illegal content led to it. contest_by: null when it is not
    contested any more; until then `POST /comments/{comment}/appeals` does, or the page at url."""

    decision: int
    comment: int
    revision: int
    outcome: Literal["reject"]
    stands: bool
    by_machine: bool
    at: datetime
    reason: str
    told: str
    guideline: GuidelineOut | None
    note: str
    from_notice: bool
    text: list[JudgedPiece]
    appeal: AppealOut | None
    contest_by: datetime | None
    url: str
    policy: int | None
    software: str
    text_kept_until: datetime
    reasons_kept_until: datetime


class ReportIn(Schema):
    reason: Line
    note: Storable = Field("", max_length=500)


class ReportOut(Schema):
    """looked_at: an editor has already found that this reason does not hold of these words. The
    report is kept, and opens nothing; another reason would."""

    received: bool
    looked_at: bool


def appeal(found: Appeal) -> dict[str, Any]:
    return {
        "id": found.pk,
        "comment": found.comment_id,
        "decision": found.decision_id,
        "by_machine": found.contested_id is None,
        "words": found.words,
        "created_at": found.created_at,
        "decided_at": found.decided_at,
        "outcome": found.outcome,
        "note": found.note,
        "same_person": found.same_person,
    }


def decision(record: DecisionRecord) -> dict[str, Any]:
    return {
        "id": record.pk,
        "comment": record.comment_id,
        "revision": record.revision_id,
        "by_machine": record.by_machine,
        "actor": record.actor_id,
        "outcome": record.outcome,
        "status_before": record.status_before,
        "reason": record.reason,
        "findings": record.findings,
        "policy": record.policy_id,
        "software": record.software,
        "undoes": record.undoes_id,
        "at": record.at,
    }


def cluster(found: Cluster) -> dict[str, Any]:
    return {
        "id": found.number,
        "comments": found.comments,
        "authors": found.authors,
        "articles": found.articles,
    }


def cluster_ruling(done: ClusterRuling) -> dict[str, Any]:
    return {
        "ruled": [decision(record) for record in done.ruled],
        "refused": [
            {"comment": each.comment_id, "code": each.code, "message": each.message}
            for each in done.refused
        ],
    }


def statement(found: Statement) -> dict[str, Any]:
    record, guideline = found.record, found.guideline
    return {
        "decision": record.pk,
        "comment": found.comment.pk,
        "revision": record.revision_id,
        "outcome": record.outcome,
        "stands": found.stands,
        "by_machine": record.by_machine,
        "at": record.at,
        "reason": record.reason if found.told else "",
        "told": found.told,
        "guideline": {"code": guideline.code, "title": guideline.title, "text": guideline.text}
        if guideline
        else None,
        "note": found.note,
        "from_notice": found.legal,
        "text": [{"text": words, "evidence": evidence} for words, evidence in found.pieces],
        "appeal": appeal(found.appeal) if found.appeal else None,
        "contest_by": found.contest_by,
        "url": reverse("decision", args=[found.comment.pk]),
        "policy": record.policy_id,
        "software": record.software,
        "text_kept_until": found.words_until,
        "reasons_kept_until": found.reasons_until,
    }
