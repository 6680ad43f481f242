"""Changes of the rules on their way: tried on the past, in shadow, in force or dropped."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin import refusal_words
from moderation import tasks
from moderation.models import Trial
from moderation.operations import trials
from moderation.trying.page import page_of
from record.admin import ReadOnlyAdmin

STATE_COLOURS = {
    Trial.State.DRAFT: "info",
    Trial.State.SHADOW: "warning",
    Trial.State.ENABLED: "success",
    Trial.State.DROPPED: "danger",
}


@admin.register(Trial)
class TrialAdmin(ReadOnlyAdmin):
    list_display = ("name", "shown_state", "created_at", "created_by", "judged", "differing")
    list_filter = ("state", "created_at")
    list_select_related = ("created_by",)
    search_fields = ("name",)

    @display(description=_("state"), ordering="state", label=STATE_COLOURS)
    def shown_state(self, trial: Trial) -> tuple[str, str]:
        return trial.state, trial.get_state_display()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What it changes, what it would have done, and the next step."""
        trial = self.get_object(request, object_id)
        if trial is None:
            raise Http404
        if not self.has_view_permission(request, trial):
            return super().change_view(request, object_id, form_url, extra_context)
        if request.method == "POST":
            try:
                self._step(request, trial)
            except ValidationError as refusal:
                for said in refusal_words(refusal):
                    messages.error(request, said)
            return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": trial.name,
            "opts": self.opts,
            "trial": trial,
            "page": page_of(trial),
            "decisions": trials.DECISIONS,
            "most": trials.MOST_DECISIONS,
        }
        return render(request, "moderation/office/trial.html", context)

    def _step(self, request: HttpRequest, trial: Trial) -> None:
        given = {"actor": request.user, "trial": trial}
        if "test" in request.POST:
            wanted = request.POST.get("decisions", "")
            number = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else 0
            if trials.try_on_decisions(**given, decisions=number).backtest_wanted:
                tasks.try_on_decisions.ring(trial.pk)
                messages.info(request, _("The worker looks at them; this page tells how far."))
        elif "shadow" in request.POST:
            trials.start_shadow(**given)
            messages.success(request, _("It runs in shadow: it records, and does not act."))
        elif "enable" in request.POST:
            trials.enable(**given)
            messages.success(request, _("It is in force."))
        elif "drop" in request.POST:
            trials.drop(**given)
            messages.success(request, _("It is dropped."))
