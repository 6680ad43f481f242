"""A proposed change as the policy that it would make, and what of a judgement it touches."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from moderation import intake
from moderation.intake import Lists
from moderation.models import Phrase, Policy
from moderation.operations.rules import values_of
from moderation.pipeline import submission
from moderation.pipeline.scores import ABUSE, SPAM

PHRASE_CHECKS = {
    Phrase.Effect.REJECT: "banned_phrases",
    Phrase.Effect.HOLD: "suspect_phrases",
}
# What each check reads of a policy, for those that can be asked again of a text alone.
READ_BY: dict[str, frozenset[str]] = {
    "premoderated": frozenset({"mode"}),
    "out_of_hours": frozenset({"reading_from", "reading_until"}),
    "newcomer": frozenset({"newcomer_first_n"}),
    "too_many_links": frozenset({"links_allowed", "links_allowed_newcomer"}),
    "shouting": frozenset({"shouting_share", "shouting_min_letters"}),
    "disguised_words": frozenset({"hold_disguised_words"}),
    "unmeasured_language": frozenset({"hold_unmeasured_languages"}),
    "abuse": frozenset(f"{label}_{effect}" for label in ABUSE for effect in ("hold", "reject")),
    "spam": frozenset(f"{label}_{effect}" for label in SPAM for effect in ("hold", "reject")),
    "banned_phrases": frozenset(),
    "suspect_phrases": frozenset(),
    "blocked_links": frozenset(),
    "disguised_links": frozenset(),
}
# These ask about other comments, or the author's address, of that moment, which nobody kept.
OF_THE_MOMENT: dict[str, frozenset[str]] = {
    "disposable_mail": frozenset({"disposable_mail"}),
    "unproven": frozenset(),
    "flood": frozenset({"flood_limit", "flood_seconds"}),
    "repeats": frozenset(
        ("repeat_limit", "repeat_min_letters", "short_repeat_limit", "near_repeat_similarity")
    ),
    "twins": frozenset(),
    "raids": frozenset(
        ("raid_authors", "raid_similarity", "raid_min_letters", "raid_link_authors")
    ),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """current: the policy in force; row: what the change would make of it, not stored; lists: its
    lists; asked: checks to be asked again; off: checks it switches off; untold: checks it touches
    whose answer the past does not hold."""

    current: Policy
    row: Policy
    lists: Lists
    asked: tuple[str, ...]
    off: frozenset[str]
    untold: tuple[str, ...]

    def policies(self, article_id: int | None) -> tuple[submission.Policy, submission.Policy]:
        """The rules in force in one article's discussion, and the proposed ones."""
        return (
            intake.policy_from(self.current, article_id),
            intake.policy_from(self.row, article_id, lists=self.lists),
        )


def fields_of(change: dict[str, Any]) -> dict[str, Any]:
    """The policy fields of a stored change, as the model has them."""
    return {
        name: Policy._meta.get_field(name).to_python(value)
        for name, value in change.get("policy", {}).items()
    }


def phrases_of(change: dict[str, Any]) -> list[Phrase]:
    """The phrases that a stored change adds, not stored."""
    return [
        Phrase(
            text=each["text"],
            effect=each["effect"],
            guideline_id=each["guideline"],
            note=each["note"],
        )
        for each in change.get("add", [])
    ]


def proposal_of(change: dict[str, Any]) -> Proposal:
    """What a stored change would make of the rules in force now, in two queries."""
    current = intake.current_policy()
    wanted = fields_of(change)
    # Under the number in force, because that is what names the article policies.
    row = Policy(pk=current.pk, **(values_of(current) | wanted))
    changed = {name for name, value in wanted.items() if value != getattr(current, name)}
    before, after = frozenset(current.checks_off), frozenset(row.checks_off)
    touched = {
        name
        for name, read in (READ_BY | OF_THE_MOMENT).items()
        if read & changed or name in after ^ before
    } | _phrase_checks(change)
    return Proposal(
        current=current,
        row=row,
        lists=_lists(current.pk, change),
        asked=tuple(name for name in READ_BY if name in touched and name not in after - before),
        off=after - before,
        untold=tuple(
            name for name in OF_THE_MOMENT if name in touched and name not in after - before
        )
        + (("closed",) if "mode" in changed and "closed" in (current.mode, row.mode) else ()),
    )


def _phrase_checks(change: dict[str, Any]) -> set[str]:
    effects = {each["effect"] for each in change.get("add", [])}
    gone = change.get("remove", [])
    if gone:
        effects |= set(Phrase.objects.filter(pk__in=gone).values_list("effect", flat=True))
    return {PHRASE_CHECKS[effect] for effect in effects}


def _lists(version: int, change: dict[str, Any]) -> Lists:
    added = tuple((each["text"], each["effect"]) for each in change.get("add", []))
    return _lists_with(version, added, frozenset(change.get("remove", [])))


# The compiled form of a list is found by the list itself, so the same one must come back.
@lru_cache(maxsize=4)
def _lists_with(version: int, added: tuple[tuple[str, str], ...], gone: frozenset[int]) -> Lists:
    lists = intake.lists_of(version)
    if not added and not gone:
        return lists

    def with_change(phrases: tuple[submission.Phrase, ...], effect: str) -> tuple:
        kept = tuple(phrase for phrase in phrases if phrase.id not in gone)
        # A phrase that is not stored has no number; below nought there is none that is.
        return kept + tuple(
            submission.Phrase(-place, text)
            for place, (text, its_effect) in enumerate(added, start=1)
            if its_effect == effect
        )

    return Lists(
        banned=with_change(lists.banned, Phrase.Effect.REJECT),
        suspect=with_change(lists.suspect, Phrase.Effect.HOLD),
        allowed=lists.allowed,
        blocked=lists.blocked,
        learned=lists.learned,
    )
