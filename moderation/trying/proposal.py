"""A proposed change as the policy that it would make, and what of a judgement it touches."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from moderation import intake
from moderation.intake import Lists
from moderation.models import ArticlePolicy, LinkDomain, Phrase, Policy
from moderation.operations.rules import values_of
from moderation.pipeline import submission
from moderation.pipeline.scores import ABUSE, SPAM

PHRASE_CHECKS = {
    Phrase.Effect.REJECT: "banned_phrases",
    Phrase.Effect.HOLD: "suspect_phrases",
}
DOMAIN_CHECKS = {
    LinkDomain.Effect.BLOCK: ("blocked_links",),
    LinkDomain.Effect.ALLOW: ("too_many_links", "spam", "raids"),
}
_DOMAINS = ("add_domains", "remove_domains")
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
    lists; own: the article policies it makes or takes away, by article; asked: checks to be asked
    again; off: checks it switches off; untold: checks it touches whose answer the past does not
    hold; is_local: nothing of the site changes."""

    current: Policy
    row: Policy
    lists: Lists
    own: intake.Own
    asked: tuple[str, ...]
    off: frozenset[str]
    untold: tuple[str, ...]
    is_local: bool

    def policies(self, article_id: int | None) -> tuple[submission.Policy, submission.Policy]:
        """The rules in force in one article's discussion, and the proposed ones."""
        return (
            intake.policy_from(self.current, article_id),
            intake.policy_from(self.row, article_id, lists=self.lists, own=self.own),
        )

    def rules(self, article_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """What one article may have otherwise: as it is in force, and as it is proposed."""
        return (
            intake.rules_in_force(self.current, article_id),
            intake.rules_in_force(self.row, article_id, own=self.own),
        )

    @property
    def is_of_articles(self) -> bool:
        """Does it touch nothing but the discussions of some articles?"""
        return self.is_local and bool(self.own)


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
    own = own_of(change)
    changed = {name for name, value in wanted.items() if value != getattr(current, name)}
    of_site = bool(changed or any(change.get(part) for part in ("add", "remove", *_DOMAINS)))
    for article_id, rules in own.items():
        before_it = intake.own_rules(current.pk).get(article_id, {})
        changed |= {
            name
            for name in rules.keys() | before_it.keys()
            if rules.get(name) != before_it.get(name)
        }
    before, after = frozenset(current.checks_off), frozenset(row.checks_off)
    touched = (
        {
            name
            for name, read in (READ_BY | OF_THE_MOMENT).items()
            if read & changed or name in after ^ before
        }
        | _phrase_checks(change)
        | _domain_checks(change)
    )
    return Proposal(
        current=current,
        row=row,
        lists=_lists(current.pk, change),
        own=own,
        is_local=not of_site,
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


def _domain_checks(change: dict[str, Any]) -> set[str]:
    effects = {each["effect"] for each in change.get("add_domains", [])}
    gone = change.get("remove_domains", [])
    if gone:
        effects |= set(LinkDomain.objects.filter(pk__in=gone).values_list("effect", flat=True))
    return {name for effect in effects for name in DOMAIN_CHECKS[effect]}


def own_of(change: dict[str, Any]) -> intake.Own:
    """The article policies of a stored change, by article: none for one that is taken away."""
    return {
        int(article_id): {
            name: ArticlePolicy._meta.get_field(name).to_python(value)
            for name, value in rules.items()
        }
        for article_id, rules in change.get("articles", {}).items()
    }


def domains_of(change: dict[str, Any]) -> list[LinkDomain]:
    """The link domains that a stored change adds, not stored."""
    return [LinkDomain(**each) for each in change.get("add_domains", [])]


def _lists(version: int, change: dict[str, Any]) -> Lists:
    added = tuple((each["text"], each["effect"]) for each in change.get("add", []))
    domains = tuple((each["domain"], each["effect"]) for each in change.get("add_domains", []))
    gone = frozenset(change.get("remove", []))
    lists = _lists_with(version, added, gone)
    return _with_domains(lists, domains, frozenset(change.get("remove_domains", [])))


def _with_domains(
    lists: Lists, added: tuple[tuple[str, str], ...], removed: frozenset[int]
) -> Lists:
    if not added and not removed:
        return lists
    gone = set(LinkDomain.objects.filter(pk__in=removed).values_list("domain", flat=True))

    def with_change(domains: frozenset[str], effect: str) -> frozenset[str]:
        return (domains - gone) | {domain for domain, its_effect in added if its_effect == effect}

    return replace(
        lists,
        allowed=with_change(lists.allowed, LinkDomain.Effect.ALLOW),
        blocked=with_change(lists.blocked, LinkDomain.Effect.BLOCK),
    )


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
