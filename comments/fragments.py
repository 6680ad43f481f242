"""A comment as the page shows it: prepared once, when approved; filled and joined when read.

A fragment is a %-template: literal percent signs are doubled when it is made, and the names in
`WORDS` are all it may hold. It carries no token, so one serves every reader.
"""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import formats, timezone, translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from comments import ports
from comments.models import Comment
from comments.threads import SHOWN_DEPTH, nest, walk

TEMPLATE = "comments/fragment.html"
TOMBSTONE = "comments/tombstone.html"
REFRESHED = 500  # fragments in one go: a task must end well within its time limit
MARK = "\x02{}\x03"  # control characters never survive in a reader's text
NAMES = (
    "when", "reply", "adds", "adds_not", "report", "link", "edited", "writer", "picked",
    "withdrawn", "removed", "held", "ups", "downs",
)  # fmt: skip


def _template(name: str, context: dict[str, Any]) -> str:
    marks = {key: MARK.format(key) for key in NAMES}
    html = render_to_string(name, {**context, "mark": marks}).strip().replace("%", "%%")
    for key, mark in marks.items():
        html = html.replace(mark, f"%({key})s")
    return html


def prepare(comment: Comment) -> str:
    """The fragment of a live comment, or of the tombstone it leaves."""
    if not comment.is_live:
        return _template(TOMBSTONE, {"comment": comment})
    article = comment.call_to_action.article
    return _template(
        TEMPLATE,
        {
            "comment": comment,
            "author": comment.author,
            "edited": comment.edited_at is not None
            and comment.revisions.filter(pk__lt=comment.live_revision_id).exists(),
            "reactions": ports.rules_for(article).reactions,
            "by_writer": article.bylines.filter(author=comment.author_id).exists(),
        },
    )


def signature(author_id: int | None, name: str) -> str:
    """An author's name as fragments hold it, with the way to their profile if they have one."""
    way = f' href="/people/{author_id}/"' if author_id else ""
    return f"{way}><bdi>{escape(name)}</bdi></a>".replace("%", "%%")


def words() -> dict[str, str]:
    """The interface's few words in the active language."""
    return {
        "reply": escape(_("Reply")),
        "adds": escape(_("Adds something")),
        "adds_not": escape(_("Does not")),
        "report": escape(_("Report")),
        "link": escape(_("Link to this comment")),
        "edited": escape(_("edited")),
        "writer": escape(_("Writer")),
        "picked": escape(_("Editors’ pick")),
        "withdrawn": escape(_("Withdrawn by its author.")),
        "removed": escape(_("Removed by an editor.")),
        "held": escape(_("An editor is looking at this comment again.")),
    }


@lru_cache(maxsize=4096)
def _when(minute: int, zone: str, language: str) -> str:
    moment = datetime.fromtimestamp(minute * 60, tz=ZoneInfo(zone))
    shown = formats.date_format(moment, "DATETIME_FORMAT", use_l10n=True)
    return f'<time datetime="{moment.isoformat()}">{escape(shown)}</time>'


@lru_cache(maxsize=2048)
def _filled(fragment: str, minute: int, ups: int, downs: int, zone: str, language: str) -> str:
    # Most of what a page shows was on the page before it as well.
    return fragment % {
        **words(),
        "when": _when(minute, zone, language),
        "ups": ups,
        "downs": downs,
    }


def fill(row: Any, *, zone: str, language: str) -> str:
    """One row's fragment with its words, counts and time, in the active zone and language."""
    minute = int(row.live_at.timestamp()) // 60
    return _filled(row.fragment, minute, row.ups, row.downs, zone, language)


def join(
    rows: Sequence[Any],
    *,
    own: Mapping[int | None, str] | None = None,
    focus: int | None = None,
    depth: int = SHOWN_DEPTH,
    ignored: Container[int] = frozenset(),
) -> str:
    """The rows, parents first, as nested lists of filled fragments; see `pieces`."""
    return "".join(pieces(rows, own=own, focus=focus, depth=depth, ignored=ignored))


def pieces(
    rows: Sequence[Any],
    *,
    own: Mapping[int | None, str] | None = None,
    focus: int | None = None,
    depth: int = SHOWN_DEPTH,
    ignored: Container[int] = frozenset(),
) -> list[str]:
    """What `join` joins. A filled fragment is the same object from page to page.

    own: ready HTML of the reader's undecided replies by the comment they answer. focus: the id of
    the comment a permalink names. depth: levels
    shown. Empty without rows.
    """
    zone = timezone.get_current_timezone_name()
    language = translation.get_language() or settings.LANGUAGE_CODE
    own = own or {}
    go_on, more = escape(_("Continue this thread")), _("Show all %(count)s replies")
    answered = escape(_("In reply to an earlier comment"))
    folded = escape(_("A comment by somebody you ignore. Show it"))
    parts: list[str] = []
    fetched = Counter(row.root_id for row in rows)
    for node, opening in walk(nest(rows, depth=depth)):
        row = node.row
        has_list = node.children or row.id in own
        if opening:
            kind = "branch" if node.level else "thread"
            current = ' aria-current="true"' if row.id == focus else ""
            parts.append(f'<li class="{kind}" id="c{row.id}"{current}>')
            if node.detached:
                above = row.parent_id
                parts.append(f'<a class="detached" href="/c/{above}/">{answered}</a>')
            html = fill(row, zone=zone, language=language)
            if row.author_id in ignored and row.excerpt:  # a tombstone has nobody's words
                html = f'<details class="ignored"><summary>{folded}</summary>{html}</details>'
            parts.append(html)
            if has_list:
                parts.append(f'<ol class="replies">{own.get(row.id, "")}')
            continue
        if has_list:
            parts.append("</ol>")
        if node.continues or (row.reply_count and row.parent_id and not node.children):
            parts.append(f'<a class="onward" href="/c/{row.id}/">{go_on}</a>')
        elif row.thread_count > fetched[row.id] and row.id != focus:
            label = more % {"count": formats.number_format(row.thread_count)}
            parts.append(
                f'<a class="onward" href="/c/{row.id}/" hx-get="/c/{row.id}/"'
                f' hx-select="#c{row.id}" hx-target="#c{row.id}" hx-swap="outerHTML">'
                f"{escape(label)}</a>"
            )
        parts.append("</li>")
    return parts


def refresh_stale() -> int:
    """Prepare anew public fragments marked stale, REFRESHED at most. Returns how many."""
    stale = list(
        Comment.objects.filter(fragment_stale=True).values_list("pk", flat=True)[:REFRESHED]
    )
    for pk in stale:
        with transaction.atomic():
            Comment.objects.select_for_update().only("pk").get(pk=pk)
            comment = Comment.objects.select_related(
                "call_to_action__article", "author", "live_revision"
            ).get(pk=pk)
            comment.fragment = prepare(comment) if comment.listed else comment.fragment
            comment.fragment_stale = False
            comment.save(update_fields=["fragment", "fragment_stale"])
    return len(stale)
