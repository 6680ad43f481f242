"""What machines may know of an article: schema.org's NewsArticle and its discussion."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from articles.models import Article, Byline

# Within a script element only these could end it, or break the line for an old parser.
_ESCAPES = {
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
# Stand for what is put in as it is: no text of anybody's has a control character.
_COUNT, _COMMENTS = "\x02count\x03", "\x02comments\x03"


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


def _written(found: Any) -> str:
    """As JSON that is safe to stand in a script element."""
    text = json.dumps(found, ensure_ascii=False)
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text


def comments_json(comments: Iterable[Mapping[str, Any]]) -> str:
    """Live comments, each {"url", "text", "author", "created"}, for `article_json_ld`."""
    return _written([_comment(found) for found in comments])


def article_json_ld(
    article: Article, bylines: Iterable[Byline], *, comments: str = "[]", count: str = ""
) -> SafeString:
    """The text of a `<script type="application/ld+json">` block, safe to stand in one.

    article: live, with its section, call to action and lead image at hand. bylines: with their
    authors. comments: as `comments_json` writes them. count: of live comments; empty: as stored.
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
        "commentCount": _COUNT,
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
            "userInteractionCount": _COUNT,
        },
        "comment": _COMMENTS,
    }
    graph = {"@context": "https://schema.org", "@graph": [news, discussion]}
    text = _written(graph).replace(_written(_COMMENTS), comments)
    text = text.replace(_written(_COUNT), count or str(article.call_to_action.live_count))
    # Each part has been escaped, so marking it safe is true.
    return mark_safe(text)
