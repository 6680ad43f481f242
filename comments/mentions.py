"""Whom a comment calls by name: @ and a display name, as the eye reads it."""

import re
from html.parser import HTMLParser

from django.db.models import Exists, OuterRef

from accounts.models import User
from articles.models import Byline
from comments.models import Comment
from folding import skeleton

MOST = 5  # people one comment may call
_TRIED = 20  # signs looked at, of which most call nobody
_REACH = 60  # characters after the sign; a name has at most 40, which accents may lengthen
_SIGN = re.compile(r"(?<![\w.+-])[@\uff20\ufe6b](?=\S)")
# A name ends where a word does; in scripts without spaces, anywhere.
_END = re.compile(
    r"(?<=[\w)\]])(?!\w)|(?<=[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff])"
)
_NOT_SAID = frozenset(["blockquote", "pre", "code", "a"])


class _Said(HTMLParser):
    """The text of a comment without what it quotes, shows as code or links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._within = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within += tag in _NOT_SAID
        self.pieces.append("\n" if tag in ("p", "li", "br") else "")

    def handle_endtag(self, tag: str) -> None:
        self._within -= tag in _NOT_SAID
        if tag in _NOT_SAID:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.pieces.append(data)


def keys(html: str) -> list[list[str]]:
    """For each name that may be called, its possible keys, of the longest name first.

    html: of a rendered comment.
    """
    said = _Said()
    said.feed(html)
    said.close()
    text = "".join(said.pieces)
    found = []
    for sign in list(_SIGN.finditer(text))[:_TRIED]:
        after = text[sign.end() : sign.end() + _REACH].partition("\n")[0].partition("@")[0]
        ends = [end.start() for end in _END.finditer(after) if end.start()]
        longest_first = [skeleton(after[:end]) for end in reversed(ends)]
        found.append(list(dict.fromkeys(key for key in longest_first if key)))
    return found


def mentioned(comment: Comment) -> list[int]:
    """Ids of the people whom a live comment calls, MOST at most, in the order of their names in it.

    Only who takes part can be called: authors of live comments here, and of the article.
    """
    if not re.search("[@\uff20\ufe6b]", comment.live_revision.html):
        return []
    possible = keys(comment.live_revision.html)
    here = Comment.objects.live().filter(
        author=OuterRef("pk"), call_to_action=comment.call_to_action_id
    )
    wrote_it = Byline.objects.filter(
        author=OuterRef("pk"), article=comment.call_to_action.article_id
    )
    people = dict(
        User.objects.filter(name_key__in={key for names in possible for key in names})
        .filter(Exists(here.order_by()) | Exists(wrote_it.order_by()), is_active=True)
        .values_list("name_key", "pk")
    )
    called = (next((people[key] for key in names if key in people), None) for names in possible)
    return [pk for pk in dict.fromkeys(called) if pk is not None][:MOST]
