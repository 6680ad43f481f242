"""A sanction that answers readers' reports, and a ban that takes all comments with it."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import sanctions
from accounts.models import Sanction, User
from accounts.operations import change_profile
from comments.models import Comment
from moderation import reasons
from moderation.chosen import AT_ONCE
from moderation.models import DecisionRecord
from moderation.operations.batches import make_batch
from moderation.operations.reports import settle_reports
from moderation.queue.selection import ALL, Selection


def sanction(
    *,
    actor: User,
    user: User,
    kind: str,
    until: datetime | None = None,
    note: str = "",
    about_comment: int | None = None,
    reject_all: str = "",
    reports_until: int | None = None,
    rename: bool = False,
) -> Sanction:
    """Impose a sanction as `accounts.sanctions.give` does; with a ban the comments may go as well.

    reject_all: the code of a reason that is offered, to have the worker reject for it all that
    readers see of this person and all that waits, in batches that can each be taken back.
    reports_until: it answers what readers report about their name and bio, up to the report of this
    number, which was the newest that was shown. rename: take their name and bio away as well; they
    are called Reader and a number until they choose another name. Raises as give does, and
    ValidationError (bad_reason, bad_comment; bad_kind for reject_all without a ban).
    """
    if reject_all:
        reasons.check_offered(reject_all)
        if kind != Sanction.Kind.BAN:
            raise ValidationError(_("Only a ban takes all comments with it."), code="bad_kind")
    theirs = Comment.objects.filter(author=user)
    if about_comment is not None and not theirs.filter(pk=about_comment).exists():
        raise ValidationError(_("That is no comment of theirs."), code="bad_comment")
    with transaction.atomic():
        given = sanctions.give(
            actor=actor,
            user=user,
            kind=kind,
            until=until,
            note=note,
            about_comment=about_comment,
            with_comments=bool(reject_all),
        )
        if reject_all:
            _reject_all(actor, user, reject_all)
        if rename:
            change_profile(
                actor=actor,
                user=user,
                display_name=User.objects.neutral_name(),
                bio="",
                time_zone=user.time_zone,
            )
        if reports_until is not None:
            settle_reports(actor=actor, profile=user, sanction=given, until=reports_until)
    return given


def _reject_all(actor: User, user: User, reason: str) -> None:
    theirs = Comment.objects.filter(author=user)
    ids = theirs.live().order_by("pk").values_list("pk", "latest")
    found = dict(ids) | dict(theirs.undecided().order_by("pk").values_list("pk", "latest"))
    pairs = sorted(found.items())
    for at in range(0, len(pairs), AT_ONCE):
        make_batch(
            actor=actor,
            selection=Selection(tab=ALL, author=user.pk),
            outcome=DecisionRecord.Outcome.REJECT,
            reason=reason,
            seen=pairs[at : at + AT_ONCE],
            # One word for all of it: the ban's own.
            told_once=True,
        )
