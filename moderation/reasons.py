"""Reason codes in words: what a reader is told, and the guideline each one touches.

Why an editor rejects is a list that admins edit (RejectionReason). It changes a few times a year:
an edit shows at once in the process that made it, and in the others after KEPT seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from moderation.models import CannedNote, DecisionRecord, RejectionReason

KEPT = 5  # seconds


@dataclass(frozen=True, slots=True)
class Reason:
    """guideline: a Guideline's code, or empty where no guideline is broken. told: one sentence to
    the author."""

    guideline: str
    told: str | Promise


# A check and an editor say the same, one of a likelihood and one having read it.
SPAM = Reason("no_spam", _("It reads like advertising or spam."))

# What checks find. The keys are held against pipeline.REASONS by a test.
MACHINE = {
    "banned_phrases": Reason("respect", _("It contains words that are not published here.")),
    "suspect_phrases": Reason("respect", _("It contains words that an editor looks at first.")),
    "disguised_links": Reason("no_spam", _("It hides a link, or where a link leads.")),
    "too_many_links": Reason("no_spam", _("It contains more links than pass unread.")),
    "blocked_links": Reason("no_spam", _("It links to a place that is not linked from here.")),
    "repeats": Reason("no_flooding", _("It says what you have already said.")),
    "twins": Reason("no_spam", _("Other accounts have posted the same text.")),
    "raids": Reason("no_spam", _("Several accounts have posted nearly the same.")),
    "unverified": Reason(
        "", _("Your e-mail address is not confirmed. Once it is, your comment is checked again.")
    ),
    "disposable_mail": Reason(
        "", _("Your e-mail address is a throw-away one, so an editor reads your first comments.")
    ),
    "unproven": Reason(
        "",
        _("Your browser did not do the small sum that we ask of newcomers, so an editor looks."),
    ),
    "newcomer": Reason("", _("An editor reads the first comments of every new reader.")),
    "restricted": Reason("", _("An editor reads your comments before they go live.")),
    "flood": Reason("no_flooding", _("You have posted a lot in a short time.")),
    "shouting": Reason("readability", _("Most of it is in capitals.")),
    "premoderated": Reason("", _("In this discussion an editor reads every comment first.")),
    "out_of_hours": Reason("", _("Nobody reads along at this hour, so an editor looks later.")),
    "closed": Reason("", _("The discussion closed before your comment was checked.")),
    "disguised_words": Reason(
        "respect", _("It contains words that are written to get past our checks.")
    ),
    "unmeasured_language": Reason(
        "", _("It is in a language that our checks do not know well, so an editor will look.")
    ),
    "abuse": Reason("respect", _("Our checks think it may attack or demean somebody.")),
    "spam": SPAM,
    "check_missing": Reason("", _("One of our checks is out of order, so an editor will look.")),
    "check_failed": Reason("", _("One of our checks is out of order, so an editor will look.")),
    "check_slow": Reason("", _("One of our checks is out of order, so an editor will look.")),
    "not_judged": Reason("", _("Our checks are out of order, so an editor will look.")),
}

# What an editor chooses when rejecting, in our words; the list in the database says which of them
# are offered, and may add others or say them otherwise.
EDITOR = {
    "abusive": Reason("respect", _("It attacks or demeans people.")),
    "off_topic": Reason("relevance", _("It is not about the article or its question.")),
    "spam": SPAM,
    "personal_data": Reason("privacy", _("It gives away somebody's private information.")),
    "illegal": Reason("legality", _("It is likely to be against the law.")),
    "unreadable": Reason("readability", _("It cannot be followed by other readers.")),
}

# What a ruling on an appeal leaves in the record, beside the decision that was contested.
APPEAL = {
    "appeal_upheld": Reason("", _("You contested the decision, and another ruling confirmed it.")),
    "appeal_overturned": Reason("", _("You contested the decision, and it was overturned.")),
}

# What a score takes a text for, named beside the reason.
LABELS = {
    "toxicity": Reason("", _("hostile")),
    "severe_toxicity": Reason("", _("very hostile")),
    "insult": Reason("", _("an insult")),
    "threat": Reason("", _("a threat")),
    "identity_attack": Reason("", _("an attack on a group of people")),
    "profanity": Reason("", _("foul language")),
    "sexually_explicit": Reason("", _("sexual content")),
}

# What the check of abuse says instead where it fired for nothing but these.
_ABUSE_BY_LABEL = {
    "threat": _("Our checks think it may threaten somebody."),
    "identity_attack": _("Our checks think it may attack a group of people."),
    "profanity": _("Our checks think it contains foul language."),
    "sexually_explicit": _("Our checks think it contains sexual content."),
}

ALL = MACHINE | EDITOR | APPEAL | LABELS


def label_told(label: str) -> str:
    """What the scorer takes a text for, in a word or two."""
    known = LABELS.get(label)
    return str(known.told) if known else {"spam": gettext("advertising or spam")}.get(label, label)


@dataclass(frozen=True, slots=True)
class OfferedReason:
    """One choice of an editor. key: one character that chooses it. notes: (title, text) of the
    canned notes to the author that go with it."""

    code: str
    told: str
    key: str
    guideline: str
    notes: list[tuple[str, str]]


def for_desk() -> list[OfferedReason]:
    """The reasons an editor may give now, in order, each with its notes."""
    rows, notes = _listed(int(monotonic() / KEPT))
    return [
        OfferedReason(
            row.code,
            _told(row),
            row.key,
            _guideline(row),
            [(note.title, note.text) for note in notes if note.reason_id in (None, row.pk)],
        )
        for row in rows
        if row.active
    ]


def listed_codes() -> list[str]:
    """The codes of every reason on the list, offered or not, in order."""
    rows, _notes = _listed(int(monotonic() / KEPT))
    return [row.code for row in rows]


def check_offered(code: str) -> None:
    """Raises ValidationError (bad_reason) for what is unknown or no longer offered."""
    if not RejectionReason.objects.filter(code=code, active=True).exists():
        raise ValidationError(gettext("Choose a reason."), code="bad_reason")


def told(reason: str, labels: Sequence[str] = ()) -> str:
    """The sentence for the author, in the active language; empty for an unknown code. What is no
    longer offered is told as before. labels: what a score took the text for, the likeliest first;
    swearing at nobody is told as that, and not as an attack."""
    if reason == "abuse" and labels and all(label in _ABUSE_BY_LABEL for label in labels):
        return str(_ABUSE_BY_LABEL[labels[0]])
    known = _known(reason)
    return str(known.told) if known else ""


def guideline_of(code: str) -> str:
    """Code of the guideline that a reason rests on, or empty."""
    known = _known(code)
    return known.guideline if known else ""


def speaking_for(kind: str) -> set[str]:
    """The reasons, offered or not, for which people reject what is of a kind ("abuse", "spam"):
    those that rest on its guideline, whoever added them."""
    guideline = MACHINE[kind].guideline
    rows, _notes = _listed(int(monotonic() / KEPT))
    codes = {row.code for row in rows} | set(EDITOR)
    return {code for code in codes if guideline_of(code) == guideline}


def deserved(kind: str, outcome: str, reason: str) -> bool | None:
    """Whether a person's ruling says that a text is of a kind; None where it says nothing about
    that."""
    if outcome == DecisionRecord.Outcome.APPROVE:
        return False
    rejected = outcome == DecisionRecord.Outcome.REJECT
    return True if rejected and reason in speaking_for(kind) else None


def forget() -> None:
    """Have the list read anew."""
    _listed.cache_clear()


@lru_cache(maxsize=1)
def _listed(_moment: int) -> tuple[list[RejectionReason], list[CannedNote]]:
    """Every reason, offered or not, and every canned note, in two queries."""
    return list(RejectionReason.objects.select_related("guideline")), list(CannedNote.objects.all())


def _known(code: str) -> Reason | None:
    ours = ALL.get(code)
    if not code or (ours is not None and code not in EDITOR):
        return ours
    rows, _notes = _listed(int(monotonic() / KEPT))
    found = next((row for row in rows if row.code == code), None)
    return Reason(_guideline(found), _told(found)) if found else ours


def _told(row: RejectionReason) -> str:
    return row.told or (str(EDITOR[row.code].told) if row.code in EDITOR else "")


def _guideline(row: RejectionReason) -> str:
    if row.guideline is not None:
        return row.guideline.code
    return EDITOR[row.code].guideline if row.code in EDITOR else ""
