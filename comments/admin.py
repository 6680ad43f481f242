"""What readers did beside writing, to look at. Comments themselves are in moderation.admin, where
they may be ruled on."""

from django.contrib import admin

from comments.models import Notification, Reaction
from record.admin import ReadOnlyAdmin


@admin.register(Reaction)
class ReactionAdmin(ReadOnlyAdmin):
    list_display = ("comment", "user", "value", "created_at")
    list_filter = ("value", "created_at")
    search_fields = ("user__display_name", "=comment__id")
    list_select_related = ("comment", "user")
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("user", "kind", "comment", "created_at", "mailed_at", "read_at")
    list_filter = ("kind", "created_at")
    search_fields = ("user__display_name", "=comment__id")
    list_select_related = ("comment", "user")
    show_full_result_count = False
