"""What the rulings of this site have taught the scorer, in the admin."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from moderation import operations
from moderation.models import LearnedModel
from record.admin import ReadOnlyAdmin


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

    @action(
        description=_("Judge by the scorer alone again"), url_path="reset", permissions=["view"]
    )
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
