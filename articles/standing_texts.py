"""The publisher's few standing texts that nearly every page shows, read once in some seconds.

They change a few times a year. An edit shows at once in the process that made it, and in the
others after KEPT seconds; a page that is kept is made of what is read anew (config/fast_page.py).
"""

from functools import lru_cache
from time import monotonic

from django.db.models import CharField, F, TextField, Value

from articles.models import Guideline, HousePage

KEPT = 5  # seconds


def guidelines() -> list[Guideline]:
    """What is asked of readers, in order."""
    return _texts(int(monotonic() / KEPT))[0]


def footer_pages() -> list[HousePage]:
    """The pages that the footer links, in order: slug and title."""
    return _texts(int(monotonic() / KEPT))[1]


def forget() -> None:
    """Have both read anew."""
    _texts.cache_clear()


@lru_cache(maxsize=1)
def _texts(_moment: int) -> tuple[list[Guideline], list[HousePage]]:
    """Both in one query: a page that finds neither kept pays for one."""
    asked = Guideline.objects.order_by().values_list(
        Value("guideline", output_field=CharField()), "position", "pk", "code", "title", "text"
    )
    pages = HousePage.objects.order_by().values_list(
        Value("page", output_field=CharField()),
        "position",
        "pk",
        F("slug"),
        "title",
        Value("", output_field=TextField()),
    )
    found = sorted(asked.union(pages, all=True), key=lambda row: row[:3])
    return (
        [
            Guideline(pk=pk, position=position, code=code, title=title, text=text)
            for kind, position, pk, code, title, text in found
            if kind == "guideline"
        ],
        [
            HousePage(pk=pk, position=position, slug=slug, title=title)
            for kind, position, pk, slug, title, _text in found
            if kind == "page"
        ],
    )
