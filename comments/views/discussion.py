"""The article page with its discussion, and one comment in its thread."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles import shown
from articles.json_ld import article_json_ld, comments_json
from articles.models import Article
from articles.views import find
from comments import anew, live, pages
from comments.facts import facts_about
from comments.models import Comment
from comments.querysets import DEFAULT_SORT, Page
from comments.threads import SHOWN_DEPTH

ARTICLE_PAGE = "comments/article_page.html"


def visible_comment(request: HttpRequest, comment_id: int) -> Comment:
    """A comment this reader may see, or 404."""
    return get_object_or_404(
        Comment.objects.visible_to(request.user).select_related(
            "call_to_action__article__section", "author", "latest", "live_revision"
        ),
        pk=comment_id,
    )


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    found = find(slug)
    if isinstance(found, HttpResponse):
        return found
    return article_page(request, found)


def article_page(
    request: HttpRequest, article: Article, *, form: dict | None = None, status: int = 200
) -> HttpResponse:
    reader = pages.viewer(request)
    call_to_action = article.call_to_action
    until = shown.closing(call_to_action)
    sort = request.GET.get("sort", DEFAULT_SORT)
    cursor = request.GET.get("after")
    try:
        page = Comment.objects.page_of_discussion(call_to_action, sort=sort, cursor=cursor)
    except ValidationError as error:
        raise Http404 from error
    house = pages.house_of(article) if reader else None
    facts = facts_about(reader, call_to_action) if reader else None
    ignored = facts.ignored if facts else frozenset()
    html, own = pages.discussion(
        page.rows, call_to_action=call_to_action, reader=reader, house=house, ignored=ignored
    )
    path = article.get_absolute_url()
    is_open = pages.is_open(article, house)
    if form is None and reader is not None and is_open and reader.may_post():
        form = pages.empty_form(house, draft=facts.drafts.get(None))
    bylines = list(article.bylines.select_related("author"))
    context = {
        "article": article,
        "bylines": bylines,
        "call_to_action": call_to_action,
        "open": is_open,
        "until": until,
        "options": pages.options_with_share(call_to_action),
        "discussion_html": html,
        "picks": pages.picks_of(page, ignored=ignored),
        "own_html": own,
        "sort": sort,
        "sorts": pages.sorts(path, sort),
        "next_url": anew.next_page(article, sort, page),
        "total": call_to_action.live_count,
        "heading": pages.heading(call_to_action.live_count),
        "live": live.opened(
            article,
            call_to_action,
            answers=live.place_of_answers(sort, first=not cursor, last=page.next_cursor is None),
        ),
        "form": form,
        "facts": facts,
        "edit_seconds": form["edit_seconds"] if form else 0,
        "may_post": reader is not None and reader.may_post(),
        "sign_in_url": f"{reverse('account_login')}?next={path}",
        "noindex": bool(request.GET),
        "json_ld": article_json_ld(
            article,
            bylines,
            comments=comments_json(anew.ld_comments(page)),
        ),
    }
    if reader is not None or shown.KEEPING not in request.META:
        return render(request, ARTICLE_PAGE, context, status=status)
    return _to_be_kept(request, context, page, sort=sort, first=not cursor)


def _to_be_kept(
    request: HttpRequest, context: dict[str, Any], page: Page, *, sort: str, first: bool
) -> HttpResponse:
    """An anonymous reader's page, and how its first page is made anew when its discussion moves."""
    article, asked = context["article"], context["call_to_action"]
    # Asked before `open` was: what closes in between is not kept as open.
    until, mark = context["until"], anew.mark
    html = context["discussion_html"]
    found = anew.moving(article, asked, page, bool(html), sort=sort)
    context |= {
        "discussion_html": html and mark("discussion"),
        "heading": mark("heading"),
        "next_url": context["next_url"] and mark("next"),
        "live": replace(context["live"], version=mark("version"), since=mark("since")),
        "json_ld": article_json_ld(
            article, context["bylines"], comments=mark("comments"), count=mark("count")
        ),
    }
    marked = render_to_string(ARTICLE_PAGE, context, request)
    remake = anew.remaker(marked, article, asked, found, sort) if first else None
    shown.says(request, discussions=[asked.pk], until=until, anew=remake)
    return HttpResponse(anew.fill(marked, {**found.texts, "discussion": html}))


@require_safe
def comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """One comment within its ancestors and replies."""
    found = visible_comment(request, comment_id)
    article = found.call_to_action.article
    if not article.is_live() and not (request.user.is_authenticated and request.user.is_editor):
        raise Http404
    reader = pages.viewer(request)
    if reader is None:
        until = shown.closing(found.call_to_action)
        shown.says(request, discussions=[found.call_to_action_id], until=until)
    next_url = None
    if found.listed and found.root_id is None:
        after = request.GET.get("after", "0")
        if not after.isdecimal() or len(after) > 9:
            raise Http404
        page = Comment.objects.page_of_thread(found.pk, after=int(after))
        own_row = Comment.objects.filter(pk=found.pk).for_page()
        rows = [*own_row, *page.rows] if after == "0" else page.rows
        if page.next_cursor:
            next_url = f"{found.get_absolute_url()}?after={page.next_cursor}"
    else:
        rows = Comment.objects.up_to(found)
        if found.listed:
            rows += Comment.objects.below(found.pk)
    house = pages.house_of(article) if reader else None
    facts = facts_about(reader, found.call_to_action) if reader else None
    html, own = pages.discussion(
        rows,
        call_to_action=found.call_to_action,
        reader=reader,
        house=house,
        focus=found.pk,
        ignored=facts.ignored if facts else frozenset(),
    )
    context = {
        "comment": found,
        "article": article,
        "call_to_action": found.call_to_action,
        "thread_html": html,
        "own_html": own,
        "focus": found.pk,
        "facts": facts,
        "open": pages.is_open(article, house),
        "edit_seconds": house.rules.edit_seconds if house else 0,
        "live": live.opened(article, found.call_to_action, answers="", depth=SHOWN_DEPTH + 1),
        "own": reader is not None and reader.pk == found.author_id and found.is_live,
        "may_edit": house is not None
        and found.may_be_edited_by(reader, within=house.rules.edit_seconds),
        "may_pick": reader is not None and reader.is_editor and found.is_live,
        "context_url": f"{article.get_absolute_url()}{anew.JUMP}",
        "next_url": next_url,
        "noindex": True,
    }
    return render(request, "comments/comment_page.html", context)
