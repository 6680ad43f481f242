"""Findings made of many pieces of evidence, kept to a size that a record and a page can bear."""

from __future__ import annotations

from collections.abc import Iterable

from .decision import Finding, Outcome, Span
from .phrases import find_phrases
from .submission import Phrase

SPANS_KEPT = 50
PHRASES_KEPT = 20


def phrase_finding(
    code: str, outcome: Outcome, text: str, phrases: tuple[Phrase, ...]
) -> Finding | None:
    """One finding for all phrases of the list that the text contains, or None."""
    hits = find_phrases(text, phrases)
    if not hits:
        return None
    found = dict.fromkeys(hit.phrase for hit in hits)
    return Finding(
        code,
        outcome,
        spans=kept_spans(hit.span for hit in hits),
        detail={
            "phrases": [
                {"id": phrase.id, "text": phrase.text} for phrase in list(found)[:PHRASES_KEPT]
            ],
            "found": len(found),
        },
    )


def kept_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The first spans in the order of the text, each once."""
    return tuple(sorted(set(spans))[:SPANS_KEPT])
