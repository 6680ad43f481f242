"""What appeals proved wrong, counted for the rules and the weights that had fired."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count

from moderation.models import DecisionRecord, Overturned
from moderation.pipeline import LEARNED

LOOKED = 10_000  # judgements read back, newest first


class Rule(NamedTuple):
    """What a finding came from. phrase: its number, of a phrase alone; scorer: which weights, of
    what was learned alone."""

    code: str
    phrase: int | None = None
    scorer: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How often a rule fired, and how often an appeal proved it wrong, since the same moment."""

    rule: Rule
    fired: int
    overturned: int

    @property
    def share(self) -> float:
        """From 0 to 1. A rule may be overturned for what it found earlier."""
        return min(1.0, self.overturned / self.fired) if self.fired else 1.0


def rules_behind(findings: list[Mapping[str, Any]], scorer: str) -> Iterator[Rule]:
    """The rules that findings, as a record keeps them, came from, each once."""
    for found in findings:
        phrases = [phrase["id"] for phrase in found["detail"].get("phrases", ())]
        weights = scorer if found["code"] in LEARNED else ""
        for phrase in dict.fromkeys(phrases) or (None,):
            yield Rule(found["code"], phrase, weights)


def overturned_by_rule(*, looked: int = LOOKED) -> tuple[datetime | None, list[Standing]]:
    """How the rules that fired lately stand, the most often overturned first; and since when.

    looked: over how many of the machine's newest judgements. Two queries, of which one reads that
    many rows: for the worker, or a page that is seldom opened.
    """
    judgements = list(
        DecisionRecord.objects.filter(actor__isnull=True)
        .order_by("-pk")
        .values_list("findings", "scorer", "at")[:looked]
    )
    since = judgements[-1][2] if judgements else None
    fired = Counter(
        rule for findings, scorer, _at in judgements for rule in rules_behind(findings, scorer)
    )
    rows = Overturned.objects.order_by()
    if since is not None:
        rows = rows.filter(at__gte=since)
    overturned = {
        Rule(code, phrase, scorer): count
        for code, phrase, scorer, count in rows.values_list("code", "phrase", "scorer").annotate(
            Count("appeal", distinct=True)
        )
    }
    standings = [
        Standing(rule, fired[rule], overturned.get(rule, 0))
        for rule in fired.keys() | overturned.keys()
    ]
    return since, sorted(
        standings, key=lambda each: (-each.overturned, -each.fired, each.rule.code)
    )
