"""Comments as JSON."""

from datetime import datetime
from typing import Any, Literal

from django.urls import reverse
from ninja import Schema
from pydantic import Field

from accounts.schemas import Id
from articles import standing_texts
from articles.schemas import ArticleLine
from comments import ports
from comments.models import Comment
from fulltext import Query, excerpt
from markup import plain


class CommentIn(Schema):
    """body: Markdown. The article's own limit is checked after normalising. proof: of work, as
    `GET /proof` asks for it; without it a newcomer's comment may wait for an editor."""

    body: str
    parent: Id | None = None
    choice: Id | None = None
    proof: str = ""


class EditIn(Schema):
    body: str


class PickIn(Schema):
    picked: bool


class ReactionIn(Schema):
    value: Literal[1, 0, -1] = Field(description="adds something, taken back, does not")


class CommentLine(Schema):
    """A listed comment. `html` is empty and `tombstone` says why when its words are gone."""

    id: int
    parent: int | None
    depth: int
    author: str | None
    author_id: int | None
    html: str
    tombstone: Literal["withdrawn", "removed", "held"] | None
    live_at: datetime
    reply_count: int
    ups: int
    downs: int
    picked: bool = Field(description="by an editor")
    url: str


class CommentPage(Schema):
    items: list[CommentLine]
    next: str | None


class Piece(Schema):
    """Words of a passage. asked: they are what was looked for."""

    text: str
    asked: bool


class CommentFound(CommentLine):
    """article: its slug. passage: where the comment says it, as text."""

    article: str
    passage: list[Piece]


class SearchPage(Schema):
    """articles: on a first page over the whole site. next: the `before` of the next page."""

    articles: list[ArticleLine]
    comments: list[CommentFound]
    next: str | None


class NoticeOut(Schema):
    """Why it is not live. guideline: its code, with its title; both empty where none is broken.
    spans: pairs of places in `body`. labels: what a score takes it for, the likeliest first."""

    reason: str
    told: str
    guideline: str
    guideline_title: str
    spans: list[tuple[int, int]]
    labels: list[str] = []
    by_machine: bool
    note: str
    wait_seconds: int | None
    contested: Literal["", "open", "upheld"] = ""


class OwnComment(Schema):
    """A comment as its author, or an editor, sees it."""

    id: int
    article: str
    parent: int | None
    depth: int
    status: str
    is_live: bool
    withdrawn: bool
    removed: bool
    revision: int
    body: str
    html: str
    notice: NoticeOut | None
    created_at: datetime
    decided_at: datetime | None
    url: str
    decision_url: str | None = Field(
        description="the page that states why it was rejected, and where its author contests it"
    )


class Advice(Schema):
    """told: one sentence. spans: pairs of places in the normalised text. waits: posted as it is, an
    editor reads it first; if not, it is not published."""

    told: str
    guideline: str
    spans: list[tuple[int, int]]
    waits: bool


class AdviceOut(Schema):
    advice: Advice | None


class OwnPage(Schema):
    items: list[OwnComment]
    next: str | None


class CommentInContext(Schema):
    comment: CommentLine | None
    own: OwnComment | None
    ancestors: list[CommentLine]
    replies: list[CommentLine]


def line(comment: Comment) -> dict[str, Any]:
    """The public shape of a listed comment (author and live_revision selected)."""
    live = comment.is_live
    gone = None
    if not live:
        gone = "withdrawn" if comment.withdrawn_at else "removed" if comment.removed_at else "held"
    return {
        "id": comment.pk,
        "parent": comment.parent_id,
        "depth": comment.depth,
        "author": comment.author.display_name if live else None,
        "author_id": comment.author_id if live else None,
        "html": comment.live_revision.html if live else "",
        "tombstone": gone,
        "live_at": comment.live_at,
        "reply_count": comment.reply_count,
        "ups": comment.ups,
        "downs": comment.downs,
        "picked": comment.picked_at is not None,
        "url": comment.get_absolute_url(),
    }


def advice(given: ports.Advice) -> dict[str, Any]:
    return {
        "told": given.reason,
        "guideline": given.guideline.code if given.guideline else "",
        "spans": given.spans,
        "waits": given.waits,
    }


def found(comment: Comment, query: Query) -> dict[str, Any]:
    """The shape of a live comment that a search has found."""
    return {
        **line(comment),
        "article": comment.call_to_action.article.slug,
        "passage": [
            {"text": text, "asked": asked}
            for text, asked in excerpt(plain(comment.live_revision.html), query)
        ],
    }


def _notice(comment: Comment) -> dict[str, Any] | None:
    notice = comment.notice
    if not notice:
        return None
    titles = {guideline.code: guideline.title for guideline in standing_texts.guidelines()}
    return {
        **notice,
        "told": ports.reason_told(notice["reason"], notice.get("labels", ())),
        "guideline_title": titles.get(notice["guideline"], ""),
    }


def own(comment: Comment) -> dict[str, Any]:
    """The author's shape of a comment (call_to_action__article and latest selected)."""
    rejected = comment.status == Comment.Status.REJECTED
    return {
        "id": comment.pk,
        "article": comment.call_to_action.article.slug,
        "parent": comment.parent_id,
        "depth": comment.depth,
        "status": comment.status,
        "is_live": comment.is_live,
        "withdrawn": comment.withdrawn_at is not None,
        "removed": comment.removed_at is not None,
        "revision": comment.latest_id,
        "body": comment.latest.source,
        "html": comment.latest.html,
        "notice": _notice(comment),
        "created_at": comment.created_at,
        "decided_at": comment.decided_at,
        "url": comment.get_absolute_url(),
        "decision_url": reverse("decision", args=[comment.pk]) if rejected else None,
    }
