"""What machines may know of an article: schema.org's NewsArticle and its discussion."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from articles.models import Article, Byline

# Within a script element only these could end it, or break the line for an old parser.
_ESCAPES = {
    ord("<"): "\\u003C",
    ord(">"): "\\u003E",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


def absolute(path: str) -> str:
    """The public address of a path of this site; an address stays what it is."""
    return path if path.startswith(("http://", "https://")) else f"{settings.SITE_URL}{path}"


def _comment(found: Mapping[str, Any]) -> dict[str, Any]:
    url = absolute(found["url"])
    return {
        "@type": "Comment",
        "@id": url,
        "url": url,
        "text": found["text"],
        "dateCreated": found["created"].isoformat(),
        "author": {"@type": "Person", "name": found["author"]},
    }


def article_json_ld(
    article: Article, bylines: Iterable[Byline], *, comments: Iterable[Mapping[str, Any]] = ()
) -> SafeString:
    """The text of a `<script type="application/ld+json">` block, safe to stand in one.

    article: live, with its section, call to action and lead image at hand. bylines: with their
    authors. comments: live ones as {"url", "text", "author", "created"}.
    """
    url = absolute(article.get_absolute_url())
    authors = [{"@type": "Person", "name": byline.author.display_name} for byline in bylines]
    house = {"@type": "Organization", "name": settings.SITE_NAME, "url": f"{settings.SITE_URL}/"}
    news: dict[str, Any] = {
        "@type": "NewsArticle",
        "@id": f"{url}#article",
        "url": url,
        "mainEntityOfPage": article.canonical_url or url,
        "headline": article.title,
        "description": article.standfirst,
        "datePublished": article.published_at.isoformat(),
        "dateModified": max(article.updated_at, article.published_at).isoformat(),
        "articleSection": article.section.name,
        "keywords": [name for _slug, name in article.tag_list],
        "author": authors,
        "publisher": house,
        "commentCount": article.call_to_action.live_count,
    }
    if article.lead_image:
        news["image"] = [absolute(article.lead_image.file.url)]
    discussion = {
        "@type": "DiscussionForumPosting",
        "@id": f"{url}#discussion",
        "url": f"{url}#discussion",
        "headline": article.call_to_action.question,
        "text": article.call_to_action.question,
        "datePublished": article.published_at.isoformat(),
        "author": authors or house,
        "isPartOf": {"@id": f"{url}#article"},
        "interactionStatistic": {
            "@type": "InteractionCounter",
            "interactionType": "https://schema.org/CommentAction",
            "userInteractionCount": article.call_to_action.live_count,
        },
        "comment": [_comment(found) for found in comments],
    }
    graph = {"@context": "https://schema.org", "@graph": [news, discussion]}
    # Escaped above all else, so that marking it safe is true.
    return mark_safe(json.dumps(graph, ensure_ascii=False).translate(_ESCAPES))
