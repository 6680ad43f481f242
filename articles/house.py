"""What can be done to what stands around the articles: sections, tags, pages and guidelines."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Forbidden
from accounts.models import User
from articles import search, standing_texts
from articles.models import Article, Guideline, HousePage, Section, Tag
from articles.operations import check_editor, clean_words
from markup import render_article
from record import log


def _check_admin(actor: User | None) -> None:
    if actor is not None and not (actor.is_authenticated and actor.is_admin):
        raise Forbidden(_("Only admins change the pages of the house."), code="admins_only")


def _save(actor: User | None, row: models.Model, words: tuple[str, ...]) -> None:
    for field in words:
        setattr(row, field, clean_words(getattr(row, field), field))
    row.full_clean()
    row.save()
    standing_texts.forget()
    log.append(actor=actor, verb=f"save_{row._meta.model_name}", subject=row, detail={})


def save_section(*, actor: User, section: Section) -> Section:
    """Store a section. Raises Forbidden (editors_only), ValidationError by field."""
    check_editor(actor)
    section.slug = section.slug or slugify(section.name)
    with transaction.atomic():
        _save(actor, section, ("name", "description"))
    return section


def delete_section(*, actor: User, section: Section) -> None:
    """Remove an empty section. Raises Forbidden (editors_only), Conflict (not_empty)."""
    check_editor(actor)
    with transaction.atomic():
        log.append(actor=actor, verb="delete_section", subject=section, detail={})
        try:
            section.delete()
        except models.ProtectedError as error:
            raise Conflict(_("This section has articles."), code="not_empty") from error


def save_tag(*, actor: User, tag: Tag) -> Tag:
    """Store a tag, and bring the articles that carry it up to date.

    Raises Forbidden (editors_only), ValidationError by field.
    """
    check_editor(actor)
    tag.slug = tag.slug or slugify(tag.name)
    if not tag.slug:
        message = _("Give this tag an address in Latin letters or digits.")
        raise ValidationError({"slug": ValidationError(message, code="required")})
    with transaction.atomic():
        _save(actor, tag, ("name",))
        _refresh_tag_lists(Article.objects.filter(tags=tag))
    return tag


def delete_tag(*, actor: User, tag: Tag) -> None:
    """Remove a tag from everywhere. Raises Forbidden (editors_only)."""
    check_editor(actor)
    with transaction.atomic():
        carriers = list(Article.objects.filter(tags=tag).values_list("pk", flat=True))
        log.append(actor=actor, verb="delete_tag", subject=tag, detail={})
        tag.delete()
        _refresh_tag_lists(Article.objects.filter(pk__in=carriers))


def _refresh_tag_lists(articles: models.QuerySet[Article]) -> None:
    for article in articles.select_related("call_to_action").prefetch_related("tags"):
        # prefetch_related keeps Tag's own order, by name
        article.tag_list = [[tag.slug, tag.name] for tag in article.tags.all()]
        Article.objects.filter(pk=article.pk).update(tag_list=article.tag_list)
        search.follow(article)


def save_house_page(*, actor: User | None, page: HousePage) -> HousePage:
    """Store a page of the house and prepare its HTML.

    actor None: a command on the host. Raises Forbidden (admins_only), ValidationError by field.
    """
    _check_admin(actor)
    page.body_html = render_article(page.body)
    with transaction.atomic():
        _save(actor, page, ("title", "body"))
    return page


def delete_house_page(*, actor: User, page: HousePage) -> None:
    """Remove a page of the house. Raises Forbidden (admins_only)."""
    _check_admin(actor)
    with transaction.atomic():
        log.append(actor=actor, verb="delete_housepage", subject=page, detail={})
        page.delete()
    standing_texts.forget()


def save_guideline(*, actor: User | None, guideline: Guideline) -> Guideline:
    """Store a guideline. Its code is what decisions cite: once stored it stays as it is.

    actor None: a command on the host. Raises Forbidden (admins_only), Conflict (code_fixed),
    ValidationError by field.
    """
    _check_admin(actor)
    if guideline.pk:
        code = Guideline.objects.values_list("code", flat=True).get(pk=guideline.pk)
        if code != guideline.code:
            raise Conflict(_("Decisions cite this code, so it stays."), code="code_fixed")
    with transaction.atomic():
        _save(actor, guideline, ("title", "text"))
    return guideline
