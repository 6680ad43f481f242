"""A trial as its page needs it: what it changes, what it would have done, and samples."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from articles.models import Article
from comments.pages import marked
from moderation import intake, reasons
from moderation.models import DecisionRecord, LinkDomain, Phrase, Policy, Trial
from moderation.pipeline import submission
from moderation.pipeline.phrases import find_phrases
from moderation.rule_names import NAMES
from moderation.trying.proposal import domains_of, fields_of, own_of

PHRASES_SHOWN = 30
SAMPLES_SHOWN = 12
EXCERPT = 400  # characters
Outcomes = DecisionRecord.Outcome


@dataclass(frozen=True, slots=True)
class Sample:
    """pieces: its text, with what an added phrase found; none when it has been erased."""

    record: DecisionRecord
    pieces: list[tuple[str, bool]]
    codes: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """What would have become of so many comments instead. approved, rejected: what people had
    decided about them since."""

    title: str
    count: int
    approved: int
    rejected: int
    samples: list[Sample]


@dataclass(frozen=True, slots=True)
class TrialPage:
    """changes: field, value in force, proposed value; added, removed: phrases, the first few, and
    how many there are; domains: those that come and those that go; articles: each with its changes
    as the site's are told; differences: what shadow judging found."""

    changes: list[tuple[str, str, str]]
    added: list[dict[str, Any]]
    added_count: int
    removed: list[Phrase]
    removed_count: int
    domains: list[LinkDomain]
    domains_gone: list[LinkDomain]
    articles: list[tuple[str, list[tuple[str, str, str]]]]
    moves: list[Move]
    untold: list[str]
    differences: list[Move]


def page_of(trial: Trial) -> TrialPage:
    """Nine queries at most."""
    current = intake.current_policy()
    wanted = fields_of(trial.change)
    added, removed = trial.change.get("add", []), trial.change.get("remove", [])
    found = trial.backtest
    shadow = list(
        trial.differences.order_by().values_list("before", "after").annotate(many=Count("pk"))
    )
    newest = list(trial.differences.select_related("record__revision")[:SAMPLES_SHOWN])
    phrases = tuple(
        submission.Phrase(-at, each["text"]) for at, each in enumerate(added[:PHRASES_SHOWN], 1)
    )
    records = _records(pk for pks in found.get("samples", {}).values() for pk in pks)
    return TrialPage(
        changes=[
            (str(NAMES[name]), _in_words(name, getattr(current, name)), _in_words(name, value))
            for name, value in wanted.items()
        ],
        added=added[:PHRASES_SHOWN],
        added_count=len(added),
        removed=list(Phrase.objects.filter(pk__in=removed[:PHRASES_SHOWN])),
        removed_count=len(removed),
        domains=domains_of(trial.change),
        domains_gone=list(LinkDomain.objects.filter(pk__in=trial.change.get("remove_domains", []))),
        articles=_articles(trial.change, current),
        moves=[
            Move(
                title=_move(*move.split(">")),
                count=count,
                approved=found["ruled"].get(move, {}).get("approve", 0),
                rejected=found["ruled"].get(move, {}).get("reject", 0),
                samples=[
                    _sample(records[pk], phrases)
                    for pk in found["samples"].get(move, [])
                    if pk in records
                ],
            )
            for move, count in sorted(found.get("moves", {}).items(), key=lambda each: -each[1])
        ],
        untold=[reasons.told(code) or code for code in found.get("untold", [])],
        differences=[
            Move(
                title=_move(before, after),
                count=many,
                approved=0,
                rejected=0,
                samples=[
                    _sample(
                        each.record,
                        phrases,
                        ", ".join(reasons.told(code) or code for code in each.codes),
                    )
                    for each in newest
                    if (each.before, each.after) == (before, after)
                ],
            )
            for before, after, many in sorted(shadow, key=lambda each: -each[2])
        ],
    )


def _articles(
    change: dict[str, Any], current: Policy
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    wanted = own_of(change)
    titles = dict(Article.objects.filter(pk__in=wanted).order_by().values_list("pk", "title"))
    found = []
    for article_id in wanted:
        before = intake.rules_in_force(current, article_id)
        after = intake.rules_in_force(current, article_id, own=wanted)
        found.append(
            (
                titles.get(article_id, f"#{article_id}"),
                [
                    (str(NAMES[name]), _in_words(name, before[name]), _in_words(name, after[name]))
                    for name in intake.OWN
                    if before[name] != after[name]
                ],
            )
        )
    return found


def _records(numbers: Iterable[int]) -> dict[int, DecisionRecord]:
    return DecisionRecord.objects.select_related("revision").in_bulk(list(numbers))


def _sample(
    record: DecisionRecord, phrases: tuple[submission.Phrase, ...], codes: str = ""
) -> Sample:
    if record.revision.erased_at is not None:
        return Sample(record, [], codes)
    source = record.revision.source
    spans = [hit.span for hit in find_phrases(source, phrases)]
    # From shortly before the first evidence on, so that it is seen.
    start = max(0, min((span.start for span in spans), default=0) - EXCERPT // 4)
    text = source[start : start + EXCERPT]
    moved = [(span.start - start, span.end - start) for span in spans]
    return Sample(record, marked(text, moved), codes)


def _move(before: str, after: str) -> str:
    held, rejected = _("would have waited for an editor"), _("would not have been published")
    became = {
        Outcomes.APPROVE: _("would have gone live"),
        Outcomes.HOLD: held,
        Outcomes.REJECT: rejected,
    }[Outcomes(after)]
    return _("%(before)s: %(became)s") % {"before": Outcomes(before).label, "became": became}


def _in_words(name: str, value: Any) -> str:
    if name == "checks_off":
        return ", ".join(value) or "–"
    if name == "mode":
        return str(dict(Policy._meta.get_field("mode").choices)[value])
    return "–" if value is None else str(value)
