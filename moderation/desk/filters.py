"""What narrows the list of the desk, as links and as a form whose fields stand in the address."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from articles.models import Article, Section
from moderation import reasons
from moderation.desk.cards import label_told, list_of
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
    """The choices of the form: name, label, value, and options with the empty one left out."""
    languages = {
        "en": _("English"),
        "de": _("German"),
        "other": _("Another language"),
        "unknown": _("Not known"),
    }
    ages = {
        "1h": _("The last hour"),
        "6h": _("The last 6 hours"),
        "1d": _("The last day"),
        "7d": _("The last 7 days"),
        "30d": _("The last 30 days"),
    }
    sections = [(str(pk), name) for pk, name in Section.objects.values_list("pk", "name")]
    found_by = [(code, reasons.told(code)) for code in reasons.MACHINE]
    return [
        {"name": name, "label": label, "value": str(value or ""), "options": options}
        for name, label, value, options in (
            ("section", _("Section"), selection.section, sections),
            ("reason", _("Held because"), selection.reason, found_by),
            (
                "label",
                _("The scorer takes it for"),
                selection.label,
                [(label, label_told(label)) for label in LABELS],
            ),
            ("age", _("Age"), selection.age, [(age, ages[age]) for age in AGES]),
            (
                "language",
                _("Language"),
                selection.language,
                [(code, languages[code]) for code in LANGUAGES],
            ),
        )
    ]


def chips(selection: Selection) -> list[dict[str, str]]:
    """What the form has no field for, each with the way to be rid of it; a query for each."""
    found = []
    if selection.author is not None:
        name = User.objects.filter(pk=selection.author).values_list("display_name", flat=True)
        found.append((_("By %(name)s"), name.first(), "author", None))
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
