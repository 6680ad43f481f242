"""The admin's side bar, arranged by task."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _


def mark(request: HttpRequest) -> str:
    """The address of the site's mark."""
    return static("img/mark.svg")


def _for_admins(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.is_admin


def _entry(title: str, icon: str, model: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse(f"admin:{model}_changelist")}


def _admins_entry(title: str, icon: str, model: str) -> dict[str, Any]:
    return {**_entry(title, icon, model), "permission": _for_admins}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """unfold's groups of links; editors see publishing and their desk alone."""
    desk = {"title": _("Editors’ desk"), "icon": "gavel", "link": reverse("desk")}
    groups = [
        {
            "title": _("Publish"),
            "items": [
                _entry(_("Articles"), "article", "articles_article"),
                _entry(_("Sections"), "folder", "articles_section"),
                _entry(_("Tags"), "label", "articles_tag"),
                _entry(_("Lead images"), "image", "articles_leadimage"),
            ],
        },
        {
            "title": _("Discussion"),
            "items": [
                desk,
                _admins_entry(_("Comments"), "chat", "comments_comment"),
                _admins_entry(_("Reports"), "flag", "moderation_report"),
                _admins_entry(_("Legal notices"), "gavel", "moderation_legalnotice"),
                _admins_entry(_("Appeals"), "undo", "moderation_appeal"),
                _admins_entry(_("Decisions"), "balance", "moderation_decisionrecord"),
                _admins_entry(_("Policy"), "rule", "moderation_policy"),
                _admins_entry(_("Article policies"), "rule_folder", "moderation_articlepolicy"),
                _admins_entry(_("Phrases"), "format_quote", "moderation_phrase"),
                _admins_entry(_("Link domains"), "link", "moderation_linkdomain"),
            ],
        },
    ]
    if _for_admins(request):
        groups += [
            {
                "title": _("People"),
                "items": [
                    _entry(_("Accounts"), "group", "accounts_user"),
                    _entry(_("API tokens"), "key", "accounts_apitoken"),
                    _entry(_("Reactions"), "thumb_up", "comments_reaction"),
                    _entry(_("Notifications"), "notifications", "comments_notification"),
                ],
            },
            {
                "title": _("House"),
                "items": [
                    _entry(_("Pages"), "description", "articles_housepage"),
                    _entry(_("Guidelines"), "handshake", "articles_guideline"),
                    _entry(_("Log"), "history", "record_entry"),
                ],
            },
        ]
    return groups
