"""Fills the tables of the model card from a report."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .targets import reached

Report = dict[str, Any]
_PLACE = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def fill(card: str, report: Report) -> str:
    """The card with the table of each marked place drawn from the report."""

    def drawn(match: re.Match[str]) -> str:
        return f"{match[1]}{TABLES[match[2]](report)}\n{match[3]}"

    return _PLACE.sub(drawn, card)


def _rows(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None or value != value:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _between(bounds: tuple[float, float] | list[float]) -> str:
    return f"{bounds[0]:.3f} to {bounds[1]:.3f}"


def _ranking(report: Report) -> str:
    return _rows(
        (
            "Set",
            "Label",
            "Texts",
            "Positive",
            "AUC",
            "95 % interval",
            "Average precision",
            "Recall at 1 % false positives",
            "Taught by it",
        ),
        [
            (
                entry["set"],
                entry["label"],
                entry["texts"],
                entry["positive"],
                entry["auc"],
                _between((entry["low"], entry["high"])),
                entry["ap"],
                entry["recall_at_1"],
                "never" if entry["held_out"] else "by its other part",
            )
            for entry in report["ranking"]
        ],
    )


def _labels(report: Report) -> str:
    return _rows(
        (
            "Label",
            "Texts",
            "Positive",
            "AUC",
            "95 % interval",
            "Average precision",
            "Calibration error",
        ),
        [
            (
                entry["label"],
                entry["texts"],
                entry["positive"],
                entry["auc"],
                _between((entry["low"], entry["high"])),
                entry["ap"],
                entry["ece"],
            )
            for entry in report["per_label"]
        ],
    )


def _natural(report: Report) -> str:
    found = report["natural"]
    if not found:
        return "The set was missing."
    table = _rows(
        ("Scorer", "AUC", "95 % interval", "Average precision", "95 % interval"),
        [
            (
                name,
                found[name]["auc"],
                _between(found[name]["auc_interval"]),
                found[name]["ap"],
                _between(found[name]["ap_interval"]),
            )
            for name in ("ours", "hosted")
        ],
    )
    return (
        f"{table}\n\n{found['texts']} texts, {found['positive']} of them toxic. Difference in AUC "
        f"{found['gap']:+.3f}, 95 % interval {_between(found['gap_interval'])}; calibration error "
        f"{found['ours']['ece']:.3f}."
    )


def _groups(entries: list[Report], most: int) -> str:
    return _rows(
        ("Term", "Fair", "Abusive", "Subgroup AUC", "BPSN AUC", "BNSP AUC"),
        [
            (
                entry["group"],
                entry["fair"],
                entry["abusive"],
                entry["subgroup"],
                entry["bpsn"],
                entry["bnsp"],
            )
            for entry in entries[:most]
        ],
    )


def _templates(report: Report) -> str:
    found = report["templates"]
    parts = [
        _rows(
            (
                "Label",
                "AUC",
                "Mean BPSN",
                "Worst term",
                "Fair ones below the threshold that finds 75 % of the hateful",
            ),
            [
                (
                    label,
                    found[label]["auc"],
                    found[label]["bpsn"],
                    found[label]["worst"],
                    _percent(found[label]["fair_below"]),
                )
                for label in ("toxicity", "identity_attack")
                if label in found
            ],
        ),
        "By `toxicity`, worst first:",
        _groups(found["toxicity"]["groups"], 20),
    ]
    return "\n\n".join(parts)


def _fairness(report: Report) -> str:
    return _groups(report["fairness_real"], 40)


def _disguises(report: Report) -> str:
    found = report["disguises"]
    if not found:
        return "The sets were missing."
    table = _rows(
        (
            "Disguise",
            "Every word",
            "of clean",
            "Telling words",
            "of clean",
            "Fair texts called abusive",
        ),
        [
            (
                entry["disguise"].replace("_", " "),
                entry["every word"],
                _percent(entry["every word"] / found["clean"]),
                entry["telling words"],
                _percent(entry["telling words"] / found["clean"]),
                _percent(entry["fair called abusive"]),
            )
            for entry in found["each"]
        ],
    )
    return f"Recall on {found['texts']} clean texts: {found['clean']:.3f}.\n\n{table}"


def _thresholds(report: Report) -> str:
    found = report["thresholds"]
    labels = [label for label in report["labels"] if label in found]
    table = _rows(
        (
            "Label",
            "A missed one costs",
            "Expected share",
            "Held from",
            "Precision",
            "Recall",
            "Held of wiki talk",
            "Held of news",
            "Held of forum",
        ),
        [
            (
                label,
                f"{found[label]['cost']:.0f} wrongly held",
                _percent(found[label]["share"]),
                found[label]["hold"],
                found[label]["precision"],
                found[label]["recall"],
                *(
                    _percent(found[label]["held"].get(name))
                    for name in ("wiki at the natural rate", "news", "forum")
                ),
            )
            for label in labels
        ],
    )
    parts = [table, _held(report), _spared(report)]
    if "news_called_spam" in found:
        news = found["news_called_spam"]
        parts.append(
            f"Ordinary news comments called spam: {_percent(news['share'])} of {news['texts']}."
        )
    return "\n\n".join(parts)


def _held(report: Report) -> str:
    table = _rows(
        ("Comments", "Texts", "Held for anything", "By the scorer", "Abuse", "Spam", "Disguise",
         "Language"),
        [
            (
                entry["set"],
                entry["texts"],
                *(
                    _percent(entry[code])
                    for code in (
                        "any",
                        "scorer",
                        "abuse",
                        "spam",
                        "disguised_words",
                        "unmeasured_language",
                    )
                ),
            )
            for entry in report["held"]
        ],
    )  # fmt: skip
    return (
        "Held by the whole pipeline under the default policy, of comments by a known author"
        f" (`moderation.pipeline.judge`):\n\n{table}"
    )


def _spared(report: Report) -> str:
    told = [
        f"of {entry[who]['reached']} texts that {does} it and reach a threshold of `{check}`, "
        f"{entry[who]['let through']}"
        for entry in report["spared"]
        for check in (entry["check"],)
        for who, does in (("deserving", "deserve"), ("others", "do not deserve"))
    ]
    return (
        "What no word of a text carries is held against nobody. That lets through, "
        + "; ".join(told)
        + "."
    )


def _rejection(report: Report) -> str:
    found = report["thresholds"]
    bars = [0.5, 0.7, 0.8, 0.9, 0.95, 0.98]
    return _rows(
        ("Label", *(f"from {bar}" for bar in bars)),
        [
            (
                label,
                *(
                    f"{_cell(step['precision'])} ({step['texts']})"
                    for step in found[label]["reject"]
                ),
            )
            for label in report["labels"]
            if label in found
        ],
    )


def _languages(report: Report) -> str:
    return _rows(
        ("Set", "Texts", "English", "German", "Other", "Not said"),
        [
            (entry["set"], entry["texts"], entry["en"], entry["de"], entry["other"], entry[""])
            for entry in report["languages"]
        ],
    )


def _videos(report: Report) -> str:
    return _rows(
        (
            "Video",
            "Texts",
            "Spam",
            "AUC",
            "95 % interval",
            "Recall at 1 % false positives",
            "taught by one other video",
            "by two",
            "by none",
        ),
        [
            (
                entry["video"],
                entry["texts"],
                entry["positive"],
                entry["auc"],
                _between((entry["low"], entry["high"])),
                entry["recall_at_1"],
                *(entry["recall_by_videos"][many] for many in ("1", "2", "0")),
            )
            for entry in report["unseen_videos"]
        ],
    )


def _cost(report: Report) -> str:
    found = report["cost"]
    overlap = report["spans"]
    lines = [
        ("CPU per comment of 200 to 400 characters, median", f"{found['median_ms']:.2f} ms"),
        ("the same, 99th percentile", f"{found['p99_ms']:.2f} ms"),
        (
            f"5,000 characters made to cost most ({found['worst']}), CPU",
            f"{found['worst_ms']:.1f} ms, {found['worst_work']:,} counted steps at most",
        ),
        ("memory added to a process", f"{found['memory_mb']} MB"),
    ]
    if overlap:
        lines.append(
            (
                "characters shown against characters that raters marked",
                f"precision {overlap['precision']:.2f}, recall {overlap['recall']:.2f}, "
                f"F1 {overlap['f1']:.2f} on {overlap['texts']} news comments",
            )
        )
    return _rows(("What", "Measured"), list(lines))


def _targets(report: Report) -> str:
    return _rows(("Measure", "Aimed at", "Reached"), list(reached(report)))


TABLES: dict[str, Callable[[Report], str]] = {
    "ranking": _ranking,
    "labels": _labels,
    "natural": _natural,
    "templates": _templates,
    "fairness": _fairness,
    "disguises": _disguises,
    "thresholds": _thresholds,
    "rejection": _rejection,
    "languages": _languages,
    "videos": _videos,
    "cost": _cost,
    "targets": _targets,
}
