"""Comment row -> Submission value: with kin.py the only bridge from database to pipeline."""

from dataclasses import dataclass, fields
from datetime import timedelta
from functools import lru_cache

from django.db.models import Count, F, Q
from django.utils import timezone

from accounts.models import User
from comments.models import Comment, CommentRevision
from moderation import models
from moderation.kin import kin_of
from moderation.pipeline.submission import (
    AuthorFacts,
    DiscussionFacts,
    Earlier,
    Phrase,
    Policy,
    Submission,
)
from moderation.scorer import LABELS
from moderation.scorer.residual import Residual

RECENT = timedelta(hours=24)
RECENT_LIMIT = 20
TWINS_WITHIN = timedelta(days=7)
TWINS_LIMIT = 20


def submission_from(comment: Comment, policy: models.Policy) -> Submission:
    """What the checks may know of a comment's latest revision, in five to nine queries."""
    revision, author = comment.latest, comment.author
    kin = kin_of(comment, policy)
    earlier = (
        CommentRevision.objects.filter(
            comment__author=author,
            comment__created_at__gt=comment.created_at - RECENT,
            comment__created_at__lte=comment.created_at,
            erased_at__isnull=True,
        )
        .filter(comment__latest=F("pk"))
        .exclude(comment=comment)
        .order_by("-comment__created_at")
        .values_list("comment_id", "source", "comment__created_at")[:RECENT_LIMIT]
    )
    twins = (
        CommentRevision.objects.filter(
            fingerprint=revision.fingerprint, created_at__gt=revision.created_at - TWINS_WITHIN
        )
        .exclude(comment__author=author)
        .values_list("comment_id", flat=True)[:TWINS_LIMIT]
    )
    record = author.comments.exclude(pk=comment.pk).aggregate(
        approved=Count("pk", filter=Q(live_at__isnull=False, removed_at__isnull=True)),
        rejected=Count("pk", filter=Q(status=Comment.Status.REJECTED)),
    )
    article = comment.call_to_action.article
    return Submission(
        comment_id=comment.pk,
        revision_id=revision.pk,
        text=revision.source,
        posted_at=comment.created_at,
        author=AuthorFacts(
            id=author.pk,
            joined_at=author.date_joined,
            approved=record["approved"],
            rejected=record["rejected"],
            trusted=author.is_editor,
            restricted=author.restricted,
        ),
        recent=tuple(Earlier(*row) for row in earlier),
        twins=tuple(dict.fromkeys(twins)),
        discussion=DiscussionFacts(
            open=comment.call_to_action.is_open(),
            premoderated=models.ArticlePolicy.objects.filter(
                article=article, premoderated=True
            ).exists(),
            article_id=article.pk,
        ),
        around=kin.around,
        sketch=kin.sketch,
        alike=kin.alike,
        clusters=kin.clusters,
    )


def submission_of_words(text: str, author: User) -> Submission:
    """Words that are not a comment yet, for the checks that ask about words alone; one query."""
    approved = author.comments.filter(live_at__isnull=False, removed_at__isnull=True).count()
    return Submission(
        comment_id=0,
        revision_id=0,
        text=text,
        posted_at=timezone.now(),
        author=AuthorFacts(
            id=author.pk,
            joined_at=author.date_joined,
            approved=approved,
            trusted=author.is_editor,
            restricted=author.restricted,
        ),
    )


def current_policy() -> models.Policy:
    """The policy in force; the defaults are written as the first one when there is none."""
    return models.Policy.objects.first() or models.Policy.objects.create()


@dataclass(frozen=True, slots=True)
class Lists:
    """The phrases, link domains and lessons in force under one policy."""

    banned: tuple[Phrase, ...]
    suspect: tuple[Phrase, ...]
    allowed: frozenset[str]
    blocked: frozenset[str]
    learned: tuple[tuple[str, Residual], ...]


# Every change to a list writes a new policy row, so a version names its lists for good.
@lru_cache(maxsize=4)
def lists_of(version: int) -> Lists:
    """The lists in force, read in three queries once for each policy version."""
    phrases = {effect: [] for effect in models.Phrase.Effect.values}
    for pk, text, effect in models.Phrase.objects.order_by("pk").values_list(
        "pk", "text", "effect"
    ):
        phrases[effect].append(Phrase(pk, text))
    domains = {effect: set() for effect in models.LinkDomain.Effect.values}
    for domain, effect in models.LinkDomain.objects.values_list("domain", "effect"):
        domains[effect].add(domain)
    return Lists(
        tuple(phrases[models.Phrase.Effect.REJECT]),
        tuple(phrases[models.Phrase.Effect.HOLD]),
        frozenset(domains[models.LinkDomain.Effect.ALLOW]),
        frozenset(domains[models.LinkDomain.Effect.BLOCK]),
        tuple(
            (lesson.kind, Residual.from_bytes(bytes(lesson.weights)))
            for lesson in models.LearnedModel.objects.filter(
                state=models.LearnedModel.State.IN_FORCE
            ).order_by("kind")
        ),
    )


def policy_from(row: models.Policy) -> Policy:
    """The pipeline's value of a policy row and its lists."""
    lists = lists_of(row.pk)
    thresholds = {
        field.name: getattr(row, field.name) for field in fields(Policy) if hasattr(row, field.name)
    }
    return Policy(
        version=row.pk,
        banned_phrases=lists.banned,
        suspect_phrases=lists.suspect,
        allowed_domains=lists.allowed,
        blocked_domains=lists.blocked,
        learned=lists.learned,
        hold_from=_thresholds(row, "hold"),
        reject_from=_thresholds(row, "reject"),
        **thresholds,
    )


def _thresholds(row: models.Policy, effect: str) -> tuple[tuple[str, float], ...]:
    """Label and probability of those that an admin has set."""
    return tuple(
        (label, value)
        for label in LABELS
        if (value := getattr(row, f"{label}_{effect}")) is not None
    )
