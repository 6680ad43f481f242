"""What a proposed change would have made of the last decisions.

The machine's record of each is kept: findings and scores. Only the checks that the change touches
are asked again, under the rules in force and under the proposed ones, so that what differs comes
from the change alone; a changed threshold is held against the scores that were kept.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import ADMINS, EDITORS, User
from comments.models import Comment
from moderation import intake
from moderation.models import DecisionRecord
from moderation.models.rules import Mode
from moderation.pipeline import judge
from moderation.pipeline.circumstances import SIGNS, signs
from moderation.pipeline.decision import Finding, Outcome
from moderation.pipeline.scores import KINDS, carried, reached
from moderation.pipeline.submission import AuthorFacts, DiscussionFacts, Policy, Submission
from moderation.scorer.language import OTHER, language
from moderation.trying.proposal import Proposal

SAMPLES = 12  # of each kind of difference
KNOWS_THE_AUTHOR = frozenset(("newcomer", "too_many_links", "spam"))
Outcomes = DecisionRecord.Outcome


@dataclass(slots=True)
class Seen:
    """moves: outcomes before and after, as "approve>hold", to how many decisions; samples: numbers
    of some of those records, newest first; ruled: what people had decided about them since."""

    looked: int = 0
    erased: int = 0
    unscored: int = 0
    moves: Counter = field(default_factory=Counter)
    samples: dict[str, list[int]] = field(default_factory=dict)
    ruled: dict[str, Counter] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "looked": self.looked,
            "erased": self.erased,
            "unscored": self.unscored,
            "moves": dict(self.moves),
            "samples": self.samples,
            "ruled": {move: dict(found) for move, found in self.ruled.items()},
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Seen":
        return cls(
            looked=data.get("looked", 0),
            erased=data.get("erased", 0),
            unscored=data.get("unscored", 0),
            moves=Counter(data.get("moves", {})),
            samples={move: list(found) for move, found in data.get("samples", {}).items()},
            ruled={move: Counter(found) for move, found in data.get("ruled", {}).items()},
        )


def look(seen: Seen, proposal: Proposal, *, below: int | None, count: int) -> int | None:
    """Add the machine's next `count` decisions, those with numbers under `below`, newest first.

    Returns the number to go on below, or None when there are no earlier ones. Five queries at most.
    """
    rows = list(_records(proposal, below)[:count])
    trusted = _trusted({row.comment.author_id for row in rows})
    moved: dict[int, str] = {}
    policies: dict[int, tuple[Policy, Policy]] = {}
    for row in rows:
        if row.revision.erased_at is not None:
            seen.erased += 1
            continue
        seen.looked += 1
        article_id = row.comment.call_to_action.article_id
        if article_id not in policies:
            policies[article_id] = proposal.policies(article_id)
        before, after, scored = _outcomes(row, proposal, policies[article_id], trusted)
        seen.unscored += not scored
        if before != after:
            move = f"{before.value}>{after.value}"
            seen.moves[move] += 1
            moved[row.revision_id] = move
            if len(seen.samples.setdefault(move, [])) < SAMPLES:
                seen.samples[move].append(row.pk)
    for revision_id, outcome in _rulings(moved).items():
        seen.ruled.setdefault(moved[revision_id], Counter())[outcome] += 1
    return rows[-1].pk if len(rows) == count else None


def _records(proposal: Proposal, below: int | None) -> Any:
    rows = DecisionRecord.objects.filter(
        actor=None, undoes=None, policy__isnull=False
    ).select_related("revision", "comment__call_to_action")
    if below is not None:
        rows = rows.filter(pk__lt=below)
    if proposal.is_of_articles:
        rows = rows.filter(comment__call_to_action__article__in=list(proposal.own))
    if KNOWS_THE_AUTHOR & set(proposal.asked):
        others = Comment.objects.filter(author=OuterRef("comment__author")).order_by()
        rows = rows.annotate(
            joined=F("comment__author__date_joined"),
            approved=_count(others.filter(live_at__lt=OuterRef("at"))),
            rejected=_count(others.filter(status="rejected", decided_at__lt=OuterRef("at"))),
        )
    return rows.only(
        *("outcome", "findings", "scores", "at", "comment__author", "revision__source"),
        *("revision__erased_at", "revision__created_at", "revision__comment"),
        *("comment__call_to_action__article",),
    ).order_by("-pk")


def _count(rows: Any) -> Coalesce:
    counted = rows.exclude(pk=OuterRef("comment")).values("author").annotate(many=Count("pk"))
    return Coalesce(Subquery(counted.values("many"), output_field=IntegerField()), Value(0))


def _trusted(authors: Iterable[int]) -> frozenset[int]:
    return frozenset(
        User.objects.filter(pk__in=authors, groups__name__in=(EDITORS, ADMINS)).values_list(
            "pk", flat=True
        )
    )


def _rulings(revisions: Iterable[int]) -> dict[int, str]:
    """What a person last decided about each, where nobody took it back."""
    return dict(
        DecisionRecord.objects.filter(
            revision__in=list(revisions), actor__isnull=False, undoes=None, undone_by=None
        )
        .order_by("pk")
        .values_list("revision", "outcome")
    )


def _outcomes(
    row: DecisionRecord,
    proposal: Proposal,
    policies: tuple[Policy, Policy],
    trusted: frozenset[int],
) -> tuple[Outcome, Outcome, bool]:
    """The outcome under the rules in force and under the proposed ones, and whether everything that
    had to be known was."""
    recorded = [Finding.from_json(found) for found in row.findings]
    asked = set(proposal.asked)
    if not row.scores:
        asked -= set(KINDS)
    stays = [found for found in recorded if found.code not in asked]
    submissions = [_submission(row, trusted, rules) for rules in proposal.rules(_article(row))]
    before, after = (
        stays + _asked_again(asked, row, recorded, submission, policy)
        for submission, policy in zip(submissions, policies, strict=True)
    )
    after = [found for found in after if found.code not in proposal.off]
    return _strictest(before), _strictest(after), asked == set(proposal.asked)


def _article(row: DecisionRecord) -> int:
    return row.comment.call_to_action.article_id


def _strictest(findings: Sequence[Finding]) -> Outcome:
    return max((found.outcome for found in findings), default=Outcome.APPROVE)


def _submission(row: DecisionRecord, trusted: frozenset[int], rules: dict[str, Any]) -> Submission:
    """What is known of the text and its author as they were; nothing of other comments."""
    author_id = row.comment.author_id
    written: datetime = row.revision.created_at
    return Submission(
        comment_id=row.comment_id,
        revision_id=row.revision_id,
        text=row.revision.source,
        posted_at=written,
        author=AuthorFacts(
            id=author_id,
            joined_at=getattr(row, "joined", written),
            approved=getattr(row, "approved", 0),
            rejected=getattr(row, "rejected", 0),
            trusted=author_id in trusted,
        ),
        discussion=DiscussionFacts(
            premoderated=rules["mode"] == Mode.WAITS, attended=intake.attended(rules, written)
        ),
    )


def _asked_again(
    asked: set[str],
    row: DecisionRecord,
    recorded: Sequence[Finding],
    submission: Submission,
    policy: Policy,
) -> list[Finding]:
    by_text = tuple(sorted(asked - set(KINDS)))
    found = list(judge(submission, policy, by_text).findings) if by_text else []
    for kind in KINDS:
        if kind in asked and kind not in policy.checks_off:
            found += _by_scores(kind, row, recorded, submission, policy)
    return found


def _by_scores(
    kind: str,
    row: DecisionRecord,
    recorded: Sequence[Finding],
    submission: Submission,
    policy: Policy,
) -> list[Finding]:
    """What a learned check says of the scores that were kept."""
    if submission.author.trusted or (kind == "abuse" and language(submission.text) == OTHER):
        return []
    shift = 0.0
    if kind == "spam":
        kept = next((found for found in recorded if found.code == "spam"), None)
        seen = kept.detail.get("signs", ()) if kept else signs(submission, policy)
        shift = sum(SIGNS[sign] for sign in seen if sign in SIGNS)
    over = reached(KINDS[kind], row.scores, policy, shift=shift)
    # The text is read again only where the scores alone would speak against it.
    if over:
        labels = carried([label for _probability, label, *_rest in over], submission.text)
        over = [each for each in over if each[1] in labels]
    return [Finding(kind, over[0][2], score=round(over[0][0], 4))] if over else []
