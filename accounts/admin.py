"""People in the admin, and the way rows that may be changed are governed there."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts import mail_domains, operations
from accounts.errors import Forbidden
from accounts.models import ADMINS, EDITORS, READERS, ApiToken, MailDomain, Sanction, User
from accounts.proof import proof_required
from record.admin import SEARCHED, ReadOnlyAdmin

ROLE_NAMES = {READERS: _("Reader"), EDITORS: _("Editor"), ADMINS: _("Admin")}

# Fields of the form to facts of the account, which no form may write.
STANDING = {
    "is_restricted": "restricted",
    "suspended_to": "suspended_until",
    "is_banned": "banned",
}


class GovernedAdmin(ModelAdmin):
    """Rows that people of one role may change, through operations alone.

    Every subclass that adds or changes overrides save_model, and delete_model if it deletes: what
    is inherited from Django writes past the operations.
    """

    role = "is_admin"  # the property of User that opens it

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and getattr(request.user, self.role)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_module_permission(request)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        return super().get_search_results(request, queryset, search_term[:SEARCHED])

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._or_say_why_not(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._or_say_why_not(request, super().delete_view, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._or_say_why_not(request, super().changelist_view, *args, **kwargs)

    def _or_say_why_not(self, request: HttpRequest, view, *args, **kwargs) -> HttpResponse:
        """What forms cannot foresee, an operation refuses: say so, and store nothing."""
        try:
            return view(request, *args, **kwargs)
        except (ValidationError, Forbidden) as refusal:
            if request.method != "POST":
                raise
            for said in refusal_words(refusal):
                messages.error(request, said)
            return HttpResponseRedirect(request.get_full_path())


def refusal_words(refusal: ValidationError | Forbidden) -> list[str]:
    """What an operation said when it refused."""
    return [refusal.message] if isinstance(refusal, Forbidden) else list(refusal.messages)


class UserForm(forms.ModelForm):
    """What may be changed about a person here: their role and standing."""

    role = forms.ChoiceField(
        label=_("Role"), choices=ROLE_NAMES.items(), widget=UnfoldAdminSelectWidget
    )
    is_restricted = forms.BooleanField(
        label=_("Restricted"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Every comment waits for an editor."),
    )
    suspended_to = forms.SplitDateTimeField(
        label=_("Suspended until"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=_("In the publisher’s time zone. Empty: not suspended."),
    )
    is_banned = forms.BooleanField(
        label=_("Banned"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("May not post or react. Ends every session and token."),
    )

    class Meta:
        model = User
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial |= {
                "role": role_of(self.instance),
                "is_restricted": self.instance.restricted,
                "suspended_to": self.instance.suspended_until,
                "is_banned": self.instance.banned,
            }


def role_of(user: User) -> str:
    """The one role that tells what a person may do."""
    if user.is_superuser or ADMINS in user.role_names:
        return ADMINS
    return EDITORS if EDITORS in user.role_names else READERS


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple]:
        return list(ROLE_NAMES.items())

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


class StandingFilter(admin.SimpleListFilter):
    title = _("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple]:
        return [
            ("restricted", _("Restricted")),
            ("suspended", _("Suspended")),
            ("banned", _("Banned")),
            ("erased", _("Erased")),
        ]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        chosen = {
            "restricted": {"restricted": True},
            "suspended": {"suspended_until__gt": timezone.now()},
            "banned": {"banned": True},
            "erased": {"erased_at__isnull": False},
        }
        return queryset.filter(**chosen.get(self.value(), {}))


@admin.register(User)
class UserAdmin(GovernedAdmin):
    form = UserForm
    list_display = ("display_name", "email", "shown_role", "shown_standing", "date_joined")
    list_filter = (RoleFilter, StandingFilter, "date_joined")
    search_fields = ("display_name", "email")
    search_help_text = _("Display name or e-mail address.")
    ordering = ("-pk",)
    show_full_result_count = False
    readonly_fields = ("display_name", "email", "bio", "time_zone", "date_joined", "erased_at")
    fieldsets = (
        (_("Who"), {"fields": (*readonly_fields,)}),
        (_("Role"), {"fields": ("role",)}),
        (_("Standing"), {"fields": (*STANDING,)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # people sign up themselves; `manage.py` makes the first admin

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # an account is erased, which keeps its number

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Editors look up the authors of an article, by name, and see nothing else of people.
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            return request.user.is_authenticated and request.user.is_editor
        return super().has_view_permission(request, obj)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return self.search_fields if request.user.is_admin else ("display_name",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        if request.resolver_match.url_name == "autocomplete":
            queryset = queryset.filter(is_active=True, erased_at__isnull=True)
        return super().get_search_results(request, queryset, search_term)

    @display(description=_("role"), label={READERS: "", EDITORS: "info", ADMINS: "success"})
    def shown_role(self, user: User) -> tuple[str, str]:
        # From the prefetched groups: role_names would ask once a row.
        names = {ADMINS} if user.is_superuser else {group.name for group in user.groups.all()}
        role = next((role for role in (ADMINS, EDITORS) if role in names), READERS)
        return role, ROLE_NAMES[role]

    @display(description=_("standing"))
    def shown_standing(self, user: User) -> str:
        facts = []
        if user.erased_at:
            facts.append(_("erased"))
        if user.banned:
            facts.append(_("banned"))
        if user.suspended_until and user.suspended_until > timezone.now():
            facts.append(_("suspended"))
        if user.restricted:
            facts.append(_("restricted"))
        return ", ".join(str(fact) for fact in facts) or "–"

    def save_model(self, request: HttpRequest, obj: User, form: UserForm, change: bool) -> None:
        wanted = form.cleaned_data
        if "role" in form.changed_data:
            operations.set_role(actor=request.user, user=obj, role=wanted["role"])
        standing = {
            fact: wanted[name] for name, fact in STANDING.items() if name in form.changed_data
        }
        if standing:
            operations.set_standing(actor=request.user, user=obj, **standing)

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Roles and standing of others are worth one more proof of who changes them."""
        return proof_required(super().change_view)(request, *args, **kwargs)


@admin.register(MailDomain)
class MailDomainAdmin(GovernedAdmin):
    """What the list of disposable mail domains is wrong about."""

    list_display = ("domain", "effect")
    list_filter = ("effect",)
    search_fields = ("domain",)
    fields = ("domain", "effect")

    def get_readonly_fields(self, request: HttpRequest, obj: MailDomain | None = None) -> tuple:
        return ("domain",) if obj else ()

    def save_model(self, request: HttpRequest, obj: MailDomain, form: Any, change: bool) -> None:
        made = mail_domains.say_of_domain(
            actor=request.user, domain=obj.domain, effect=form.cleaned_data["effect"]
        )
        obj.pk, obj.domain = made.pk, made.domain

    def delete_model(self, request: HttpRequest, obj: MailDomain) -> None:
        mail_domains.unsay_of_domain(actor=request.user, row=obj)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ("name", "user", "created_at", "expires_at")
    search_fields = ("user__display_name", "user__email")
    list_select_related = ("user",)
    fields = ("name", "user", "created_at", "expires_at")


@admin.register(Sanction)
class SanctionAdmin(ReadOnlyAdmin):
    """What was imposed and how it ended; given and lifted at the desk."""

    list_display = ("given_at", "user", "kind", "until", "given_by", "acknowledged_at", "lifted_at")
    list_filter = ("kind", "given_at", ("lifted_at", admin.EmptyFieldListFilter))
    search_fields = ("user__display_name", "user__email", "note")
    list_select_related = ("user", "given_by")
    date_hierarchy = "given_at"
    show_full_result_count = False
