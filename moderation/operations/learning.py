"""Learning from rulings: a lesson is tried on rulings it has not seen before it is used."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from moderation.models import DecisionRecord, LearnedModel
from moderation.operations.permissions import check_admin
from moderation.operations.rules import renew_policy
from moderation.pipeline.scores import scorer
from moderation.scorer import Scorer
from moderation.scorer.residual import Quality, Residual, Ruled, fit, look, quality
from record import log

State = LearnedModel.State
Outcomes = DecisionRecord.Outcome
# What a rejection for this reason says; any other says nothing about the label.
TAUGHT_BY = {LearnedModel.Kind.ABUSE: "abusive", LearnedModel.Kind.SPAM: "spam"}
ADDED_TO = {LearnedModel.Kind.ABUSE: "toxicity", LearnedModel.Kind.SPAM: "spam"}
NEWEST = 4_000  # rulings looked at
HALF_LIFE = timedelta(days=180)  # after which a ruling counts half
LEAST = 100  # rulings to learn from,
LEAST_EACH_WAY = 15  # so many of them either way
TRIED_ON = 0.2  # of the rulings, the newest: to try a lesson on
LEAST_TRIED = 40
LEAST_NEW = 25  # rulings since the last lesson before another is taken
EDITOR_SHARE = 0.5  # of all weight, at most, for one editor where there are several
AUTHOR_MOST = 5.0  # rulings' worth, at most, for the comments of one author
BETTER = 0.005  # nats of log loss for each ruling
WORSE_AREA = 0.005  # which a better log loss may cost at most


def learn(*, now: datetime | None = None) -> list[LearnedModel]:
    """Take back what has become worse, and a lesson of each kind where there is enough to learn.

    Returns the lessons taken, in force or refused. Running it again without new rulings changes
    nothing.
    """
    now = now or timezone.now()
    judge = scorer()
    taken = []
    for kind in TAUGHT_BY:
        reset = _last_reset(kind)
        rulings = [each for each in _rulings(kind, judge, now) if reset is None or each[0] > reset]
        _take_back(kind, judge, rulings)
        lesson = _take(kind, judge, rulings)
        taken += [lesson] if lesson else []
    return taken


def reset_learning(*, actor: User) -> int:
    """Judge by the frozen scorer alone again. Returns how many lessons ended.

    From then on only rulings that are made later teach. Raises Forbidden (admins_only).
    """
    check_admin(actor)
    with transaction.atomic():
        ended = [
            _end(lesson, State.RESET, actor)
            for lesson in LearnedModel.objects.select_for_update().filter(state=State.IN_FORCE)
        ]
        if ended:
            renew_policy(actor=actor)
    return len(ended)


def _last_reset(kind: str) -> datetime | None:
    """What was ruled before it taught what an admin did not trust."""
    return (
        LearnedModel.objects.filter(kind=kind, state=State.RESET)
        .order_by("-ended_at")
        .values_list("ended_at", flat=True)
        .first()
    )


def _rulings(kind: str, judge: Scorer, now: datetime) -> list[tuple[datetime, Ruled]]:
    """The newest rulings that say something about a kind, oldest first: the last one on each text.

    A ruling that was undone, or overturned on appeal, says nothing; what overturned it does.
    """
    rows = (
        DecisionRecord.objects.filter(actor__isnull=False, undoes__isnull=True, undone_by=None)
        .filter(
            Q(outcome=Outcomes.APPROVE) | Q(outcome=Outcomes.REJECT, reason=TAUGHT_BY[kind]),
            revision__erased_at=None,
        )
        .exclude(reason="appeal_upheld")
        .select_related("revision", "comment")
        .order_by("-pk")[:NEWEST]
    )
    last: dict[int, DecisionRecord] = {}
    for row in rows:
        last.setdefault(row.revision_id, row)
    # The same words twice, by whomever, are one ruling.
    texts = {row.revision.fingerprint: row for row in reversed(list(last.values()))}
    chosen = sorted(texts.values(), key=lambda row: row.pk)
    weights = _weights([(row.actor_id, row.comment.author_id, now - row.at) for row in chosen])
    return [
        (
            row.at,
            Ruled(
                look(judge, row.revision.source),
                int(row.outcome == Outcomes.REJECT),
                weight,
                row.actor_id,
                row.comment.author_id,
            ),
        )
        for row, weight in zip(chosen, weights, strict=True)
    ]


def _weights(facts: Sequence[tuple[int, int, timedelta]]) -> list[float]:
    """(editor, author, age) of each ruling to its weight: less with age, and bounded for one author
    and one editor, so that nobody steers the scorer alone."""
    weights = [0.5 ** (age / HALF_LIFE) for _editor, _author, age in facts]
    by_author: Counter[int] = Counter()
    for (_editor, author, _age), weight in zip(facts, weights, strict=True):
        by_author[author] += weight
    weights = [
        weight * min(1.0, AUTHOR_MOST / by_author[author])
        for (_editor, author, _age), weight in zip(facts, weights, strict=True)
    ]
    by_editor: Counter[int] = Counter()
    for (editor, _author, _age), weight in zip(facts, weights, strict=True):
        by_editor[editor] += weight
    most = max(by_editor.values(), default=0.0)
    others = sum(by_editor.values()) - most
    if not others or most <= others * EDITOR_SHARE / (1 - EDITOR_SHARE):
        return weights
    loudest = max(by_editor, key=lambda editor: by_editor[editor])
    less = others * EDITOR_SHARE / (1 - EDITOR_SHARE) / most
    return [
        weight * less if editor == loudest else weight
        for (editor, _author, _age), weight in zip(facts, weights, strict=True)
    ]


def _take(
    kind: str, judge: Scorer, rulings: Sequence[tuple[datetime, Ruled]]
) -> LearnedModel | None:
    """One lesson from all but the newest rulings, tried on those."""
    latest = LearnedModel.objects.filter(kind=kind).first()
    if latest and sum(at > latest.created_at for at, _ruled in rulings) < LEAST_NEW:
        return None
    tried = max(LEAST_TRIED, int(len(rulings) * TRIED_ON))
    known = [ruled for _at, ruled in rulings[:-tried]]
    unseen = [ruled for _at, ruled in rulings[-tried:]]
    right = sum(ruled.target for ruled in known)
    if len(known) < LEAST or min(right, len(known) - right) < LEAST_EACH_WAY:
        return None
    label = judge.labels.index(ADDED_TO[kind])
    candidate = fit(known, scorer=judge.version, label=label)
    in_force = _in_force(kind)
    before = quality(unseen, _residual(in_force, judge), label=label)
    after = quality(unseen, candidate, label=label)
    if before.area is None or after.area is None:
        return None
    better = after.loss <= before.loss - BETTER and after.area >= before.area - WORSE_AREA
    with transaction.atomic():
        if better and in_force:
            _end(in_force, State.REPLACED)
        lesson = LearnedModel.objects.create(
            kind=kind,
            state=State.IN_FORCE if better else State.REFUSED,
            scorer=judge.version,
            weights=candidate.to_bytes(),
            rulings=len(known),
            figures=_figures(len(unseen), before, after),
            replaces=in_force if better else None,
        )
        log.append(
            actor=None,
            verb="learn",
            subject=lesson,
            detail={"kind": kind, "state": lesson.state, **lesson.figures},
        )
        if better:
            renew_policy(actor=None)
    return lesson


def _take_back(kind: str, judge: Scorer, rulings: Sequence[tuple[datetime, Ruled]]) -> None:
    """End the lesson in force where later rulings speak against it, or the weights are others; the
    one before it takes its place."""
    lesson = _in_force(kind)
    if lesson is None:
        return
    if lesson.scorer != judge.version:
        with transaction.atomic():
            _end(lesson, State.OUTDATED)
            renew_policy(actor=None)
        return
    later = [ruled for at, ruled in rulings if at > lesson.created_at]
    if len(later) < LEAST_TRIED:
        return
    label = judge.labels.index(ADDED_TO[kind])
    earlier = _before(lesson)
    with_it = quality(later, _residual(lesson, judge), label=label)
    without = quality(later, _residual(earlier, judge), label=label)
    if with_it.loss <= without.loss + BETTER:
        return
    with transaction.atomic():
        _end(lesson, State.RETURNED, figures=_figures(len(later), with_it, without))
        if earlier:
            LearnedModel.objects.filter(pk=earlier.pk).update(state=State.IN_FORCE, ended_at=None)
        renew_policy(actor=None)


def _before(lesson: LearnedModel) -> LearnedModel | None:
    """The last one this one replaced that nobody had to take back; None: the scorer alone."""
    earlier = lesson.replaces
    while earlier is not None and earlier.state != State.REPLACED:
        earlier = earlier.replaces
    return earlier


def _in_force(kind: str) -> LearnedModel | None:
    return LearnedModel.objects.filter(kind=kind, state=State.IN_FORCE).first()


def _residual(lesson: LearnedModel | None, judge: Scorer) -> Residual | None:
    if lesson is None or lesson.scorer != judge.version:
        return None
    return Residual.from_bytes(bytes(lesson.weights))


def _end(lesson: LearnedModel, state: str, actor: User | None = None, **facts: Any) -> LearnedModel:
    lesson.state, lesson.ended_at = state, timezone.now()
    lesson.save(update_fields=["state", "ended_at"])
    log.append(
        actor=actor,
        verb="end_lesson",
        subject=lesson,
        detail={"kind": lesson.kind, "state": state, **facts},
    )
    return lesson


def _figures(rulings: int, before: Quality, after: Quality) -> dict[str, Any]:
    """Area under the curve and log loss, without and with what changed."""
    return {
        "rulings": rulings,
        "before": [value and round(value, 4) for value in before],
        "after": [value and round(value, 4) for value in after],
    }
