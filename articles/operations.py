"""What can be done to an article and to its question. Every column that is prepared for reading
is written here."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Forbidden
from accounts.models import User
from articles import ports, search
from articles.models import (
    Article,
    ArticleRevision,
    Byline,
    CallToAction,
    ChoiceOption,
    FormerSlug,
    Tag,
)
from folding import has_forbidden, normalise
from markup import render_article
from record import log

MAX_OPTIONS = 12
SLUG_LENGTH = 80  # characters, of a slug made from a title
WORDS = ("title", "standfirst", "body")
Status = Article.Status
Kind = CallToAction.Kind
State = CallToAction.State


def check_editor(actor: User) -> None:
    """Raises Forbidden (editors_only)."""
    if not actor.is_authenticated or not actor.is_editor:
        raise Forbidden(_("Only editors write and publish articles."), code="editors_only")


def clean_words(text: str, field: str) -> str:
    """An editor's words as they are stored. Raises ValidationError (forbidden_characters)."""
    if has_forbidden(text):
        message = _("This contains characters that cannot be stored.")
        raise ValidationError({field: ValidationError(message, code="forbidden_characters")})
    return normalise(text) if field == "body" else " ".join(normalise(text).split())


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
        before = _locked(article) if article.pk else None
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


def checked_options(
    *, call_to_action: CallToAction | None, kind: str, options: Iterable[str]
) -> list[str]:
    """The options of a question as they may be stored, in order, each once; [] for other kinds.

    Raises ValidationError by field (few_options, many_options, option_has_answers,
    choice_has_answers).
    """
    wanted = list(dict.fromkeys(filter(None, (clean_words(text, "options") for text in options))))
    if kind != Kind.CHOICE:
        wanted = []
    elif not 2 <= len(wanted) <= MAX_OPTIONS:
        code = "few_options" if len(wanted) < 2 else "many_options"
        message = _("A choice offers between 2 and %(most)d options.") % {"most": MAX_OPTIONS}
        raise ValidationError({"options": ValidationError(message, code=code)})
    most = ChoiceOption._meta.get_field("text").max_length
    if any(len(text) > most for text in wanted):
        message = _("An option has at most %(most)d characters.") % {"most": most}
        raise ValidationError({"options": ValidationError(message, code="max_length")})
    if call_to_action is None:
        return wanted
    answered = call_to_action.options.filter(comments__isnull=False).distinct()
    lost = [option.text for option in answered if option.text not in wanted]
    if lost and kind != Kind.CHOICE:
        message = _("Readers have chosen already, so it stays a choice.")
        raise ValidationError({"kind": ValidationError(message, code="choice_has_answers")})
    if lost:
        message = _("Readers have chosen “%(option)s”, so it stays.") % {"option": lost[0]}
        raise ValidationError({"options": ValidationError(message, code="option_has_answers")})
    return wanted


def set_call_to_action(
    *,
    actor: User,
    article: Article,
    question: str,
    kind: str = Kind.OPEN_QUESTION,
    options: Iterable[str] = (),
    closes_at: datetime | None = None,
) -> CallToAction:
    """Put an article's question to its readers, or change how it is put.

    options: texts in order, for a choice; one that readers have chosen cannot go. closes_at: aware,
    when the discussion closes by itself. Raises Forbidden (editors_only), ValidationError by field
    (as checked_options does, blank, max_length, ...).
    """
    check_editor(actor)
    with transaction.atomic():
        # Locked, so that no answer arrives between the check and the change.
        found = CallToAction.objects.select_for_update().filter(article=article).first()
        texts = checked_options(call_to_action=found, kind=kind, options=options)
        asked = found or CallToAction(article=article)
        asked.question = clean_words(question, "question")
        asked.kind, asked.closes_at = kind, closes_at
        asked.full_clean(exclude=["article"])
        asked.save()
        _set_options(asked, texts)
        log.append(
            actor=actor,
            verb="set_call_to_action",
            subject=asked,
            detail={
                "article": article.pk,
                "kind": kind,
                "options": len(texts),
                "closes_at": closes_at.isoformat() if closes_at else None,
            },
        )
        search.follow(Article.objects.get(pk=article.pk))
    # The caller's article may remember the question it had, or that it had none.
    article.call_to_action = asked
    return asked


def _set_options(asked: CallToAction, texts: list[str]) -> None:
    there = {option.text: option for option in asked.options.all()}
    asked.options.exclude(text__in=texts).delete()
    for position, text in enumerate(texts):
        option = there.get(text) or ChoiceOption(call_to_action=asked, text=text)
        option.position = position
        option.full_clean(exclude=["call_to_action"])
        if option.pk:
            ChoiceOption.objects.filter(pk=option.pk).update(position=position)
        else:
            option.save()


def open_discussion(*, actor: User | None, call_to_action: CallToAction) -> CallToAction:
    """Let readers answer again; a closing time that has passed is taken away.

    actor None: the house's own rules. Raises Forbidden (editors_only).
    """
    if actor is not None:
        check_editor(actor)
    closes_at = call_to_action.closes_at
    if closes_at is not None and closes_at <= timezone.now():
        closes_at = None
    return _set_state(actor, call_to_action, State.OPEN, closes_at)


def close_discussion(*, actor: User | None, call_to_action: CallToAction) -> CallToAction:
    """Take no more answers; what was said stays readable.

    actor None: the house's own rules. Raises Forbidden (editors_only).
    """
    if actor is not None:
        check_editor(actor)
    return _set_state(actor, call_to_action, State.CLOSED, call_to_action.closes_at)


def _set_state(
    actor: User | None, call_to_action: CallToAction, state: str, closes_at: datetime | None
) -> CallToAction:
    with transaction.atomic():
        CallToAction.objects.filter(pk=call_to_action.pk).update(state=state, closes_at=closes_at)
        verb = "open_discussion" if state == State.OPEN else "close_discussion"
        log.append(actor=actor, verb=verb, subject=call_to_action, detail={})
    call_to_action.state, call_to_action.closes_at = state, closes_at
    return call_to_action


def _locked(article: Article) -> Article:
    return Article.objects.select_for_update().get(pk=article.pk)


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
        article = _locked(article)
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
        article = _locked(article)
        if article.status == Status.DRAFT:
            return article
        return _move(actor, article, "unpublish", Status.DRAFT, None)


def archive(*, actor: User, article: Article) -> Article:
    """Take a live article off front, section and tag pages and feeds; its own page stays.

    Raises Forbidden (editors_only), ValidationError (not_live).
    """
    check_editor(actor)
    with transaction.atomic():
        article = _locked(article)
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
        article = _locked(article)
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
        article = _locked(article)
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


def close_due(*, now: datetime | None = None) -> int:
    """Mark discussions whose closing time has passed as closed. Returns how many."""
    due = CallToAction.objects.filter(state=State.OPEN, closes_at__lte=now or timezone.now())
    count = 0
    for asked in due:
        with transaction.atomic():
            if due.select_for_update().filter(pk=asked.pk).exists():
                _set_state(None, asked, State.CLOSED, asked.closes_at)
                count += 1
    return count
