"""The machine's side: judge what is pending, and see that nothing pending is forgotten."""

import logging
from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

import failpoints
from accounts.errors import Conflict
from accounts.models import User
from comments import operations as comments
from comments.models import Comment
from moderation import intake
from moderation.models import DecisionRecord, Figure, QueueItem
from moderation.operations.landing import land
from moderation.operations.raids import keep_sketch
from moderation.pipeline import judge as judge_submission
from moderation.pipeline.decision import Finding, Outcome

NEW = timedelta(seconds=5)  # a fresh row's first offer may still be under way
LEASE = timedelta(seconds=20)  # longer than a judgement may take: one that is not over is dead
ATTEMPTS = 3
KNOWN = ("author", "latest", "parent__live_revision", "call_to_action__article")
SWEEP_BATCH = 500
CONFIRMED_BATCH = 50
SWEPT_FIGURE = "swept"  # when the sweep was last through, for those who watch over the site
Status = Comment.Status
Outcomes = DecisionRecord.Outcome
logger = logging.getLogger(__name__)


def judge(*, comment_id: int) -> DecisionRecord | None:
    """Judge the latest revision of a pending comment, once; None when there is nothing to judge.

    Running it again, late or twice at once is harmless: only a row that is still pending with the
    revision that was read takes the decision.
    """
    started = (
        Comment.objects.to_judge()
        .filter(pk=comment_id, attempts__lt=ATTEMPTS)
        .update(attempts=models.F("attempts") + 1, enqueued_at=timezone.now())
    )
    if not started:
        return None
    return _judged(Comment.objects.select_related(*KNOWN).get(pk=comment_id))


def judge_confirmed(*, author_id: int | None = None, after: int = 0) -> int | None:
    """Judge anew what was held because its author had confirmed no e-mail address, once they have.

    author_id: of this author alone; after: the number of the comment before. Returns the number of
    the last one dealt with, or None when there are no more: CONFIRMED_BATCH at most are.
    """
    found = QueueItem.objects.filter(
        status=Status.HELD,
        reason="unverified",
        author__in=User.objects.with_verified_mail(),
        comment__gt=after,
    )
    if author_id is not None:
        found = found.filter(author=author_id)
    numbers = list(found.order_by("comment").values_list("comment", flat=True)[:CONFIRMED_BATCH])
    for number in numbers:
        judge_anew(comment_id=number)
    return numbers[-1] if len(numbers) == CONFIRMED_BATCH else None


def judge_anew(*, comment_id: int) -> DecisionRecord | None:
    """Judge a comment that the machine holds for an address that has been confirmed since; None
    where it is not so. It stays held, and where it is, until the new decision lands; an editor who
    has ruled on it, or is told of it by a colleague, keeps it."""
    comment = Comment.objects.select_related(*KNOWN).get(pk=comment_id)
    if not _held_for_address(comment):
        return None
    try:
        return _judged(comment, only_if=Status.HELD)
    except Conflict:
        # Taken back, changed or unconfirmed in between: whatever did that has it judged.
        return None


def _held_for_address(comment: Comment) -> bool:
    if comment.status != Status.HELD or not comment.author.has_verified_mail:
        return False
    if QueueItem.objects.filter(comment=comment, escalated_at__isnull=False).exists():
        return False
    last = comment.decisions.first()
    return (
        last is not None
        and last.by_machine
        and last.revision_id == comment.latest_id
        and last.outcome == Outcomes.HOLD
        and last.reason == "unverified"
    )


def _judged(comment: Comment, *, only_if: str = Status.PENDING) -> DecisionRecord | None:
    """Decide on a comment that was read with what is KNOWN of it, unless it has moved since."""
    comment_id = comment.pk
    failpoints.reached("judging", comment_id)
    policy = intake.current_policy()
    submission = intake.submission_from(comment, policy)
    in_force = intake.policy_from(policy, comment.call_to_action.article_id)
    decision = judge_submission(submission, in_force)
    raid = next((found for found in decision.findings if found.code == "raids"), None)
    failpoints.reached("judged", comment_id)
    with transaction.atomic():
        locked = comments.locked(comment)
        if only_if == Status.HELD and not _held_for_address(locked):
            return None
        record = land(
            actor=None,
            comment=locked,
            revision_id=comment.latest_id,
            outcome=decision.outcome.value,
            findings=decision.findings,
            policy=policy,
            scores=decision.scores,
            scorer=decision.scorer,
            only_if=only_if,
        )
        if record is not None:
            keep_sketch(revision=comment.latest, values=submission.sketch, raid=raid)
        failpoints.reached("decision_landed", comment_id)
    failpoints.reached("decision_committed", comment_id)
    return record


def give_up(*, comment_id: int) -> DecisionRecord | None:
    """Hold a comment that could not be judged in ATTEMPTS tries: a person will."""
    comment = Comment.objects.get(pk=comment_id)
    policy = intake.current_policy()
    with transaction.atomic():
        return land(
            actor=None,
            comment=comments.locked(comment),
            revision_id=comment.latest_id,
            outcome=Outcomes.HOLD,
            findings=(Finding("not_judged", Outcome.HOLD, detail={"attempts": comment.attempts}),),
            policy=policy,
            only_if=Status.PENDING,
        )


def sweep(*, offer) -> int:
    """Offer every pending comment whose offer or judgement was lost; hold what failed too often.

    offer: called with a comment id, as the receiver does. Returns how many rows it touched.
    """
    now = timezone.now()
    # After an outage a hundred thousand wait. Offered faster than they are judged, they would stand
    # in the queue before whatever is posted next.
    in_hand = Comment.objects.in_hand(now=now, lease=LEASE).count()
    waiting = Comment.objects.to_offer(now=now, new=NEW, lease=LEASE)
    stale = list(waiting.values_list("pk", "attempts")[: max(SWEEP_BATCH - in_hand, 0)])
    for comment_id, attempts in stale:
        if attempts >= ATTEMPTS:
            try:
                give_up(comment_id=comment_id)
            except Exception:
                # One row that cannot be held must not keep the sweep from all the others.
                logger.exception("comment %d could not be held", comment_id)
            continue
        if not offer(comment_id):
            break  # the broker is away: the next sweep finds the rest
        Comment.objects.to_judge().filter(pk=comment_id).update(enqueued_at=now)
    through = {"value": len(stale), "at": timezone.now()}
    if not Figure.objects.filter(pk=SWEPT_FIGURE).update(**through):
        Figure.objects.get_or_create(pk=SWEPT_FIGURE, defaults=through)
    return len(stale)
