"""What narrows the list of the desk, as links and as a form whose fields stand in the address."""

from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from articles.models import Article, Section
from moderation import queue, reasons
from moderation.desk.cards import list_of
from moderation.queue import Selection
from moderation.queue.selection import AGES, LABELS, LANGUAGES


def order_links(selection: Selection) -> list[dict[str, Any]]:
    """The orders of a selection; none where there is only one."""
    told = {
        "due": _("Most urgent"),
        "newest": pgettext("order of comments", "Newest"),
        "oldest": pgettext("order of comments", "Oldest"),
        "reported": _("Most reported"),
        "score": _("Highest score"),
    }
    if len(selection.orders) < 2:
        return []
    first = selection.orders[0]
    return [
        {
            "label": told[order],
            "url": list_of(selection.but(order="" if order == first else order)),
            "current": order == selection.ordered_by,
        }
        for order in selection.orders
    ]


def fields(selection: Selection) -> list[dict[str, Any]]:
    """The choices of the form: name, label, value, and options with the empty one left out. On the
    tab of what waits they are what waits, with how many; three queries, else two."""
    ages = {
        "1h": _("The last hour"),
        "6h": _("The last 6 hours"),
        "1d": _("The last day"),
        "7d": _("The last 7 days"),
        "30d": _("The last 30 days"),
    }
    spans = {
        "1h": _("an hour"),
        "6h": _("6 hours"),
        "1d": _("a day"),
        "7d": _("7 days"),
        "30d": _("30 days"),
    }
    languages = {
        "en": _("English"),
        "de": _("German"),
        "other": _("Another language"),
        "unknown": _("Not known"),
    }
    if selection.tab == "waiting":
        found = queue.facets()
        articles = [(str(one.value), one.name, one.count) for one in found.articles]
        sections = [(str(one.value), one.name, one.count) for one in found.sections]
        why = [(one.value, reasons.told(one.value), one.count) for one in found.reasons]
        labels = [(one.value, reasons.label_told(one.value), one.count) for one in found.labels]
        spoken = [(one.value, languages.get(one.value), one.count) for one in found.languages]
    else:
        articles = [(str(one.value), one.name, None) for one in queue.latest_articles()]
        rows = Section.objects.order_by("name").values_list("pk", "name")
        sections = [(str(pk), name, None) for pk, name in rows]
        codes = (*reasons.MACHINE, *reasons.listed_codes(), *reasons.APPEAL)
        why = [(code, reasons.told(code), None) for code in codes]
        labels = [(label, reasons.label_told(label), None) for label in LABELS]
        spoken = [(code, languages[code], None) for code in LANGUAGES]
    return [
        {
            "name": name,
            "label": label,
            "value": str(value or ""),
            "options": _with_chosen(str(value or ""), options),
        }
        for name, label, value, options in (
            ("article", _("Article"), selection.article, articles),
            ("section", _("Section"), selection.section, sections),
            ("reason", _("Because"), selection.reason, why),
            ("label", _("The scorer takes it for"), selection.label, labels),
            ("language", _("Language"), selection.language, spoken),
            ("age", _("Within"), selection.age, [(age, ages[age], None) for age in AGES]),
            ("older", _("Older than"), selection.older, [(age, spans[age], None) for age in AGES]),
        )
    ]


def _with_chosen(value: str, options: list[tuple]) -> list[tuple]:
    """What is chosen stays in the form, also when nothing has it any more."""
    if not value or any(value == each for each, _told, _count in options):
        return options
    return [*options, (value, value, None)]


def number(text: str | None) -> int | None:
    """A number of a row as an address says it; None for none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else None


def search_label(tab: str) -> str:
    """What a search on a tab looks through."""
    return {
        "waiting": _("Search what waits"),
        "reported": _("Search what was reported"),
        "appeals": _("Search what is contested"),
        "approved": _("Search what was approved"),
        "rejected": _("Search what was rejected"),
    }.get(tab, _("Search all comments"))


def name_of(user_id: int | None) -> str:
    """How somebody is called; empty for nobody. One query, none for None."""
    people = User.objects.filter(pk=user_id) if user_id is not None else User.objects.none()
    return people.values_list("display_name", flat=True).first() or ""


def person_called(name: str) -> int | None:
    """The number of the person whose name looks like this one, or None."""
    found = User.objects.with_look(name).filter(erased_at=None)
    return found.values_list("pk", flat=True).first() if name.strip() else None


def chips(selection: Selection) -> list[dict[str, str]]:
    """What was chosen by a link, each with the way to be rid of it; a query for each."""
    found = []
    if selection.author is not None:
        found.append((_("By %(name)s"), name_of(selection.author), "author", None))
    if selection.article is not None:
        title = Article.objects.filter(pk=selection.article).values_list("title", flat=True)
        found.append((_("On %(name)s"), title.first(), "article", None))
    if selection.cluster is not None:
        found.append((_("Cluster %(name)s"), selection.cluster, "cluster", None))
    if selection.words:
        found.append((_("“%(name)s”"), selection.words, "words", ""))
    return [
        {"told": told % {"name": name or "?"}, "url": list_of(selection.but(**{field: empty}))}
        for told, name, field, empty in found
    ]


def views(reader: User, selection: Selection) -> list[dict[str, Any]]:
    """The views that this editor kept and those that others share; one query."""
    return [
        {
            "name": view.name,
            "url": list_of(Selection.from_query(QueryDict(view.query))),
            "current": view.query == selection.but().as_query(),
            "of": "" if view.owner_id == reader.pk else view.owner.display_name,
            "delete_url": reverse("delete_view", args=[view.pk])
            if view.owner_id == reader.pk or reader.is_admin
            else None,
        }
        for view in queue.saved_views(reader=reader)
    ]
