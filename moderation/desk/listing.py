"""The list of the desk with the comment in focus beside it. Parse, call, render."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from comments.models import Comment
from comments.pages import human_wait
from moderation import queue
from moderation.chosen import check_selection
from moderation.desk import filters
from moderation.desk.cards import focus_card, list_of, row, undo_url
from moderation.desk.clusters import cluster_page
from moderation.desk.notices import notice_card
from moderation.desk.pages import page
from moderation.desk.people import reported_cards
from moderation.models import DecisionRecord
from moderation.operations.appeals import refusals_to_rule
from moderation.operations.permissions import check_editor
from moderation.operations.raids import RULED_AT_ONCE
from moderation.queue import Selection

_NAME = 60  # letters
AROUND = 40  # comments of a thread before the one in question, and after it


@login_required
@never_cache
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    selection = Selection.from_query(request.GET)
    if "by" in request.GET:
        return _by_name(request, selection)
    if selection.cluster is not None and selection == Selection(cluster=selection.cluster):
        return cluster_page(request, selection.cluster)
    return listing(request, selection)


def _by_name(request: HttpRequest, selection: Selection) -> HttpResponse:
    """An author is chosen by name and stands in the address by number."""
    check_editor(request.user)
    name = request.GET["by"].replace("\0", "").strip()[:_NAME]
    author = filters.person_called(name)
    if name and author is None:
        messages.info(request, _("Nobody here is called “%(name)s”.") % {"name": name})
    return HttpResponseRedirect(list_of(selection.but(author=author)))


@login_required
@never_cache
@require_GET
def reported(request: HttpRequest) -> HttpResponse:
    """What readers report, and on its first page the notices of illegal content and people;
    ?people=: where a page of people begins."""
    selection = Selection.from_query({**request.GET.dict(), "tab": "reported"})
    if selection.is_filtered:
        return listing(request, selection)
    begins = filters.number(request.GET.get("people"))
    people, following = queue.reported_people(reader=request.user, after=begins)
    notices = [] if begins else queue.legal_notices(reader=request.user)
    return listing(
        request,
        selection,
        notices=[notice_card(notice, item) for notice, item in notices],
        people=reported_cards(people, reader=request.user),
        people_from_start=bool(begins),
        more_people_url=with_query(reverse("desk_reported"), people=following)
        if following
        else None,
    )


@login_required
@never_cache
@require_GET
def comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """One comment in focus, beside the list it was found in."""
    return listing(request, Selection.from_query(request.GET), focus=_item(request, comment_id))


@login_required
@never_cache
@require_GET
def card(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The card alone, for a page that is open."""
    shown = focus_card(
        _item(request, comment_id),
        reader=request.user,
        selection=Selection.from_query(request.GET),
    )
    return render(request, "moderation/_desk_card.html", {"card": shown})


@login_required
@never_cache
@require_GET
def thread(request: HttpRequest, comment_id: int) -> HttpResponse:
    """What stands around a comment in its thread, in the order it was written, whatever became of
    it."""
    check_editor(request.user)
    chosen = get_object_or_404(
        Comment.objects.select_related("call_to_action__article"), pk=comment_id
    )
    root = chosen.root_id or chosen.pk
    first = Comment.objects.select_related("author", "latest", "live_revision").get(pk=root)
    earlier, shown, later = _around(root, chosen.pk, request)
    return render(
        request,
        "moderation/desk_thread.html",
        {
            "comments": [first, *shown],
            "earlier": earlier,
            "later": later,
            "chosen": chosen,
            "article": chosen.call_to_action.article,
            "question": chosen.call_to_action.question,
        },
    )


def _around(
    root: int, chosen: int, request: HttpRequest
) -> tuple[int | None, list[Comment], int | None]:
    """AROUND comments of a thread before the one in question and AROUND after it, or as many before
    or after another (?before=, ?after=); and where it goes on either way. Two queries."""
    within = Comment.objects.filter(root=root).select_related(
        "author", "latest", "live_revision", "parent__author"
    )
    up, down = filters.number(request.GET.get("before")), filters.number(request.GET.get("after"))
    before, after = [], []
    if down is None:
        rows = within.filter(pk__lt=up or chosen).order_by("-pk")
        before = list(rows[: AROUND + 1])
    if up is None:
        rows = within.filter(pk__gt=down) if down else within.filter(pk__gte=chosen)
        after = list(rows.order_by("pk")[: AROUND + 2])
    shown = before[:AROUND][::-1] + after[: AROUND + 1]
    if not shown:
        return None, [], None
    # Whence one came, there is more as well.
    has_earlier = down is not None or len(before) > AROUND
    has_later = up is not None or len(after) > AROUND + 1
    return shown[0].pk if has_earlier else None, shown, shown[-1].pk if has_later else None


def _item(request: HttpRequest, comment_id: int) -> queue.Item:
    try:
        return queue.item(reader=request.user, comment_id=comment_id)
    except ObjectDoesNotExist as error:
        raise Http404 from error


def listing(
    request: HttpRequest,
    selection: Selection,
    *,
    focus: queue.Item | None = None,
    status: int = 200,
    said: dict[str, Any] | None = None,
    **above: Any,
) -> HttpResponse:
    """The page of a selection. focus: the comment beside the list, the first one if there is none.

    said: what a card says beyond the comment, such as an error. above: what stands over the list.
    """
    found = queue.page_of(reader=request.user, selection=selection)
    focus = focus or (found.items[0] if found.items else None)
    chosen = focus.comment.pk if focus else None
    appeals = [item.appeal for item in found.items if item.appeal]
    refusals = refusals_to_rule(actor=request.user, appeals=appeals)
    rows = [
        row(
            item,
            reader=request.user,
            selection=selection,
            focus=chosen,
            is_anothers=bool(item.appeal and item.appeal.pk in refusals),
        )
        for item in found.items
    ]
    plain = selection.but()
    response = page(
        request,
        selection.tab,
        "moderation/desk.html",
        selection=selection,
        query=selection.as_query(),
        rows=rows,
        card=focus_card(
            focus,
            reader=request.user,
            selection=selection,
            next_url=_following(rows) or list_of(plain),
            **(said or {}),
        )
        if focus
        else None,
        ruled=_ruled(request),
        since=timezone.now().isoformat(),
        changes_url=f"{reverse('desk_changes')}?{selection.as_query()}",
        list_url=list_of(plain),
        many_url=_many_url(selection),
        next_url=list_of(selection.but(after=found.next)) if found.next else None,
        search_label=filters.search_label(selection.tab),
        everywhere_url=list_of(selection.but(tab="all", order=""))
        if selection.words and selection.tab != "all"
        else None,
        expected=_expected(selection.tab),
        from_start_url=list_of(plain) if selection.after else None,
        nothing=_nothing(selection),
        clear_url=list_of(Selection(tab=selection.tab)),
        filtered=selection.but(order="", words="") != Selection(tab=selection.tab),
        orders=filters.order_links(selection),
        fields=filters.fields(selection),
        author_name=filters.name_of(selection.author),
        chips=filters.chips(selection),
        views=filters.views(request.user, selection),
        **above,
    )
    response.status_code = status
    return response


def _expected(tab: str) -> str:
    """Within how long half of what waits is decided, in words; empty elsewhere, and unmeasured."""
    seconds = queue.expected_wait() if tab == "waiting" else None
    return "" if seconds is None else human_wait(seconds)


def _many_url(selection: Selection) -> str:
    """Where one ruling on all of a selection is made, or on another choice where none can be."""
    plain = selection.but(order="")
    try:
        check_selection(plain)
    except ValidationError:
        return reverse("batches")
    query = plain.as_query()
    return reverse("batches") + (f"?{query}" if query else "")


def _following(rows: list[dict[str, Any]]) -> str | None:
    """The address of the row after the current one."""
    current = next((at for at, each in enumerate(rows) if each["current"]), None)
    if current is None or current + 1 == len(rows):
        return None
    return rows[current + 1]["url"]


def _ruled(request: HttpRequest) -> dict[str, Any] | None:
    """What this editor has just ruled, as the address says it after a form without a script."""
    settled = moment(request.GET.get("at", ""))
    if settled is not None:
        return _settled(numbers(request.GET.get("settled", "")), settled)
    ruled = filters.number(request.GET.get("ruled"))
    if ruled is None:
        return None
    record = (
        DecisionRecord.objects.filter(pk=ruled, actor=request.user)
        .select_related("undone_by", "appeal", "comment__author")
        .first()
    )
    if record is None:
        return None
    said = _("%(outcome)s: the comment of %(name)s.") % {
        "outcome": _("Taken back") if record.undoes_id else record.get_outcome_display(),
        "name": record.comment.author.display_name,
    }
    return {"said": said, "undo_url": undo_url(record)}


def _settled(comment_ids: list[int], at: datetime) -> dict[str, Any] | None:
    """What this editor has just left as it is."""
    found = list(Comment.objects.select_related("author").filter(pk__in=comment_ids))
    if not found:
        return None
    if len(found) == 1:
        said = _("Left as it is: the comment of %(name)s.") % {"name": found[0].author.display_name}
        return {"said": said, "undo_url": unsettle_url(found[0].pk, at)}
    again = {"settled": ".".join(str(each.pk) for each in found), "at": at.isoformat()}
    return {
        "said": _("Left as they are: %(count)d comments.") % {"count": len(found)},
        "undo_url": with_query(reverse("unsettle_comments"), **again),
    }


def _nothing(selection: Selection) -> str:
    if selection.after or selection.is_filtered:
        return _("Nothing more fits what you chose.")
    return {
        "waiting": _("Nothing waits. Everything that readers wrote has been decided."),
        "reported": _("No reader has reported anything that is still open."),
        "appeals": _("No author contests a decision."),
    }.get(selection.tab, _("There is nothing here yet."))


def with_query(url: str, **said: Any) -> str:
    """An address of the desk that says what was just done: ruled, or settled and at."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(said)}"


def unsettle_url(comment_id: int, at: datetime) -> str:
    """Where the reports of a comment that were settled at a moment are opened again."""
    return with_query(reverse("unsettle_comment", args=[comment_id]), at=at.isoformat())


def numbers(text: str) -> list[int]:
    """Numbers of rows as an address says them, a full stop between two."""
    found = (filters.number(part) for part in text.split(".")[:RULED_AT_ONCE])
    return [number for number in found if number is not None]


def moment(text: str) -> datetime | None:
    """A moment as an address says it; None for none."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None
