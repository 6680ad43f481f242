"""Source text to safe HTML, and safe HTML to plain text. A leaf: no Django, no database.

Three gates stand in a row, each enough by itself: the parser makes only what `allowed` names,
`sanitiser` cuts everything else twice, with two unrelated libraries, and `links` decides which
addresses may be followed.
"""

from markup.allowed import ARTICLE, COMMENT
from markup.parser import to_html
from markup.plain import plain
from markup.sanitiser import sanitise

__all__ = ["plain", "render_article", "render_comment"]


def render_comment(source: str) -> str:
    """Safe HTML of a reader's Markdown.

    Paragraphs, line breaks, emphasis, links, quotes, lists and code; whatever else was written
    comes out as the text it is. Links carry `rel="ugc nofollow noopener"`. No element has an id,
    a class or a style. Never raises on any string; "" for blank source.
    """
    return sanitise(to_html(source, COMMENT), COMMENT)


def render_article(source: str) -> str:
    """Safe HTML of an editor's Markdown, for articles and house pages.

    Adds h2 to h4 (`#` and `##` both make h2: the page owns h1), tables and rules to what a
    comment may hold, and links to paths of the same site. Links carry `rel="noopener"`.
    """
    return sanitise(to_html(source, ARTICLE), ARTICLE)
