"""The views that editors have saved."""

from django.db.models import Q

from accounts.models import User
from moderation.models import SavedView
from moderation.queue.pages import check_reader

MOST = 100  # shown


def saved_views(*, reader: User) -> list[SavedView]:
    """This editor's own views and those that others share, by name; one query.

    Raises Forbidden (editors_only).
    """
    check_reader(reader)
    rows = SavedView.objects.filter(Q(owner=reader) | Q(shared=True)).select_related("owner")
    return list(rows.order_by("name", "pk")[:MOST])
