"""The ways through one's own account."""

from dataclasses import dataclass

from django import template
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

register = template.Library()


@dataclass(frozen=True)
class Way:
    """One page: where it is, its name, one sentence, and whether it is the one being read."""

    url: str
    label: str
    about: str
    is_here: bool


def _ways(has_password: bool) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Every page by its URL name, in groups; pages of apps above by name alone."""
    password = (
        ("account_change_password", _("Password"), _("Change it."))
        if has_password
        else ("account_set_password", _("Set a password"), _("Beside codes by email."))
    )
    signing_in = [
        ("account_email", _("Email address"), _("Where codes and mails go.")),
        password,
        ("mfa_list_webauthn", _("Passkeys"), _("Sign in by fingerprint, face or PIN.")),
        ("mfa_index", _("Second step"), _("An app, and recovery codes.")),
        ("usersessions_list", _("Devices"), _("Where you are signed in.")),
    ]
    if settings.SOCIALACCOUNT_PROVIDERS:
        connected = _("Other ways to sign in.")
        signing_in.insert(4, ("socialaccount_connections", _("Connected accounts"), connected))
    return [
        (
            _("What you say"),
            [
                ("my_comments", _("My comments"), _("Where each of them stands.")),
                ("my_drafts", _("Drafts"), _("Begun and not sent.")),
                ("my_standing", _("Standing"), _("What editors decided about your account.")),
            ],
        ),
        (
            _("What you hear"),
            [
                ("notifications", _("Notifications"), _("Replies, decisions and mentions.")),
                ("mail_choices", _("Mail"), _("Which of it is mailed, and when.")),
                ("ignored_people", _("Ignored people"), _("Whose comments are folded away.")),
            ],
        ),
        (
            _("How you appear"),
            [("edit_profile", _("Profile"), _("Your name, a few words and your time zone."))],
        ),
        (_("How you sign in"), signing_in),
        (
            _("What is yours"),
            [
                ("export", _("Download everything"), _("All you wrote and all we keep of you.")),
                ("tokens", _("Tokens for programs"), _("For what acts in your name.")),
                ("erase_account", _("Erase this account"), _("With or without your comments.")),
            ],
        ),
    ]


@register.inclusion_tag("accounts/_ways.html", takes_context=True)
def ways(context, *, index: bool = False) -> dict:
    """The ways as a list; index: with a sentence each, for the page that leads to all of them."""
    request = context["request"]
    groups = []
    for title, entries in _ways(request.user.has_usable_password()):
        found = []
        for name, label, about in entries:
            try:
                url = reverse(name)
            except NoReverseMatch:
                continue  # the app above has no such page
            found.append((url, label, about))
        groups.append((title, found))
    # The longest address that the page's own begins with: pages below a page belong to it.
    every = [url for _title, found in groups for url, *_rest in found]
    here = max((url for url in every if request.path.startswith(url)), key=len, default="")
    return {
        "index": index,
        "groups": [
            (title, [Way(url, label, about, url == here) for url, label, about in found])
            for title, found in groups
            if found
        ],
    }
