"""Several editors at one desk: what has happened since, and who reads what. Parse, call, render."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from comments.models import Comment
from moderation import queue
from moderation.desk.cards import claim_told
from moderation.models import Appeal, DecisionRecord, PendingEffect, QueueItem, Report
from moderation.operations.claims import claim, release
from moderation.operations.permissions import check_editor
from moderation.queue import Selection
from moderation.queue.finding import moment_of

SHOWN = 100  # rows that one page may ask about
COUNTED = 100  # the most that is counted of what has come in
LOOKS_BACK = timedelta(days=1)
_OF_APPEALS = {
    "appeal_overturned": gettext_lazy("Overturned by %(name)s"),
    "appeal_upheld": gettext_lazy("Upheld by %(name)s"),
}
Status = Comment.Status


@login_required
@never_cache
@require_GET
def changes(request: HttpRequest) -> JsonResponse:
    """What became of the rows a page shows (shown=1-2.3-4: comments, each with its revision), who
    reads them, how much is on each tab, and how many have come in since a moment."""
    check_editor(request.user)
    selection = Selection.from_query(request.GET)
    shown = _pairs(request.GET.get("shown", ""))
    entries = QueueItem.objects.select_related("claimed_by").filter(pk__in=shown)
    found = {entry.pk: entry for entry in entries}
    latest = dict(Comment.objects.filter(pk__in=shown).values_list("pk", "latest_id"))
    effects = PendingEffect.objects.waiting().filter(comment__in=shown)
    ruled = set(effects.values_list("comment_id", flat=True))
    gone = [pk for pk in shown if pk in ruled or not _belongs(found.get(pk), selection)]
    if selection.tab == "appeals":
        contested = Appeal.objects.open().filter(comment__in=shown)
        standing = set(contested.values_list("comment_id", flat=True))
        gone = [pk for pk in shown if pk not in standing]
    return JsonResponse(
        {
            "counts": {tab: str(count) for tab, count in queue.counts().items()},
            "gone": _farewells(gone, found, request.user, selection.tab)
            if selection.tab != "all"
            else [],
            "changed": [pk for pk, revision in shown.items() if latest.get(pk) != revision],
            "claimed": {
                pk: told for pk, entry in found.items() if (told := claim_told(entry, request.user))
            },
            "came": _came(selection, request.GET.get("since", ""), shown),
        }
    )


def _pairs(text: str) -> dict[int, int]:
    """Comments by number with their revisions; what is none is left out."""
    pairs = {}
    for pair in text.split(".")[:SHOWN]:
        comment, _dash, revision = pair.partition("-")
        if all(
            each.isascii() and each.isdecimal() and len(each) < 19 for each in (comment, revision)
        ):
            pairs[int(comment)] = int(revision)
    return pairs


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _belongs(entry: QueueItem | None, selection: Selection) -> bool:
    if entry is None:
        return False
    if selection.tab == "reported":
        return entry.open_reports > 0
    return entry.status == {
        "waiting": Status.HELD,
        "approved": Status.APPROVED,
        "rejected": Status.REJECTED,
    }.get(selection.tab, entry.status)


def _farewells(
    gone: list[int], found: dict[int, QueueItem], reader: User, tab: str
) -> list[dict[str, Any]]:
    """Each with a word of who it was; one query, none for none, one more for reports."""
    if not gone:
        return []
    last: dict[int, DecisionRecord] = {}
    records = DecisionRecord.objects.filter(comment__in=gone).select_related("actor")
    for record in records.order_by("pk"):
        last[record.comment_id] = record
    looked = _looked_at(gone, reader) if tab == "reported" else {}
    return [
        {"id": pk, "said": looked.get(pk) or _farewell(found.get(pk), last.get(pk), reader)}
        for pk in gone
    ]


def _looked_at(gone: list[int], reader: User) -> dict[int, str]:
    """Of these comments those whose reports were settled last without a ruling, and by whom."""
    newest = Report.objects.filter(comment=OuterRef("comment"), settled_at__isnull=False)
    last = newest.order_by("-settled_at", "-pk").values("pk")[:1]
    settled = Report.objects.filter(
        comment__in=gone, pk=Subquery(last), decision__isnull=True, settled_by__isnull=False
    )
    return {
        report.comment_id: _("%(name)s left it as it is")
        % {"name": name_told(report.settled_by, reader)}
        for report in settled.select_related("settled_by")
    }


def name_told(person: User, reader: User) -> str:
    """How an editor is called before another, or before themselves."""
    return _("you") if person.pk == reader.pk else person.display_name


def _farewell(entry: QueueItem | None, record: DecisionRecord | None, reader: User) -> str:
    # What its author takes back leaves the desk; what they change is judged anew.
    if entry is None or record is None or entry.status == Status.PENDING:
        return _("Its author has changed or withdrawn it.")
    if record.actor is None:
        return _("The automatic checks have decided it.")
    name = name_told(record.actor, reader)
    if record.reason in _OF_APPEALS:
        return _OF_APPEALS[record.reason] % {"name": name}
    return {
        DecisionRecord.Outcome.APPROVE: _("Approved by %(name)s"),
        DecisionRecord.Outcome.REJECT: _("Rejected by %(name)s"),
        DecisionRecord.Outcome.HOLD: _("Taken back by %(name)s"),
    }[record.outcome] % {"name": name}


def _came(selection: Selection, since: str, shown: dict[int, int]) -> int:
    """How many have come into a selection since a moment, or come back, COUNTED at most of each."""
    moment = _moment(since)
    if moment is None or selection.words:
        return 0
    fresh = queue.matching(selection).exclude(pk__in=shown)
    if selection.tab == "appeals":
        contested = Appeal.objects.open().filter(created_at__gt=moment)
        fresh = fresh.filter(pk__in=contested.values("comment_id"))
        return fresh[:COUNTED].count()
    came = Q(**{f"{moment_of(selection.tab)}__gt": moment})
    counted = fresh.filter(came)[:COUNTED].count()
    back = _back_since(moment)
    # Two questions, each with an index of its own; the second is seldom asked.
    return counted + fresh.filter(pk__in=back).exclude(came).count() if back else counted


def _back_since(moment: datetime) -> list[int]:
    """Comments, COUNTED at most, whose ruling was undone, or lapsed, before its effect: they are
    back where they were, and keep the time of then. One query over what was to come since."""
    since = Q(record__undone_by=None) | Q(record__undone_by__at__gt=moment)
    effects = PendingEffect.objects.filter(since, due_at__gt=moment).order_by("-due_at")
    found = effects.values_list("comment", "record__comment")[:COUNTED]
    # What still waits is told apart here: the index to be used is that of the time.
    return [comment for waits, comment in found if waits is None]


def _moment(text: str) -> datetime | None:
    """A moment of the last LOOKS_BACK; an earlier one counts as that long ago."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None or timezone.is_naive(moment):
        return None
    return max(moment, timezone.now() - LOOKS_BACK)


@login_required
@require_POST
def claim_comment(request: HttpRequest, comment_id: int) -> JsonResponse:
    check_editor(request.user)
    comment = get_object_or_404(Comment, pk=comment_id)
    try:
        entry = claim(actor=request.user, comment=comment)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    return JsonResponse({"claimed": claim_told(entry, request.user)})


@login_required
@require_POST
def release_claims(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"released": release(actor=request.user)})
