"""Search, and what it finds."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts import limits
from accounts.addresses import origin_of
from articles import search as article_search
from articles.models import Article
from comments import pages, search
from fulltext import Query, excerpt, parse
from markup import plain

ARTICLES_BESIDE = 5  # of the articles found, above the comments found
HIDDEN_FROM_ROBOTS = "noindex, nofollow"


def _number(request: HttpRequest, name: str, most: int) -> int | None:
    raw = request.GET.get(name)
    if raw is None:
        return None
    if not (raw.isascii() and raw.isdecimal() and len(raw) <= 18 and 1 <= int(raw) <= most):
        raise Http404
    return int(raw)


def _count(request: HttpRequest, query: Query) -> None:
    if query.text:  # the empty page with its field is free
        limits.spend("search", actor=pages.viewer(request), origin=origin_of(request))


def _ignored(request: HttpRequest) -> list[int]:
    reader = pages.viewer(request)
    return list(reader.ignoring.values_list("person_id", flat=True)) if reader else []


def _article_hits(articles: list[Article], query: Query) -> list[dict[str, Any]]:
    return [
        {
            "article": article,
            "title": excerpt(article.title, query, length=len(article.title)),
            "passage": excerpt(_telling(article, query), query),
        }
        for article in articles
    ]


def _telling(article: Article, query: Query) -> str:
    """Where the article says what is looked for: its standfirst, its question or its body."""
    texts = (article.standfirst, article.call_to_action.question, plain(article.body_html))
    said = [sum(is_hit for _words, is_hit in excerpt(text, query)) for text in texts]
    return texts[said.index(max(said))] if any(said) else article.standfirst


def _comment_hits(found: search.Found, query: Query) -> list[dict[str, Any]]:
    return [
        {
            "comment": comment,
            "article": comment.call_to_action.article,
            "passage": excerpt(plain(comment.live_revision.html), query),
        }
        for comment in found.comments
    ]


def _page(request: HttpRequest, query: Query, path: str, **context: Any) -> HttpResponse:
    before = context.pop("next_before", None)
    response = render(
        request,
        "search/search.html",
        {
            "query": query,
            "path": path,
            "noindex": True,
            "next_url": f"{path}?{urlencode({'q': query.text, 'before': before})}"
            if before
            else None,
            **context,
        },
    )
    response["X-Robots-Tag"] = HIDDEN_FROM_ROBOTS
    return response


@require_GET
def site(request: HttpRequest) -> HttpResponse:
    """What articles and comments say of something: articles first."""
    query, path = parse(request.GET.get("q", "")), reverse("search")
    _count(request, query)
    if request.GET.get("in") == "articles":
        return _all_articles(request, query, path)
    before = _number(request, "before", 2**63 - 1)
    told = article_search.Found([], None) if before else article_search.find(query)
    found = search.find(query, before=before, ignored=_ignored(request))
    return _page(
        request,
        query,
        path,
        articles=_article_hits(told.articles[:ARTICLES_BESIDE], query),
        articles_url=f"{path}?{urlencode({'q': query.text, 'in': 'articles'})}"
        if len(told.articles) > ARTICLES_BESIDE
        else None,
        comments=_comment_hits(found, query),
        next_before=found.next_before,
        later=before is not None,
    )


def _all_articles(request: HttpRequest, query: Query, path: str) -> HttpResponse:
    page = _number(request, "page", article_search.PAGES) or 1
    told = article_search.find(query, page=page)
    more = {"q": query.text, "in": "articles", "page": told.next_page}
    return _page(
        request,
        query,
        path,
        articles=_article_hits(told.articles, query),
        comments_url=f"{path}?{urlencode({'q': query.text})}",
        articles_next_url=f"{path}?{urlencode(more)}" if told.next_page else None,
        articles_alone=True,
        later=page > 1,
    )


@require_GET
def discussion(request: HttpRequest, slug: str) -> HttpResponse:
    """What the comments on one article say of something."""
    article = get_object_or_404(Article.objects.live().select_related("call_to_action"), slug=slug)
    query = parse(request.GET.get("q", ""))
    _count(request, query)
    before = _number(request, "before", 2**63 - 1)
    found = search.find(
        query,
        call_to_action=article.call_to_action,
        before=before,
        ignored=_ignored(request),
    )
    return _page(
        request,
        query,
        reverse("search_discussion", args=[slug]),
        within=article,
        comments=_comment_hits(found, query),
        next_before=found.next_before,
        site_url_for_query=f"{reverse('search')}?{urlencode({'q': query.text})}",
        later=before is not None,
    )
