"""Trying a change of the rules: on what was decided, in shadow, then in force or dropped."""

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict
from accounts.models import User
from moderation import intake
from moderation.models import (
    ArticlePolicy,
    DecisionRecord,
    LinkDomain,
    Phrase,
    Policy,
    Trial,
    TrialDifference,
)
from moderation.operations.permissions import check_admin
from moderation.operations.rules import change_rules, values_of
from moderation.pipeline import judge
from moderation.trying.backtest import Seen, look
from moderation.trying.proposal import (
    Proposal,
    domains_of,
    fields_of,
    own_of,
    phrases_of,
    proposal_of,
)
from record import log

DECISIONS, MOST_DECISIONS = 1_000, 10_000
AT_ONCE = 1_000  # decisions looked at in one transaction's time
MOST_PHRASES = 5_000
MOST_IN_SHADOW = 3  # each of them judges every comment twice more
SHADOW_BATCH = 200
DIFFERENCES_KEPT = 2_000  # of one trial; more are counted
# A decision may be committed after one with a higher number; this late, all lower ones are there.
SETTLED = timedelta(seconds=15)
State = Trial.State
UNCHECKED = frozenset(("check_missing", "check_failed", "check_slow"))


def propose(
    *,
    actor: User,
    name: str,
    changes: dict[str, Any],
    add: Sequence[Phrase | LinkDomain | ArticlePolicy] = (),
    remove: Sequence[Phrase | LinkDomain | ArticlePolicy] = (),
) -> Trial:
    """Write a change down without making it. changes: policy field to value; add: rows that are
    not stored, in the place of those to remove.

    Raises Forbidden (admins_only), ValidationError (no_change, too_many, or as the rules say).
    """
    check_admin(actor)
    current = intake.current_policy()
    kept = values_of(current)
    changed = {field: value for field, value in changes.items() if kept[field] != value}
    if not (changed or add or remove):
        raise ValidationError(_("This changes nothing."), code="no_change")
    if len(add) > MOST_PHRASES:
        raise ValidationError(_("These are too many phrases."), code="too_many")
    Policy(**(kept | changed)).full_clean()
    kinds = {kind: _of(kind, add, remove) for kind in (Phrase, LinkDomain, ArticlePolicy)}
    for kind, (added, removed) in kinds.items():
        for row in added:
            row.clean_fields()
            _check_new(kind, row, {each.pk for each in removed})
    phrases, gone = kinds[Phrase]
    domains, domains_gone = kinds[LinkDomain]
    articles, articles_gone = kinds[ArticlePolicy]
    change = {
        "policy": {field: _plain(value) for field, value in changed.items()},
        "add": [
            {
                "text": phrase.text,
                "effect": phrase.effect,
                "guideline": phrase.guideline_id,
                "note": phrase.note,
            }
            for phrase in phrases
        ],
        "remove": sorted(phrase.pk for phrase in gone),
        "add_domains": [{"domain": row.domain, "effect": row.effect} for row in domains],
        "remove_domains": sorted(row.pk for row in domains_gone),
        "articles": {str(row.article_id): {} for row in articles_gone}
        | {str(row.article_id): _own(row) for row in articles},
    }
    trial = Trial(name=name.strip()[:80] or str(_("A change")), change=change, created_by=actor)
    trial.full_clean()
    with transaction.atomic():
        trial.save()
        _log(actor, "propose_change", trial)
    return trial


def try_on_decisions(*, actor: User, trial: Trial, decisions: int = DECISIONS) -> Trial:
    """Begin a back-test over the machine's last decisions, 10,000 at most.

    AT_ONCE are looked at before this returns; more are for the worker: the caller offers it the
    trial. Raises Forbidden (admins_only), ValidationError (out_of_bounds), Conflict (not_open).
    """
    check_admin(actor)
    if not 1 <= decisions <= MOST_DECISIONS:
        raise ValidationError(
            _("Between 1 and %(most)d decisions."),
            code="out_of_bounds",
            params={"most": MOST_DECISIONS},
        )
    with transaction.atomic():
        trial = _locked(trial, State.DRAFT, State.SHADOW)
        trial.backtest = {}
        trial.backtest_wanted = decisions
        trial.save(update_fields=["backtest", "backtest_wanted"])
    if decisions <= AT_ONCE:
        go_on_with_backtest(trial_id=trial.pk)
        trial.refresh_from_db()
    return trial


def go_on_with_backtest(*, trial_id: int) -> bool:
    """Look at the next AT_ONCE decisions of a back-test; says whether more are to come.

    Doing it twice at once is harmless: what was counted second is thrown away.
    """
    trial = Trial.objects.filter(pk=trial_id, backtest_wanted__gt=0).first()
    if trial is None:
        return False
    found, wanted = trial.backtest, trial.backtest_wanted
    proposal = proposal_of(trial.change)
    seen = Seen.from_json(found)
    count = min(wanted, AT_ONCE)
    below = look(seen, proposal, below=found.get("below"), count=count)
    left = 0 if below is None else wanted - count
    result = seen.as_json() | {
        "below": below,
        "untold": list(proposal.untold),
        "policy": proposal.current.pk,
        "at": timezone.now().isoformat(),
    }
    with transaction.atomic():
        now = Trial.objects.select_for_update().get(pk=trial_id)
        if now.backtest_wanted != wanted or now.backtest != found:
            return False
        now.backtest, now.backtest_wanted = result, left
        now.save(update_fields=["backtest", "backtest_wanted"])
    return left > 0


def unfinished() -> list[int]:
    """Numbers of the trials whose back-test has decisions left to look at."""
    return list(Trial.objects.filter(backtest_wanted__gt=0).values_list("pk", flat=True))


def start_shadow(*, actor: User, trial: Trial) -> Trial:
    """Judge every comment from now on by the change as well, without acting on it.

    Raises Forbidden (admins_only), Conflict (not_open, too_many).
    """
    check_admin(actor)
    with transaction.atomic():
        trial = _locked(trial, State.DRAFT)
        if Trial.objects.filter(state=State.SHADOW).count() >= MOST_IN_SHADOW:
            raise Conflict(
                _("%(most)d changes run in shadow already."),
                code="too_many",
                params={"most": MOST_IN_SHADOW},
            )
        trial.state, trial.shadowed_by, trial.shadowed_at = State.SHADOW, actor, timezone.now()
        last = DecisionRecord.objects.values_list("pk", flat=True).first()
        trial.judged_to = last or 0
        trial.save(update_fields=["state", "shadowed_by", "shadowed_at", "judged_to"])
        _log(actor, "shadow_change", trial)
    return trial


def enable(*, actor: User, trial: Trial) -> Policy:
    """Put the change in force. Raises Forbidden (admins_only), Conflict (not_open),
    ValidationError where it does not fit the rules of today any more."""
    check_admin(actor)
    with transaction.atomic():
        trial = _locked(trial, State.DRAFT, State.SHADOW)
        policy = change_rules(
            actor=actor,
            changes=fields_of(trial.change),
            save=[
                *phrases_of(trial.change),
                *domains_of(trial.change),
                *_articles_of(trial.change),
            ],
            remove=[
                *Phrase.objects.filter(pk__in=trial.change.get("remove", [])),
                *LinkDomain.objects.filter(pk__in=trial.change.get("remove_domains", [])),
                *ArticlePolicy.objects.filter(article__in=_let_go(trial.change)),
            ],
        )
        trial.enabled_as = policy
        _end(actor, trial, State.ENABLED, "enable_change")
    return policy


def drop(*, actor: User, trial: Trial) -> Trial:
    """Give a proposed change up. Raises Forbidden (admins_only), Conflict (not_open)."""
    check_admin(actor)
    with transaction.atomic():
        trial = _locked(trial, State.DRAFT, State.SHADOW)
        _end(actor, trial, State.DROPPED, "drop_change")
    return trial


def judge_in_shadow() -> int:
    """Judge what the machine has decided since by every change in shadow. Returns how many
    judgements were made.

    It reads decisions that stand, so it can neither delay nor change one; what fails is counted.
    """
    return sum(_judge_beside(trial) for trial in Trial.objects.filter(state=State.SHADOW))


def _judge_beside(trial: Trial) -> int:
    records = list(
        DecisionRecord.objects.filter(
            pk__gt=trial.judged_to,
            at__lt=timezone.now() - SETTLED,
            actor=None,
            undoes=None,
            policy__isnull=False,
        )
        .select_related(
            "revision",
            *(f"comment__{name}" for name in ("author", "latest", "parent__live_revision")),
            "comment__call_to_action__article",
        )
        .order_by("pk")[:SHADOW_BATCH]
    )
    if not records:
        return 0
    differences, failures = [], 0
    try:
        proposal = proposal_of(trial.change)
    except Exception:
        proposal, failures = None, len(records)
    for record in records if proposal else ():
        # Edited or erased meanwhile: the facts of that judgement are gone.
        if record.comment.latest_id != record.revision_id or record.revision.erased_at:
            continue
        try:
            found = _difference(trial, proposal, record)
        # Whatever a proposed change does wrong, the rules in force have decided already.
        except Exception:
            failures += 1
            continue
        if found is not None:
            differences.append(found)
    with transaction.atomic():
        now = Trial.objects.select_for_update().get(pk=trial.pk)
        if now.state != State.SHADOW or now.judged_to != trial.judged_to:
            return 0
        room = max(0, DIFFERENCES_KEPT - now.differing)
        TrialDifference.objects.bulk_create(differences[:room], ignore_conflicts=True)
        now.judged_to = records[-1].pk
        now.judged += len(records)
        now.differing += len(differences)
        now.failures += failures
        now.save(update_fields=["judged_to", "judged", "differing", "failures"])
    return len(records)


def _difference(trial: Trial, proposal: Proposal, record: DecisionRecord) -> TrialDifference | None:
    """What the change would have decided otherwise. Both sets of rules judge the same facts, which
    may have moved on since the decision: the difference comes from the change alone."""
    article_id = record.comment.call_to_action.article_id
    in_force, proposed = proposal.policies(article_id)
    before = judge(intake.submission_from(record.comment, proposal.current), in_force)
    submission = intake.submission_from(record.comment, proposal.row, own=proposal.own)
    after = judge(submission, proposed)
    codes = {found.code for found in after.findings} - {found.code for found in before.findings}
    if codes & UNCHECKED:
        raise RuntimeError("a check failed under the proposed rules alone")
    if before.outcome == after.outcome:
        return None
    return TrialDifference(
        trial=trial,
        record=record,
        before=before.outcome.value,
        after=after.outcome.value,
        codes=sorted(codes),
    )


def _of(kind: type, add: Sequence[Any], remove: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Those of one kind."""
    return (
        [row for row in add if isinstance(row, kind)],
        [row for row in remove if isinstance(row, kind)],
    )


def _own(row: ArticlePolicy) -> dict[str, Any]:
    """What an article has otherwise, as JSON holds it."""
    return {name: _plain(value) for name in intake.OWN if (value := getattr(row, name)) is not None}


def _articles_of(change: dict[str, Any]) -> list[ArticlePolicy]:
    """The article policies that a stored change makes, each in the place of the one there is."""
    found = []
    for article_id, rules in own_of(change).items():
        if rules:
            row = ArticlePolicy.objects.filter(article=article_id).first()
            row = row or ArticlePolicy(article_id=article_id)
            for name in intake.OWN:
                setattr(row, name, rules.get(name))
            found.append(row)
    return found


def _let_go(change: dict[str, Any]) -> list[int]:
    """The articles that a stored change leaves without a policy of their own."""
    return [article_id for article_id, rules in own_of(change).items() if not rules]


_SAME = {Phrase: ("text", "effect"), LinkDomain: ("domain",), ArticlePolicy: ("article_id",)}


def _check_new(kind: type, row: Any, gone: set[int]) -> None:
    """Raises ValidationError (listed) for what is on its list and stays there."""
    same = {name: getattr(row, name) for name in _SAME[kind]}
    if kind.objects.filter(**same).exclude(pk__in=gone).exists():
        raise ValidationError(_("This is on the list already."), code="listed")


def _locked(trial: Trial, *states: str) -> Trial:
    """The trial as it stands, while nobody else can move it. Raises Conflict (not_open)."""
    trial = Trial.objects.select_for_update().get(pk=trial.pk)
    if trial.state not in states:
        raise Conflict(_("This change is past that step."), code="not_open")
    return trial


def _end(actor: User, trial: Trial, state: str, verb: str) -> None:
    trial.state, trial.ended_by, trial.ended_at = state, actor, timezone.now()
    trial.backtest_wanted = 0
    trial.save(update_fields=["state", "ended_by", "ended_at", "enabled_as", "backtest_wanted"])
    _log(actor, verb, trial)


def _log(actor: User, verb: str, trial: Trial) -> None:
    """Which fields and how many phrases; their words are in the trial."""
    log.append(
        actor=actor,
        verb=verb,
        subject=trial,
        detail={
            "policy": trial.change["policy"],
            "added": len(trial.change["add"]),
            "removed": trial.change["remove"],
            "domains": len(trial.change.get("add_domains", [])),
            "domains_removed": trial.change.get("remove_domains", []),
            "articles": sorted(int(number) for number in trial.change.get("articles", {})),
            "enabled_as": trial.enabled_as_id,
        },
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, time) else value
