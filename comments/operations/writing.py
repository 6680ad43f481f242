"""What an author does: post, edit, withdraw."""

from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import failpoints
from accounts import limits, newcomers
from accounts.addresses import Origin
from accounts.errors import Conflict, Forbidden
from accounts.models import User
from accounts.sanctions import refusal_to_post
from articles.models import CallToAction, ChoiceOption
from comments import ports
from comments.models import Comment, CommentRevision, Draft
from comments.operations.landing import locked, settle
from comments.signals import comment_submitted
from folding import fingerprint, has_forbidden, is_blank, normalise
from markup import plain, render_comment


@dataclass(frozen=True, slots=True)
class Posted:
    """The comment, and whether this call made it (a repeated key did not)."""

    comment: Comment
    created: bool


class Advised(Exception):
    """Nothing is stored: the author may want to read this before it is.

    advice: what the checks would say. text: what they would say it of, normalised; the advice's
    spans count its characters. fingerprint: of that text.
    """

    def __init__(self, advice: ports.Advice, text: str, fingerprint: str) -> None:
        super().__init__(advice.reason)
        self.advice, self.text, self.fingerprint = advice, text, fingerprint


def _checked_body(body: str, *, max_length: int) -> str:
    """The normalised text of a comment. Raises ValidationError with code forbidden_characters,
    empty or too_long; length is counted in characters after normalising."""
    if has_forbidden(body):
        raise ValidationError(
            _("Your comment contains characters that cannot be stored."),
            code="forbidden_characters",
        )
    text = normalise(body)
    if is_blank(text):
        raise ValidationError(_("Write something first: your comment is empty."), code="empty")
    if len(text) > max_length:
        raise ValidationError(
            _("Your comment has %(length)d characters; the limit is %(limit)d."),
            code="too_long",
            params={"length": len(text), "limit": max_length},
        )
    return text


def check_may_post(author: User) -> None:
    if not author.is_authenticated:
        raise Forbidden(_("Sign in to comment."), code="sign_in")
    refusal = refusal_to_post(author)
    if refusal is not None:
        raise refusal


def _spend(author: User, origin: Origin | None, rules: ports.Rules) -> None:
    pace = (rules.post_limit, rules.post_seconds)
    limits.spend("post", actor=author, origin=origin, account=pace)


def _is_unproven(author: User, origin: Origin | None, proof: str, trapped: bool) -> bool:
    if origin is None or author.comments.filter(live_at__isnull=False).exists():
        return False
    kind = newcomers.Kind.FIRST_POST
    return newcomers.is_unproven(kind, origin=origin, proof=proof, trapped=trapped)


def _chosen(call_to_action: CallToAction, choice: ChoiceOption | None, is_reply: bool) -> None:
    asks = call_to_action.kind == CallToAction.Kind.CHOICE
    if choice is not None and (choice.call_to_action_id != call_to_action.pk or is_reply):
        raise ValidationError(_("That is not one of the options."), code="bad_choice")
    if asks and not is_reply and choice is None:
        raise ValidationError(_("Choose one of the options first."), code="choice_missing")


@dataclass(frozen=True, slots=True)
class Written:
    """A checked text with what is made of it once: safe HTML and the key of its twins."""

    source: str
    html: str
    fingerprint: str


def _written(body: str, *, max_length: int) -> Written:
    """Check and render before any transaction. Raises as _checked_body does."""
    text = _checked_body(body, max_length=max_length)
    html = render_comment(text)
    if is_blank(plain(html)):  # marks alone: list bullets, quote signs
        raise ValidationError(_("Write something first: your comment is empty."), code="empty")
    return Written(text, html, fingerprint(text))


def preview(body: str, *, max_length: int) -> str:
    """The safe HTML of a comment as it would stand. Raises ValidationError with code
    forbidden_characters, empty or too_long, as posting it does."""
    return _written(body, max_length=max_length).html


def _write_revision(comment: Comment, written: Written) -> None:
    comment.latest = CommentRevision.objects.create(
        comment=comment,
        source=written.source,
        html=written.html,
        fingerprint=written.fingerprint,
    )


def _announce(comment: Comment) -> None:
    comment_id = comment.pk

    def tell() -> None:
        failpoints.reached("comment_committed")
        comment_submitted.send(sender=Comment, comment_id=comment_id)

    transaction.on_commit(tell, robust=True)


def post_comment(
    *,
    author: User,
    call_to_action: CallToAction,
    body: str,
    parent: Comment | None = None,
    choice: ChoiceOption | None = None,
    idempotency_key: str | None = None,
    advise: bool = False,
    origin: Origin | None = None,
    proof: str = "",
    trapped: bool = False,
) -> Posted:
    """Store a comment, pending, and offer it for judgement on commit; its draft goes.

    body: Markdown, any length; choice: of a call to action that offers options, on a top-level
    answer; idempotency_key: at most 64 characters, repeated by a client that got no answer;
    advise: raise Advised instead when the checks of its words would keep it from going live;
    origin: where it comes from, None for what is not sent over the network; proof: of work, which
    newcomers may be asked for; trapped: a field that nobody can see was filled in.
    Raises Forbidden (sign_in, may_not_post, warned), ValidationError (empty, too_long,
    forbidden_characters, closed, parent_not_here, bad_choice, choice_missing), TooMany (too_fast),
    Conflict (key_reused), ObjectDoesNotExist for an article that is not public.
    """
    check_may_post(author)
    article = call_to_action.article
    if not article.is_live():
        raise ObjectDoesNotExist
    rules = ports.rules_for(article)
    written = _written(body, max_length=rules.max_length)
    if idempotency_key:
        if len(idempotency_key) > 64 or has_forbidden(idempotency_key):
            raise ValidationError(_("The key of this request is not usable."), code="bad_key")
        earlier = _posted_before(author, idempotency_key)
        if earlier:
            return _same_or_conflict(earlier, call_to_action, parent, choice, written.source)
    _check_taken(rules)
    _check_place(call_to_action, parent)
    _chosen(call_to_action, choice, parent is not None)
    if advise:
        advice = ports.advise(written.source, author, article)
        if advice is not None:
            raise Advised(advice, written.source, written.fingerprint)
    try:
        with transaction.atomic():
            _spend(author, origin, rules)
            unproven = _is_unproven(author, origin, proof, trapped)
            # Again, and now nobody can close it or take the parent away before the row stands.
            now = CallToAction.objects.select_for_update().get(pk=call_to_action.pk)
            _check_place(now, Comment.objects.get(pk=parent.pk) if parent else None)
            comment = Comment.objects.create(
                call_to_action=call_to_action,
                author=author,
                choice=choice,
                parent=parent,
                root_id=(parent.root_id or parent.pk) if parent else None,
                depth=parent.depth + 1 if parent else 0,
                idempotency_key=idempotency_key or None,
                unproven=unproven,
            )
            _write_revision(comment, written)
            comment.save(update_fields=["latest"])
            Draft.objects.filter(user=author, call_to_action=now, parent=parent).delete()
            _announce(comment)
            failpoints.reached("comment_inserted")
    except IntegrityError:
        # The same submit, racing itself: the row that won is the answer.
        earlier = _posted_before(author, idempotency_key)
        if earlier is None:
            raise
        return _same_or_conflict(earlier, call_to_action, parent, choice, written.source)
    return Posted(comment, created=True)


def advice_on(*, author: User, call_to_action: CallToAction, body: str) -> ports.Advice | None:
    """What would keep these words from going live, before they are posted; None: nothing known.

    Raises Forbidden (sign_in, may_not_post, warned), ValidationError (empty, too_long,
    forbidden_characters), ObjectDoesNotExist for an article that is not public.
    """
    check_may_post(author)
    article = call_to_action.article
    if not article.is_live():
        raise ObjectDoesNotExist
    text = _checked_body(body, max_length=ports.rules_for(article).max_length)
    return ports.advise(text, author, article)


def _check_taken(rules: ports.Rules) -> None:
    if not rules.open:
        raise ValidationError(_("This discussion is closed."), code="closed")


def _check_place(call_to_action: CallToAction, parent: Comment | None) -> None:
    if not call_to_action.is_open():
        raise ValidationError(_("This discussion is closed."), code="closed")
    if parent is not None and (parent.call_to_action_id != call_to_action.pk or not parent.is_live):
        raise ValidationError(
            _("The comment you are answering is not in this discussion."), code="parent_not_here"
        )


def _posted_before(author: User, key: str | None) -> Comment | None:
    return author.comments.filter(idempotency_key=key).first() if key else None


def _same_or_conflict(
    earlier: Comment,
    call_to_action: CallToAction,
    parent: Comment | None,
    choice: ChoiceOption | None,
    text: str,
) -> Posted:
    first = earlier.revisions.order_by("pk").first()
    same = (
        earlier.call_to_action_id == call_to_action.pk
        and earlier.parent_id == (parent.pk if parent else None)
        and earlier.choice_id == (choice.pk if choice else None)
        and (first.erased_at is not None or first.source == text)
    )
    if not same:
        raise Conflict(_("This key was used for another comment."), code="key_reused")
    return Posted(earlier, created=False)


def edit_comment(
    *, actor: User, comment: Comment, body: str, origin: Origin | None = None
) -> Comment:
    """Write a new revision and have it judged; readers keep the last approved one meanwhile.

    Counts as a post. Raises Forbidden (not_yours, may_not_post, warned), Conflict
    (edit_window_over, gone), ValidationError and TooMany as post_comment does.
    """
    check_may_post(actor)
    if actor.pk != comment.author_id:
        raise Forbidden(_("Only its author may edit a comment."), code="not_yours")
    if not comment.call_to_action.article.is_live():
        raise ObjectDoesNotExist
    rules = ports.rules_for(comment.call_to_action.article)
    written = _written(body, max_length=rules.max_length)
    with transaction.atomic():
        comment = locked(comment)
        if comment.withdrawn_at or comment.removed_at:
            raise Conflict(_("This comment is gone."), code="gone")
        if not comment.may_be_edited_by(actor, within=rules.edit_seconds):
            raise Conflict(_("The time to edit this comment is over."), code="edit_window_over")
        _check_taken(rules)
        if not comment.call_to_action.is_open():
            raise ValidationError(_("This discussion is closed."), code="closed")
        if written.source == comment.latest.source:
            return comment
        _spend(actor, origin, rules)
        _write_revision(comment, written)
        comment.status = Comment.Status.PENDING
        comment.notice = None
        comment.decided_at = None
        comment.edited_at = timezone.now()
        comment.enqueued_at = None
        comment.attempts = 0
        comment.save()
        ports.announce_change(comment)
        _announce(comment)
    return comment


def withdraw_comment(*, actor: User, comment: Comment) -> Comment:
    """Take one's own comment back, at any time; a tombstone stays where there are replies.

    Raises Forbidden (not_yours). Withdrawing twice changes nothing.
    """
    if actor.pk != comment.author_id:
        raise Forbidden(_("Only its author may withdraw a comment."), code="not_yours")
    with transaction.atomic():
        comment = locked(comment)
        if comment.withdrawn_at is None:
            was_live = comment.is_live
            comment.withdrawn_at = timezone.now()
            settle(comment, was_live=was_live)
            ports.announce_change(comment)
    return comment
