"""Why editors reject, and the notes they send often, in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin import GovernedAdmin
from moderation import operations, reasons
from moderation.models import CannedNote, RejectionReason


@admin.register(RejectionReason)
class RejectionReasonAdmin(GovernedAdmin):
    """Retired rather than deleted: decisions that were made keep telling it."""

    list_display = ("code", "in_words", "guideline", "key", "position", "active")
    list_filter = ("active",)
    list_select_related = ("guideline",)
    search_fields = ("code", "told")
    fields = ("code", "told", "guideline", "key", "position", "active")

    def get_readonly_fields(
        self, request: HttpRequest, obj: RejectionReason | None = None
    ) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: RejectionReason | None = None
    ) -> bool:
        return False

    @display(description=_("told"))
    def in_words(self, reason: RejectionReason) -> str:
        return reasons.told(reason.code)

    def save_model(
        self, request: HttpRequest, obj: RejectionReason, form: Any, change: bool
    ) -> None:
        operations.save_reason(actor=request.user, reason=obj)


@admin.register(CannedNote)
class CannedNoteAdmin(GovernedAdmin):
    list_display = ("title", "reason", "text", "position")
    list_filter = ("reason",)
    list_select_related = ("reason",)
    search_fields = ("title", "text")

    def save_model(self, request: HttpRequest, obj: CannedNote, form: Any, change: bool) -> None:
        operations.save_canned_note(actor=request.user, note=obj)

    def delete_model(self, request: HttpRequest, obj: CannedNote) -> None:
        operations.delete_canned_note(actor=request.user, note=obj)
