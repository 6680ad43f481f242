"""What the shipped thresholds hold of ordinary and of abusive texts, and what that costs."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from moderation.pipeline import AuthorFacts, Outcome, Policy, Submission, judge
from moderation.pipeline.scores import KINDS
from moderation.scorer import Scorer

from .judged import Judged

Report = dict[str, Any]
# What a newsroom may expect, by the set that is nearest to it.
_ORDINARY_SETS = {
    "wiki at the natural rate": "natural",
    "news": "small_news",
    "forum": "forum",
}
_LEARNED_CHECKS = ("abuse", "spam", "disguised_words", "unmeasured_language")


def thresholds(judged: Judged, scorer: Scorer) -> Report:
    """What each shipped threshold holds, where it stands and what it costs."""
    found: Report = {}
    shipped = scorer.header.get("thresholds", {})
    ordinary = {name: judged.sources == source for name, source in _ORDINARY_SETS.items()}
    for label, chosen in shipped.items():
        if label not in judged.labels:
            continue
        scores, truth = judged.of(label), judged.truth(label)
        held = scores >= chosen["hold"]
        known = ~np.isnan(truth) & (judged.sources != "swearwords")
        positive = known & (truth >= 0.5)
        found[label] = {
            **chosen,
            "precision": float((truth[held & known] >= 0.5).mean())
            if (held & known).any()
            else None,
            "recall": float(held[positive].mean()) if positive.any() else None,
            "held": {
                name: float(held[rows].mean()) for name, rows in ordinary.items() if rows.any()
            },
            "reject": _rejection(scores[known], truth[known] >= 0.5),
        }
    if "spam" in shipped:
        rows = np.isin(judged.sources, ("spans", "small_news"))
        called = judged.of("spam")[rows] >= shipped["spam"]["hold"]
        found["news_called_spam"] = {"texts": int(rows.sum()), "share": float(called.mean())}
    return found


def held_shares(judged: Judged) -> list[Report]:
    """What becomes of ordinary comments by a known author under the default policy, through the
    very code that judges them: the share held for anything, and by each check of the scorer."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    author = AuthorFacts(1, now - timedelta(days=400), approved=20)
    found = []
    for name, source in _ORDINARY_SETS.items():
        texts = [row.text for row in judged.rows if row.source == source]
        if not texts:
            continue
        codes: Counter[str] = Counter()
        for at, text in enumerate(texts):
            decision = judge(Submission(at, at, text, now, author), Policy())
            codes.update({finding.code for finding in decision.findings} & set(_LEARNED_CHECKS))
            codes["any"] += decision.outcome is not Outcome.APPROVE
            codes["scorer"] += any(each.code in _LEARNED_CHECKS for each in decision.findings)
        shares = {code: codes[code] / len(texts) for code in ("any", "scorer", *_LEARNED_CHECKS)}
        found.append({"set": name, "texts": len(texts), **shares})
    return found


def spared(judged: Judged, scorer: Scorer) -> list[Report]:
    """What it costs, and saves, that a check holds nothing that no word carries: of the texts that
    reach a threshold how many are let through for it, among those that deserve it and others."""
    bars = np.array([scorer.header["thresholds"][label]["hold"] for label in judged.labels])
    over = judged.scores >= bars
    found = []
    for kind, labels in KINDS.items():
        chosen = np.isin(judged.labels, labels)
        truth = judged.truth("spam" if kind == "spam" else "toxicity")
        known = ~np.isnan(truth) & (judged.sources != "swearwords")
        reached = over[:, chosen].any(axis=1)
        held = (over & judged.carried)[:, chosen].any(axis=1)
        entry: Report = {"check": kind}
        for name, rows in (("deserving", truth >= 0.5), ("others", truth < 0.5)):
            rows = rows & known
            entry[name] = {
                "texts": int(rows.sum()),
                "reached": int((reached & rows).sum()),
                "let through": int((reached & ~held & rows).sum()),
            }
        found.append(entry)
    return found


def _rejection(scores: np.ndarray, truth: np.ndarray) -> list[Report]:
    return [
        {
            "threshold": bar,
            "texts": int((scores >= bar).sum()),
            "precision": float(truth[scores >= bar].mean()) if (scores >= bar).any() else None,
        }
        for bar in (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
    ]
