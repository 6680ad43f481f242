"""The rules of the house in the admin, and what its rulings have taught the scorer."""

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from accounts.admin import GovernedAdmin
from moderation import operations, precision
from moderation.intake import current_policy
from moderation.models import ArticlePolicy, LearnedModel, LinkDomain, Phrase, Policy
from moderation.scorer import LABELS
from record.admin import ReadOnlyAdmin


@admin.register(Policy)
class PolicyAdmin(GovernedAdmin):
    """Each row is what was in force for a time; a change adds one."""

    list_display = ("__str__", "in_force", "created_at", "created_by")
    list_select_related = ("created_by",)
    readonly_fields = ("created_at", "created_by", "precision")
    fieldsets = (
        (
            _("Writing"),
            {"fields": ("max_length", "edit_minutes", "post_limit", "post_seconds", "reactions")},
        ),
        (
            _("What waits for an editor"),
            {
                "fields": (
                    "newcomer_first_n",
                    "links_allowed",
                    "links_allowed_newcomer",
                    "repeat_limit",
                    "repeat_min_letters",
                    "short_repeat_limit",
                    "near_repeat_similarity",
                    "flood_limit",
                    "flood_seconds",
                    "raid_authors",
                    "raid_similarity",
                    "raid_min_letters",
                    "raid_link_authors",
                    "shouting_share",
                    "shouting_min_letters",
                    "check_budget_ms",
                )
            },
        ),
        (
            _("The scorer"),
            {
                "fields": (
                    ("hold_disguised_words", "hold_unmeasured_languages"),
                    *((f"{label}_hold", f"{label}_reject") for label in LABELS),
                    "precision",
                ),
                "description": _(
                    "Probabilities, from 0.01 to 1. Hold: empty holds from where the scorer"
                    " recommends, 1 never. Reject: empty never rejects on a score alone; look at"
                    " the precision below before you change that."
                ),
            },
        ),
        (
            _("How long things are kept"),
            {"fields": ("rejected_text_days", "report_days", "receipt_days")},
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Policy | None = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        current = current_policy()
        return {
            field.name: getattr(current, field.name)
            for field in Policy._meta.concrete_fields
            if field.editable and not field.primary_key
        }

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Policy]:
        later = Policy.objects.filter(pk__gt=models.OuterRef("pk"))
        return super().get_queryset(request).annotate(replaced=models.Exists(later))

    @display(description=_("Precision"))
    def precision(self, policy: Policy | None) -> str:
        return render_to_string("moderation/precision.html", precision.measured())

    @display(description=_("in force"), boolean=True)
    def in_force(self, policy: Policy) -> bool:
        return not policy.replaced

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        made = operations.change_policy(
            actor=request.user,
            changes={name: form.cleaned_data[name] for name in form.changed_data},
        )
        obj.pk = made.pk  # what the page says was added


class _RuleAdmin(GovernedAdmin):
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        operations.save_rules(actor=request.user, rows=[obj])

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        operations.delete_rule(actor=request.user, row=obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        for row in queryset:
            operations.delete_rule(actor=request.user, row=row)


@admin.register(ArticlePolicy)
class ArticlePolicyAdmin(_RuleAdmin):
    list_display = ("article", "mode")
    list_filter = ("mode",)
    search_fields = ("article__title",)
    list_select_related = ("article",)
    autocomplete_fields = ("article",)


@admin.register(Phrase)
class PhraseAdmin(_RuleAdmin):
    list_display = ("text", "effect", "guideline", "note")
    list_select_related = ("guideline",)
    list_filter = ("effect",)
    search_fields = ("text", "note")


@admin.register(LinkDomain)
class LinkDomainAdmin(_RuleAdmin):
    list_display = ("domain", "effect")
    list_filter = ("effect",)
    search_fields = ("domain",)


@admin.register(LearnedModel)
class LearnedModelAdmin(ReadOnlyAdmin):
    """What rulings have taught, version by version, and one step back to the scorer alone."""

    list_display = ("created_at", "kind", "state", "rulings", "loss", "area", "ended_at")
    list_filter = ("kind", "state")
    exclude = ("weights",)
    actions_list = ("reset",)

    @display(description=_("log loss, before and after"))
    def loss(self, lesson: LearnedModel) -> str:
        return _both(lesson, 1)

    @display(description=_("area under the curve, before and after"))
    def area(self, lesson: LearnedModel) -> str:
        return _both(lesson, 0)

    @action(description=_("Judge by the scorer alone again"), url_path="reset")
    def reset(self, request: HttpRequest) -> HttpResponse:
        back = reverse("admin:moderation_learnedmodel_changelist")
        if request.method != "POST":
            return render(
                request,
                "moderation/reset_learning.html",
                {
                    **self.admin_site.each_context(request),
                    "back": back,
                    "title": _("Judge by the scorer alone again?"),
                },
            )
        ended = operations.reset_learning(actor=request.user)
        told = ngettext("%(n)s lesson ended.", "%(n)s lessons ended.", ended) % {"n": ended}
        messages.success(request, told)
        return HttpResponseRedirect(back)


def _both(lesson: LearnedModel, place: int) -> str:
    before, after = (lesson.figures.get(name) for name in ("before", "after"))
    return f"{before[place]:.3f} → {after[place]:.3f}" if before and after else ""
