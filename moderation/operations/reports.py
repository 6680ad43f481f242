"""What readers report, how much their word weighs, and that an editor has looked."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import BooleanField, Case, Count, Min, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import limits
from accounts.addresses import Origin
from accounts.erasure import locked
from accounts.errors import Conflict, Forbidden
from accounts.models import Sanction, User
from comments import operations as comments
from comments.models import Comment
from moderation.models import DecisionRecord, Report
from moderation.operations.permissions import check_editor, check_may_rule_on, checked_note
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
    return _report_profile(reporter, profile, reason, note)


def _report_comment(reporter: User, comment: Comment, reason: str, note: str) -> Report:
    with transaction.atomic():
        # A ruling that settles at this moment is either seen here or sees this report.
        row = comments.locked(comment)
        if not row.is_live:
            raise ObjectDoesNotExist
        words = {"revision_id": row.live_revision_id}
        made = _kept(reporter, {"comment": row}, words, reason, note)
        _follow(row.pk)
    return made


def _report_profile(reporter: User, profile: User, reason: str, note: str) -> Report:
    with transaction.atomic():
        row = locked(profile)
        if row.erased_at:
            raise ObjectDoesNotExist
        return _kept(reporter, {"profile": row}, {"profile_digest": digest_of(row)}, reason, note)


def digest_of(person: User) -> str:
    """What stands for a name and a bio: other words, another digest."""
    # Neither can hold a NUL.
    words = f"{person.display_name}\0{person.bio}"
    return blake2b(words.encode(), digest_size=16).hexdigest()


def _kept(
    reporter: User, about: dict[str, Any], words: dict[str, Any], reason: str, note: str
) -> Report:
    """What this reader has open about it, or has said of these words in vain; else a new report,
    which is settled at once where somebody has said so in vain.

    about: its comment or profile. words: what the reporter has read of it.
    """
    reports = Report.objects.filter(**about)
    theirs = reports.filter(reporter=reporter)
    standing = theirs.filter(settled_at__isnull=True).first()
    if standing is not None:
        return standing
    same_ground = {"reason": reason, "upheld": False, **words}
    again = theirs.filter(**same_ground).first()
    if again is not None:
        return again
    dismissed = reports.filter(**same_ground).first()
    return Report.objects.create(
        **about,
        **words,
        reporter=reporter,
        reason=reason,
        note=note,
        settled_at=timezone.now() if dismissed else None,
        settled_by_id=dismissed.settled_by_id if dismissed else None,
        decision_id=dismissed.decision_id if dismissed else None,
        upheld=False if dismissed else None,
    )


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
    sanction: Sanction | None = None,
    until: int | None = None,
    now: datetime | None = None,
) -> int:
    """Mark the open reports about one comment or person as looked at. Returns how many.

    until: the number of the newest report that was shown; later ones stay open.

    decision: the ruling that settles them, upheld when it rejects. sanction: what the person has
    been given for it, which upholds them. Without either they are dismissed, except about what
    readers do not see any more, and about somebody who is banned: nobody has said. now: the moment,
    by which `unsettle_reports` takes it back. Raises Forbidden (editors_only, own_comment).
    """
    about = comment.author_id if comment else profile.pk
    check_may_rule_on(actor, about)
    upheld: bool | Case | None
    if decision is not None:
        upheld = decision.outcome == DecisionRecord.Outcome.REJECT
    elif sanction is not None:
        upheld = True
    elif comment is not None:
        gone = not Comment.objects.live().filter(pk=comment.pk).exists()
        upheld = None if gone else False
    else:
        upheld = _unless_gone(User.objects.get(pk=about))
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
                detail={"settled": settled} | ({"sanction": sanction.pk} if sanction else {}),
            )
    return settled


def _unless_gone(person: User) -> Case | None:
    """False for reports about a name and bio that readers see as they were reported."""
    if person.banned:
        return None
    # Before these words were kept, nobody knew which ones a report was about.
    seen = When(profile_digest__in=("", digest_of(person)), then=Value(False))
    return Case(seen, default=None, output_field=BooleanField())


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
            raise _nothing_to_open()
        log.append(actor=actor, verb="unsettle_reports", subject=row, detail={"opened": opened})
    return opened


def settle_several(
    *, actor: User, read: Iterable[tuple[int, int]], until: int, now: datetime
) -> list[int]:
    """Leave several comments as they are, as `settle_reports` does. Returns the numbers of those
    about which something was settled.

    read: comments with the revisions that were shown; what has other words by now, and the actor's
    own, stays open. Raises Forbidden (editors_only).
    """
    check_editor(actor)
    pairs = dict(read)
    rows = Comment.objects.filter(pk__in=pairs, reports__settled_at__isnull=True).distinct()
    return [
        row.pk
        for row in rows.order_by("pk")
        if row.latest_id == pairs[row.pk]
        and (actor.is_admin or row.author_id != actor.pk)
        and settle_reports(actor=actor, comment=row, until=until, now=now)
    ]


def unsettle_several(*, actor: User, comments: Iterable[int], at: datetime) -> int:
    """Open again what `settle_several` settled at that moment, as `unsettle_reports` does. Returns
    about how many comments; what somebody has decided since stays as it is.

    Raises Forbidden (editors_only), Conflict (not_undoable where there is nothing to open).
    """
    check_editor(actor)
    opened = 0
    for row in Comment.objects.filter(pk__in=comments).order_by("pk"):
        try:
            unsettle_reports(actor=actor, comment=row, at=at)
        except (Conflict, Forbidden):
            continue
        opened += 1
    if not opened:
        raise _nothing_to_open()
    return opened


def _nothing_to_open() -> Conflict:
    return Conflict(_("There is nothing to take back."), code="not_undoable")


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
