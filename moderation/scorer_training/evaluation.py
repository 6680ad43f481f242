"""Measures the weights on texts that taught them nothing."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from moderation.scorer import Scorer
from moderation.scorer.language import language

from .calibration import expected_error
from .cost import cost
from .datasets import read_all
from .disguises import DISGUISES, disguised
from .groups import GROUPS
from .holding import held_shares, spared, thresholds
from .judged import Judged, Progress
from .metrics import auc, average_precision, by_group, interval, recall_at
from .rows import Row
from .templates import asked
from .unseen_videos import unseen_videos

Report = dict[str, Any]

SEED = 7
_DISGUISED_ROWS = 600
# Ordinary comments, none of which is spam.
_ORDINARY = ("spans", "small_news", "forum")
_IDENTITY = re.compile(r"[a-z]+")


def evaluate(data: Path, scorer: Scorer, progress: Progress) -> Report:
    """All figures, as nested dicts of plain numbers; a set that is missing leaves its rows out."""
    rows, found = read_all(data)
    tested = [row for row in rows if row.side in ("test", "held out")]
    progress(f"judging {len(tested)} texts that taught nothing")
    judged = Judged(tested, scorer, progress)
    report: Report = {
        "version": scorer.version,
        "labels": list(scorer.labels),
        "left_out": scorer.header.get("left_out", {}),
        "sets": found,
        "ranking": _ranking(judged),
        "per_label": _per_label(judged),
        "natural": _natural(judged),
        "fairness_real": _fairness_real(judged),
        "thresholds": thresholds(judged, scorer),
        "held": held_shares(judged),
        "spared": spared(judged, scorer),
        "spans": _span_overlap(judged, scorer),
        "languages": _languages(tested),
    }
    progress("templates")
    report["templates"] = _templates(scorer)
    progress("disguises")
    report["disguises"] = _disguises(judged, scorer)
    progress("videos")
    report["unseen_videos"] = unseen_videos(rows, scorer.lexicon, progress)
    progress("cost")
    report["cost"] = cost(judged, scorer)
    return report


def _ranking(judged: Judged) -> list[Report]:
    entries = []
    for source in dict.fromkeys(judged.sources):
        for label in ("toxicity", "spam"):
            truth = judged.truth(label)
            rows = (judged.sources == source) & ~np.isnan(truth)
            answers = truth[rows] >= 0.5
            # A label that came along from a copy in another set is no measure of this one.
            if rows.sum() < 0.5 * (judged.sources == source).sum() or not 0 < answers.mean() < 1:
                continue
            scores = judged.of(label)[rows]
            low, high = interval(auc, answers, scores)
            entries.append(
                {
                    "set": source,
                    "label": label,
                    "texts": int(rows.sum()),
                    "positive": int(answers.sum()),
                    "auc": auc(answers, scores),
                    "low": low,
                    "high": high,
                    "ap": average_precision(answers, scores),
                    "held_out": judged.rows[int(np.flatnonzero(rows)[0])].side == "held out",
                    "recall_at_1": recall_at(answers, scores, 0.01),
                }
            )
    return entries


def _per_label(judged: Judged) -> list[Report]:
    """Each label over all held-out parts that name it; graded answers count as they are."""
    english = np.array([row.language == "en" for row in judged.rows])
    listed = judged.sources == "swearwords"
    entries = []
    for label in judged.labels:
        truth = judged.truth(label)
        rows = ~np.isnan(truth) & english & ~listed
        if label == "spam":
            truth = np.where(np.isin(judged.sources, _ORDINARY), 0.0, truth)
            rows = ~np.isnan(truth)
        answers = truth[rows] >= 0.5
        scores = judged.of(label)[rows]
        low, high = interval(auc, answers, scores)
        entries.append(
            {
                "label": label,
                "texts": int(rows.sum()),
                "positive": int(answers.sum()),
                "auc": auc(answers, scores),
                "low": low,
                "high": high,
                "ap": average_precision(answers, scores),
                "ece": expected_error(scores, truth[rows]),
                "reached": _reached(answers, scores),
            }
        )
    return entries


def _reached(answers: np.ndarray, scores: np.ndarray) -> list[list[int]]:
    """[positives, others] that reach 0.01, 0.02, up to 0.99."""
    return [
        [int((scores[kind] >= percent / 100).sum()) for percent in range(1, 100)]
        for kind in (answers, ~answers)
    ]


def _natural(judged: Judged) -> Report:
    rows = np.flatnonzero(judged.sources == "natural")
    if not len(rows):
        return {}
    hosted = np.array([judged.rows[row].facts["api"] for row in rows], dtype=float)
    truth = judged.truth("toxicity")[rows] >= 0.5
    ours = judged.of("toxicity")[rows]
    kept = np.isfinite(hosted)
    truth, ours, hosted = truth[kept], ours[kept], hosted[kept]

    def gap(answers: np.ndarray, left: np.ndarray, right: np.ndarray) -> float:
        return auc(answers, left) - auc(answers, right)

    return {
        "texts": len(truth),
        "positive": int(truth.sum()),
        "ours": {
            "auc": auc(truth, ours),
            "auc_interval": interval(auc, truth, ours),
            "ap": average_precision(truth, ours),
            "ap_interval": interval(average_precision, truth, ours),
            "ece": expected_error(ours, truth.astype(float)),
        },
        "hosted": {
            "auc": auc(truth, hosted),
            "auc_interval": interval(auc, truth, hosted),
            "ap": average_precision(truth, hosted),
            "ap_interval": interval(average_precision, truth, hosted),
        },
        "gap": gap(truth, ours, hosted),
        "gap_interval": interval(gap, truth, ours, hosted),
    }


def _fairness_real(judged: Judged) -> list[Report]:
    """Identity words in English test rows that say whether they are toxic."""
    truth = judged.truth("toxicity")
    wanted = (
        "robtest",
        "natural",
        "spans",
        "ak",
        "hieu",
        "amodh",
        "small_news",
        "swapped_nonfuzzed",
        "swapped_fuzzed",
    )
    rows = np.flatnonzero(np.isin(judged.sources, wanted) & ~np.isnan(truth))
    words = [set(_IDENTITY.findall(judged.rows[row].text.lower())) for row in rows]
    terms = {form.split()[-1].lower() for group in GROUPS for form in group}
    terms = {term for term in terms if len(term) > 2} - {"people", "person", "young", "old"}
    members = {
        term: np.array([term in each or f"{term}s" in each for each in words])
        for term in sorted(terms)
    }
    answers = truth[rows] >= 0.5
    members = {term: inside for term, inside in members.items() if (inside & ~answers).sum() >= 20}
    return by_group(answers, judged.of("toxicity")[rows], members)


def _span_overlap(judged: Judged, scorer: Scorer) -> Report:
    """Characters that raters marked against characters that the scorer shows."""
    both = shown = marked = 0
    texts = 0
    for row in judged.rows:
        spans = row.facts.get("spans")
        if not spans or row.labels.get("toxicity", 0) < 0.5:
            continue
        votes = Counter(at for start, end in spans for at in range(start, end))
        truth = {at for at, count in votes.items() if count >= max(1, row.facts["raters"] / 2)}
        if not truth:
            continue
        found = scorer.score(row.text).spans.get("toxicity", [])
        guess = {at for start, end, _ in found for at in range(start, end)}
        both += len(truth & guess)
        shown += len(guess)
        marked += len(truth)
        texts += 1
    if not texts or not shown:
        return {}
    precision, recall = both / shown, both / marked
    return {
        "texts": texts,
        "precision": precision,
        "recall": recall,
        "f1": 2 * both / (shown + marked),
    }


def _languages(rows: list[Row]) -> list[Report]:
    found = []
    for name in ("natural", "small_news", "forum", "spans", "german_tweets", "german_tests"):
        texts = [row.text for row in rows if row.source == name][:2_000]
        if texts:
            counts = Counter(language(text) for text in texts)
            found.append(
                {
                    "set": name,
                    "texts": len(texts),
                    **{key: counts[key] for key in ("en", "de", "other", "")},
                }
            )
    return found


def _templates(scorer: Scorer) -> Report:
    cases = asked()
    verdicts = [scorer.score(case.text).probabilities for case in cases]
    truth = np.array([case.hateful for case in cases])
    groups = np.array([case.group for case in cases])
    members = {name: groups == name for name in dict.fromkeys(groups)}
    report: Report = {"texts": len(cases)}
    for label in ("toxicity", "identity_attack"):
        if label not in scorer.labels:
            continue
        scores = np.array([verdict[label] for verdict in verdicts])
        entries = by_group(truth, scores, members)
        bar = np.quantile(scores[truth], 0.25, method="lower")
        report[label] = {
            "auc": auc(truth, scores),
            "bpsn": float(np.mean([entry["bpsn"] for entry in entries])),
            "worst": entries[0]["bpsn"],
            "fair_below": float((scores[~truth] < bar).mean()),
            "groups": entries,
        }
    return report


def _disguises(judged: Judged, scorer: Scorer) -> Report:
    """Recall at 5 % false positives on fair clean text, for clean and for disguised abuse."""
    truth = judged.truth("toxicity")
    rows = np.flatnonzero(np.isin(judged.sources, ("robtest", "hieu", "amodh", "ak")))
    fair = [row for row in rows if truth[row] < 0.5]
    abusive = [row for row in rows if truth[row] >= 0.5][:_DISGUISED_ROWS]
    if not abusive:
        return {}
    scores = judged.of("toxicity")
    bar = np.quantile(scores[fair], 0.95)
    clean = float((scores[abusive] > bar).mean())
    label = scorer.labels.index("toxicity")
    entries = []
    for name, change in DISGUISES.items():
        entry: Report = {"disguise": name}
        for kind, words in (("every word", None), ("telling words", scorer.lexicon.guarded)):
            source = random.Random(SEED)
            texts = [disguised(judged.rows[row].text, change, source, words) for row in abusive]
            found = [list(scorer.score(text).probabilities.values())[label] for text in texts]
            entry[kind] = float((np.array(found) > bar).mean())
        source = random.Random(SEED)
        hidden = [
            list(
                scorer.score(
                    disguised(judged.rows[row].text, change, source)
                ).probabilities.values()
            )[label]
            for row in fair[:_DISGUISED_ROWS]
        ]
        entry["fair called abusive"] = float((np.array(hidden) > bar).mean())
        entries.append(entry)
    return {"texts": len(abusive), "clean": clean, "each": entries}
