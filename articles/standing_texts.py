"""The publisher's few standing texts that nearly every page shows, read once in some seconds.

They change a few times a year. An edit shows at once in the process that made it, and in the
others after KEPT seconds.
"""

from functools import lru_cache
from time import monotonic

from articles.models import Guideline, HousePage

KEPT = 5  # seconds


def guidelines() -> list[Guideline]:
    """What is asked of readers, in order."""
    return _guidelines(int(monotonic() / KEPT))


def footer_pages() -> list[HousePage]:
    """The pages that the footer links, in order: slug and title."""
    return _footer_pages(int(monotonic() / KEPT))


def forget() -> None:
    """Have both read anew."""
    _guidelines.cache_clear()
    _footer_pages.cache_clear()


@lru_cache(maxsize=1)
def _guidelines(_moment: int) -> list[Guideline]:
    return list(Guideline.objects.all())


@lru_cache(maxsize=1)
def _footer_pages(_moment: int) -> list[HousePage]:
    return list(HousePage.objects.only("slug", "title"))
