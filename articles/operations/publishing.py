"""When readers see an article, and when no more."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import User
from articles import ports, search
from articles.models import Article, CallToAction
from articles.operations.permissions import check_editor, locked
from record import log

Status = Article.Status


def _move(
    actor: User | None, article: Article, verb: str, status: str, published_at: datetime | None
) -> Article:
    before = article.status
    article.status, article.published_at = status, published_at
    article.save(update_fields=["status", "published_at"])
    search.follow(article)
    for part in ports.shown_parts:
        part(article)
    log.append(
        actor=actor,
        verb=verb,
        subject=article,
        detail={
            "from": before,
            "to": status,
            "published_at": published_at.isoformat() if published_at else None,
        },
    )
    return article


def publish(*, actor: User, article: Article, at: datetime | None = None) -> Article:
    """Show an article to readers now, or at a time to come.

    at: aware; None means now, and brings an archived article back with the time it had. Raises
    Forbidden (editors_only), ValidationError (no_call_to_action, in_the_past), Conflict
    (already_live).
    """
    check_editor(actor)
    now = timezone.now()
    if at is not None and at <= now:
        raise ValidationError(_("Choose a time to come."), code="in_the_past")
    with transaction.atomic():
        article = locked(article)
        if not CallToAction.objects.filter(article=article).exists():
            raise ValidationError(
                _("Every article ends in a call to action: write its question first."),
                code="no_call_to_action",
            )
        if article.is_live(now) and article.status != Status.ARCHIVED:
            raise Conflict(_("This article is already published."), code="already_live")
        if at is not None:
            if article.status == Status.ARCHIVED:
                raise Conflict(_("Take it back to draft before scheduling it."), code="archived")
            return _move(actor, article, "schedule", Status.SCHEDULED, at)
        kept = article.published_at if article.status == Status.ARCHIVED else now
        return _move(actor, article, "publish", Status.PUBLISHED, kept)


def unpublish(*, actor: User, article: Article) -> Article:
    """Take an article back to draft, out of readers' sight with its whole discussion.

    Nothing is lost: published again, it comes back with its comments, under a new date. Raises
    Forbidden (editors_only).
    """
    check_editor(actor)
    with transaction.atomic():
        article = locked(article)
        if article.status == Status.DRAFT:
            return article
        return _move(actor, article, "unpublish", Status.DRAFT, None)


def archive(*, actor: User, article: Article) -> Article:
    """Take a live article off front, section and tag pages and feeds; its own page stays.

    Raises Forbidden (editors_only), ValidationError (not_live).
    """
    check_editor(actor)
    with transaction.atomic():
        article = locked(article)
        if article.status == Status.ARCHIVED:
            return article
        if not article.is_live():
            raise ValidationError(_("Only a published article can be archived."), code="not_live")
        return _move(actor, article, "archive", Status.ARCHIVED, article.published_at)


def delete_draft(*, actor: User, article: Article) -> None:
    """Remove a draft for good.

    Raises Forbidden (editors_only), Conflict (not_draft, has_answers).
    """
    check_editor(actor)
    with transaction.atomic():
        article = locked(article)
        if article.status != Status.DRAFT:
            raise Conflict(_("Only a draft can be deleted."), code="not_draft")
        log.append(actor=actor, verb="delete_draft", subject=article, detail={})
        try:
            article.delete()
        except models.ProtectedError as error:
            raise Conflict(
                _("Readers have answered this article, so it cannot be deleted."),
                code="has_answers",
            ) from error


def renew_share_link(*, actor: User, article: Article) -> Article:
    """Give the draft a new shareable address; the old one leads nowhere from now on."""
    check_editor(actor)
    with transaction.atomic():
        article = locked(article)
        article.share_token = Article._meta.get_field("share_token").get_default()
        article.save(update_fields=["share_token"])
        log.append(actor=actor, verb="renew_share_link", subject=article, detail={})
    return article


def publish_due(*, now: datetime | None = None) -> int:
    """Mark scheduled articles whose hour has come as published. Returns how many."""
    count = 0
    for due in Article.objects.due(now).only("pk"):
        with transaction.atomic():
            article = Article.objects.select_for_update().due(now).filter(pk=due.pk).first()
            if article is not None:
                _move(None, article, "publish", Status.PUBLISHED, article.published_at)
                count += 1
    return count
