"""The log in the admin, and the way everything that may only be read is shown there."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from record.models import Entry

SEARCHED = 200  # characters; a database bears only so many conditions, one a word and column


class ReadOnlyAdmin(ModelAdmin):
    """Rows that admins may look at and nobody changes here."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_admin

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        return super().get_search_results(request, queryset, search_term[:SEARCHED])


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "who", "verb", "subject", "subject_id", "detail")
    list_filter = ("verb", "subject")
    search_fields = ("verb", "subject_id")
    search_help_text = "A deed, or the number of what it was done to."
    date_hierarchy = "at"
    list_select_related = ("actor",)
    show_full_result_count = False

    @admin.display(description="by")
    def who(self, entry: Entry) -> Any:
        # The log names people by number, and an account may be gone from a restored database.
        if entry.actor_id is None:
            return "the machine"
        return getattr(entry, "actor", None) or f"account {entry.actor_id}"
