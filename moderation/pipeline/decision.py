"""What a judgement says: an outcome and every reason for it, without a word of the text itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple


class Outcome(Enum):
    """What becomes of a comment; a stricter outcome is greater."""

    APPROVE = "approve"
    HOLD = "hold"
    REJECT = "reject"

    @property
    def strictness(self) -> int:
        return list(Outcome).index(self)

    def __lt__(self, other: Outcome) -> bool:
        return self.strictness < other.strictness

    def __le__(self, other: Outcome) -> bool:
        return self.strictness <= other.strictness

    def __gt__(self, other: Outcome) -> bool:
        return self.strictness > other.strictness

    def __ge__(self, other: Outcome) -> bool:
        return self.strictness >= other.strictness


class Span(NamedTuple):
    """A piece of the submission's text: from character `start` up to, not including, `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason: its code, the outcome it asks for and its evidence.

    `detail` holds JSON-safe values and never text of the comment. `score` is from 0 to 1.
    """

    code: str
    outcome: Outcome
    spans: tuple[Span, ...] = ()
    score: float | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "outcome": self.outcome.value,
            "spans": [list(span) for span in self.spans],
            "score": self.score,
            "detail": dict(self.detail),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        return cls(
            code=data["code"],
            outcome=Outcome(data["outcome"]),
            spans=tuple(Span(*span) for span in data["spans"]),
            score=data["score"],
            detail=dict(data["detail"]),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """The strictest outcome that any finding asks for, with all findings kept.

    scores: the scorer's probabilities by label, whatever became of the text; scorer: its version.
    Both are empty when it was not asked, or failed.
    """

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    elapsed_ms: float = 0.0
    scores: Mapping[str, float] = field(default_factory=dict)
    scorer: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome.value,
            "findings": [finding.as_json() for finding in self.findings],
            "elapsed_ms": self.elapsed_ms,
            "scores": dict(self.scores),
            "scorer": self.scorer,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Decision:
        return cls(
            outcome=Outcome(data["outcome"]),
            findings=tuple(Finding.from_json(finding) for finding in data["findings"]),
            elapsed_ms=data["elapsed_ms"],
            scores=dict(data["scores"]),
            scorer=data["scorer"],
        )
