"""The log in the admin, and the way everything that may only be read is shown there."""

from collections.abc import Callable, Iterator
from datetime import datetime, time
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db import models
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from record import heads
from record.deeds import told
from record.models import Entry, Reach, Seal
from record.sources import named

SEARCHED = 200  # characters; a database bears only so many conditions, one a word and column
PAGED = 2_000  # rows that can be leafed through; whoever looks for older ones narrows the list
MACHINE = "machine"


class NewestPages(Paginator):
    """Pages of the first rows alone: counting a million of them would take seconds."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:PAGED].count()


class ReadOnlyAdmin(ModelAdmin):
    """Rows that admins may look at and nobody changes here."""

    paginator = NewestPages

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

    @display(description=_("deed"))
    def deed(self, entry: Entry) -> str:
        return told(entry.verb)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        return super().get_search_results(request, queryset, search_term[:SEARCHED])


# --- Filters of the log ---------------------------------------------------------------------------


def _listed(
    column: str, heading: Any, shown: Callable[[str], str] = str
) -> type[admin.SimpleListFilter]:
    """A filter by a column of few values, which an index lists without reading the table."""

    class Listed(admin.SimpleListFilter):
        title, parameter_name = heading, column

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return [(value, shown(value)) for value in Entry.objects.used(column)]

        def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
            return queryset.filter(**{column: self.value()}) if self.value() else queryset

    return Listed


def _typed(
    name: str,
    heading: Any,
    kind: str,
    narrowed: Callable[[models.QuerySet, str], models.QuerySet | None],
) -> type[admin.SimpleListFilter]:
    """A filter by what is typed. kind: of the HTML input. narrowed: None for what says nothing."""

    class Typed(admin.SimpleListFilter):
        title, parameter_name, template = heading, name, "record/typed_filter.html"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return [(name, heading)]

        def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
            others = {key: value for key, value in changelist.params.items() if key != name}
            yield {"name": name, "kind": kind, "value": self.value() or "", "others": others}

        def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
            if not self.value():
                return queryset
            found = narrowed(queryset, self.value().strip())
            return queryset.none() if found is None else found

    return Typed


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _by(queryset: models.QuerySet, text: str) -> models.QuerySet | None:
    if text == MACHINE:
        return queryset.filter(actor=None)
    number = _number(text)
    return None if number is None else queryset.filter(actor_id=number)


def _numbered(queryset: models.QuerySet, text: str) -> models.QuerySet | None:
    number = _number(text)
    # Every kind of thing by name, because the index begins with it.
    kinds = Entry.objects.used("subject")
    return None if number is None else queryset.filter(subject__in=kinds, subject_id=number)


def _midnight(text: str, hour: time) -> datetime | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, hour)) if day else None


def _since(queryset: models.QuerySet, text: str) -> models.QuerySet | None:
    moment = _midnight(text, time.min)
    return None if moment is None else queryset.filter(at__gte=moment)


def _until(queryset: models.QuerySet, text: str) -> models.QuerySet | None:
    moment = _midnight(text, time.max)
    return None if moment is None else queryset.filter(at__lte=moment)


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "who", "deed", "subject", "subject_id", "detail", "sealed")
    fields = readonly_fields = ("at", "who", "deed", "subject", "subject_id", "detail", "sealed")
    list_filter = (
        _listed("verb", _("deed"), told),
        _listed("subject", _("done to")),
        _typed("number", _("number of what it was done to"), "text", _numbered),
        _typed("by", _("number of the account, or “machine”"), "text", _by),
        _typed("since", _("from this day on"), "date", _since),
        _typed("until", _("up to this day"), "date", _until),
    )
    search_fields = ("verb",)
    search_help_text = _("The beginning of a deed.")
    sortable_by = ()  # another order than that of the index would sort the whole log
    list_select_related = ("actor",)
    list_before_template = "record/log_head.html"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        seals = Seal.objects.filter(source="entry", row=OuterRef("pk")).values("position")
        return super().get_queryset(request).annotate(place=Subquery(seals))

    @display(description=_("deed"))
    def deed(self, entry: Entry) -> str:
        return told(entry.verb)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        begun = search_term.strip()[:SEARCHED]
        # In either form: codes are written down elsewhere, words are what the list shows.
        verbs = [
            verb
            for verb in Entry.objects.used("verb")
            if verb.startswith(begun) or told(verb).startswith(begun)
        ]
        return (queryset.filter(verb__in=verbs) if begun else queryset), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        reach = Reach.objects.filter(pk="entry").first()
        waiting = named("entry").unsealed().filter(pk__gt=reach.up_to if reach else 0)
        return super().changelist_view(
            request,
            {
                **(extra_context or {}),
                "log_head": heads.head(),
                "log_waiting": len(waiting.values_list("pk")[:PAGED]),
            },
        )

    @admin.display(description=_("by"))
    def who(self, entry: Entry) -> Any:
        # The log names people by number, and an account may be gone from a restored database.
        if entry.actor_id is None:
            return _now("the machine")
        known = getattr(entry, "actor", None)
        number = _now("account %(number)d") % {"number": entry.actor_id}
        return f"{known} ({number})" if known else number

    @admin.display(description=_("sealed at place"))
    def sealed(self, entry: Entry) -> Any:
        return _now("not yet") if entry.place is None else entry.place
