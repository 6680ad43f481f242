"""What an open page asks when its discussion has moved."""

from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from articles.models import Article, CallToAction
from comments import live, pages

_MOST = 4_102_444_800_000  # milliseconds; a moment of the year 2100


def _discussion(slug: str) -> CallToAction:
    return get_object_or_404(
        CallToAction.objects.filter(article__in=Article.objects.live()), article__slug=slug
    )


def _number(raw: str, most: int) -> int:
    if not (raw.isascii() and raw.isdecimal() and len(raw) <= 18 and int(raw) <= most):
        raise Http404
    return int(raw)


@never_cache
@require_GET
def news(request: HttpRequest, slug: str) -> HttpResponse:
    """What went live after `since` (milliseconds), as JSON: [id, parent, root] by age. heading:
    how many answers there are now, in words."""
    since = _number(request.GET.get("since", ""), _MOST)
    discussion = _discussion(slug)
    found = live.news_since(
        discussion,
        datetime.fromtimestamp(since / 1000, tz=UTC),
        reader=pages.viewer(request),
    )
    heading = pages.heading(discussion.live_count)
    answer = {"items": found.rows, "more": found.more, "since": found.since, "heading": heading}
    return JsonResponse(answer)


@never_cache
@require_GET
def fragments(request: HttpRequest, slug: str) -> HttpResponse:
    """The comments named by `ids`, as the discussion shows them; those that are gone are left
    out."""
    named = request.GET.get("ids", "").split(",")
    if len(named) > live.NEWS_LIMIT:
        raise Http404
    ids = [_number(raw, 2**63 - 1) for raw in named]
    call_to_action = _discussion(slug)
    rows = live.rows_of(call_to_action, ids)
    html, _own = pages.discussion(rows, call_to_action=call_to_action)
    return HttpResponse(html)
