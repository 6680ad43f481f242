"""The button beside every rule of the house that tries it on what was decided before."""

from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.admin import GovernedAdmin
from moderation.models import Trial


def trial_address(trial: Trial) -> str:
    return reverse("admin:moderation_trial_change", args=[trial.pk])


class TriedAdmin(GovernedAdmin):
    """Forms whose content may be proposed as a trial instead of saved, by `_propose`."""

    actions_submit_line = ("try_first",)

    @property
    def try_button(self) -> str:
        """As unfold names the button of `try_first`."""
        return f"moderation_{self.opts.model_name}_try_first"

    @action(description=_("Try it first"), permissions=["view"])
    def try_first(self, request: HttpRequest, obj: models.Model) -> None:
        """The button alone: what it sends is taken before anything is saved."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        tried = self.try_button in request.POST and self.has_add_permission(request)
        if tried and (object_id is None or self.has_change_permission(request)):
            stored = self.get_object(request, object_id) if object_id else None
            form = self._form_to_try(request, stored)
            if form.is_valid():
                return self._or_say_why_not(request, self._propose, form)
        if object_id is None:
            # unfold offers such a button only where there is a row.
            button = [self.get_unfold_action("try_first")]
            extra_context = {**(extra_context or {}), "actions_submit_line": button}
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _form_to_try(self, request: HttpRequest, stored: models.Model | None) -> forms.ModelForm:
        return self.get_form(request, stored)(request.POST, instance=stored)

    def _propose(self, request: HttpRequest, form: forms.ModelForm) -> HttpResponse:
        raise NotImplementedError
