"""The policy of the site, and what one article has otherwise, with what it inherits."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from moderation import intake, operations, precision, reasons
from moderation.admin.listed import RuleAdmin
from moderation.admin.tried import TriedAdmin, trial_address
from moderation.intake import current_policy
from moderation.models import ArticlePolicy, Policy
from moderation.operations import trials
from moderation.pipeline import SWITCHABLE
from moderation.pipeline.scores import recommended
from moderation.rule_names import NAMES
from moderation.scorer import LABELS


def _names(fields: Iterable[str]) -> str:
    return ", ".join(str(NAMES[name]) for name in fields)


class PolicyForm(forms.ModelForm):
    class Meta:
        labels = NAMES

    checks_off = forms.MultipleChoiceField(
        label=NAMES["checks_off"],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("What is not asked holds nothing."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "checks_off" in self.fields:
            self.fields["checks_off"].choices = [
                (name, f"{name}: {reasons.told(name)}") for name in SWITCHABLE
            ]

    def clean(self) -> dict[str, Any]:
        """Nothing rejects on a score before whoever wants it has seen how often that is right."""
        values = super().clean()
        chosen = {
            label: at
            for label in LABELS
            if (at := values.get(f"{label}_reject")) is not None and at < 1
        }
        changed = any(f"{label}_reject" in self.changed_data for label in chosen)
        if changed and self.data.get("precision_shown") != precision.told_apart(chosen):
            self.add_error(
                None,
                ValidationError(
                    _(
                        "Nothing is saved yet. Look at the precision from the thresholds that you"
                        " chose, in the last column of the table below, and save again if that is"
                        " what you want."
                    ),
                    code="look_at_precision",
                ),
            )
        return values


@admin.register(Policy)
class PolicyAdmin(TriedAdmin):
    """Each row is what was in force for a time; a change adds one."""

    actions_submit_line = ()  # what was in force once is not tried
    form = PolicyForm
    list_display = ("__str__", "in_force", "created_at", "created_by")
    list_select_related = ("created_by",)
    readonly_fields = ("created_at", "created_by", "precision")
    fieldsets = (
        (
            _("Every discussion"),
            {
                "fields": (("mode", "auto_close_days"), ("reading_from", "reading_until")),
                "description": _("An article may have its own: see article policies."),
            },
        ),
        (
            _("Writing"),
            {"fields": ("max_length", "edit_minutes", "post_limit", "post_seconds", "reactions")},
        ),
        (
            _("Newcomers"),
            {
                "fields": (
                    "disposable_mail",
                    ("proof_always", "proof_days"),
                    ("proof_sign_ups", "proof_first_posts"),
                ),
                "description": _(
                    "A newcomer is somebody without a comment that went live. Networks are counted"
                    " by hashes that cannot be followed from day to day once their keys are gone."
                ),
            },
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
                    "checks_off",
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
            _("What is urgent"),
            {
                "fields": (("urgent_threat", "urgent_minutes"),),
                "description": _(
                    "Editors who asked for it are mailed, and a webhook is told. Escalations and"
                    " notices of illegal content always are urgent. A threat: from this probability"
                    " on; empty: from where the scorer recommends to hold, 1: never."
                ),
            },
        ),
        (
            _("How long things are kept"),
            {"fields": ("rejected_text_days", "report_days", "receipt_days")},
        ),
    )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # One is in force at a time: nobody has a second one to add.
        told = {"show_save_and_add_another": False, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, told)

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

    def _form_to_try(self, request: HttpRequest, stored: Policy | None) -> forms.ModelForm:
        initial = self.get_changeform_initial_data(request)
        return self.get_form(request)(request.POST, initial=initial)

    def _propose(self, request: HttpRequest, form: forms.ModelForm) -> HttpResponse:
        trial = trials.propose(
            actor=request.user,
            name=_now("Policy: %(fields)s") % {"fields": _names(form.changed_data)},
            changes={name: form.cleaned_data[name] for name in form.changed_data},
        )
        return HttpResponseRedirect(trial_address(trial))

    @display(description=_("Precision"))
    def precision(self, policy: Policy | None) -> str:
        chosen = precision.thresholds_of(policy) if policy else {}
        if policy is None or (policy.pk is None and not chosen):
            chosen = precision.thresholds_of(current_policy())
        context = {
            "steps": precision.STEPS,
            "rows": precision.measured(chosen),
            "shown": precision.told_apart(chosen),
        }
        return render_to_string("moderation/precision.html", context)

    @display(description=_("in force"), boolean=True)
    def in_force(self, policy: Policy) -> bool:
        return not policy.replaced

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        made = operations.change_policy(
            actor=request.user,
            changes={name: form.cleaned_data[name] for name in form.changed_data},
        )
        obj.pk = made.pk  # what the page says was added


class ArticlePolicyForm(forms.ModelForm):
    """Beside each field what the site has, and what is in force here."""

    class Meta:
        labels = NAMES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site, own = current_policy(), self.instance
        for name in intake.OWN:
            if name in self.fields:
                self.fields[name].help_text = _beside(self.fields[name].help_text, site, own, name)


def _beside(help_text: Any, site: Policy, own: ArticlePolicy, name: str) -> str:
    """A field's own help, and then "Site: 2. In force here: 3."."""
    inherited = in_words(site, name)
    here = in_words(own, name) if getattr(own, name) is not None else inherited
    told = _now("Site: %(site)s. In force here: %(here)s.") % {"site": inherited, "here": here}
    return f"{help_text} {told}".strip()


def in_words(row: Policy | ArticlePolicy, name: str) -> str:
    """The value of a rule as an admin reads it."""
    value = getattr(row, name)
    if name == "mode":
        return str(row.get_mode_display())
    if name in ("reading_from", "reading_until"):
        return value.strftime("%H:%M") if value else _now("always")
    if value is None:
        label = name.removesuffix("_hold")
        return _now("%(value).2f, as the scorer recommends") % {"value": recommended()[label]}
    return f"{value:.2f}" if isinstance(value, float) else str(value)


@admin.register(ArticlePolicy)
class ArticlePolicyAdmin(RuleAdmin):
    form = ArticlePolicyForm
    list_display = ("article", "mode", "otherwise")
    list_filter = ("mode",)
    search_fields = ("article__title",)
    list_select_related = ("article",)
    autocomplete_fields = ("article",)
    fieldsets = (
        (None, {"fields": ("article",)}),
        (
            _("The discussion"),
            {
                "fields": (("mode", "auto_close_days"), ("reading_from", "reading_until")),
                "description": _("What is left empty is as the site has it."),
            },
        ),
        (_("What waits for an editor"), {"fields": (("newcomer_first_n", "links_allowed"),)}),
        (
            _("Held from a probability of"),
            {
                "fields": tuple(
                    tuple(f"{label}_hold" for label in pair)
                    for pair in zip(LABELS[::2], LABELS[1::2], strict=True)
                )
            },
        ),
    )

    @display(description=_("otherwise than the site"))
    def otherwise(self, row: ArticlePolicy) -> str:
        own = (name for name in intake.OWN if name != "mode" and getattr(row, name) is not None)
        return ", ".join(f"{NAMES[name]} {in_words(row, name)}" for name in own) or "–"
