"""The matrix: who may read and who may write at each address. One line for each, and none missing.

Admin and API have tables of their own below, because their addresses repeat themselves.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.defence.scene import ADMINS, ALL, AUTHOR, EDITORS, NOBODY, SIGNED_IN, WRITERS

Roles = frozenset[str]
# Rules on what the editor has ruled.
OTHERS = EDITORS - {"editor"}
NOT_THE_AUTHOR = SIGNED_IN - {"author"}


@dataclass(frozen=True)
class Door:
    """reads, writes: who may GET and POST; None: nobody, because there is no such method. query:
    what a GET must have, body: what a POST must have, to be complete. changes: whether a POST by
    those who may changes rows. marks: the tables in which they may leave a mark even so, a GET if
    writes is None."""

    reads: Roles | None = None
    writes: Roles | None = None
    body: dict[str, Any] = field(default_factory=dict)
    changes: bool = True
    query: str = ""
    marks: frozenset[str] = frozenset()


def form(
    who: Roles,
    *,
    reads: Roles | None = None,
    changes: bool = True,
    marks: tuple[str, ...] = (),
    **body: Any,
) -> Door:
    return Door(reads=reads, writes=who, body=body, changes=changes, marks=frozenset(marks))


def page(
    who: Roles, *, writes: Roles | None = None, query: str = "", marks: tuple[str, ...] = ()
) -> Door:
    return Door(reads=who, writes=writes, changes=False, query=query, marks=frozenset(marks))


DOORS: dict[str, Door] = {
    # --- what anybody reads
    **dict.fromkeys(
        (
            *("front", "section", "tag", "house_page", "draft", "article_feed", "section_feed"),
            *("sitemap", "robots", "search", "search_discussion", "article", "discussion_feed"),
            *("comment", "profile"),
        ),
        page(ALL),
    ),
    "discussion_news": page(ALL, query="?since=0"),
    "discussion_fragments": page(ALL, query="?ids=1"),
    # Neither exists unless it is asked for.
    "lead_image": page(NOBODY),
    "log_head": page(NOBODY),
    "mailbox": page(ALL),
    "one_mail": page(NOBODY),
    # --- what readers say
    "post_comment": form(WRITERS, body="It says what it says."),
    "preview": form(SIGNED_IN, body="*So*", changes=False),
    "save_draft": form(WRITERS, body="I began"),
    "follow_discussion": form(SIGNED_IN, on="1"),
    "reply_to_comment": page(SIGNED_IN),
    "edit_comment": form(AUTHOR, reads=AUTHOR, body="I wrote that, and mean it."),
    "withdraw_comment": form(AUTHOR, reads=AUTHOR),
    "react_to_comment": form(WRITERS, reads=SIGNED_IN, value="1"),
    "pick_comment": form(EDITORS, picked="1"),
    "comment_state": page(AUTHOR),
    # --- what is theirs
    "my_comments": page(SIGNED_IN),
    "my_drafts": page(SIGNED_IN),
    "delete_draft": form(AUTHOR),
    "notifications": page(SIGNED_IN, writes=SIGNED_IN, marks=("comments_notification",)),
    "open_notification": page(AUTHOR, marks=("comments_notification",)),
    "ignore_person": form(SIGNED_IN),
    "stop_ignoring": form(SIGNED_IN, changes=False),
    "ignored_people": page(SIGNED_IN),
    "my_account": page(SIGNED_IN),
    "edit_profile": form(
        WRITERS, reads=SIGNED_IN, display_name="Somebody Newly Named", bio="", time_zone=""
    ),
    "mail_choices": form(
        SIGNED_IN, reads=SIGNED_IN,
        replies="never", mentions="never", decisions="never", followed="never",
        urgent="never",
    ),
    "tokens": form(SIGNED_IN - {"banned"}, reads=SIGNED_IN, name="A script", days="30"),
    "revoke_token": form(AUTHOR),
    "my_standing": page(SIGNED_IN),
    "acknowledge_warning": form(AUTHOR, changes=False),
    "languages": form(
        ALL, reads=ALL, changes=False, marks=("accounts_user",), language="de"
    ),
    "export": page(SIGNED_IN),
    "export_json": page(SIGNED_IN),
    "export_html": page(SIGNED_IN),
    "erase_account": form(SIGNED_IN, reads=SIGNED_IN, changes=False, comments="keep"),
    "keep_account": form(SIGNED_IN, changes=False),
    "keep_account_by_mail": form(ALL, reads=ALL),
    "usersessions_list": form(
        SIGNED_IN, reads=SIGNED_IN, changes=False,
        marks=("usersessions_usersession", "record_entry"),
    ),
    "end_session": form(AUTHOR),
    "unsubscribe": form(ALL, reads=ALL),
    # --- the reader's side of moderation
    "report_comment": form(WRITERS, reads=ALL, reason="spam", note=""),
    "legal_notice": form(
        ALL, reads=ALL, why="It names the letters.", law="Of the land", name="Ada Example",
        email="ada@example.org", good_faith="on",
    ),
    "decision": page(AUTHOR),
    "appeal": form(AUTHOR, reads=AUTHOR, words="It is on topic."),
    "report_profile": form(WRITERS, reads=SIGNED_IN, reason="name", note=""),
    # --- the desk
    **dict.fromkeys(
        (
            *("desk", "desk_reported", "desk_appeals", "desk_changes", "batch", "desk_comment"),
            *("desk_card", "desk_thread", "desk_person", "desk_urgent"),
        ),
        page(EDITORS),
    ),
    "save_view": form(EDITORS, name="Mine", query="section=1"),
    # The editor's own, and not shared.
    "delete_view": form(frozenset({"editor"})),
    "desk_release": form(EDITORS, changes=False),
    "batches": form(EDITORS, reads=EDITORS, outcome="reject", reason="spam", chosen="tab=waiting"),
    "undo_batch": form(EDITORS),
    "desk_claim": form(EDITORS),
    "rule": form(EDITORS, revision="{held.latest_id}", outcome="approve"),
    "settle_comment": form(EDITORS),
    "unsettle_comment": Door(writes=EDITORS, changes=False, query="?at=2026-01-01T00:00:00Z"),
    "settle_comments": form(
        EDITORS, chosen="seen={live.pk}:{live.latest_id}", newest_report="999999999"
    ),
    "unsettle_comments": Door(
        writes=EDITORS, changes=False, query="?settled=1&at=2026-01-01T00:00:00Z"
    ),
    "rule_on_cluster": form(
        EDITORS, seen="{advert.pk}:{advert.latest_id}", outcome="reject", reason="spam"
    ),
    "escalate": form(EDITORS, note="Look."),
    "settle_escalation": form(EDITORS),
    "give_sanction": form(EDITORS, what="warn", note="No."),
    "lift_sanction": form(EDITORS),
    "settle_profile": form(EDITORS),
    "rule_on_appeal": form(OTHERS, outcome="upheld", note="It is off topic."),
    "settle_legal_notice": form(
        EDITORS, revision="{live.latest_id}", outcome="not_illegal", answer="It is not."
    ),
    "desk_pick": form(EDITORS, picked="1"),
    "undo_ruling": form(EDITORS),
    # --- signing in: allauth's own pages, which lead on who has no business there
    **dict.fromkeys(
        (
            *("account_login", "account_signup", "account_request_login_code"),
            *("account_reset_password", "account_complete_password_reset"),
        ),
        page(ALL, writes=ALL),
    ),
    "account_logout": page(ALL, writes=ALL, marks=("usersessions_usersession",)),
    **dict.fromkeys(
        (
            *("account_inactive", "account_password_reset_completed"),
            *("socialaccount_login_cancelled",),
        ),
        page(ALL),
    ),
    "socialaccount_login_error": page(NOBODY),
    **dict.fromkeys(
        (
            *("account_email_verification_sent", "account_confirm_login_code"),
            *("account_confirm_password_reset_code", "mfa_authenticate", "socialaccount_signup"),
            # For scripts, and for who has such a second step.
            *("mfa_login_webauthn", "mfa_deactivate_totp"),
        ),
        page(NOBODY, writes=NOBODY),
    ),
    **dict.fromkeys(
        (
            *("account_email", "account_change_password", "account_set_password"),
            *("account_reauthenticate", "mfa_reauthenticate", "mfa_activate_totp"),
            *("mfa_generate_recovery_codes", "mfa_add_webauthn"),
            *("mfa_reauthenticate_webauthn", "socialaccount_connections"),
        ),
        page(SIGNED_IN, writes=SIGNED_IN),
    ),
    "mfa_index": page(SIGNED_IN),
    "mfa_list_webauthn": page(SIGNED_IN),
    # Nobody here has any.
    "mfa_view_recovery_codes": page(NOBODY),
    "mfa_download_recovery_codes": page(NOBODY),
    # Somebody else's.
    "mfa_remove_webauthn": form(NOBODY, reads=NOBODY),
    "mfa_edit_webauthn": form(NOBODY, reads=NOBODY, name="The other key"),
}  # fmt: skip

# --- the admin: by model, who sees its rows, and who may add, change and delete

ADMIN_MODELS: dict[str, tuple[Roles, Roles]] = {
    **dict.fromkeys(
        ("articles_article", "articles_section", "articles_tag", "articles_leadimage"),
        (EDITORS, EDITORS),
    ),
    **dict.fromkeys(
        (
            *("articles_housepage", "articles_guideline", "accounts_user"),
            "accounts_maildomain",
            *("moderation_phrase", "moderation_linkdomain", "moderation_policy"),
            *("moderation_articlepolicy", "moderation_rejectionreason", "moderation_cannednote"),
            "moderation_trial",
        ),
        (ADMINS, ADMINS),
    ),
    **dict.fromkeys(
        (
            *("record_entry", "accounts_sanction", "comments_comment", "comments_reaction"),
            *("comments_notification", "moderation_decisionrecord", "moderation_report"),
            *("moderation_appeal", "moderation_legalnotice", "moderation_learnedmodel"),
            "accounts_apitoken",
        ),
        (ADMINS, NOBODY),
    ),
}
# What is not done to them even so, or not to the row of the scene: what readers have answered is
# taken back, not deleted; a policy is followed by another; a reason that is used stays.
ADMIN_NEVER: dict[str, tuple[str, ...]] = {
    "articles_article": ("delete",),
    "articles_leadimage": ("add",),
    "accounts_user": ("add", "delete"),
    "moderation_policy": ("change", "delete"),
    "moderation_rejectionreason": ("delete",),
    "moderation_trial": ("add",),
}
# Views beside Django's own five of each model.
ADMIN_VIEWS: dict[str, Roles] = {
    "moderation_learnedmodel_reset": ADMINS,
    "moderation_phrase_try_text": ADMINS,
    "moderation_phrase_read_file": ADMINS,
    "moderation_phrase_write_file": ADMINS,
    "articles_article_publishing": EDITORS,
    "articles_article_preview": EDITORS,
    "articles_article_revisions": EDITORS,
    "index": EDITORS,
    "search": EDITORS,
    "app_list": EDITORS,
    # For a field that asks for it, which is named in the question.
    "autocomplete": NOBODY,
    "jsi18n": EDITORS,
    "view_on_site": EDITORS,
    "password_change": EDITORS,
    "password_change_done": EDITORS,
    "login": NOBODY,
    "logout": ALL,
}

# --- the API: (method, path of the document) to who may, and a body

API: dict[tuple[str, str], tuple[Roles, dict[str, Any] | None]] = {
    ("GET", "/articles"): (ALL, None),
    ("GET", "/articles/{slug}"): (ALL, None),
    ("GET", "/articles/{slug}/comments"): (ALL, None),
    ("POST", "/articles/{slug}/comments"): (WRITERS, {"body": "It says what it says."}),
    ("POST", "/articles/{slug}/advice"): (WRITERS, {"body": "Yes."}),
    ("GET", "/comments/{other}"): (ALL, None),
    ("GET", "/comments/{held}"): (AUTHOR | EDITORS, None),
    ("PATCH", "/comments/{live}"): (AUTHOR, {"body": "Else, and calmly."}),
    ("DELETE", "/comments/{live}"): (AUTHOR, None),
    ("PUT", "/comments/{other}/reaction"): (WRITERS, {"value": 1}),
    ("PUT", "/comments/{other}/pick"): (EDITORS, {"picked": True}),
    ("GET", "/search"): (ALL, None),
    ("GET", "/proof"): (ALL, None),
    ("GET", "/me/comments"): (SIGNED_IN, None),
    ("GET", "/queue"): (EDITORS, None),
    ("POST", "/comments/{held}/rulings"): (
        EDITORS, {"revision": "{held.latest_id}", "outcome": "approve"},
    ),
    ("POST", "/clusters/{advert}/rulings"): (
        EDITORS,
        {"seen": [{"comment": "{advert.pk}", "revision": "{advert.latest_id}"}],
         "outcome": "approve"},
    ),
    ("POST", "/rulings/{ruling}/undo"): (EDITORS, None),
    ("GET", "/comments/{refused}/decision"): (AUTHOR, None),
    ("POST", "/comments/{refused}/appeals"): (AUTHOR, {"words": "It is on topic."}),
    ("GET", "/appeals"): (EDITORS, None),
    ("POST", "/appeals/{appeal}/ruling"): (OTHERS, {"outcome": "upheld"}),
    ("GET", "/reasons"): (EDITORS, None),
    ("PUT", "/comments/{live}/escalation"): (EDITORS, {"note": "Look."}),
    ("DELETE", "/comments/{marked}/escalation"): (EDITORS, None),
    ("GET", "/people/{author}/sanctions"): (EDITORS, None),
    ("POST", "/people/{author}/sanctions"): (EDITORS, {"kind": "warn", "note": "No."}),
    ("GET", "/me/sanctions"): (SIGNED_IN, None),
    ("DELETE", "/sanctions/{warning}"): (EDITORS, None),
    ("POST", "/sanctions/{warned}/acknowledgement"): (AUTHOR, None),
    ("POST", "/comments/{other}/reports"): (WRITERS, {"reason": "spam"}),
}  # fmt: skip
