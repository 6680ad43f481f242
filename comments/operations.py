"""What can be done to a comment. Nothing else writes its status."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Forbidden, TooMany
from accounts.models import User
from articles.models import CallToAction, ChoiceOption
from comments import fragments, notifications, ports
from comments.models import Comment, CommentRevision, Notice, Reaction
from comments.signals import comment_submitted
from comments.tasks import refresh_fragments
from comments.threads import wilson
from folding import fingerprint, has_forbidden, is_blank, normalise
from markup import plain, render_comment

EXCERPT = 280  # characters
Status = Comment.Status


@dataclass(frozen=True, slots=True)
class Posted:
    """The comment, and whether this call made it (a repeated key did not)."""

    comment: Comment
    created: bool


def checked_body(body: str, *, max_length: int) -> str:
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


def _check_may_post(author: User) -> None:
    if not author.is_authenticated:
        raise Forbidden(_("Sign in to comment."), code="sign_in")
    if not author.may_post():
        raise Forbidden(_("This account may not post at present."), code="may_not_post")


def _check_pace(author: User, rules: ports.Rules) -> None:
    since = timezone.now() - timedelta(seconds=rules.post_seconds)
    recent = author.comments.filter(created_at__gt=since)[: rules.post_limit]
    if len(recent) >= rules.post_limit:
        raise TooMany(
            _("You have posted %(count)d comments in a short time. Wait a little, then try again."),
            code="too_fast",
            params={"count": rules.post_limit},
        )


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
    """Check and render before any transaction. Raises as checked_body does."""
    text = checked_body(body, max_length=max_length)
    html = render_comment(text)
    if is_blank(plain(html)):  # marks alone: list bullets, quote signs
        raise ValidationError(_("Write something first: your comment is empty."), code="empty")
    return Written(text, html, fingerprint(text))


def _write_revision(comment: Comment, written: Written) -> None:
    comment.latest = CommentRevision.objects.create(
        comment=comment,
        source=written.source,
        html=written.html,
        fingerprint=written.fingerprint,
    )


def _announce(comment: Comment) -> None:
    comment_id = comment.pk
    transaction.on_commit(
        lambda: comment_submitted.send(sender=Comment, comment_id=comment_id), robust=True
    )


def post_comment(
    *,
    author: User,
    call_to_action: CallToAction,
    body: str,
    parent: Comment | None = None,
    choice: ChoiceOption | None = None,
    idempotency_key: str | None = None,
) -> Posted:
    """Store a comment, pending, and offer it for judgement on commit.

    body: Markdown, any length; choice: of a call to action that offers options, on a top-level
    answer; idempotency_key: at most 64 characters, repeated by a client that got no answer.
    Raises Forbidden (sign_in, may_not_post), ValidationError (empty, too_long,
    forbidden_characters, closed, parent_not_here, bad_choice, choice_missing), TooMany (too_fast),
    Conflict (key_reused), ObjectDoesNotExist for an article that is not public.
    """
    _check_may_post(author)
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
    _check_place(call_to_action, parent)
    _chosen(call_to_action, choice, parent is not None)
    _check_pace(author, rules)
    try:
        with transaction.atomic():
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
            )
            _write_revision(comment, written)
            comment.save(update_fields=["latest"])
            _announce(comment)
    except IntegrityError:
        # The same submit, racing itself: the row that won is the answer.
        earlier = _posted_before(author, idempotency_key)
        if earlier is None:
            raise
        return _same_or_conflict(earlier, call_to_action, parent, choice, written.source)
    return Posted(comment, created=True)


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


def locked(comment: Comment) -> Comment:
    """The comment as it is now, alone with its discussion until the transaction ends.

    The discussion is locked first by everyone, so that no two wait for each other; the row is read
    after its lock, because a joined read that had to wait returns columns of two different times.
    """
    CallToAction.objects.select_for_update().only("pk").get(pk=comment.call_to_action_id)
    Comment.objects.select_for_update().only("pk").get(pk=comment.pk)
    return Comment.objects.select_related(
        "call_to_action__article", "author", "latest", "live_revision"
    ).get(pk=comment.pk)


def edit_comment(*, actor: User, comment: Comment, body: str) -> Comment:
    """Write a new revision and have it judged; readers keep the last approved one meanwhile.

    Raises Forbidden (not_yours, may_not_post), Conflict (edit_window_over, gone), ValidationError
    as post_comment does.
    """
    _check_may_post(actor)
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
        if not comment.call_to_action.is_open():
            raise ValidationError(_("This discussion is closed."), code="closed")
        if written.source == comment.latest.source:
            return comment
        _write_revision(comment, written)
        comment.status = Status.PENDING
        comment.notice = None
        comment.decided_at = None
        comment.edited_at = timezone.now()
        comment.enqueued_at = None
        comment.attempts = 0
        comment.save()
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
            _settle(comment, was_live=was_live)
    return comment


def _check_may_rule(actor: User | None, comment: Comment) -> None:
    if actor is not None and not actor.is_editor:
        raise Forbidden(_("Only editors rule on comments."), code="editors_only")


def _check_unchanged(comment: Comment, revision_id: int) -> None:
    if comment.withdrawn_at is not None:
        raise Conflict(_("Its author has withdrawn this comment."), code="withdrawn")
    if comment.latest_id != revision_id:
        raise Conflict(_("The text has changed since you read it."), code="changed")


def _rule(
    actor: User | None, comment: Comment, revision_id: int, status: str, notice: Notice | None
) -> Comment:
    """The one place where a judgement lands on a comment."""
    _check_may_rule(actor, comment)
    with transaction.atomic():
        comment = locked(comment)
        _check_unchanged(comment, revision_id)
        was_live, before = comment.is_live, comment.status
        comment.status = status
        comment.notice = notice.as_json() if notice else None
        comment.decided_at = timezone.now()
        if status == Status.APPROVED:
            comment.live_revision = comment.latest
            comment.live_at = comment.live_at or comment.decided_at
            comment.removed_at = None
        elif was_live and (actor is not None or comment.live_revision_id == comment.latest_id):
            # The machine refuses an edit and leaves what was live; a person rules on it all.
            if status == Status.REJECTED:
                comment.removed_at = comment.decided_at
            else:
                comment.live_revision = None
        _settle(comment, was_live=was_live)
        notifications.tell_of_ruling(comment, before=before, by_person=actor is not None)
    return comment


def approve(*, actor: User | None, comment: Comment, revision_id: int) -> Comment:
    """Make the revision live, and prepare what pages show of it.

    actor: an editor, or None for the machine. Raises Forbidden (editors_only), Conflict (changed,
    withdrawn).
    """
    return _rule(actor, comment, revision_id, Status.APPROVED, None)


def hold(*, actor: User | None, comment: Comment, revision_id: int, notice: Notice) -> Comment:
    """Keep the revision from readers until an editor rules. Raises as approve does."""
    return _rule(actor, comment, revision_id, Status.HELD, notice)


def reject(*, actor: User | None, comment: Comment, revision_id: int, notice: Notice) -> Comment:
    """Decide that the revision is not published; live words come down. Raises as approve does."""
    return _rule(actor, comment, revision_id, Status.REJECTED, notice)


def restore(
    *,
    actor: User,
    comment: Comment,
    revision_id: int,
    status: str,
    live_revision_id: int | None,
    notice: Notice | None,
) -> Comment:
    """Put a comment back to what it was before a ruling that is taken back.

    live_revision_id: what readers saw then, or None. Raises as approve does.
    """
    _check_may_rule(actor, comment)
    with transaction.atomic():
        comment = locked(comment)
        _check_unchanged(comment, revision_id)
        was_live = comment.is_live
        comment.status = status
        comment.notice = notice.as_json() if notice else None
        comment.decided_at = timezone.now()
        comment.live_revision_id = live_revision_id
        taken_down = status == Status.REJECTED and live_revision_id is None and comment.live_at
        comment.removed_at = comment.decided_at if taken_down else None
        _settle(comment, was_live=was_live)
    return comment


def _settle(comment: Comment, *, was_live: bool) -> None:
    """Bring everything public in line with a comment whose facts have just changed."""
    now_live = comment.is_live
    if now_live:
        if comment.number is None and comment.root_id:
            Comment.objects.filter(pk=comment.root_id).update(last_number=F("last_number") + 1)
            comment.number = Comment.objects.values_list("last_number", flat=True).get(
                pk=comment.root_id
            )
        comment.excerpt = plain(comment.live_revision.html, limit=EXCERPT)
    elif was_live:
        comment.excerpt = ""
    if now_live or was_live:
        comment.fragment = fragments.prepare(comment)
        CallToAction.objects.filter(pk=comment.call_to_action_id).update(
            version=F("version") + 1,
            live_count=F("live_count") + (now_live - was_live),
        )
        if comment.choice_id and now_live != was_live:
            ChoiceOption.objects.filter(pk=comment.choice_id).update(
                live_count=F("live_count") + (1 if now_live else -1)
            )
    should_list = now_live or (comment.live_at is not None and comment.reply_count > 0)
    was_listed, comment.listed = comment.listed, should_list
    comment.save()
    if should_list != was_listed:
        _relist_above(comment, 1 if should_list else -1)


def _relist_above(comment: Comment, step: int) -> None:
    """A listed comment came or went: count it, and let tombstones above come or go with it."""
    while comment.parent_id is not None:
        Comment.objects.filter(pk=comment.root_id).update(thread_count=F("thread_count") + step)
        Comment.objects.filter(pk=comment.parent_id).update(reply_count=F("reply_count") + step)
        parent = Comment.objects.get(pk=comment.parent_id)
        should_list = parent.is_live or parent.reply_count > 0
        if should_list == parent.listed:
            break
        Comment.objects.filter(pk=parent.pk).update(listed=should_list)
        comment = parent


def react(*, actor: User, comment: Comment, value: int) -> Comment:
    """Set this reader's reaction (1 adds something, -1 does not, 0 takes it back).

    Raises Forbidden (sign_in, may_not_post, own_comment, reactions_off), ValidationError
    (bad_reaction), ObjectDoesNotExist for a comment that is not live.
    """
    _check_may_post(actor)
    if value not in (1, 0, -1):
        raise ValidationError(_("Unknown reaction."), code="bad_reaction")
    if not comment.is_live or not comment.call_to_action.article.is_live():
        raise ObjectDoesNotExist
    if actor.pk == comment.author_id:
        raise Forbidden(_("You cannot react to your own comment."), code="own_comment")
    if not ports.rules_for(comment.call_to_action.article).reactions:
        raise Forbidden(_("Reactions are switched off."), code="reactions_off")
    with transaction.atomic():
        comment = locked(comment)
        if not comment.is_live:
            raise ObjectDoesNotExist
        before = comment.reactions.filter(user=actor).first()
        was = before.value if before else 0
        if value == 0:
            comment.reactions.filter(user=actor).delete()
        else:
            Reaction.objects.update_or_create(
                comment=comment, user=actor, defaults={"value": value}
            )
        comment.ups += (value == 1) - (was == 1)
        comment.downs += (value == -1) - (was == -1)
        comment.score = wilson(comment.ups, comment.downs)
        comment.save(update_fields=["ups", "downs", "score"])
    return comment


def mark_read(*, actor: User) -> int:
    """Mark everything this reader was told as read. Returns how many."""
    return actor.notifications.filter(read_at__isnull=True).update(read_at=timezone.now())


def forget_reader(user: User) -> None:
    """Remove what was kept for an erased account alone: what it was told, and its keys.

    Its comments stay, under no name; its reactions stay as counts.
    """
    user.notifications.all().delete()
    user.comments.update(idempotency_key=None)


def rename_author(user: User) -> None:
    """Mark every public fragment that carries this author's old name, and have it made anew.

    The mark outlives a lost message: the sweep of stale fragments finds it.
    """
    # Also those not listed yet: one may be going live at this moment under the old name.
    _mark_stale(user.comments.all())


def redraw_all() -> None:
    """Have every public fragment made anew, after a rule that shows in them has changed."""
    _mark_stale(Comment.objects.listed())


def _mark_stale(listed) -> None:
    listed.update(fragment_stale=True)
    transaction.on_commit(refresh_fragments.ring, robust=True)
