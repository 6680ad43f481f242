"""Choices of filters and order that editors keep under a name."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.errors import Forbidden
from accounts.models import User
from moderation.models import SavedView
from moderation.operations.permissions import check_editor, checked_note
from moderation.queue.selection import Selection

MOST = 50  # of one editor
_NAME = SavedView._meta.get_field("name").max_length
_QUERY = SavedView._meta.get_field("query").max_length


def save_view(*, actor: User, name: str, query: str, shared: bool = False) -> SavedView:
    """Keep a selection under a name of one's own; the same name again replaces it.

    name: 1 to 60 characters. query: as in the desk's address; its page is left out. shared: every
    editor sees it. Raises Forbidden (editors_only), ValidationError (name_missing,
    forbidden_characters, note_too_long, too_many).
    """
    check_editor(actor)
    name = checked_note(name, limit=_NAME).strip()
    if not name:
        raise ValidationError(_("Give the view a name."), code="name_missing")
    # Longer ones are addresses that no form of ours makes.
    asked = Selection.from_query(QueryDict(query[: 4 * _QUERY])).but().as_query()[:_QUERY]
    with transaction.atomic():
        User.objects.select_for_update().only("pk").get(pk=actor.pk)
        others = actor.saved_views.exclude(name=name)
        if others.count() >= MOST:
            raise ValidationError(
                _("You have %(limit)d views. Delete one first."),
                code="too_many",
                params={"limit": MOST},
            )
        view, _made = SavedView.objects.update_or_create(
            owner=actor, name=name, defaults={"query": asked, "shared": shared}
        )
    return view


def delete_view(*, actor: User, view: SavedView) -> None:
    """Throw a view away: its owner may, and an admin a shared one.

    Raises Forbidden (editors_only, not_yours).
    """
    check_editor(actor)
    if view.owner_id != actor.pk and not (view.shared and actor.is_admin):
        raise Forbidden(_("Only its owner may do this."), code="not_yours")
    view.delete()
