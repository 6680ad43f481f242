"""The admin's side bar, arranged by task."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _


def mark(request: HttpRequest) -> str:
    """The address of the site's mark."""
    return static("img/mark.svg")


def own_styles(request: HttpRequest) -> str:
    """The address of what our own pages of the admin look like."""
    return static("css/office.css")


def _for_admins(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.is_admin


def _entry(title: str, icon: str, model: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse(f"admin:{model}_changelist")}


def _page(title: str, icon: str, name: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse(name)}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """unfold's groups of links; editors see publishing and their desk alone."""
    desk = _page(_("Editors’ desk"), "gavel", "desk")
    publish = {
        "title": _("Publish"),
        "items": [
            _entry(_("Articles"), "article", "articles_article"),
            _entry(_("Sections"), "folder", "articles_section"),
            _entry(_("Tags"), "label", "articles_tag"),
            _entry(_("Lead images"), "image", "articles_leadimage"),
        ],
    }
    if not _for_admins(request):
        return [publish, {"title": _("Discussion"), "items": [desk]}]
    return [
        {
            "title": _("Today"),
            "items": [
                _page(_("Dashboard"), "monitoring", "admin:index"),
                desk,
                _entry(_("Comments"), "chat", "comments_comment"),
                _entry(_("Reports"), "flag", "moderation_report"),
                _entry(_("Appeals"), "undo", "moderation_appeal"),
                _entry(_("Legal notices"), "balance", "moderation_legalnotice"),
            ],
        },
        {
            "title": _("Rules"),
            "items": [
                _entry(_("Policy"), "rule", "moderation_policy"),
                _entry(_("Article policies"), "rule_folder", "moderation_articlepolicy"),
                _entry(_("Phrases"), "format_quote", "moderation_phrase"),
                _entry(_("Link domains"), "link", "moderation_linkdomain"),
                _entry(_("Mail domains"), "alternate_email", "accounts_maildomain"),
                _page(_("Try a text"), "science", "admin:moderation_phrase_try_text"),
                _entry(_("Proposed changes"), "experiment", "moderation_trial"),
                _entry(_("Reasons to reject"), "thumb_down", "moderation_rejectionreason"),
                _entry(_("Canned notes"), "sticky_note_2", "moderation_cannednote"),
                _entry(_("Guidelines"), "handshake", "articles_guideline"),
            ],
        },
        publish,
        {
            "title": _("People"),
            "items": [
                _entry(_("Accounts"), "group", "accounts_user"),
                _entry(_("Sanctions"), "block", "accounts_sanction"),
                _entry(_("API tokens"), "key", "accounts_apitoken"),
                _entry(_("Reactions"), "thumb_up", "comments_reaction"),
                _entry(_("Notifications"), "notifications", "comments_notification"),
            ],
        },
        {
            "title": _("Record"),
            "items": [
                _entry(_("Decisions"), "fact_check", "moderation_decisionrecord"),
                _entry(_("What rulings taught"), "school", "moderation_learnedmodel"),
                _entry(_("Log"), "history", "record_entry"),
            ],
        },
        {
            "title": _("House"),
            "items": [_entry(_("Pages"), "description", "articles_housepage")],
        },
    ]
