"""Comments over JSON: parse, call, render."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Header, Path, Query, Router, Status

import fulltext
from accounts import limits
from accounts.addresses import origin_of
from accounts.api_auth import OPEN
from accounts.schemas import REFUSALS, Error, Id, Line, Slug
from articles import search as article_search
from articles.models import Article
from comments import operations, schemas, search
from comments.models import Comment
from comments.querysets import DEFAULT_SORT

router = Router(tags=["comments"])
PAGE = 50
OWN_PAGE = 50
AUTHORS = ("call_to_action__article", "author", "latest", "live_revision")


def _article(slug: str) -> Article:
    return get_object_or_404(Article.objects.live().select_related("call_to_action"), slug=slug)


def _visible(request: HttpRequest, comment_id: int) -> Comment:
    return get_object_or_404(
        Comment.objects.visible_to(request.user).select_related(*AUTHORS), pk=comment_id
    )


def _lines(ids: list[int]) -> list[dict]:
    found = Comment.objects.select_related("author", "live_revision").in_bulk(ids)
    return [schemas.line(found[pk]) for pk in ids if pk in found]


@router.get(
    "/articles/{slug}/comments",
    auth=OPEN,
    response={200: schemas.CommentPage, REFUSALS: Error},
    operation_id="list_comments",
)
def list_comments(
    request: HttpRequest,
    slug: Slug = Path(...),
    sort: Line = Query(DEFAULT_SORT),
    parent: Id | None = Query(None),
    after: Line | None = Query(None),
):
    """A discussion's listed comments by cursor: top-level ones, or the replies to `parent`.

    sort: newest, oldest, replies or best. after: the `next` of the page before.
    """
    listed = Comment.objects.in_discussion(_article(slug).call_to_action).listed()
    listed = listed.filter(parent=parent) if parent else listed.filter(parent__isnull=True)
    page = listed.page_by(sort, after, PAGE)
    return {"items": _lines([row.id for row in page.rows]), "next": page.next_cursor}


@router.post(
    "/articles/{slug}/comments",
    response={200: schemas.OwnComment, 201: schemas.OwnComment, REFUSALS: Error},
    operation_id="post_comment",
)
def post_comment(
    request: HttpRequest,
    body: schemas.CommentIn,
    slug: Slug = Path(...),
    idempotency_key: Line | None = Header(None, alias="Idempotency-Key", max_length=64),
):
    """Answer the article's question, or a comment. 201: stored, and being checked; 200: this key
    has stored it before."""
    call_to_action = _article(slug).call_to_action
    parent = choice = None
    if body.parent:
        here = Comment.objects.in_discussion(call_to_action).live()
        parent = here.filter(pk=body.parent).first()
        if parent is None:
            raise ValidationError(
                _("The comment you are answering is not in this discussion."),
                code="parent_not_here",
            )
    if body.choice:
        choice = call_to_action.options.filter(pk=body.choice).first()
        if choice is None:
            raise ValidationError(_("That is not one of the options."), code="bad_choice")
    posted = operations.post_comment(
        author=request.user,
        call_to_action=call_to_action,
        body=body.body,
        parent=parent,
        choice=choice,
        idempotency_key=idempotency_key,
        origin=origin_of(request),
        proof=body.proof,
    )
    return Status(201 if posted.created else 200, schemas.own(posted.comment))


@router.post(
    "/articles/{slug}/advice",
    response={200: schemas.AdviceOut, REFUSALS: Error},
    operation_id="advise",
)
def advise(request: HttpRequest, body: schemas.EditIn, slug: Slug = Path(...)):
    """What would keep these words from going live, before they are posted. Nothing is stored.

    `advice` is null when nothing is known against them; that is no promise."""
    advice = operations.advice_on(
        author=request.user, call_to_action=_article(slug).call_to_action, body=body.body
    )
    return {"advice": schemas.advice(advice) if advice else None}


@router.get(
    "/comments/{comment_id}",
    auth=OPEN,
    response={200: schemas.CommentInContext, REFUSALS: Error},
    operation_id="get_comment",
)
def get_comment(request: HttpRequest, comment_id: Id = Path(...)):
    """One comment with its nearest ancestors and the replies below it; its author, or an editor,
    also gets its state."""
    comment = _visible(request, comment_id)
    if not comment.call_to_action.article.is_live():
        raise Http404
    user = request.user
    mine = user.is_authenticated and (comment.author_id == user.pk or user.is_editor)
    above = [row.id for row in Comment.objects.up_to(comment) if row.id != comment.pk]
    below = [row.id for row in Comment.objects.below(comment.pk)]
    lines = {item["id"]: item for item in _lines([*above, *below])}
    return {
        "comment": schemas.line(comment) if comment.listed else None,
        "own": schemas.own(comment) if mine else None,
        "ancestors": [lines[pk] for pk in above if pk in lines],
        "replies": [lines[pk] for pk in below if pk in lines],
    }


@router.patch(
    "/comments/{comment_id}",
    response={200: schemas.OwnComment, REFUSALS: Error},
    operation_id="edit_comment",
)
def edit_comment(request: HttpRequest, body: schemas.EditIn, comment_id: Id = Path(...)):
    """Write it anew; the new text is checked, and until then readers keep the old."""
    comment = _visible(request, comment_id)
    edited = operations.edit_comment(
        actor=request.user, comment=comment, body=body.body, origin=origin_of(request)
    )
    return schemas.own(edited)


@router.delete(
    "/comments/{comment_id}",
    response={200: schemas.OwnComment, REFUSALS: Error},
    operation_id="withdraw_comment",
)
def withdraw_comment(request: HttpRequest, comment_id: Id = Path(...)):
    """Take it back; a tombstone stays where there are replies."""
    comment = _visible(request, comment_id)
    return schemas.own(operations.withdraw_comment(actor=request.user, comment=comment))


@router.put(
    "/comments/{comment_id}/reaction",
    response={200: schemas.CommentLine, REFUSALS: Error},
    operation_id="react_to_comment",
)
def react(request: HttpRequest, body: schemas.ReactionIn, comment_id: Id = Path(...)):
    """Say whether a comment adds something; 0 takes it back."""
    comment = _visible(request, comment_id)
    comment = operations.react(
        actor=request.user, comment=comment, value=body.value, origin=origin_of(request)
    )
    return schemas.line(comment)


@router.put(
    "/comments/{comment_id}/pick",
    response={200: schemas.CommentLine, REFUSALS: Error},
    operation_id="pick_comment",
)
def pick(request: HttpRequest, body: schemas.PickIn, comment_id: Id = Path(...)):
    """Put a live comment among its discussion's picks, or take it from there; for editors."""
    comment = _visible(request, comment_id)
    return schemas.line(operations.pick(actor=request.user, comment=comment, picked=body.picked))


@router.get(
    "/search",
    auth=OPEN,
    response={200: schemas.SearchPage, REFUSALS: Error},
    operation_id="search",
)
def find(
    request: HttpRequest,
    q: str = Query(""),
    article: Slug | None = Query(None),
    before: Id | None = Query(None),
):
    """What articles and live comments say of something: the best articles, comments newest first.

    q: words, "phrases", and a last word that may be a beginning; 200 characters are read. article:
    in its discussion alone. before: the `next` of the page before.
    """
    query = fulltext.parse(q)
    reader = request.user if request.user.is_authenticated else None
    limits.spend("search", actor=reader, origin=origin_of(request))
    ignored = reader.ignoring.values_list("person_id", flat=True) if reader else ()
    found = search.find(
        query,
        call_to_action=_article(article).call_to_action if article else None,
        before=before,
        ignored=list(ignored),
    )
    first = before is None and article is None
    return {
        "articles": article_search.find(query).articles if first else [],
        "comments": [schemas.found(comment, query) for comment in found.comments],
        "next": str(found.next_before) if found.next_before else None,
    }


@router.get(
    "/me/comments", response={200: schemas.OwnPage, REFUSALS: Error}, operation_id="my_comments"
)
def my_comments(request: HttpRequest, before: Id | None = Query(None)):
    """Everything I wrote, newest first; `next` is the `before` of the next page."""
    comments = request.user.comments.select_related("call_to_action__article", "latest")
    if before:
        comments = comments.filter(pk__lt=before)
    shown = list(comments.order_by("-pk")[: OWN_PAGE + 1])
    return {
        "items": [schemas.own(comment) for comment in shown[:OWN_PAGE]],
        "next": str(shown[OWN_PAGE - 1].pk) if len(shown) > OWN_PAGE else None,
    }
