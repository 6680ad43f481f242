"""A page of the desk, and one comment on it."""

from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from accounts.errors import Forbidden
from accounts.models import User
from moderation.queue.context import Item, in_context, loaded
from moderation.queue.finding import find
from moderation.queue.selection import Selection

PAGE = 25


@dataclass(frozen=True, slots=True)
class QueuePage:
    """items: in the selection's order. next: for Selection.but(after=next), or None when there is
    nothing more; a page with rare filters may be short, or empty, and still have one."""

    items: list[Item]
    next: str | None


def check_reader(reader: User) -> None:
    """Raises Forbidden (editors_only)."""
    if not (reader.is_authenticated and reader.is_editor):
        raise Forbidden(_("Only editors see the queue."), code="editors_only")


def page_of(*, reader: User, selection: Selection, size: int = PAGE) -> QueuePage:
    """A page of what a selection chooses, by keyset, in a fixed number of queries whatever waits.

    Raises Forbidden (editors_only). A cursor that is none, or another order's, is the first page.
    """
    check_reader(reader)
    found = find(selection, size=size)
    return QueuePage(in_context(loaded(found.ids)), found.next)


def item(*, reader: User, comment_id: int) -> Item:
    """One comment as an editor sees it, whatever became of it.

    Raises Forbidden (editors_only), ObjectDoesNotExist.
    """
    check_reader(reader)
    comments = loaded([comment_id])
    if not comments:
        raise ObjectDoesNotExist
    return in_context(comments)[0]
