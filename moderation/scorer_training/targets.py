"""What was aimed at beside what was reached, from a report."""

from __future__ import annotations

from typing import Any

Report = dict[str, Any]
Line = tuple[str, str, str]


def reached(report: Report) -> list[Line]:
    """(measure, aim, figure) of each target; a set that is missing leaves its line out."""
    ranked = {
        entry["set"]: entry["auc"] for entry in report["ranking"] if entry["label"] == "toxicity"
    }
    lines: list[Line] = [
        (f"ROC-AUC, {what}", aim, f"{ranked[name]:.3f}")
        for name, what, aim in (
            ("robtest", "Wikipedia (`robtest`)", "0.970"),
            ("forum", "forum insults that taught nothing", "0.91"),
            ("small_news", "news comments that taught nothing (`small_news`)", "0.75"),
        )
        if name in ranked
    ]
    found = report["natural"]
    if found:
        low, high = found["gap_interval"]
        lines += [
            (
                f"ROC-AUC at the natural rate, hosted scorer {found['hosted']['auc']:.3f}",
                "not below",
                f"{found['ours']['auc']:.3f}; the difference {low:+.3f} to {high:+.3f}",
            ),
            (
                f"average precision at the natural rate, hosted {found['hosted']['ap']:.3f}",
                "not below",
                f"{found['ours']['ap']:.3f}, on {found['positive']} positives",
            ),
        ]
    templates = report["templates"]["toxicity"]
    lines += [
        (
            "own functional templates: AUC; fair ones passed where 75 % of the hateful are found",
            "0.80; 60 %",
            f"{templates['auc']:.3f}; {100 * templates['fair_below']:.1f} %",
        ),
        (
            "own identity templates: mean BPSN; worst term",
            "0.93; 0.85",
            f"{templates['bpsn']:.3f}; {templates['worst']:.3f}",
        ),
    ]
    disguises = report["disguises"]
    if disguises:
        worst = min(min(each["every word"], each["telling words"]) for each in disguises["each"])
        share = 100 * worst / disguises["clean"]
        lines.append(
            ("recall on disguised text against clean text, worst", "85 %", f"{share:.0f} %")
        )
    videos = [entry["recall_at_1"] for entry in report["unseen_videos"]]
    if videos:
        told = f"{min(videos):.2f} to {max(videos):.2f}"
        lines.append(("spam under an unseen video, recall at 1 % false positives", "0.90", told))
    spam = report["thresholds"].get("news_called_spam")
    if spam:
        told = f"{100 * spam['share']:.1f} %"
        lines.append(("ordinary news comments called spam", "at most 1 %", told))
    worst_label = max(report["per_label"], key=lambda entry: entry["ece"])
    cost = report["cost"]
    return [
        *lines,
        (
            "calibration error, each label",
            "at most 0.03",
            f"at most {worst_label['ece']:.3f} ({worst_label['label']})",
        ),
        ("CPU per comment, median", "at most 1 ms", f"{cost['median_ms']:.2f} ms"),
        ("memory", "at most 60 MB", f"{cost['memory_mb']} MB"),
        ("weights", "at most 5 MB", f"{cost['weights_mb']} MB"),
    ]
