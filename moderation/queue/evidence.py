"""What the checks found, in words and figures for an editor."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from moderation.models import DecisionRecord
from moderation.reasons import label_told

# What a finding's figures are called.
_CALLED = {
    "phrases": _("phrases"),
    "found": pgettext_lazy("how many were", "found"),
    "labels": _("labels"),
    "model": _("version of the scorer"),
    "signs": _("circumstances"),
    "domains": _("domains"),
    "disguises": _("disguises"),
    "posted": _("posted"),
    "limit": _("limit"),
    "seconds": _("seconds"),
    "approved": _("approved comments"),
    "first_n": _("comments that an editor reads"),
    "cluster": _("cluster"),
    "size": _("comments in it"),
    "authors": _("authors"),
    "articles": _("articles"),
    "new_accounts": _("accounts of less than a day"),
    "comments": _("comments"),
    "links": _("links"),
    "allowed": _("allowed"),
    "attempts": _("attempts"),
    "check": _("check"),
    "error": _("error"),
    "elapsed_ms": _("milliseconds"),
    "share": _("share"),
    "language": _("language"),
    "at": _("proof of work missing"),
    "post": _("with the comment"),
    "sign_up": _("at sign-up"),
    # How a link hides, and what speaks for or against an author.
    "scheme": _("a spelt-out address"),
    "user": _("a name before the host"),
    "dots": _("dots that are none"),
    "invisible": _("invisible characters"),
    "percent": _("encoded letters"),
    "label": _("a name of another place"),
    "lookalike": _("letters that look like others"),
    "known_author": _("known author"),
    "new_account": _("new account"),
    "same_place_from_others": _("others linked there"),
    "same_place_before": _("linked there before"),
}


def called(name: str) -> str:
    """A name of the evidence in words; one that is not on the list as it is written."""
    return str(_CALLED.get(name, name.replace("_", " ")))


def _in_words(value: Any) -> str:
    """A finding's evidence for a person: listed phrases in quotes, comments by number, labels with
    their scores and the thresholds they reached."""
    if isinstance(value, list):
        return ", ".join(_item_in_words(item) for item in value)
    return str(_CALLED.get(value, value)) if isinstance(value, str) else str(value)


def _item_in_words(item: Any) -> str:
    match item:
        case {"text": text}:
            return f"“{text}”"
        case {"label": label, "score": score, "from": threshold}:
            return f"{label_told(label)} {score:.2f} (≥ {threshold:.2f})"
        case int():
            return f"#{item}"
    return str(_CALLED.get(item, item))


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
                f"{called(name)} {_in_words(value)}"
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
