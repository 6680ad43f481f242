"""What an article asks its readers, and until when."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from articles import search
from articles.models import Article, CallToAction, ChoiceOption
from articles.operations.permissions import check_editor, clean_words
from record import log

MAX_OPTIONS = 12
Kind = CallToAction.Kind
State = CallToAction.State


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
