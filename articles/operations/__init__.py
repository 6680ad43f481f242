"""What can be done to an article and to its question."""

from articles.operations.asking import (
    checked_options,
    close_discussion,
    close_due,
    open_discussion,
    set_call_to_action,
)
from articles.operations.permissions import check_editor, clean_words
from articles.operations.publishing import (
    archive,
    delete_draft,
    publish,
    publish_due,
    renew_share_link,
    unpublish,
)
from articles.operations.writing import save_article

__all__ = [
    "archive",
    "check_editor",
    "checked_options",
    "clean_words",
    "close_discussion",
    "close_due",
    "delete_draft",
    "open_discussion",
    "publish",
    "publish_due",
    "renew_share_link",
    "save_article",
    "set_call_to_action",
    "unpublish",
]
