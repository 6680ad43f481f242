"""What readers report, how much their word weighs, and that an editor has looked."""

from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import limits
from accounts.addresses import Origin
from accounts.errors import Conflict, Forbidden
from accounts.models import User
from comments import operations as comments
from comments.models import Comment
from moderation.models import DecisionRecord, Report
from moderation.operations.permissions import check_may_rule_on, checked_note
from moderation.operations.queueing import follow_reports
from record import log

WEIGHED = 200  # open reports of one comment; more say nothing new
HALF = 0.5


def report(
    *,
    reporter: User,
    reason: str,
    comment: Comment | None = None,
    profile: User | None = None,
    note: str = "",
    origin: Origin | None = None,
) -> Report | None:
    """Bring a live comment, or a person's name or bio, before the editors.

    "I disagree" is heard and goes nowhere: None. A second report beside an open one keeps the
    first. What an editor has dismissed of these very words comes back settled: it is kept, and
    opens nothing. Raises Forbidden (sign_in, may_not_post), ValidationError (bad_reason,
    note_too_long, forbidden_characters), TooMany (too_fast), ObjectDoesNotExist for what is not
    public.
    """
    if not reporter.is_authenticated:
        raise Forbidden(_("Sign in to report."), code="sign_in")
    if reason not in Report.Reason.values:
        raise ValidationError(_("Choose a reason."), code="bad_reason")
    note = checked_note(note, limit=500)
    if not reporter.may_post():
        raise Forbidden(_("This account may not post at present."), code="may_not_post")
    public = comment is None or (comment.is_live and comment.call_to_action.article.is_live())
    if not public or (profile is not None and profile.erased_at):
        raise ObjectDoesNotExist
    if reason == Report.Reason.DISAGREE:
        return None
    limits.spend("report", actor=reporter, origin=origin)
    if comment is not None:
        return _report_comment(reporter, comment, reason, note)
    made, _created = Report.objects.get_or_create(
        reporter=reporter, profile=profile, defaults={"reason": reason, "note": note}
    )
    return made


def _report_comment(reporter: User, comment: Comment, reason: str, note: str) -> Report:
    with transaction.atomic():
        # A ruling that settles at this moment is either seen here or sees this report.
        row = comments.locked(comment)
        if not row.is_live:
            raise ObjectDoesNotExist
        earlier = row.reports.filter(reporter=reporter)
        standing = earlier.filter(settled_at__isnull=True).first()
        if standing is not None:
            return standing
        same_ground = {"reason": reason, "revision": row.live_revision_id, "upheld": False}
        again = earlier.filter(**same_ground).first()
        if again is not None:
            return again
        dismissed = row.reports.filter(**same_ground).first()
        made = Report.objects.create(
            comment=row,
            reporter=reporter,
            reason=reason,
            note=note,
            revision_id=row.live_revision_id,
            settled_at=timezone.now() if dismissed else None,
            settled_by_id=dismissed.settled_by_id if dismissed else None,
            decision_id=dismissed.decision_id if dismissed else None,
            upheld=False if dismissed else None,
        )
        _follow(row.pk)
    return made


def accuracy_of(reporters: list[int]) -> dict[int, float]:
    """How far each reader's reports are to be believed, from 0 to 1, in one query.

    The share of their settled reports that were upheld, half a report on either side added: 0.5
    for who is new, and next to nothing for who is always wrong.
    """
    settled = {
        row["reporter"]: row
        for row in Report.objects.filter(reporter__in=reporters, upheld__isnull=False)
        .order_by()
        .values("reporter")
        .annotate(all=Count("pk"), right=Count("pk", filter=Q(upheld=True)))
    }
    return {
        reporter: (settled[reporter]["right"] + HALF) / (settled[reporter]["all"] + 2 * HALF)
        if reporter in settled
        else HALF
        for reporter in reporters
    }


def report_weight(comment: Comment | int) -> float:
    """What the open reports of a comment weigh together: the sum of their reporters' accuracy, of
    the newest WEIGHED; two queries."""
    number = comment if isinstance(comment, int) else comment.pk
    reporters = list(
        Report.objects.filter(comment=number, settled_at__isnull=True).values_list(
            "reporter", flat=True
        )[:WEIGHED]
    )
    return sum(accuracy_of(reporters).values()) if reporters else 0.0


def _follow(comment_id: int) -> None:
    """Have the desk know how many reports are open, and what they weigh."""
    standing = Report.objects.filter(comment=comment_id, settled_at__isnull=True)
    found = standing.order_by().aggregate(count=Count("pk"), since=Min("created_at"))
    follow_reports(
        comment_id=comment_id,
        open_reports=found["count"],
        weight=report_weight(comment_id) if found["count"] else 0.0,
        since=found["since"],
    )


def settle_reports(
    *,
    actor: User,
    comment: Comment | None = None,
    profile: User | None = None,
    decision: DecisionRecord | None = None,
    until: int | None = None,
    now: datetime | None = None,
) -> int:
    """Mark the open reports about one comment or person as looked at. Returns how many.

    until: the number of the newest report that was shown; later ones stay open.

    decision: the ruling that settles them, upheld when it rejects. Without one they are dismissed,
    except about what readers do not see any more: nobody has said. now: the moment, by which
    `unsettle_reports` takes it back. Raises Forbidden (editors_only, own_comment).
    """
    about = comment.author_id if comment else profile.pk
    check_may_rule_on(actor, about)
    if decision is not None:
        upheld = decision.outcome == DecisionRecord.Outcome.REJECT
    else:
        gone = comment is not None and not Comment.objects.live().filter(pk=comment.pk).exists()
        upheld = None if gone else False
    standing = Report.objects.filter(comment=comment, profile=profile, settled_at__isnull=True)
    if until is not None:
        standing = standing.filter(pk__lte=until)
    with transaction.atomic():
        settled = standing.update(
            settled_at=now or timezone.now(), settled_by=actor, upheld=upheld, decision=decision
        )
        if settled and comment is not None:
            _follow(comment.pk)
        if settled and decision is None:
            # What a ruling settles is told by its record.
            log.append(
                actor=actor,
                verb="settle_reports",
                subject=comment or profile,
                detail={"settled": settled},
            )
    return settled


def unsettle_reports(*, actor: User, comment: Comment, at: datetime) -> int:
    """Open again the reports that this editor settled at that moment without a ruling. Returns how
    many.

    Raises Forbidden (editors_only, own_comment), Conflict (not_latest when somebody has ruled
    since, not_undoable when there is nothing of the kind).
    """
    check_may_rule_on(actor, comment.author_id)
    with transaction.atomic():
        row = comments.locked(comment)
        if row.decisions.filter(at__gt=at, actor__isnull=False).exists():
            raise Conflict(_("Something has been decided since."), code="not_latest")
        settled = Report.objects.filter(
            comment=row, decision__isnull=True, settled_by=actor, settled_at=at
        )
        opened = _open_again(settled, row.pk)
        if not opened:
            raise Conflict(_("There is nothing to take back."), code="not_undoable")
        log.append(actor=actor, verb="unsettle_reports", subject=row, detail={"opened": opened})
    return opened


def settle_the_rest(*, decision: DecisionRecord) -> int:
    """Uphold what was reported between a rejection and its effect: readers still saw the comment.

    In the transaction of the effect. Returns how many.
    """
    standing = Report.objects.filter(comment=decision.comment_id, settled_at__isnull=True)
    settled = standing.update(
        settled_at=timezone.now(), settled_by=decision.actor_id, upheld=True, decision=decision
    )
    if settled:
        _follow(decision.comment_id)
    return settled


def reopen_reports(*, decision: DecisionRecord) -> int:
    """Open again what a ruling settled that is taken back, or reaches nobody. Returns how many.

    In the transaction of that. Who has reported again meanwhile is heard once.
    """
    return _open_again(Report.objects.filter(decision=decision), decision.comment_id)


def _open_again(settled: QuerySet[Report], comment_id: int) -> int:
    heard = Report.objects.filter(comment=comment_id, settled_at__isnull=True)
    first_of_each = (
        settled.exclude(reporter__in=heard.values("reporter"))
        .order_by()
        .values("reporter")
        .annotate(first=Min("pk"))
    )
    opened = Report.objects.filter(pk__in=[row["first"] for row in first_of_each]).update(
        settled_at=None, settled_by=None, upheld=None, decision=None
    )
    if opened:
        _follow(comment_id)
    return opened


def dismiss_after_appeal(*, decision: DecisionRecord) -> int:
    """Count the reports that a decision agreed with as mistaken, once an appeal has overturned it.
    Returns how many."""
    return Report.objects.filter(decision=decision, upheld=True).update(upheld=False)
