"""Comments, rulings and records in the admin: comments are approved and rejected here too, by the
same operation as on the desk."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.admin import refusal_words
from accounts.errors import Forbidden
from comments import operations as comment_operations
from comments.models import Comment, CommentRevision
from moderation import operations, reasons
from moderation.models import (
    Appeal,
    DecisionRecord,
    LegalNotice,
    Report,
)
from record.admin import ReadOnlyAdmin

EXCERPT = 120  # characters
STATUS_COLOURS = {
    Comment.Status.PENDING: "info",
    Comment.Status.HELD: "warning",
    Comment.Status.APPROVED: "success",
    Comment.Status.REJECTED: "danger",
}


class _Unchangeable(TabularInline):
    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return request.user.is_admin

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class RevisionInline(_Unchangeable):
    model = CommentRevision
    fields = ("source", "created_at", "erased_at")
    readonly_fields = fields
    verbose_name_plural = _("revisions")


class DecisionInline(_Unchangeable):
    model = DecisionRecord
    fields = ("at", "actor", "outcome", "reason", "findings", "policy", "software")
    readonly_fields = fields
    verbose_name_plural = _("decisions")


class RulingForm(ActionForm):
    """What a ruling on the ticked comments needs beside its name."""

    reason = forms.ChoiceField(label=_("reason"), required=False, widget=UnfoldAdminSelectWidget)
    # A ruling is about the text that was read: one written after the list was shown is refused.
    seen_at = forms.CharField(label="", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [
            ("", _("Reason, to reject")),
            *((reason.code, reason.told) for reason in reasons.for_desk()),
        ]
        self.fields["seen_at"].initial = timezone.now().isoformat()


class FactFilter(admin.SimpleListFilter):
    title = _("taken back")
    parameter_name = "fact"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple]:
        return [
            ("withdrawn_at", _("Withdrawn by its author")),
            ("removed_at", _("Removed by an editor")),
        ]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        if self.value() in ("withdrawn_at", "removed_at"):
            return queryset.filter(**{f"{self.value()}__isnull": False})
        return queryset


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    action_form = RulingForm
    actions = ("approve", "reject", "pick", "put_back")
    list_display = (
        "excerpt_of_source",
        "shown_status",
        "author",
        "article",
        "created_at",
        "decided_at",
    )
    list_filter = ("status", FactFilter, "created_at", "call_to_action__article__section")
    search_fields = ("=id", "latest__source", "author__display_name", "author__email")
    search_help_text = _("Words, an author’s name or address, or a comment’s number.")
    list_select_related = ("author", "latest", "call_to_action__article")
    ordering = ("-pk",)
    date_hierarchy = "created_at"
    show_full_result_count = False
    inlines = (RevisionInline, DecisionInline)
    fields = (
        "state",
        "author",
        "article",
        "parent",
        "choice",
        "source",
        "notice",
        "created_at",
        "decided_at",
        "live_at",
        "edited_at",
        "withdrawn_at",
        "removed_at",
        "picked_at",
        "reply_count",
        "ups",
        "downs",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Comment]:
        return super().get_queryset(request).defer("fragment")

    def view_on_site(self, obj: Comment) -> str:
        return obj.get_absolute_url()

    @display(description=_("comment"))
    def excerpt_of_source(self, comment: Comment) -> str:
        return Truncator(comment.latest.source).chars(EXCERPT) or f"#{comment.pk}"

    @display(description=_("text"))
    def source(self, comment: Comment) -> str:
        return comment.latest.source

    @display(description=_("article"), ordering="call_to_action__article__title")
    def article(self, comment: Comment) -> str:
        return comment.call_to_action.article.title

    @display(description=_("status"), ordering="status", label=STATUS_COLOURS)
    def shown_status(self, comment: Comment) -> tuple[str, str]:
        return comment.status, self.state(comment)

    @display(description=_("status"))
    def state(self, comment: Comment) -> str:
        if comment.withdrawn_at:
            return str(_("Withdrawn"))
        if comment.removed_at:
            return str(_("Removed"))
        return comment.get_status_display()

    @admin.action(description=_("Approve"))
    def approve(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        self._rule(request, queryset, DecisionRecord.Outcome.APPROVE)

    @admin.action(description=_("Reject"))
    def reject(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        try:
            reasons.check_offered(request.POST.get("reason", ""))
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
            return
        self._rule(request, queryset, DecisionRecord.Outcome.REJECT)

    @admin.action(description=_("Make an editors’ pick"))
    def pick(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        self._pick(request, queryset, picked=True)

    @admin.action(description=_("Take from the editors’ picks"))
    def put_back(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        self._pick(request, queryset, picked=False)

    def _pick(self, request: HttpRequest, queryset: models.QuerySet, *, picked: bool) -> None:
        done = 0
        for comment in queryset:
            try:
                comment_operations.pick(actor=request.user, comment=comment, picked=picked)
                done += 1
            except ObjectDoesNotExist:
                message = _("Only what readers can read is picked.")
                messages.error(request, f"{comment}: {message}")
        if done:
            messages.success(request, _("Done: %(count)d.") % {"count": done})

    def _rule(self, request: HttpRequest, queryset: models.QuerySet, outcome: str) -> None:
        seen_at = _moment(request.POST.get("seen_at", ""))
        done = 0
        for comment in queryset.select_related("latest"):
            if seen_at is None or comment.latest.created_at > seen_at:
                message = _("The text has changed since you read it.")
                messages.error(request, f"{comment}: {message}")
                continue
            try:
                operations.rule(
                    actor=request.user,
                    comment=comment,
                    revision_id=comment.latest_id,
                    outcome=outcome,
                    reason=request.POST["reason"] if outcome == "reject" else "",
                )
                done += 1
            except (ValidationError, Forbidden) as refusal:
                for said in refusal_words(refusal):
                    messages.error(request, f"{comment}: {said}")
        if done:
            messages.success(request, _("Decided: %(count)d.") % {"count": done})


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None


@admin.register(DecisionRecord)
class DecisionRecordAdmin(ReadOnlyAdmin):
    list_display = ("at", "comment", "outcome", "reason", "who", "policy", "waited_seconds")
    list_filter = ("outcome", "reason", "at", ("actor", admin.EmptyFieldListFilter))
    search_fields = ("=comment__id",)
    search_help_text = _("A comment’s number.")
    list_select_related = ("comment", "actor", "policy")
    date_hierarchy = "at"
    show_full_result_count = False

    @display(description=_("by"))
    def who(self, record: DecisionRecord) -> str:
        return str(_("the machine")) if record.by_machine else str(record.actor)


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "reason",
        "comment",
        "profile",
        "reporter",
        "settled_at",
        "upheld",
    )
    list_filter = ("reason", "upheld", "created_at", ("settled_at", admin.EmptyFieldListFilter))
    search_fields = ("=comment__id", "reporter__display_name", "profile__display_name", "note")
    list_select_related = ("comment", "profile", "reporter")
    show_full_result_count = False


@admin.register(Appeal)
class AppealAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "comment", "whose", "outcome", "decided_by", "same_person")
    list_filter = (
        "outcome",
        "same_person",
        ("contested", admin.EmptyFieldListFilter),
        "created_at",
    )
    search_fields = ("=comment__id", "words", "comment__author__display_name")
    search_help_text = _("A comment’s number, an author’s name, or their words.")
    list_select_related = ("comment", "contested", "decided_by")
    date_hierarchy = "created_at"
    show_full_result_count = False

    @display(description=_("decision of"))
    def whose(self, appeal: Appeal) -> str:
        return str(appeal.contested or _("the machine"))


@admin.register(LegalNotice)
class LegalNoticeAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "comment", "law", "email", "outcome", "settled_at", "settled_by")
    list_filter = (
        "outcome",
        "about_minors",
        ("settled_at", admin.EmptyFieldListFilter),
        "created_at",
    )
    search_fields = ("=comment__id", "law", "why", "name", "email")
    list_select_related = ("comment", "settled_by")
    show_full_result_count = False
