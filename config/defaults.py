"""What a new house starts with: its guidelines, its pages and its first policy."""

import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from articles import house
from articles.models import Guideline, HousePage
from moderation.intake import current_policy

# Texts that hold for any publisher, with marked places that each must fill in.
DEFAULTS = settings.BASE_DIR / "articles" / "defaults"
UNFILLED = "To be completed by the publisher"  # what marks them
DEMO = settings.BASE_DIR / "articles" / "demo"


def front_matter(path: Path) -> dict[str, Any]:
    """A file's TOML between two lines of `+++`, and what follows as "body"."""
    _nothing, head, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    return {**tomllib.loads(head), "body": body.strip()}


@transaction.atomic
def write_defaults() -> None:
    """Write what is missing as a whole: a page that an admin has deleted stays deleted."""
    current_policy()
    if not Guideline.objects.exists():
        for position, row in enumerate(guidelines(), start=1):
            house.save_guideline(
                actor=None,
                guideline=Guideline(
                    code=row["code"], title=row["title"], text=row["text"], position=position
                ),
            )
    if not HousePage.objects.exists():
        for path in sorted((DEFAULTS / "pages").glob("*.md")):
            house.save_house_page(actor=None, page=HousePage(**front_matter(path)))


def guidelines() -> list[dict[str, Any]]:
    """The guidelines a new house starts with, in order."""
    return tomllib.loads((DEFAULTS / "guidelines.toml").read_text(encoding="utf-8"))["guidelines"]
