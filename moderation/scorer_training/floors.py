"""What weights must reach on real text before they may ship."""

from __future__ import annotations

from typing import Any

Report = dict[str, Any]

# AUC of toxicity; the card gives what the weights do reach.
FLOORS: dict[str, float] = {
    "robtest": 0.94,
    "natural": 0.88,
    "small_news": 0.80,
    "forum": 0.84,
}
_WORST_TERM = 0.70
# On sentences of our own: over all, and for the worst group.
_TEMPLATES, _TEMPLATES_WORST = 0.82, 0.68
# Of clean recall at 5 % false positives, under the worst disguise.
_DISGUISED = 0.85
# Of a video that taught nothing, with hashed features alone.
_UNSEEN_VIDEO = 0.90
_MOST_CALIBRATION_ERROR = 0.06
_MOST_NEWS_CALLED_SPAM = 0.01


def floors_missed(report: Report) -> list[str]:
    """One sentence for each floor missed; a set that is missing says nothing."""
    missed = []
    for entry in report["ranking"]:
        floor = FLOORS.get(entry["set"]) if entry["label"] == "toxicity" else None
        if floor and entry["auc"] < floor:
            missed.append(f"{entry['set']} {entry['auc']:.3f} < {floor}")
    for entry in report["fairness_real"]:
        if entry["fair"] >= 50 and entry["abusive"] >= 10 and entry["bpsn"] < _WORST_TERM:
            missed.append(f"BPSN {entry['group']} {entry['bpsn']:.3f} < {_WORST_TERM}")
    for entry in report["per_label"]:
        if entry["positive"] >= 100 and entry["ece"] > _MOST_CALIBRATION_ERROR:
            missed.append(f"calibration {entry['label']} {entry['ece']:.3f}")
    templates = report["templates"].get("toxicity")
    if templates:
        for name, floor in (("auc", _TEMPLATES), ("worst", _TEMPLATES_WORST)):
            if templates[name] < floor:
                missed.append(f"templates {name} {templates[name]:.3f} < {floor}")
    for entry in report["disguises"].get("each", ()):
        kept = min(entry["every word"], entry["telling words"]) / report["disguises"]["clean"]
        if kept < _DISGUISED:
            missed.append(f"disguise {entry['disguise']} {kept:.3f} < {_DISGUISED}")
    for entry in report["unseen_videos"]:
        if entry["auc"] < _UNSEEN_VIDEO:
            missed.append(f"unseen video {entry['video']} {entry['auc']:.3f} < {_UNSEEN_VIDEO}")
    spam = report["thresholds"].get("news_called_spam")
    if spam and spam["share"] > _MOST_NEWS_CALLED_SPAM:
        missed.append(f"news called spam {spam['share']:.3f}")
    return missed
