"""What can be decided: by the machine and by people, through one path, with one record."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models, transaction
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Conflict, Forbidden, TooMany
from accounts.models import User
from comments import operations as comments
from comments.models import Comment, CommentRevision, Notice, Notification
from folding import has_forbidden, normalise
from moderation import intake, reasons
from moderation.models import DecisionRecord, Phrase, Policy, Report
from moderation.pipeline import judge as judge_submission
from moderation.pipeline.decision import Finding, Outcome
from moderation.waiting import expected_wait_seconds
from record import log

NEW = timedelta(seconds=5)  # a fresh row's first offer may still be under way
LEASE = timedelta(seconds=20)  # longer than a judgement may take: one that is not over is dead
ATTEMPTS = 3
SWEEP_BATCH = 500
REPORTS_PER_HOUR = 30  # by one reader
Status = Comment.Status
logger = logging.getLogger(__name__)
Outcomes = DecisionRecord.Outcome


def _check_editor(actor: User) -> None:
    if not actor.is_editor:
        raise Forbidden(_("Only editors rule on comments."), code="editors_only")


def _check_may_rule_on(actor: User, person_id: int) -> None:
    """Raises Forbidden (editors_only, own_comment): nobody but an admin judges themselves."""
    _check_editor(actor)
    if person_id == actor.pk and not actor.is_admin:
        raise Forbidden(_("Another editor rules on your own comments."), code="own_comment")


def _checked_note(note: str, *, limit: int) -> str:
    """A note as it is stored. Raises ValidationError (forbidden_characters, note_too_long)."""
    if has_forbidden(note):
        raise ValidationError(
            _("The note contains characters that cannot be stored."), code="forbidden_characters"
        )
    note = normalise(note)
    if len(note) > limit:
        raise ValidationError(_("The note is too long."), code="note_too_long")
    return note


def _check_not_erased(revision_id: int | None) -> None:
    if CommentRevision.objects.filter(pk=revision_id, erased_at__isnull=False).exists():
        raise Conflict(_("The words have been erased since."), code="erased")


def _check_admin(actor: User) -> None:
    if not actor.is_admin:
        raise Forbidden(_("Only admins change the rules."), code="admins_only")


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
    comment = Comment.objects.select_related("author", "latest", "call_to_action__article").get(
        pk=comment_id
    )
    policy = intake.current_policy()
    decision = judge_submission(intake.submission_from(comment), intake.policy_from(policy))
    return _land(
        actor=None,
        comment=comment,
        revision_id=comment.latest_id,
        outcome=decision.outcome.value,
        findings=decision.findings,
        policy=policy,
        only_if=Status.PENDING,
    )


def give_up(*, comment_id: int) -> DecisionRecord | None:
    """Hold a comment that could not be judged in ATTEMPTS tries: a person will."""
    comment = Comment.objects.get(pk=comment_id)
    return _land(
        actor=None,
        comment=comment,
        revision_id=comment.latest_id,
        outcome=Outcomes.HOLD,
        findings=(Finding("not_judged", Outcome.HOLD, detail={"attempts": comment.attempts}),),
        policy=intake.current_policy(),
        only_if=Status.PENDING,
    )


def sweep(*, offer) -> int:
    """Offer every pending comment whose offer or judgement was lost; hold what failed too often.

    offer: called with a comment id, as the receiver does. Returns how many rows it touched.
    """
    now = timezone.now()
    stale = list(
        Comment.objects.to_offer(new_before=now - NEW, stale_before=now - LEASE).values_list(
            "pk", "attempts"
        )[:SWEEP_BATCH]
    )
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
    return len(stale)


def _notice(
    findings: tuple[Finding, ...], outcome: str, *, reason: str, by_machine: bool, note: str = ""
) -> Notice | None:
    if outcome == Outcomes.APPROVE:
        return None
    return Notice(
        reason=reason,
        guideline=_guideline(findings, reason),
        spans=tuple(
            tuple(span) for found in findings if found.code == reason for span in found.spans
        ),
        by_machine=by_machine,
        note=note,
        wait_seconds=expected_wait_seconds() if outcome == Outcomes.HOLD else None,
    )


def _guideline(findings: tuple[Finding, ...], reason: str) -> str:
    """The guideline of the phrase that was found, if it names one, else that of the reason."""
    phrases = [
        phrase["id"]
        for found in findings
        if found.code == reason
        for phrase in found.detail.get("phrases", ())
    ]
    named = (
        Phrase.objects.filter(pk__in=phrases, guideline__isnull=False)
        .values_list("guideline__code", flat=True)
        .first()
        if phrases
        else None
    )
    known = reasons.ALL.get(reason)
    return named or (known.guideline if known else "")


def _land(
    *,
    actor: User | None,
    comment: Comment,
    revision_id: int,
    outcome: str,
    findings: tuple[Finding, ...] = (),
    policy: Policy | None = None,
    reason: str = "",
    note: str = "",
    undoes: DecisionRecord | None = None,
    only_if: str | None = None,
) -> DecisionRecord | None:
    """Where every decision lands: status, record and notice in one transaction."""
    strictest = [found for found in findings if found.outcome.value == outcome]
    reason = reason or (strictest[0].code if strictest else "")
    notice = _notice(findings, outcome, reason=reason, by_machine=actor is None, note=note)
    with transaction.atomic():
        row = comments.locked(comment)
        if only_if and (row.status != only_if or row.latest_id != revision_id or row.withdrawn_at):
            return None
        before, held_since = row.status, row.decided_at
        live_before = row.live_revision_id if row.is_live else None
        wanted = {"actor": actor, "comment": comment, "revision_id": revision_id}
        if undoes is not None:
            comments.restore(
                **wanted,
                # A person has read it by now: it waits for one rather than for the machine.
                status=Status.HELD
                if undoes.status_before == Status.PENDING
                else undoes.status_before,
                live_revision_id=undoes.live_before_id,
                notice=notice,
            )
        elif outcome == Outcomes.APPROVE:
            comments.approve(**wanted)
        elif outcome == Outcomes.HOLD:
            comments.hold(**wanted, notice=notice)
        else:
            comments.reject(**wanted, notice=notice)
        waited = None
        if actor is not None and before == Status.HELD and held_since is not None:
            waited = max(0, round((timezone.now() - held_since).total_seconds()))
        return DecisionRecord.objects.create(
            comment=comment,
            revision_id=revision_id,
            actor=actor,
            outcome=outcome,
            status_before=before,
            live_before_id=live_before,
            reason=reason,
            findings=[found.as_json() for found in findings],
            policy=policy,
            software=settings.VERSION,
            waited_seconds=waited,
            undoes=undoes,
        )


def rule(
    *,
    actor: User,
    comment: Comment,
    revision_id: int,
    outcome: str,
    reason: str = "",
    note: str = "",
) -> DecisionRecord:
    """A person's ruling on the revision they read: approve, or reject with a reason.

    reason: a code of reasons.EDITOR, needed to reject; note: at most 1,000 characters, told to the
    author. Raises Forbidden (editors_only, own_comment), ValidationError (bad_outcome, bad_reason,
    note_too_long), Conflict (changed, withdrawn, already_so).
    """
    _check_may_rule_on(actor, comment.author_id)
    if outcome not in (Outcomes.APPROVE, Outcomes.REJECT):
        raise ValidationError(_("Approve or reject."), code="bad_outcome")
    if outcome == Outcomes.REJECT and reason not in reasons.EDITOR:
        raise ValidationError(_("Choose a reason."), code="bad_reason")
    note = _checked_note(note, limit=1_000)
    with transaction.atomic():
        row = comments.locked(comment)
        _check_not_erased(revision_id)
        already = (
            row.status == Status.APPROVED
            if outcome == Outcomes.APPROVE
            # An edit that was rejected may have left earlier words live: they can still go.
            else row.status == Status.REJECTED and not row.is_live
        )
        if already and row.latest_id == revision_id:
            raise Conflict(_("Another editor has already decided so."), code="already_so")
        record = _land(
            actor=actor,
            comment=comment,
            revision_id=revision_id,
            outcome=outcome,
            reason=reason if outcome == Outcomes.REJECT else "",
            note=note,
            policy=Policy.objects.first(),
        )
        settle_reports(actor=actor, comment=comment)
    return record


def undo(*, actor: User, record: DecisionRecord) -> DecisionRecord:
    """Take a person's ruling back: the comment returns to what it was, and a second record says so.

    Raises Forbidden (editors_only), Conflict (not_latest when something was decided or written
    since, not_undoable for the machine's decisions).
    """
    _check_may_rule_on(actor, record.comment.author_id)
    with transaction.atomic():
        comment = comments.locked(record.comment)
        _check_not_erased(record.revision_id)
        _check_not_erased(record.live_before_id)
        latest = comment.decisions.first()
        if record.actor_id is None or record.undoes_id is not None:
            raise Conflict(_("Only a person's ruling can be undone."), code="not_undoable")
        if latest.pk != record.pk or comment.latest_id != record.revision_id:
            raise Conflict(_("Something has been decided since."), code="not_latest")
        earlier = (
            comment.decisions.filter(pk__lt=record.pk, revision=record.revision_id)
            .exclude(findings=[])
            .first()
        )
        outcome = {
            Status.APPROVED: Outcomes.APPROVE,
            Status.REJECTED: Outcomes.REJECT,
        }.get(record.status_before, Outcomes.HOLD)
        return _land(
            actor=actor,
            comment=comment,
            revision_id=record.revision_id,
            outcome=outcome,
            findings=tuple(Finding.from_json(found) for found in earlier.findings)
            if earlier
            else (),
            reason="" if outcome == Outcomes.APPROVE or not earlier else earlier.reason,
            policy=record.policy,
            undoes=record,
        )


def report(
    *,
    reporter: User,
    reason: str,
    comment: Comment | None = None,
    profile: User | None = None,
    note: str = "",
) -> Report | None:
    """Bring a live comment, or a person's name or bio, before the editors.

    "I disagree" is heard and goes nowhere: None. Reporting twice keeps the first report. Raises
    Forbidden (sign_in, may_not_post), ValidationError (bad_reason, note_too_long,
    forbidden_characters), TooMany (too_fast), ObjectDoesNotExist for what is not public.
    """
    if not reporter.is_authenticated:
        raise Forbidden(_("Sign in to report."), code="sign_in")
    if reason not in Report.Reason.values:
        raise ValidationError(_("Choose a reason."), code="bad_reason")
    note = _checked_note(note, limit=500)
    if not reporter.may_post():
        raise Forbidden(_("This account may not post at present."), code="may_not_post")
    hour_ago = timezone.now() - timedelta(hours=1)
    if reporter.reports_made.filter(created_at__gt=hour_ago).count() >= REPORTS_PER_HOUR:
        raise TooMany(_("You have reported a lot in a short time."), code="too_fast")
    public = comment is None or (comment.is_live and comment.call_to_action.article.is_live())
    if not public or (profile is not None and profile.erased_at):
        raise ObjectDoesNotExist
    if reason == Report.Reason.DISAGREE:
        return None
    made, _created = Report.objects.get_or_create(
        reporter=reporter,
        comment=comment,
        profile=profile,
        defaults={"reason": reason, "note": note},
    )
    return made


def settle_reports(
    *, actor: User, comment: Comment | None = None, profile: User | None = None
) -> int:
    """Mark the open reports about one comment or person as looked at. Returns how many."""
    about = comment.author_id if comment else profile.pk
    _check_may_rule_on(actor, about)
    return Report.objects.filter(comment=comment, profile=profile, settled_at__isnull=True).update(
        settled_at=timezone.now(), settled_by=actor
    )


def change_policy(*, actor: User | None, changes: dict[str, Any]) -> Policy:
    """Put a new policy in force. changes: field name to value; the rest stays as it is.

    actor None: a command on the host. Raises Forbidden (admins_only), ValidationError.
    """
    if actor is not None:
        _check_admin(actor)
    with transaction.atomic():
        current = _locked_policy()
        kept = _values(current)
        unknown = set(changes) - set(kept)
        if unknown:
            raise ValidationError(f"not in a policy: {', '.join(sorted(unknown))}", code="unknown")
        changed = {name: [kept[name], new] for name, new in changes.items() if kept[name] != new}
        if not changed:
            return current
        policy = Policy(**(kept | changes), created_by=actor)
        policy.full_clean()
        policy.save()
        log.append(actor=actor, verb="change_policy", subject=policy, detail={"changed": changed})
        if "reactions" in changed:
            comments.redraw_all()
    return policy


def _locked_policy() -> Policy:
    """The policy in force, while nobody else can put another in its place."""
    Policy.objects.select_for_update().order_by("pk").first()  # one row that all changes lock
    return intake.current_policy()


def _values(policy: Policy) -> dict[str, Any]:
    return {
        field.name: getattr(policy, field.name)
        for field in Policy._meta.concrete_fields
        if field.editable and not field.primary_key
    }


def save_rules(*, actor: User | None, rows: Sequence[models.Model]) -> Policy:
    """Store phrases, link domains or article policies, and put the policy they make in force.

    actor None: a command on the host. Raises Forbidden (admins_only), ValidationError; all or none.
    """
    if actor is not None:
        _check_admin(actor)
    with transaction.atomic():
        current = _locked_policy()
        for row in rows:
            row.full_clean()
            row.save()
            log.append(actor=actor, verb="save_rule", subject=row, detail=_said(row))
        return Policy.objects.create(**_values(current), created_by=actor)


def delete_rule(*, actor: User, row: models.Model) -> Policy:
    """Remove a phrase, link domain or article policy. Raises Forbidden (admins_only)."""
    _check_admin(actor)
    with transaction.atomic():
        current = _locked_policy()
        log.append(actor=actor, verb="delete_rule", subject=row, detail=_said(row))
        row.delete()
        return Policy.objects.create(**_values(current), created_by=actor)


def _said(row: models.Model) -> dict[str, Any]:
    return {name: value for name, value in model_to_dict(row).items() if name != "id"}


def retain(*, now=None) -> dict[str, int]:
    """Erase what has been kept long enough: words nobody reads, settled reports, notices.

    Words: of rejected and withdrawn comments, and of revisions that were replaced. Days come from
    the policy. Returns counts by kind. Running it twice changes nothing more.
    """
    now = now or timezone.now()
    policy = intake.current_policy()
    long_ago = now - timedelta(days=policy.rejected_text_days)
    unread = models.Q(comment__live_revision__isnull=True) | ~models.Q(
        pk=models.F("comment__live_revision")
    )
    texts = CommentRevision.objects.filter(erased_at__isnull=True).filter(
        models.Q(comment__withdrawn_at__lt=long_ago)
        | models.Q(comment__removed_at__lt=long_ago)
        | models.Q(comment__status=Status.REJECTED, comment__decided_at__lt=long_ago) & unread
        | models.Q(created_at__lt=long_ago) & unread & ~models.Q(pk=models.F("comment__latest"))
    )
    reports = Report.objects.filter(settled_at__lt=now - timedelta(days=policy.report_days))
    receipts = Comment.objects.filter(
        notice__isnull=False, decided_at__lt=now - timedelta(days=policy.receipt_days)
    ).exclude(status=Status.HELD)
    return {
        "texts": texts.update(source="", html="", fingerprint="", erased_at=now),
        "reports": reports.delete()[0],
        "notifications": Notification.objects.filter(
            created_at__lt=now - timedelta(days=policy.receipt_days)
        ).delete()[0],
        "receipts": receipts.update(notice=None),
    }


def forget_reader(user: User) -> None:
    """Remove what readers' reports say of an erased account, and what it wrote in its own."""
    Report.objects.filter(profile=user).delete()
    Report.objects.filter(reporter=user).update(note="")
