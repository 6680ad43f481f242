"""What the pages of a discussion show: rows joined, and the reader's own comments told truly."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from articles import standing_texts
from articles.models import Article, CallToAction, Guideline
from comments import fragments, ports
from comments.facts import Begun
from comments.models import Comment
from comments.querysets import DEFAULT_SORT, SORTS, Page
from comments.threads import SHOWN_DEPTH

OWN_SHOWN = 20
JUST_NOW = timedelta(seconds=2)
POLL_FIRST, POLL_LAST = 0.2, 15.0  # seconds between looks at one's own undecided comment


def viewer(request: HttpRequest):
    """The signed-in reader, or None; an anonymous request is never asked for a session."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if request.user.is_authenticated else None


def sort_names() -> dict[str, str]:
    return {
        "newest": pgettext("order of comments", "Newest"),
        "oldest": pgettext("order of comments", "Oldest"),
        "replies": pgettext("order of comments", "Most replies"),
        "best": pgettext("order of comments", "Best"),
    }


def sorts(path: str, current: str, *, reactions: bool = True) -> list[dict[str, Any]]:
    """The orders a reader may choose, as links."""
    return [
        {
            "key": key,
            "label": label,
            "url": f"{path}#discussion" if key == DEFAULT_SORT else f"{path}?sort={key}#discussion",
            "current": key == current,
        }
        for key, label in sort_names().items()
        if key in SORTS and (reactions or key != "best")
    ]


def human_wait(seconds: int) -> str:
    """A measured wait in words, rounded up."""
    minutes = max(1, -(-seconds // 60))
    if minutes < 60:
        return ngettext("about %(n)d minute", "about %(n)d minutes", minutes) % {"n": minutes}
    hours = -(-minutes // 60)
    if hours < 48:
        return ngettext("about %(n)d hour", "about %(n)d hours", hours) % {"n": hours}
    days = -(-hours // 24)
    return ngettext("about %(n)d day", "about %(n)d days", days) % {"n": days}


def marked(source: str, spans: Iterable[Iterable[int]]) -> list[tuple[str, bool]]:
    """The text in pieces: (words, whether they are evidence). Overlapping spans are merged."""
    pieces, at = [], 0
    for start, end in sorted((max(0, s), min(len(source), e)) for s, e in spans):
        start = max(start, at)
        if start >= end:
            continue
        if at < start:
            pieces.append((source[at:start], False))
        pieces.append((source[start:end], True))
        at = end
    if at < len(source):
        pieces.append((source[at:], False))
    return pieces


def _poll_delay(looks: int) -> str:
    return f"{round(min(POLL_LAST, POLL_FIRST * 2**looks) * 1000)}ms"


@dataclass(frozen=True, slots=True)
class House:
    """What a signed-in reader's page says of the rules, read once for all that says it."""

    rules: ports.Rules
    guidelines: list[Guideline]


def house_of(article: Article) -> House:
    """The rules and guidelines for one article, in at most two queries."""
    return House(ports.rules_for(article), standing_texts.guidelines())


def is_open(article: Article, house: House | None = None) -> bool:
    """Whether the article's question may be answered now: by its own state, and by the house.

    house: what has been read of its rules already.
    """
    if not article.call_to_action.is_open():
        return False
    return (house.rules if house else ports.rules_for(article)).open


def own_comment(comment: Comment, *, house: House, looks: int = 0) -> str:
    """The author's view of their own comment, with its state and the reasons for it.

    looks: how often the page has asked so far; sets the delay of the next look.
    """
    notice = comment.notice or {}
    rules = house.rules
    state = "withdrawn" if comment.withdrawn_at else comment.status
    cited = notice.get("guideline")
    guideline = next((found for found in house.guidelines if found.code == cited), None)
    wait, contested = notice.get("wait_seconds"), notice.get("contested", "")
    return render_to_string(
        "comments/own.html",
        {
            "comment": comment,
            "state": state,
            "html": comment.latest.html,
            "reason_told": ports.reason_told(notice.get("reason", ""), notice.get("labels", ())),
            "labels": [ports.reason_told(label) for label in notice.get("labels", ())],
            "guideline": guideline,
            "marked_source": marked(comment.latest.source, notice.get("spans", ())),
            "has_evidence": bool(notice.get("spans")),
            "by_machine": notice.get("by_machine", True),
            "note": notice.get("note", ""),
            "contested": contested,
            "wait": human_wait(wait) if wait is not None else None,
            "edit_url": reverse("edit_comment", args=[comment.pk])
            if comment.may_be_edited_by(comment.author, within=rules.edit_seconds)
            else None,
            "withdraw_url": reverse("withdraw_comment", args=[comment.pk])
            if not comment.withdrawn_at
            else None,
            "poll_url": f"{reverse('comment_state', args=[comment.pk])}?looks={looks + 1}"
            if comment.is_undecided or contested == "open"
            else None,
            "poll_delay": _poll_delay(looks),
        },
    )


def discussion(
    rows: list[Any],
    *,
    call_to_action: CallToAction,
    reader=None,
    house: House | None = None,
    focus: int | None = None,
    ignored: Container[int] = frozenset(),
) -> tuple[str, list[str]]:
    """The rows as nested HTML, and the reader's undecided comments that have no place in it.

    reader, house: of a signed-in page; both or neither. ignored: numbers of people whose comments
    are folded away.
    """
    ids = {row.id for row in rows}
    within: dict[int, str] = {}
    apart: list[str] = []
    if reader is not None and house is not None:
        written = reader.comments.in_discussion(call_to_action)
        # What went live since the rows were read would be on the page nowhere.
        just_live = written.filter(live_at__gt=timezone.now() - JUST_NOW, withdrawn_at=None)
        mine = (
            (written.not_plainly_live() | just_live)
            .select_related("latest", "author", "call_to_action__article")
            .order_by("-pk")[:OWN_SHOWN]
        )
        for comment in mine:
            if comment.pk in ids and comment.status == Comment.Status.APPROVED:
                continue
            html = own_comment(comment, house=house)
            if comment.parent_id in ids:
                within[comment.parent_id] = html + within.get(comment.parent_id, "")
            else:
                apart.append(html)
    depth = SHOWN_DEPTH if focus is None else SHOWN_DEPTH + 1  # a linked comment has more above it
    html = fragments.join(rows, own=within, focus=focus, depth=depth, ignored=ignored)
    return html, apart


def picks_of(page: Page, *, ignored: Container[int] = frozenset()) -> list[dict[str, Any]]:
    """The editors' picks above a discussion, each with the address of its place."""
    on_page = {row.id for row in page.rows}
    return [
        {
            "id": row.id,
            "author": row.author_name,
            "excerpt": row.excerpt,
            "at": row.live_at,
            "url": f"#c{row.id}" if row.id in on_page else reverse("comment", args=[row.id]),
        }
        for row in page.picks
        if row.excerpt and row.author_id not in ignored
    ]


def empty_form(house: House, *, draft: Begun | None = None, **filled: Any) -> dict[str, Any]:
    """What the answer form shows: rules, guidelines, and what was typed before."""
    return {
        "guidelines": house.guidelines,
        "max_length": house.rules.max_length,
        "edit_seconds": house.rules.edit_seconds,
        "idempotency_key": uuid4().hex,
        "body": draft.body if draft else "",
        "drafted_at": draft.at if draft else None,
        "choice": None,
        "errors": [],
        **filled,
    }


def heading(total: int) -> str:
    """How many answers and replies a discussion has, in words."""
    if not total:
        return _("No answers yet")
    told = ngettext("%(total)s answer", "%(total)s answers and replies", total)
    return told % {"total": formats.number_format(total)}


def options_with_share(call_to_action: CallToAction) -> list[dict[str, Any]]:
    """The options of a choice with their live counts and shares in percent; [] for other kinds."""
    if call_to_action.kind != CallToAction.Kind.CHOICE:
        return []
    options = list(call_to_action.options.all())
    total = sum(option.live_count for option in options)
    return [
        {
            "id": option.pk,
            "text": option.text,
            "live_count": option.live_count,
            # Rounded each for itself: equal counts have equal shares, whatever the sum.
            "percent": round(100 * option.live_count / total) if total else 0,
        }
        for option in options
    ]
