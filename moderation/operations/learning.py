"""Learning from rulings: a lesson is tried on rulings it has not seen before it is used."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from comments.models import CommentRevision
from moderation import reasons
from moderation.models import DecisionRecord, LearnedModel
from moderation.operations.permissions import check_admin
from moderation.operations.rules import renew_policy
from moderation.pipeline.scores import scorer
from moderation.scorer import Scorer
from moderation.scorer.residual import Quality, Residual, Ruled, fit, look, quality
from record import log

State = LearnedModel.State
Outcomes = DecisionRecord.Outcome
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
    for kind in ADDED_TO:
        _end_outdated(kind, judge)
        rulings = _rulings(kind, now)
        # Reading four thousand texts takes seconds; whether they can change anything, a query.
        if not _may_change(kind, rulings):
            continue
        ruled = _read(rulings, judge)
        _take_back(kind, judge, ruled)
        lesson = _take(kind, judge, ruled)
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


class Ruling(NamedTuple):
    """What is known of a ruling without reading its text. target: 1 if it says that the text is of
    the kind, else 0."""

    at: datetime
    revision: int
    target: int
    weight: float
    editor: int
    author: int


def _rulings(kind: str, now: datetime) -> list[Ruling]:
    """The newest rulings since the last reset that say something about a kind, oldest first: the
    last one on each text.

    A ruling that was undone, or overturned on appeal, says nothing; what overturned it does.
    """
    speaking = Q(outcome=Outcomes.REJECT, reason__in=reasons.speaking_for(kind))
    rows = (
        DecisionRecord.objects.filter(actor__isnull=False, undoes__isnull=True, undone_by=None)
        .filter(Q(outcome=Outcomes.APPROVE) | speaking, revision__erased_at=None)
        .exclude(reason="appeal_upheld")
    )
    reset = _last_reset(kind)
    if reset is not None:
        rows = rows.filter(at__gt=reset)
    facts = rows.order_by("-pk").values_list(
        "pk",
        "at",
        "revision",
        "revision__fingerprint",
        "outcome",
        "actor",
        "comment__author",
    )[:NEWEST]
    last: dict[int, tuple] = {}
    for fact in facts:
        last.setdefault(fact[2], fact)
    # The same words twice, by whomever, are one ruling.
    texts = {fact[3]: fact for fact in reversed(list(last.values()))}
    chosen = sorted(texts.values())
    weights = _weights([(editor, author, now - at) for _pk, at, *_, editor, author in chosen])
    return [
        Ruling(at, revision, int(outcome == Outcomes.REJECT), weight, editor, author)
        for (_pk, at, revision, _words, outcome, editor, author), weight in zip(
            chosen, weights, strict=True
        )
    ]


def _may_change(kind: str, rulings: Sequence[Ruling]) -> bool:
    """Are there enough new rulings for another lesson, or enough to take one back?"""
    latest = LearnedModel.objects.filter(kind=kind).first()
    if latest and sum(each.at > latest.created_at for each in rulings) < LEAST_NEW:
        return False
    in_force = _in_force(kind)
    if in_force and sum(each.at > in_force.created_at for each in rulings) >= LEAST_TRIED:
        return True
    known, unseen = _parted(rulings)
    right = sum(each.target for each in known)
    return (
        len(known) >= LEAST
        and min(right, len(known) - right) >= LEAST_EACH_WAY
        and 0 < sum(each.target for each in unseen) < len(unseen)
    )


def _parted(rulings: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    """All but the newest, which teach, and the newest, on which a lesson is tried."""
    tried = max(LEAST_TRIED, int(len(rulings) * TRIED_ON))
    return rulings[:-tried], rulings[-tried:]


def _read(rulings: Sequence[Ruling], judge: Scorer) -> list[tuple[datetime, Ruled]]:
    """The rulings with what a residual sees of their texts. One that was erased meanwhile is left
    out."""
    words = CommentRevision.objects.filter(erased_at=None).in_bulk(
        [each.revision for each in rulings]
    )
    return [
        (
            each.at,
            Ruled(
                look(judge, words[each.revision].source),
                each.target,
                each.weight,
                each.editor,
                each.author,
            ),
        )
        for each in rulings
        if each.revision in words
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
    known, unseen = _parted([ruled for _at, ruled in rulings])
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


def _end_outdated(kind: str, judge: Scorer) -> None:
    """End the lesson in force where it was learned over other weights."""
    lesson = _in_force(kind)
    if lesson is not None and lesson.scorer != judge.version:
        with transaction.atomic():
            _end(lesson, State.OUTDATED)
            renew_policy(actor=None)


def _take_back(kind: str, judge: Scorer, rulings: Sequence[tuple[datetime, Ruled]]) -> None:
    """End the lesson in force where later rulings speak against it; the one before it takes its
    place."""
    lesson = _in_force(kind)
    if lesson is None:
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
