"""What readers report, and that an editor has looked."""

from datetime import timedelta

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import Forbidden, TooMany
from accounts.models import User
from comments.models import Comment
from moderation.models import Report
from moderation.operations.permissions import check_may_rule_on, checked_note

REPORTS_PER_HOUR = 30  # by one reader


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
    note = checked_note(note, limit=500)
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
    check_may_rule_on(actor, about)
    return Report.objects.filter(comment=comment, profile=profile, settled_at__isnull=True).update(
        settled_at=timezone.now(), settled_by=actor
    )
