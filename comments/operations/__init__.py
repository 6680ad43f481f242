"""What can be done to a comment."""

from comments.operations.drafts import save_draft
from comments.operations.following import follow
from comments.operations.landing import locked
from comments.operations.leaving import forget_words
from comments.operations.people import (
    delete_draft,
    forget_reader,
    mark_read,
    mark_writers,
    redraw_all,
    rename_author,
)
from comments.operations.picking import pick
from comments.operations.reacting import react
from comments.operations.ruling import (
    approve,
    check_reachable,
    check_unchanged,
    hold,
    reject,
    restore,
)
from comments.operations.writing import (
    Advised,
    Posted,
    advice_on,
    check_may_post,
    edit_comment,
    post_comment,
    preview,
    withdraw_comment,
)

__all__ = [
    "Advised",
    "Posted",
    "advice_on",
    "approve",
    "check_may_post",
    "check_reachable",
    "check_unchanged",
    "delete_draft",
    "edit_comment",
    "follow",
    "forget_reader",
    "forget_words",
    "hold",
    "locked",
    "mark_read",
    "mark_writers",
    "pick",
    "post_comment",
    "preview",
    "react",
    "redraw_all",
    "reject",
    "rename_author",
    "restore",
    "save_draft",
    "withdraw_comment",
]
