"""What the checks found, in words and figures for an editor."""

from collections.abc import Callable
from typing import Any

from moderation.models import DecisionRecord


def _in_words(value: Any, told: Callable[..., str]) -> str:
    """A finding's evidence for a person: listed phrases in quotes, comments by number, labels with
    their scores and the thresholds they reached."""
    if isinstance(value, list):
        return ", ".join(_item_in_words(item, told) for item in value)
    return str(value)


def _item_in_words(item: Any, told: Callable[..., str]) -> str:
    match item:
        case {"text": text}:
            return f"“{text}”"
        case {"label": label, "score": score, "from": threshold}:
            return f"{told(label) or label} {score:.2f} (≥ {threshold:.2f})"
        case int():
            return f"#{item}"
    return str(item)


def _labels(found: dict[str, Any]) -> list[str]:
    return [over["label"] for over in found["detail"].get("labels", ())]


def findings_in_words(
    record: DecisionRecord | None, told: Callable[..., str]
) -> list[dict[str, Any]]:
    """Each finding as a title and its evidence in figures, for a card."""
    if record is None:
        return []
    return [
        {
            "title": told(found["code"], _labels(found)) or found["code"],
            "code": found["code"],
            "detail": ", ".join(
                f"{name.replace('_', ' ')} {_in_words(value, told)}"
                for name, value in found["detail"].items()
                # How many phrases were found is plain from their names, unless some were left out.
                if value not in ("", None, [], {})
                and not (name == "found" and value == len(found["detail"].get("phrases", ())))
            ),
            "outcome": found["outcome"],
            "score": found["score"],
        }
        for found in record.findings
    ]
