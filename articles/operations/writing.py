"""An article's words and facts. Every column that is prepared for reading is written here."""

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from articles import ports, search
from articles.models import Article, ArticleRevision, Byline, FormerSlug, Tag
from articles.operations.permissions import check_editor, clean_words, locked
from markup import render_article
from record import log

SLUG_LENGTH = 80  # characters, of a slug made from a title
WORDS = ("title", "standfirst", "body")
Status = Article.Status


def save_article(
    *, actor: User, article: Article, tags: Iterable[Tag] = (), authors: Sequence[User] = ()
) -> Article:
    """Store an article's words and facts, new or changed, and prepare what its page shows.

    article: an instance with the wanted values; its status is never read. An empty slug is made
    from the title. authors: in the order of the byline; empty means the actor. A revision is kept
    when the words changed, and the old address redirects when the slug of one that readers may
    have seen did. Raises Forbidden (editors_only), ValidationError by field (unique,
    forbidden_characters, ...).
    """
    check_editor(actor)
    for field in WORDS:
        setattr(article, field, clean_words(getattr(article, field), field))
    article.body_html = render_article(article.body)
    tags = sorted(set(tags), key=lambda tag: tag.name)
    article.tag_list = [[tag.slug, tag.name] for tag in tags]
    with transaction.atomic():
        before = locked(article) if article.pk else None
        if before is not None:
            # Another operation may have moved these since the caller read the row.
            for field in ("status", "published_at", "share_token", "lead_image"):
                setattr(article, field, getattr(before, field))
        article.slug = article.slug or _free_slug(article)
        article.full_clean()
        _save_with_slug(article)
        article.tags.set(tags)
        _set_bylines(article, list(authors) or [actor])
        _keep_addresses(article, before)
        search.follow(article)
        words_changed = before is None or any(
            getattr(before, field) != getattr(article, field) for field in WORDS
        )
        if words_changed:
            ArticleRevision.objects.create(
                article=article,
                editor=actor,
                **{field: getattr(article, field) for field in WORDS},
            )
        log.append(
            actor=actor,
            verb="save_article",
            subject=article,
            detail={"new": before is None, "words_changed": words_changed},
        )
    return article


def _save_with_slug(article: Article) -> None:
    try:
        with transaction.atomic():
            article.save()
    except IntegrityError as error:
        taken = ValidationError(_("Another article has this address."), code="unique")
        raise ValidationError({"slug": taken}) from error


def _free_slug(article: Article) -> str:
    """A slug from the title that leads nowhere yet."""
    base = slugify(article.title)[:SLUG_LENGTH].strip("-") or "article"
    now = Article.objects.exclude(pk=article.pk)
    once = FormerSlug.objects.exclude(article=article.pk)
    taken = {
        slug
        for rows in (now, once)
        for slug in rows.filter(slug__startswith=base).values_list("slug", flat=True)
    }
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _keep_addresses(article: Article, before: Article | None) -> None:
    if before is not None and before.slug != article.slug and before.status != Status.DRAFT:
        FormerSlug.objects.get_or_create(slug=before.slug, defaults={"article": article})
    # An address in use leads to who uses it now, whoever had it before.
    FormerSlug.objects.filter(slug=article.slug).delete()


def _set_bylines(article: Article, authors: list[User]) -> None:
    wanted = list(dict.fromkeys(author.pk for author in authors))
    before = list(article.bylines.values_list("author_id", flat=True))
    if before == wanted:
        return
    article.bylines.all().delete()
    Byline.objects.bulk_create(
        Byline(article=article, author_id=author, position=position)
        for position, author in enumerate(wanted)
    )
    for part in ports.byline_parts:
        part(article, set(before) ^ set(wanted))
