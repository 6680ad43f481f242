"""The pages around the articles. Parse, read, render."""

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import images, shown
from articles.json_ld import absolute
from articles.models import Article, FormerSlug, HousePage, Section, Tag

FRONT_SIZE = 13  # a lead story and six pairs
LIST_SIZE = 20


def find(slug: str) -> Article | HttpResponsePermanentRedirect:
    """The live article at an address, with what its page shows, or a redirect from a former one.

    Raises Http404.
    """
    live = Article.objects.live()
    article = live.for_page().filter(slug=slug).first()
    if article is not None:
        return article
    former = FormerSlug.objects.filter(slug=slug, article__in=live).select_related("article")
    moved = former.first()
    if moved is None:
        raise Http404
    return HttpResponsePermanentRedirect(moved.article.get_absolute_url())


def _listing(
    request: HttpRequest, template: str, articles: QuerySet, *, size: int, path: str, **context
) -> HttpResponse:
    cursor = request.GET.get("before")
    until = shown.next_publication(request)
    try:
        page = articles.page_before(cursor, size)
    except ValidationError as error:
        raise Http404 from error
    shown.says(
        request,
        discussions=[article.call_to_action.pk for article in page.articles],
        until=until,
    )
    return render(
        request,
        template,
        {
            "articles": page.articles,
            "first_page": not cursor,
            "next_url": f"{path}?before={page.next_cursor}" if page.next_cursor else None,
            "canonical": absolute(path),
            "noindex": bool(request.GET),
            **context,
        },
    )


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    return _listing(
        request,
        "articles/front.html",
        Article.objects.listed(),
        size=FRONT_SIZE,
        path="/",
        sections=Section.objects.all(),
    )


@require_safe
def section(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Section, slug=slug)
    return _listing(
        request,
        "articles/section.html",
        Article.objects.listed().filter(section=found),
        size=LIST_SIZE,
        path=found.get_absolute_url(),
        section=found,
    )


@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Tag, slug=slug)
    return _listing(
        request,
        "articles/tag.html",
        Article.objects.listed().filter(tags=found),
        size=LIST_SIZE,
        path=found.get_absolute_url(),
        tag=found,
    )


@require_safe
def house_page(request: HttpRequest, slug: str) -> HttpResponse:
    page = get_object_or_404(HousePage, slug=slug)
    canonical = absolute(page.get_absolute_url())
    shown.says(request)
    return render(request, "articles/house_page.html", {"page": page, "canonical": canonical})


@require_safe
def draft(request: HttpRequest, token: str) -> HttpResponse:
    """What an article will look like, for whoever was given the link."""
    article = get_object_or_404(
        Article.objects.select_related("section", "call_to_action", "lead_image"),
        share_token=token,
    )
    if article.is_live():
        response = HttpResponseRedirect(article.get_absolute_url())
    else:
        call_to_action = getattr(article, "call_to_action", None)
        response = render(
            request,
            "articles/draft.html",
            {
                "article": article,
                "bylines": article.bylines.select_related("author"),
                "call_to_action": call_to_action,
                "options": call_to_action.options.all() if call_to_action else [],
                "noindex": True,
            },
        )
    add_never_cache_headers(response)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    # The address is the key to the draft: no link in the text may carry it elsewhere.
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def lead_image(request: HttpRequest, name: str) -> HttpResponse:
    """A picture's file, for installations without a web server in front."""
    path = f"{images.FOLDER}/{name}"
    try:
        file = default_storage.open(path)
    except FileNotFoundError as error:
        raise Http404(_("There is no such picture.")) from error
    response = FileResponse(file, content_type=images.CONTENT_TYPES[name.rpartition(".")[2]])
    # The name is the hash of the content.
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "articles/robots.txt",
        {"sitemap_url": absolute("/sitemap.xml")},
        content_type="text/plain; charset=utf-8",
    )
