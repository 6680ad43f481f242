"""Articles over JSON: reading alone."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router

from accounts.schemas import REFUSALS, Error, Id, Slug
from articles.models import Article
from articles.schemas import ArticleOut, ArticlePage

router = Router(tags=["articles"], auth=None)
PAGE = 25


@router.get("/articles", response={200: ArticlePage, REFUSALS: Error}, operation_id="list_articles")
def list_articles(request: HttpRequest, before: Id | None = Query(None)):
    """Published articles, newest first by id; `next` is the `before` of the next page."""
    articles = Article.objects.listed().for_listing().order_by("-pk")
    if before:
        articles = articles.filter(pk__lt=before)
    shown = list(articles[: PAGE + 1])
    return {
        "items": shown[:PAGE],
        "next": str(shown[PAGE - 1].pk) if len(shown) > PAGE else None,
    }


@router.get(
    "/articles/{slug}", response={200: ArticleOut, REFUSALS: Error}, operation_id="get_article"
)
def get_article(request: HttpRequest, slug: Slug = Path(...)):
    """One article with its call to action."""
    return get_object_or_404(
        Article.objects.live()
        .select_related("section", "call_to_action")
        .prefetch_related("bylines__author", "call_to_action__options"),
        slug=slug,
    )
