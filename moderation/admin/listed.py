"""Rows of the rules in the admin, and the file that phrases come in and go out by."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.admin import refusal_words
from moderation import operations
from moderation.admin.tried import TriedAdmin, trial_address
from moderation.dashboard import counting
from moderation.models import LinkDomain, Phrase, Trial
from moderation.operations import phrases, trials
from moderation.trying import text as texts


class RuleAdmin(TriedAdmin):
    """Rows of the rules: saved and deleted through their operations, or tried first."""

    actions = ("try_without",)
    delete_confirmation_template = "moderation/office/delete_rule.html"

    @action(description=_("Try it first: without the chosen ones"), permissions=["delete"])
    def try_without(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse:
        return self._propose_without(request, list(queryset))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id) if self.try_button in request.POST else None
        if row is not None and self.has_delete_permission(request, row):
            return self._or_say_why_not(request, self._propose_without, [row])
        told = {"try_button": self.try_button, **(extra_context or {})}
        return super().delete_view(request, object_id, told)

    def _propose_without(
        self, request: HttpRequest, rows: Sequence[models.Model]
    ) -> HttpResponseRedirect:
        trial = trials.propose(
            actor=request.user,
            name=_now("Without %(rules)s") % {"rules": ", ".join(map(str, rows))},
            changes={},
            remove=rows,
        )
        return HttpResponseRedirect(trial_address(trial))

    def _propose(self, request: HttpRequest, form: forms.ModelForm) -> HttpResponse:
        wanted = self.model(**form.cleaned_data)
        trial = trials.propose(
            actor=request.user,
            name=f"{self.opts.verbose_name}: {wanted}",
            changes={},
            add=[wanted],
            remove=list(self.model.objects.filter(pk=form.instance.pk)),
        )
        return HttpResponseRedirect(trial_address(trial))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        operations.save_rules(actor=request.user, rows=[obj])

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        operations.delete_rule(actor=request.user, row=obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        for row in queryset:
            operations.delete_rule(actor=request.user, row=row)


class FileForm(forms.Form):
    file = forms.FileField(label=_("A CSV file"))
    replace = forms.BooleanField(
        label=_("Remove the phrases that are not in the file"), required=False
    )


class TextForm(forms.Form):
    text = forms.CharField(
        label=_("A text"), max_length=20_000, strip=False, widget=forms.Textarea(attrs={"rows": 8})
    )
    trial = forms.ModelChoiceField(
        label=_("Beside the rules in force, as this change would have them"),
        queryset=Trial.objects.filter(state__in=(Trial.State.DRAFT, Trial.State.SHADOW)),
        required=False,
        empty_label=_("No proposed change"),
    )


@admin.register(Phrase)
class PhraseAdmin(RuleAdmin):
    list_display = ("text", "effect", "guideline", "note", "overturned")
    list_select_related = ("guideline",)
    list_filter = ("effect",)
    search_fields = ("text", "note")
    actions_list = ("try_text", "read_file", "write_file")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list, each phrase with how often it fired and was overturned: one query more."""
        shown = super().get_changelist_instance(request)
        stand = counting.phrases_stand()
        for phrase in shown.result_list:
            phrase.fired, phrase.wrong = stand.get(phrase.pk, (0, 0))
        return shown

    @display(description=_("overturned on appeal"))
    def overturned(self, phrase: Phrase) -> str:
        if not (phrase.fired or phrase.wrong):
            return "–"
        return _now("%(part)s of %(whole)s") % {"part": phrase.wrong, "whole": phrase.fired}

    @action(description=_("Try a text"), url_path="try-a-text", permissions=["view"])
    def try_text(self, request: HttpRequest) -> HttpResponse:
        """Which phrases, links and scores fire on words that are typed; nothing is kept."""
        form = TextForm(request.POST or None, initial={"trial": request.GET.get("trial")})
        shown = []
        if form.is_bound and form.is_valid():
            shown = texts.judged(
                actor=request.user,
                text=form.cleaned_data["text"],
                trial=form.cleaned_data["trial"],
            )
        return self._page(request, "try_text", _("Try a text"), form=form, shown=shown)

    @action(description=_("Download as CSV"), url_path="phrases.csv", permissions=["view"])
    def write_file(self, request: HttpRequest) -> StreamingHttpResponse:
        response = StreamingHttpResponse(
            phrases.phrases_as_csv(actor=request.user), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = 'attachment; filename="phrases.csv"'
        return response

    @action(description=_("Read a CSV file"), url_path="read-a-file", permissions=["add"])
    def read_file(self, request: HttpRequest) -> HttpResponse:
        """Store a file, or try it first; what is wrong in it is told line by line."""
        form = FileForm(request.POST or None, request.FILES or None)
        read = None
        if form.is_bound and form.is_valid():
            try:
                read, address = self._take(request, form.cleaned_data)
                if address:
                    return HttpResponseRedirect(address)
            except ValidationError as refusal:
                for said in refusal_words(refusal):
                    form.add_error("file", said)
        return self._page(
            request,
            "read_phrases",
            _("Read phrases from a file"),
            form=form,
            read=read,
            columns=phrases.COLUMNS,
        )

    def _take(
        self, request: HttpRequest, wanted: dict[str, Any]
    ) -> tuple[phrases.Read, str | None]:
        """What the file says, and where to go on to when it was taken."""
        # One byte more than is allowed tells that it is too large.
        data = wanted["file"].read(phrases.MOST_BYTES + 1)
        given = {"actor": request.user, "data": data, "replace": wanted["replace"]}
        if self.try_button in request.POST:
            read = phrases.read_phrases(**given)
            if read.errors:
                return read, None
            trial = trials.propose(
                actor=request.user,
                name=_now("Phrases: %(file)s") % {"file": wanted["file"].name},
                changes={},
                add=read.add,
                remove=read.remove,
            )
            return read, trial_address(trial)
        read, policy = phrases.import_phrases(**given)
        if policy is None:
            return read, None
        messages.success(
            request,
            _("Stored: %(add)d new or changed, %(gone)d removed or replaced, %(same)d as before.")
            % {"add": len(read.add), "gone": len(read.remove), "same": read.same},
        )
        return read, reverse("admin:moderation_phrase_changelist")

    def _page(self, request: HttpRequest, name: str, title: Any, **context: Any) -> HttpResponse:
        context |= {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return render(request, f"moderation/office/{name}.html", context)


@admin.register(LinkDomain)
class LinkDomainAdmin(RuleAdmin):
    list_display = ("domain", "effect")
    list_filter = ("effect",)
    search_fields = ("domain",)
