"""Comment row -> Submission value: with kin.py the only bridge from database to pipeline."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, F, Q
from django.utils import timezone

from accounts.mail_domains import is_disposable
from accounts.models import User
from comments.models import Comment, CommentRevision
from moderation import models
from moderation.kin import kin_of
from moderation.models.rules import Mode
from moderation.pipeline.submission import (
    AuthorFacts,
    DiscussionFacts,
    Earlier,
    Lesson,
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


# Article policies: article to the fields it has otherwise, with their values.
Own = dict[int, dict[str, Any]]


def submission_from(
    comment: Comment, policy: models.Policy, *, own: Own | None = None
) -> Submission:
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
    rules = rules_in_force(policy, article.pk, own=own)
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
            trusted=author.has_editors_role,
            restricted=author.is_read_first(),
            verified=author.has_verified_mail,
            disposable=is_disposable(author.email),
            unproven=author.unproven,
        ),
        unproven=comment.unproven,
        recent=tuple(Earlier(*row) for row in earlier),
        twins=tuple(dict.fromkeys(twins)),
        discussion=DiscussionFacts(
            open=comment.call_to_action.is_open() and rules["mode"] != Mode.CLOSED,
            premoderated=rules["mode"] == Mode.WAITS,
            attended=attended(rules, revision.created_at),
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
            trusted=author.has_editors_role,
            restricted=author.is_read_first(),
        ),
    )


def current_policy() -> models.Policy:
    """The policy in force; the defaults are written as the first one when there is none."""
    return models.Policy.objects.first() or models.Policy.objects.create()


# What one article may have otherwise than the site.
OWN = tuple(
    field.name
    for field in models.ArticlePolicy._meta.concrete_fields
    if field.name not in ("id", "article")
)


# As with lists_of: a version names its article policies for good.
@lru_cache(maxsize=4)
def own_rules(version: int) -> Own:
    """What articles have otherwise than the site, by article: field to value. One query, once for
    each policy version."""
    return {
        row["article_id"]: {name: row[name] for name in OWN if row[name] is not None}
        for row in models.ArticlePolicy.objects.values("article_id", *OWN)
    }


def rules_in_force(
    row: models.Policy, article_id: int | None, *, own: Own | None = None
) -> dict[str, Any]:
    """OWN to what holds in an article's discussion: its own, else the site's.

    own: others than those in force under the row's number, for articles that are only proposed.
    """
    known = own_rules(row.pk) | (own or {})
    own = known.get(article_id, {}) if article_id else {}
    return {name: own.get(name, getattr(row, name) if hasattr(row, name) else None) for name in OWN}


def takes_comments(row: models.Policy, article_id: int | None) -> bool:
    """Whether an article's discussion takes comments, beside what its question says."""
    return rules_in_force(row, article_id)["mode"] != Mode.CLOSED


def attended(rules: dict[str, Any], moment: datetime) -> bool:
    """Does somebody read at this moment, by the publisher's clock?"""
    first, last = rules["reading_from"], rules["reading_until"]
    if first is None or first == last:
        return True
    clock = moment.astimezone(ZoneInfo(settings.PUBLISHER_TIME_ZONE)).time()
    if first < last:
        return first <= clock < last
    return clock >= first or clock < last


@dataclass(frozen=True, slots=True)
class Lists:
    """The phrases, link domains and lessons in force under one policy."""

    banned: tuple[Phrase, ...]
    suspect: tuple[Phrase, ...]
    allowed: frozenset[str]
    blocked: frozenset[str]
    learned: tuple[Lesson, ...]


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
            Lesson(lesson.kind, lesson.pk, Residual.from_bytes(bytes(lesson.weights)))
            for lesson in models.LearnedModel.objects.filter(
                state=models.LearnedModel.State.IN_FORCE
            ).order_by("kind")
        ),
    )


def policy_from(
    row: models.Policy,
    article_id: int | None = None,
    *,
    lists: Lists | None = None,
    own: Own | None = None,
) -> Policy:
    """The pipeline's value of a policy row and its lists, as it holds for one article.

    lists, own: others than those in force under the row's number, for what is only proposed.
    """
    lists = lists or lists_of(row.pk)
    rules = rules_in_force(row, article_id, own=own)
    thresholds = {
        field.name: rules.get(field.name, getattr(row, field.name))
        for field in fields(Policy)
        if hasattr(row, field.name)
    }
    thresholds["checks_off"] = frozenset(row.checks_off)
    return Policy(
        version=row.pk,
        banned_phrases=lists.banned,
        suspect_phrases=lists.suspect,
        allowed_domains=lists.allowed,
        blocked_domains=lists.blocked,
        learned=lists.learned,
        hold_from=_thresholds(row, "hold", rules),
        reject_from=_thresholds(row, "reject", {}),
        **thresholds,
    )


def _thresholds(
    row: models.Policy, effect: str, rules: dict[str, Any]
) -> tuple[tuple[str, float], ...]:
    """Label and probability of those that an admin has set."""
    found = (
        (label, rules.get(f"{label}_{effect}", getattr(row, f"{label}_{effect}")))
        for label in LABELS
    )
    return tuple((label, value) for label, value in found if value is not None)
